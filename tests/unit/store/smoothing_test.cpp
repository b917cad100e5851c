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
