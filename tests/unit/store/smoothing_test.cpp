#include "engine/store/smoothing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace heddle {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

std::vector<CurvePoint> pointsOf(const std::vector<double>& values) {
  std::vector<CurvePoint> points;
  for (size_t i = 0; i < values.size(); ++i) {
    points.push_back({static_cast<double>(i), values[i], static_cast<int64_t>(i)});
  }
  return points;
}

// Worked by hand with s = 1/2: last = 1/2, 5/4, 29/8; divisors 1/2, 3/4, 7/8.
TEST(SmoothingTest, TheAverageIsDebiasedAsWorkedByHand) {
  const auto smoothed = smoothCurve(pointsOf({1, 2, 6}), 0.5);
  EXPECT_DOUBLE_EQ(smoothed[0].y, 1);
  EXPECT_DOUBLE_EQ(smoothed[1].y, 5.0 / 3);
  EXPECT_DOUBLE_EQ(smoothed[2].y, 29.0 / 7);
  EXPECT_EQ(smoothed[2].x, 2);
  EXPECT_EQ(smoothed[2].step, 2);
}

// The closed form of the recursion: a mean with weights s^(n - 1 - i).
TEST(SmoothingTest, TheAverageEqualsTheWeightedMeanOfAllPointsBefore) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  std::vector<double> values;
  for (int i = 0; i < 300; ++i) {
    values.push_back(normal(random));
  }
  for (const double weight : {0.01, 0.6, 0.99, 0.999}) {
    const auto smoothed = smoothCurve(pointsOf(values), weight);
    for (size_t n = 0; n < values.size(); ++n) {
      double sum = 0;
      double weights = 0;
      for (size_t i = 0; i <= n; ++i) {
        const double share = std::pow(weight, static_cast<double>(n - i));
        sum += share * values[i];
        weights += share;
      }
      ASSERT_NEAR(smoothed[n].y, sum / weights, 1e-10);
    }
  }
}

TEST(SmoothingTest, ValuesThatAreNotFinitePassThroughAndDoNotCount) {
  const auto smoothed = smoothCurve(pointsOf({kNan, 1, kInf, 2, -kInf, 6}), 0.5);
  EXPECT_TRUE(std::isnan(smoothed[0].y));
  EXPECT_EQ(smoothed[2].y, kInf);
  EXPECT_EQ(smoothed[4].y, -kInf);
  EXPECT_DOUBLE_EQ(smoothed[1].y, 1);
  EXPECT_DOUBLE_EQ(smoothed[3].y, 5.0 / 3);
  EXPECT_DOUBLE_EQ(smoothed[5].y, 29.0 / 7);
}

TEST(SmoothingTest, AConstantSeriesIsReturnedUnchangedToTheLastBit) {
  for (const double weight : {0.1, 0.6, 0.99, 0.999}) {
    for (const CurvePoint& point : smoothCurve(pointsOf(std::vector<double>(1000, 0.1)), weight)) {
      ASSERT_EQ(point.y, 0.1);
    }
  }
  EXPECT_TRUE(smoothCurve({}, 0.6).empty());
}

TEST(SmoothingTest, WeightZeroChangesNothingAndThePastNeverChanges) {
  const auto points = pointsOf({3, 1, 4, 1, 5, 9, 2, 6});
  const auto unchanged = smoothCurve(points, 0);
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(unchanged[i].y, points[i].y);
  }
  const auto whole = smoothCurve(points, 0.9);
  const auto part = smoothCurve({points.begin(), points.begin() + 5}, 0.9);
  for (size_t i = 0; i < part.size(); ++i) {
    EXPECT_EQ(part[i].y, whole[i].y);
  }
}

// Each kind from its definition: point i counts share(i, n) in the mean at n.
template <typename Share>
double slowMean(const std::vector<CurvePoint>& points, size_t n, Share share) {
  long double sum = 0;
  long double weights = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (std::isfinite(points[i].y)) {
      const long double counts = share(i, n);
      sum += counts * points[i].y;
      weights += counts;
    }
  }
  return static_cast<double>(sum / weights);
}

