// How much of the plane the visible curves fill, and which of their points are too far off to be shown.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "views/curves/curve_points.h"
#include "views/curves/plot_area.h"

namespace heddle::ui {

// The x of all points together; null without a drawable one.
std::optional<Span> extentX(const std::vector<Points>& series, bool log_x);

struct ExtentY {
  Span span;
  int64_t hidden = 0;  // points left out as outliers
};
// The y of the points with x in `visible`; with `ignore_outliers` from the 5th to the 95th percentile,
// widened to hold where each series starts (the median of its first five points), where it ends, and
// whatever lies within that height beyond: the way from start to end is never cut. Null without a drawable
// point.
// The percentiles of more than 20,000 points are taken from every n-th; extremes and counts are exact.
std::optional<ExtentY> extentY(const std::vector<Points>& series, const Span& visible, bool log_y,
                               bool ignore_outliers);

}  // namespace heddle::ui
