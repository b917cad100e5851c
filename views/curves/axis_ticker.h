// Tick marks of the x axes: steps as integers, tokens and FLOPs with a unit, times as times. For plot sources
// only.

#pragma once

#include <qcustomplot.h>

#include "views/curves/curve_data.h"

namespace heddle::ui {

QSharedPointer<QCPAxisTicker> tickerFor(const XAxis& axis, bool logarithmic);

// "Step", "Tokens seen", "Engine time (h:min:s)", ..., "train/loss"
QString axisTitle(const XAxis& axis);

// What a number on the axis counts, for typing one: "Engine time (s)".
QString axisUnit(const XAxis& axis);

}  // namespace heddle::ui