double slowSmoothing(const std::vector<CurvePoint>& points, size_t at, const Smoothing& how) {
  const double length = 1 / (1 - how.weight);
  const auto distance = [](size_t i, size_t n) {
    return std::fabs(static_cast<double>(i) - static_cast<double>(n));
  };
  switch (how.kind) {
    case SmoothingKind::kEma:
      return slowMean(points, at, [&](size_t i, size_t n) {
        size_t finite = 0;
        for (size_t j = i; j < n; ++j) {
          finite += std::isfinite(points[j + 1].y) ? 1U : 0U;
        }
        return i > n ? 0 : std::pow(how.weight, static_cast<double>(finite));
      });
    case SmoothingKind::kTimeWeightedEma:
      return slowMean(points, at, [&](size_t i, size_t n) {
        const auto steps = static_cast<double>(points[n].step - points[i].step);
        return i > n ? 0 : std::pow(std::min(std::sqrt(how.weight), 0.999), steps);
      });
    case SmoothingKind::kGaussian:
      return slowMean(points, at, [&](size_t i, size_t n) {
        const double sigma = length / 2;
        const double d = distance(i, n);
        return d > std::ceil(3 * sigma) ? 0 : std::exp(-d * d / (2 * sigma * sigma));
      });
    default:
      return slowMean(points, at, [&](size_t i, size_t n) {
        return distance(i, n) > std::round(length / 2) ? 0.0 : 1.0;
      });
  }
}

constexpr SmoothingKind kAllKinds[] = {SmoothingKind::kEma, SmoothingKind::kTimeWeightedEma,
                                       SmoothingKind::kGaussian, SmoothingKind::kWindow};

std::vector<CurvePoint> unevenNoise(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<CurvePoint> points;
  int64_t step = 0;
  for (size_t i = 0; i < count; ++i) {
    step += 1 + static_cast<int64_t>(random() % 40);
    points.push_back({static_cast<double>(step) * 512, random() % 20 == 0 ? kNan : normal(random), step});
  }
  return points;
}

TEST(SmoothingKinds, EachEqualsItsDefinitionWorkedSlowly) {
  const auto points = unevenNoise(3, 250);
  for (const SmoothingKind kind : kAllKinds) {
    for (const double weight : {0.01, 0.6, 0.9, 0.99, 0.999}) {
      const auto smoothed = smoothCurve(points, Smoothing{weight, kind});
      ASSERT_EQ(smoothed.size(), points.size());
      for (size_t i = 0; i < points.size(); ++i) {
        ASSERT_EQ(smoothed[i].x, points[i].x);
        if (std::isfinite(points[i].y)) {
          ASSERT_NEAR(smoothed[i].y, slowSmoothing(points, i, {weight, kind}), 1e-10)
              << smoothingKey(kind) << " " << weight << " at " << i;
        } else {
          ASSERT_TRUE(std::isnan(smoothed[i].y));
        }
      }
    }
  }
}

TEST(SmoothingKinds, AConstantNoPointOnePointAndWeightZeroStayAsTheyAre) {
  auto constant = pointsOf(std::vector<double>(700, 0.1));
  constant[40].y = kInf;
  for (const SmoothingKind kind : kAllKinds) {
    for (const double weight : {0.1, 0.6, 0.99, 0.999}) {
      const auto same = smoothCurve(constant, Smoothing{weight, kind});
      for (size_t i = 0; i < constant.size(); ++i) {
        ASSERT_EQ(same[i].y, constant[i].y) << smoothingKey(kind);
      }
      EXPECT_TRUE(smoothCurve({}, Smoothing{weight, kind}).empty());
      EXPECT_EQ(smoothCurve(pointsOf({7.3}), Smoothing{weight, kind})[0].y, 7.3);
      EXPECT_EQ(smoothCurve(pointsOf({-kInf}), Smoothing{weight, kind})[0].y, -kInf);
    }
    EXPECT_EQ(smoothCurve(pointsOf({3, 1, 4}), Smoothing{0, kind})[1].y, 1);
  }
}

// The same fall logged ten times as often is smoothed alike only where steps are what counts.
TEST(SmoothingKinds, TheTimeWeightedAverageLooksBackAsFarAtEveryDensity) {
  const auto decline = [](int64_t every) {
    std::vector<CurvePoint> points;
    for (int64_t step = 0; step <= 2000; step += every) {
      points.push_back({static_cast<double>(step), step < 1000 ? 1.0 : 0.0, step});
    }
    return points;
  };
  const auto after = [&](int64_t every, SmoothingKind kind) {
    const auto smoothed = smoothCurve(decline(every), Smoothing{0.99, kind});
    return smoothed[static_cast<size_t>(1200 / every)].y;
  };
  using Kind = SmoothingKind;
  // The fall itself lies anywhere in an interval of ten steps, of which each counts less than 0.002.
  EXPECT_NEAR(after(1, Kind::kTimeWeightedEma), after(10, Kind::kTimeWeightedEma), 0.02);
  EXPECT_GT(std::fabs(after(1, Kind::kEma) - after(10, Kind::kEma)), 0.5);
}

