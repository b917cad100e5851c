// Smoothing and thinning of curves, as plain functions on finished points.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/store/store.h"

namespace heddle {

// TensorBoard's debiased moving average with 0 <= weight <= 1 over all points in their order: 0 changes
// nothing. Values that are not finite are passed through and not counted; a series whose finite values are
// all equal is returned as it is. Smooth the full series first and thin it afterwards: the other way round
// the result would depend on the zoom. Source: tensorboard, line_chart_v2/data_transformer.ts
std::vector<CurvePoint> smoothCurve(const std::vector<CurvePoint>& points, double weight);

// kEma: the average above. kTimeWeightedEma: its like for runs logged at different densities; what lies d
// training steps back counts decay^(d / kStepsPerUnit) with decay = min(sqrt(weight), 0.999), so that neither
// zoom nor axis nor logging interval changes how far it looks back (after the "time weighted EMA" of Weights
// & Biases, whose unit is a part of the visible range instead). kGaussian and kWindow look at both sides: a
// Gaussian of gaussianSigma() points, cut at three of them, and the plain mean of windowPoints() points; at
// the ends of a series and around values that are not finite they take the points there are.
enum class SmoothingKind { kEma, kTimeWeightedEma, kGaussian, kWindow };
inline constexpr int kSmoothingKinds = 4;

struct Smoothing {
  double weight = 0.6;  // 0 = off .. 0.999; 1 / (1 - weight) is how many points count
  SmoothingKind kind = SmoothingKind::kEma;
  friend bool operator==(const Smoothing&, const Smoothing&) = default;
};

// As files have it: "ema", "time_weighted_ema", "gaussian", "window".
std::string_view smoothingKey(SmoothingKind kind);
std::optional<SmoothingKind> smoothingKindFromKey(std::string_view key);

double timeWeightedDecay(double weight);  // per training step
double gaussianSigma(double weight);      // in points: half of those that count; its noise is about the EMA's
int64_t windowPoints(double weight);      // odd; 1 when weight is 0
int64_t smoothingReach(const Smoothing& smoothing);  // points after one that can change it: 0 for averages

// All kinds keep the promises of the average: weight 0 changes nothing, values that are not finite pass
// through, a constant series stays as it is. `before` may hold the result for the first points of the same
// series: then a centred kind computes only what the points behind them can change.
std::vector<CurvePoint> smoothCurve(const std::vector<CurvePoint>& points, const Smoothing& smoothing,
                                    const std::vector<CurvePoint>& before = {});

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
