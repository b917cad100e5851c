// The charts of a comparison. For plot sources only.

#pragma once

#include <qcustomplot.h>

#include "views/text/comparison_data.h"

namespace heddle::ui {

// Of the tokeniser of that number: colours alone would not tell them apart for everybody.
QBrush tokenizerBrush(int index, const QPalette& palette);

// Tokens per word and per word type as bars with their values.
void drawRates(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette);
// Share of tokens by length in characters.
void drawLengths(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette);
// Count over rank, both logarithmic.
void drawFrequencies(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette);

}  // namespace heddle::ui
