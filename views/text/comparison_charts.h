// The charts of a comparison. For plot sources only.

#pragma once

#include <qcustomplot.h>

#include "views/text/comparison_data.h"

namespace heddle::ui {

// Tokens per word and per word type as bars with their values.
void drawRates(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette);
// Share of tokens by length in characters.
void drawLengths(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette);
// Count over rank, both logarithmic.
void drawFrequencies(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette);

}  // namespace heddle::ui
