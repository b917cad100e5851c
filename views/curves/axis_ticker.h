// Tick marks of the x axes: steps as integers, tokens and FLOPs with a unit, times as times. For plot sources
// only.

#pragma once

#include <qcustomplot.h>

#include "engine/store/store.h"

namespace heddle::ui {

QSharedPointer<QCPAxisTicker> tickerFor(Axis axis, bool logarithmic);

// "Step", "Tokens seen", "Engine time (h:min:s)", ...
QString axisTitle(Axis axis);

// What a number on the axis counts, for typing one: "Engine time (s)".
QString axisUnit(Axis axis);

}  // namespace heddle::ui
