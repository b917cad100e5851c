#include "engine/store/smoothing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace heddle {
namespace {

constexpr double kMostDecay = 0.999;
constexpr std::array<std::string_view, kSmoothingKinds> kKeys{"ema", "time_weighted_ema", "gaussian",
                                                              "window"};

std::vector<CurvePoint> timeWeighted(std::vector<CurvePoint> points, double weight) {
  const double decay = timeWeightedDecay(weight);
  double mean = 0;
  double weights = 0;  // sum over the points so far
  int64_t last_step = 0;
  for (CurvePoint& point : points) {
    if (!std::isfinite(point.y)) {
      continue;
    }
    const auto steps = static_cast<double>(std::max<int64_t>(point.step - last_step, 0));
    weights = weights * std::pow(decay, steps) + 1;
    last_step = point.step;
    // As a correction of the mean, a constant stays itself to the last bit.
    mean += (point.y - mean) / weights;
    point.y = mean;
  }
  return points;
}

// kernel[d]: what a point counts at the distance of d points.
std::vector<CurvePoint> centred(const std::vector<CurvePoint>& points, const std::vector<double>& kernel,
                                const std::vector<CurvePoint>& before) {
  const auto reach = static_cast<int64_t>(kernel.size()) - 1;
  const auto count = static_cast<int64_t>(points.size());
  const int64_t first = std::clamp<int64_t>(static_cast<int64_t>(before.size()) - reach, 0, count);
  std::vector<CurvePoint> smoothed(before.begin(), before.begin() + first);
  smoothed.insert(smoothed.end(), points.begin() + first, points.end());
  for (int64_t i = first; i < count; ++i) {
    const double here = points[static_cast<size_t>(i)].y;
    if (!std::isfinite(here)) {
      continue;
    }
    // Of differences, so that a constant stays itself to the last bit.
    double sum = 0;
    double weights = 0;
    const int64_t end = std::min(i + reach + 1, count);
    for (int64_t j = std::max<int64_t>(i - reach, 0); j < end; ++j) {
      const double y = points[static_cast<size_t>(j)].y;
      if (std::isfinite(y)) {
        const double share = kernel[static_cast<size_t>(std::abs(j - i))];
        sum += share * (y - here);
        weights += share;
      }
    }
    smoothed[static_cast<size_t>(i)].y = here + sum / weights;
  }
  return smoothed;
}

}  // namespace

std::string_view smoothingKey(SmoothingKind kind) {
  return kKeys[static_cast<size_t>(kind)];
}

std::optional<SmoothingKind> smoothingKindFromKey(std::string_view key) {
  const auto found = std::find(kKeys.begin(), kKeys.end(), key);
  return found == kKeys.end() ? std::nullopt
                              : std::optional(static_cast<SmoothingKind>(found - kKeys.begin()));
}

double timeWeightedDecay(double weight) {
  return std::min(std::sqrt(weight), kMostDecay);
}

double gaussianSigma(double weight) {
  return 0.5 / (1 - weight);
}

int64_t windowPoints(double weight) {
  return weight <= 0 ? 1 : 2 * std::lround(0.5 / (1 - weight)) + 1;
}

int64_t smoothingReach(const Smoothing& smoothing) {
  if (smoothing.weight <= 0) {
    return 0;
  }
  switch (smoothing.kind) {
    case SmoothingKind::kGaussian:
      return static_cast<int64_t>(std::ceil(3 * gaussianSigma(smoothing.weight)));
    case SmoothingKind::kWindow:
      return windowPoints(smoothing.weight) / 2;
    default:
      return 0;
  }
}

std::vector<CurvePoint> smoothCurve(const std::vector<CurvePoint>& points, const Smoothing& smoothing,
                                    const std::vector<CurvePoint>& before) {
  if (smoothing.weight <= 0) {
    return points;
  }
  if (smoothing.kind == SmoothingKind::kEma) {
    return smoothCurve(points, smoothing.weight);
  }
  if (smoothing.kind == SmoothingKind::kTimeWeightedEma) {
    return timeWeighted(points, smoothing.weight);
  }
  std::vector<double> kernel(static_cast<size_t>(smoothingReach(smoothing)) + 1, 1);
  if (smoothing.kind == SmoothingKind::kGaussian) {
    const double sigma = gaussianSigma(smoothing.weight);
    for (size_t d = 0; d < kernel.size(); ++d) {
      const double z = static_cast<double>(d) / sigma;
      kernel[d] = std::exp(-0.5 * z * z);
    }
  }
  return centred(points, kernel, before);
}