TEST(SmoothingKinds, AppendedPointsChangeOnlyTheirNeighbourhoodAndItIsAllThatIsComputed) {
  const auto points = unevenNoise(4, 600);
  for (const SmoothingKind kind : kAllKinds) {
    for (const double weight : {0.6, 0.9, 0.99}) {
      const Smoothing how{weight, kind};
      const auto whole = smoothCurve(points, how);
      for (const size_t had : {size_t{0}, size_t{1}, size_t{400}, points.size()}) {
        auto before = smoothCurve({points.begin(), points.begin() + static_cast<ptrdiff_t>(had)}, how);
        const auto next = smoothCurve(points, how, before);
        for (size_t i = 0; i < points.size(); ++i) {
          ASSERT_TRUE(next[i].y == whole[i].y || std::isnan(points[i].y)) << smoothingKey(kind) << " " << i;
        }
        const auto settled =
            static_cast<size_t>(std::max<int64_t>(static_cast<int64_t>(had) - smoothingReach(how), 0));
        for (size_t i = 0; i < settled; ++i) {
          ASSERT_TRUE(before[i].y == whole[i].y || std::isnan(points[i].y));
        }
        // What is taken over is not looked at again.
        if (smoothingReach(how) > 0 && settled > 0) {
          before[settled - 1].y = 1234;
          EXPECT_EQ(smoothCurve(points, how, before)[settled - 1].y, 1234);
        }
      }
    }
  }
}

TEST(SmoothingKinds, AreKnownByTheirKeys) {
  for (const SmoothingKind kind : kAllKinds) {
    EXPECT_EQ(smoothingKindFromKey(smoothingKey(kind)), kind);
  }
  EXPECT_EQ(smoothingKindFromKey("other"), std::nullopt);
}

TEST(DecimationTest, EverySpikeTheEndsAndTheOrderSurvive) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values(1000 + random() % 20000);
    for (double& value : values) {
      value = static_cast<double>(random() % 1000) * 0.001;
    }
    const size_t up = random() % values.size();
    const size_t down = random() % values.size();
    values[up] = 50;
    values[down] = -50;
    const int max_points = 16 + static_cast<int>(random() % 900);
    const auto points = pointsOf(values);
    const auto kept = decimateMinMax(points, max_points, static_cast<int64_t>(random() % 5000));
    ASSERT_LE(kept.size(), static_cast<size_t>(max_points));
    ASSERT_GE(static_cast<double>(kept.size()), 0.3 * max_points);
    ASSERT_EQ(kept.front().step, 0);
    ASSERT_EQ(kept.back().step, static_cast<int64_t>(values.size()) - 1);
    ASSERT_TRUE(std::is_sorted(kept.begin(), kept.end(),
                               [](const auto& a, const auto& b) { return a.step < b.step; }));
    const auto has = [&](size_t step) {
      return std::any_of(kept.begin(), kept.end(),
                         [&](const auto& p) { return p.step == static_cast<int64_t>(step); });
    };
    ASSERT_TRUE(up == down || has(up));
    ASSERT_TRUE(has(down));
    for (const CurvePoint& point : kept) {
      ASSERT_EQ(point.y, values[static_cast<size_t>(point.step)]);
    }
  }
}

TEST(DecimationTest, GapsOfNotFiniteValuesStayVisible) {
  std::vector<double> values(10'000, 1);
  values[5000] = kNan;
  const auto kept = decimateMinMax(pointsOf(values), 100);
  EXPECT_TRUE(
      std::any_of(kept.begin(), kept.end(), [](const CurvePoint& point) { return std::isnan(point.y); }));
  EXPECT_LE(decimateMinMax(pointsOf(std::vector<double>(10'000, kNan)), 100).size(), 100u);
}

TEST(DecimationTest, FewPointsAndZeroKeepEverything) {
  const auto points = pointsOf(std::vector<double>(90, 2));
  EXPECT_EQ(decimateMinMax(points, 100).size(), 90u);
  EXPECT_EQ(decimateMinMax(points, 0).size(), 90u);
  EXPECT_TRUE(decimateMinMax({}, 100).empty());
}

// Panning and growing must not move the buckets: what was kept of them stays.
TEST(DecimationTest, BucketsDoNotMoveWhenACurveGrows) {
  std::mt19937_64 random(5);
  std::vector<double> values;
  for (int i = 0; i < 9990; ++i) {
    values.push_back(static_cast<double>(random() % 100000));
  }
  const auto before = decimateMinMax(pointsOf(values), 400);
  values.push_back(7);
  const auto after = decimateMinMax(pointsOf(values), 400);
  ASSERT_EQ(bucketWidth(9990, 400, 0), bucketWidth(9991, 400, 0));
  for (size_t i = 0; i + 3 < before.size(); ++i) {
    ASSERT_EQ(before[i].step, after[i].step);
  }
}

}  // namespace
}  // namespace heddle
