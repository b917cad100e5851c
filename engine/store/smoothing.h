// Smoothing and thinning of curves, as plain functions on finished points.

#pragma once

#include <cstdint>
#include <vector>

#include "engine/store/store.h"

namespace heddle {

// TensorBoard's debiased moving average with 0 <= weight <= 1 over all points in their order: 0 changes
// nothing. Values that are not finite are passed through and not counted; a series whose finite values are
// all equal is returned as it is. Smooth the full series first and thin it afterwards: the other way round
// the result would depend on the zoom. Source: tensorboard, line_chart_v2/data_transformer.ts
std::vector<CurvePoint> smoothCurve(const std::vector<CurvePoint>& points, double weight);

// At most max_points (at least 16) of the points, in their order, with every spike still there: points are
// grouped in buckets of equal counts, and each bucket keeps its lowest, its highest and its first not finite
// value. The first and the last point are always kept. Buckets start at multiples of their width, counted
// from first_position of the first point, so that a growing or panned curve does not shimmer. max_points = 0
// keeps all.
std::vector<CurvePoint> decimateMinMax(const std::vector<CurvePoint>& points, int max_points,
                                       int64_t first_position = 0);

// The width of those buckets for `count` points: a multiple of the largest bucket of the store's pyramid that
// is at most half of it. Each further attempt doubles it, for curves whose not finite values need more room.
int64_t bucketWidth(int64_t count, int max_points, int attempt);

// Fewer than these are never asked for: the first, the last and two buckets' extremes need room.
inline constexpr int kFewestPoints = 16;

// Sizes of the buckets of the pyramid: level 0 is a point.
inline constexpr int64_t kChunkPoints = 256;
inline constexpr int64_t kPyramidFactor = 16;
// kChunkPoints * kPyramidFactor^(level - 1).
int64_t levelSize(int level);
// The highest level whose buckets fit at least twice into `width`; 0 = exact points.
int levelFor(int64_t width);

// The extremes of one bucket. `moment` numbers the points of a run in the order in which they were logged.
struct Extreme {
  int64_t moment = -1;  // -1 = there is none
  double value = 0;
};
struct Extremes {
  Extreme low;   // first lowest finite value
  Extreme high;  // first highest finite value
  Extreme odd;   // first value that is not finite

  void add(int64_t moment, double value);
  // `later` holds points after all of this.
  void add(const Extremes& later);
};

// Groups points into buckets and hands out the moments to keep, ascending.
class Thinner {
 public:
  // Bucket b holds the positions b * width ... (b + 1) * width - 1.
  explicit Thinner(int64_t width) : width_(width) {}

  void add(int64_t position, int64_t moment, double value);
  // A bucket of the pyramid that begins at `position`; its size divides the width.
  void add(int64_t position, const Extremes& extremes);

  std::vector<Extreme> finish(Extreme first, Extreme last);

 private:
  void enter(int64_t position);
  void leave();

  int64_t width_;
  int64_t bucket_ = -1;
  Extremes current_;
  std::vector<Extreme> kept_;
};

}  // namespace heddle
