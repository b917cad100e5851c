// What the pointer over a chart is told: the curves at its place, the nearest first.

#pragma once

#include <QString>
#include <vector>

#include "views/curves/curve_chart.h"

namespace heddle::ui {

struct TooltipLine {
  const DrawnCurve* curve = nullptr;
  const CurvePoint* value = nullptr;
  const CurvePoint* smoothed = nullptr;  // null while it is being computed
  double distance = 0;                   // pixels from the pointer to the line, upwards or downwards
};

// The curves that have begun and not ended at the pointer's x, with their last points there. They point into
// `curves`.
std::vector<TooltipLine> tooltipLines(const std::vector<DrawnCurve>& curves, const PlotArea& area,
                                      const QPointF& pointer, TooltipOrder order);

// As rich text: the first five lines and how many more there are; empty without lines.
QString tooltipText(const std::vector<TooltipLine>& lines, const QPalette& palette);

}  // namespace heddle::ui
