#include "views/curves/curve_extent.h"

#include <algorithm>
#include <cmath>

namespace heddle::ui {
namespace {

// In heights of the 5th to 95th percentile: how far beyond a value may lie and still be shown.
constexpr double kOutlierReach = 1;

// So many first points of a series tell by their median where it starts: a single spike there does not.
constexpr size_t kStartPoints = 5;

// Of the height, above and below what is shown.
constexpr double kMarginY = 0.05;

constexpr size_t kMostForPercentiles = 20000;

// The visible points of one series.
struct Part {
  const CurvePoints* points;
  size_t first;
  size_t last;
};

// Where a series starts, by the median of its first points, and where it ends: null without a drawable point.
std::optional<Span> startAndEnd(const Part& part, bool logarithmic) {
  const double* values = part.points->values();
  std::vector<double> starts;
  for (size_t i = part.first; i < std::min(part.first + kStartPoints, part.last); ++i) {
    if (drawable(values[i], logarithmic)) {
      starts.push_back(values[i]);
    }
  }
  size_t last = part.last;
  while (last > part.first && !drawable(values[last - 1], logarithmic)) {
    --last;
  }
  if (last == part.first) {
    return std::nullopt;
  }
  const double end = values[last - 1];
  const auto middle = starts.begin() + static_cast<std::ptrdiff_t>(starts.size() / 2);
  std::nth_element(starts.begin(), middle, starts.end());
  const double start = starts.empty() ? end : *middle;
  return Span{std::min(start, end), std::max(start, end)};
}

double percentile(std::vector<double>& sample, double share) {
  const auto place = sample.begin() +
                     static_cast<std::ptrdiff_t>(std::lround(share * static_cast<double>(sample.size() - 1)));
  std::nth_element(sample.begin(), place, sample.end());
  return *place;
}

Span united(const Span& span, double low, double high) {
  return {std::min(span.lower, low), std::max(span.upper, high)};
}

// What lies within its own height of `span` belongs to it: the top of a smooth curve is not cut off.
Span widened(const Span& span, const std::vector<Part>& parts, bool logarithmic) {
  const double reach = kOutlierReach * span.size();
  const Span nearby{span.lower - reach, span.upper + reach};
  Span wide = span;
  for (const Part& part : parts) {
    part.points->visit(
        part.first, part.last, logarithmic,
        [&](const CurvePoints::Block& block) {
          const bool near = block.low >= nearby.lower && block.high <= nearby.upper;
          if (near) {
            wide = united(wide, block.low, block.high);
          }
          return near || block.low > nearby.upper || block.high < nearby.lower;
        },
        [&](double y) {
          if (y >= nearby.lower && y <= nearby.upper) {
            wide = united(wide, y, y);
          }
        });
  }
  return wide;
}

int64_t countOutside(const Span& shown, const std::vector<Part>& parts, bool logarithmic) {
  int64_t outside = 0;
  for (const Part& part : parts) {
    part.points->visit(
        part.first, part.last, logarithmic,
        [&](const CurvePoints::Block& block) {
          const bool beyond = block.low > shown.upper || block.high < shown.lower;
          outside += beyond ? static_cast<int64_t>(block.count) : 0;
          return beyond || (block.low >= shown.lower && block.high <= shown.upper);
        },
        [&](double y) { outside += y < shown.lower || y > shown.upper ? 1 : 0; });
  }
  return outside;
}

}  // namespace

std::optional<Span> extentX(const std::vector<Points>& series, bool log_x) {
  std::optional<Span> extent;
  for (const Points& points : series) {
    const auto first = std::find_if(points->begin(), points->end(),
                                    [log_x](const CurvePoint& point) { return drawable(point.x, log_x); });
    if (first != points->end()) {
      const Span own{first->x, std::max(first->x, points->back().x)};
      extent = extent ? united(*extent, own.lower, own.upper) : own;
    }
  }
  return extent;
}

std::optional<ExtentY> extentY(const std::vector<Points>& series, const Span& visible, bool log_y,
                               bool ignore_outliers) {
  std::vector<Part> parts;
  size_t total = 0;
  CurvePoints::Block all;
  for (const Points& points : series) {
    const auto [first, last] = points->between(visible.lower, visible.upper);
    const CurvePoints::Block inside = points->extremes(first, last, log_y);
    all = {std::min(all.low, inside.low), std::max(all.high, inside.high), all.count + inside.count};
    total += last - first;
    parts.push_back({points.get(), first, last});
  }
  if (all.count == 0) {
    return std::nullopt;
  }
  if (!ignore_outliers) {
    return ExtentY{.span = {all.low, all.high}, .hidden = 0};
  }
  const size_t stride = total / kMostForPercentiles + 1;
  std::vector<double> sample;
  std::optional<Span> ends;
  for (const Part& part : parts) {
    if (const auto way = startAndEnd(part, log_y)) {
      ends = ends ? united(*ends, way->lower, way->upper) : *way;
    }
    for (size_t i = part.first; i < part.last; i += stride) {
      if (drawable(part.points->values()[i], log_y)) {
        sample.push_back(part.points->values()[i]);
      }
    }
  }
  if (sample.empty()) {
    return ExtentY{.span = {all.low, all.high}, .hidden = 0};
  }
  const Span middle{percentile(sample, 0.05), percentile(sample, 0.95)};
  const Span span = widened(united(middle, ends->lower, ends->upper), parts, log_y);
  // What the margin of the axis will show anyway is not hidden.
  return ExtentY{.span = span, .hidden = countOutside(padded(span, log_y, kMarginY), parts, log_y)};
}

}  // namespace heddle::ui