std::vector<CurvePoint> smoothCurve(const std::vector<CurvePoint>& points, double weight) {
  std::vector<CurvePoint> smoothed = points;
  const auto finite = [](const CurvePoint& point) { return std::isfinite(point.y); };
  const auto first = std::find_if(points.begin(), points.end(), finite);
  const bool constant = std::all_of(
      first, points.end(), [&](const CurvePoint& point) { return !finite(point) || point.y == first->y; });
  // The average of a constant differs from it by rounding, which a fitted axis would blow up to a staircase.
  if (constant || weight <= 0) {
    return smoothed;
  }
  double last = 0;
  double power = 1;  // weight to the number of points so far
  for (CurvePoint& point : smoothed) {
    if (finite(point)) {
      last = weight * last + (1 - weight) * point.y;
      power *= weight;
      point.y = last / (weight == 1 ? 1 : 1 - power);
    }
  }
  return smoothed;
}

int64_t levelSize(int level) {
  int64_t size = level == 0 ? 1 : kChunkPoints;
  for (int l = 1; l < level; ++l) {
    size *= kPyramidFactor;
  }
  return size;
}

int levelFor(int64_t width) {
  int level = 0;
  while (2 * levelSize(level + 1) <= width) {
    ++level;
  }
  return level;
}

int64_t bucketWidth(int64_t count, int max_points, int attempt) {
  // Two points a bucket; one bucket more than count / width when they are not aligned; first and last point.
  const int64_t buckets = (std::max(max_points, kFewestPoints) - 2) / 2 - 2;
  const int64_t width = ((count + buckets - 1) / buckets) << attempt;
  const int64_t unit = levelSize(levelFor(width));
  return (width + unit - 1) / unit * unit;
}

void Extremes::add(int64_t moment, double value) {
  if (!std::isfinite(value)) {
    if (odd.moment < 0) {
      odd = {moment, value};
    }
    return;
  }
  if (low.moment < 0 || value < low.value) {
    low = {moment, value};
  }
  if (high.moment < 0 || value > high.value) {
    high = {moment, value};
  }
}

void Extremes::add(const Extremes& later) {
  for (const Extreme& extreme : {later.low, later.high, later.odd}) {
    if (extreme.moment >= 0) {
      add(extreme.moment, extreme.value);
    }
  }
}

void Thinner::add(int64_t position, int64_t moment, double value) {
  enter(position);
  current_.add(moment, value);
}

void Thinner::add(int64_t position, const Extremes& extremes) {
  enter(position);
  current_.add(extremes);
}

void Thinner::enter(int64_t position) {
  const int64_t bucket = position / width_;
  if (bucket != bucket_) {
    leave();
    bucket_ = bucket;
  }
}

void Thinner::leave() {
  std::array<Extreme, 3> found{current_.low, current_.high, current_.odd};
  std::sort(found.begin(), found.end(),
            [](const Extreme& a, const Extreme& b) { return a.moment < b.moment; });
  for (const Extreme& extreme : found) {
    if (extreme.moment >= 0 && (kept_.empty() || extreme.moment > kept_.back().moment)) {
      kept_.push_back(extreme);
    }
  }
  current_ = {};
}

std::vector<Extreme> Thinner::finish(Extreme first, Extreme last) {
  leave();
  if (kept_.empty() || kept_.front().moment != first.moment) {
    kept_.insert(kept_.begin(), first);
  }
  if (kept_.back().moment != last.moment) {
    kept_.push_back(last);
  }
  return std::move(kept_);
}

std::vector<CurvePoint> decimateMinMax(const std::vector<CurvePoint>& points, int max_points,
                                       int64_t first_position) {
  const auto count = static_cast<int64_t>(points.size());
  const int allowed = std::max(max_points, kFewestPoints);
  if (max_points <= 0 || count <= allowed) {
    return points;
  }
  std::vector<CurvePoint> kept;
  for (int attempt = 0;; ++attempt) {
    Thinner thinner(bucketWidth(count, max_points, attempt));
    for (int64_t i = 0; i < count; ++i) {
      thinner.add(first_position + i, i, points[static_cast<size_t>(i)].y);
    }
    const std::vector<Extreme> extremes = thinner.finish({0, points.front().y}, {count - 1, points.back().y});
    if (static_cast<int>(extremes.size()) > allowed) {
      continue;
    }
    for (const Extreme& extreme : extremes) {
      kept.push_back(points[static_cast<size_t>(extreme.moment)]);
    }
    return kept;
  }
}

}  // namespace heddle
