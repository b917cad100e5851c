#include "views/curves/curve_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/views/curve_test_support.h"
#include "views/curves/curve_extent.h"
#include "views/curves/zoom_history.h"

namespace heddle::ui {
namespace {

TEST(CurveData, ARestartTakesThePlaceOfWhatItRepeats) {
  const auto kept = lastWins({at(1, 1), at(2, 2), at(3, 3), at(2, 20), at(3, 30), at(4, 40)});
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_EQ(kept[0].y, 1);
  EXPECT_EQ(kept[1].y, 20);
  EXPECT_EQ(kept[3].y, 40);
}

TEST(CurveData, ThePointAtAPlaceIsTheLastOneBefore) {
  const std::vector<CurvePoint> points = {at(10, 1), at(20, 2), at(30, 3)};
  EXPECT_EQ(pointAt(points, 25)->step, 20);
  EXPECT_EQ(pointAt(points, 5)->step, 10);
  EXPECT_EQ(pointAt(points, 99)->step, 30);
  EXPECT_EQ(pointAt({}, 1), nullptr);
}

TEST(CurveData, HeldOutLossSharesTheChartOfTheTrainingLoss) {
  const auto charts = chartsOf(usualMetrics());
  ASSERT_EQ(charts.size(), 6U);
  EXPECT_EQ(charts[0], (QStringList{QStringLiteral("train/loss"), QStringLiteral("eval/mlm_loss")}));
  EXPECT_EQ(chartsOf({QStringLiteral("eval/mlm_loss")}).size(), 1U);
}

TEST(CurveExtent, TheCountOfHiddenOutliersIsExactForAMillionPoints) {
  constexpr int kCount = 1000000;
  std::mt19937 generator(3);
  std::normal_distribution<double> noise(0, 0.1);
  std::vector<CurvePoint> points;
  for (int step = 0; step < kCount; ++step) {
    points.push_back(at(step, 2 + noise(generator)));
  }
  int64_t spikes = 0;
  for (int step = 1000; step < kCount - 1000; step += 1 + static_cast<int>(generator() % 5000)) {
    points[static_cast<size_t>(step)].y = step % 2 == 0 ? 100 : -100;
    ++spikes;
  }
  const auto extent =
      extentY({std::make_shared<const CurvePoints>(points)}, {0.0, double(kCount)}, false, true);
  ASSERT_TRUE(extent.has_value());
  const Span shown = padded(extent->span, false, 0.05);
  const auto beyond = std::count_if(points.begin(), points.end(), [&](const CurvePoint& point) {
    return point.y < shown.lower || point.y > shown.upper;
  });
  EXPECT_EQ(extent->hidden, beyond);
  EXPECT_EQ(extent->hidden, spikes);
}

TEST(CurveExtent, TheEndOfASeriesThatBrokeIsItsLastNumber) {
  std::vector<CurvePoint> points = falling(1000);
  points.back().y = kNaN;
  const auto extent = extentY({std::make_shared<const CurvePoints>(points)}, {0, 999}, false, true);
  ASSERT_TRUE(extent.has_value());
  EXPECT_EQ(extent->span, (Span{points[998].y, 10}));
}

TEST(CurveExtent, OutliersAreLeftOutAndCounted) {
  std::vector<CurvePoint> points;
  for (int step = 0; step < 1000; ++step) {
    points.push_back(at(step, 2 + 0.001 * (step % 100)));
  }
  points[3].y = 1000;
  points[4].y = -500;
  const std::vector<Points> series = {std::make_shared<const CurvePoints>(points)};
  const auto without = extentY(series, {0, 999}, false, true);
  ASSERT_TRUE(without.has_value());
  EXPECT_EQ(without->hidden, 2);
  EXPECT_NEAR(without->span.lower, 2.0, 0.01);
  EXPECT_NEAR(without->span.upper, 2.1, 0.01);
  const auto with = extentY(series, {0, 999}, false, false);
  EXPECT_EQ(with->span, (Span{-500, 1000}));
  EXPECT_EQ(with->hidden, 0);
  EXPECT_FALSE(extentY(series, {5000, 6000}, false, true).has_value());
}

TEST(CurveExtent, TheFallFromTheFirstToTheLastPointIsNoOutlier) {
  std::vector<CurvePoint> points;
  for (int step = 0; step < 5000; ++step) {
    points.push_back(at(step, 3 + 8 * std::exp(-step / 30.0)));
  }
  const auto extent = [&] {
    return extentY({std::make_shared<const CurvePoints>(points)}, {0, 4999}, false, true);
  };
  ASSERT_TRUE(extent().has_value());
  EXPECT_EQ(extent()->hidden, 0);
  EXPECT_GT(extent()->span.upper, 10);
  // A single value that is off at the very start is one all the same.
  points.front().y = 1e6;
  EXPECT_EQ(extent()->hidden, 1);
  EXPECT_LT(extent()->span.upper, 12);
}

// Against plain loops over made values.
TEST(CurveData, ASummaryIsOfTheRecordedValuesInTheRange) {
  std::mt19937 generator(5);
  for (int round = 0; round < 100; ++round) {
    std::vector<CurvePoint> points;
    for (int step = 0; step < 300; ++step) {
      points.push_back(at(3 * step, generator() % 7 == 0 ? kNaN : static_cast<double>(generator() % 50)));
    }
    const double lower = static_cast<double>(generator() % 900);
    const Span range{lower, lower + static_cast<double>(generator() % 300)};
    std::vector<CurvePoint> inside;
    std::copy_if(points.begin(), points.end(), std::back_inserter(inside), [&](const CurvePoint& point) {
      return point.x >= range.lower && point.x <= range.upper && std::isfinite(point.y);
    });
    const RangeSummary summary = summarize(CurvePoints(points), range);
    ASSERT_EQ(summary.count, static_cast<int64_t>(inside.size()));
    if (inside.empty()) {
      continue;
    }
    const auto lowest = [](const CurvePoint& a, const CurvePoint& b) { return a.y < b.y; };
    EXPECT_EQ(summary.low, std::min_element(inside.begin(), inside.end(), lowest)->y);
    EXPECT_EQ(summary.low_step, std::min_element(inside.begin(), inside.end(), lowest)->step);
    const auto highest = std::max_element(inside.begin(), inside.end(), lowest);
    EXPECT_EQ(summary.high, highest->y);
    EXPECT_EQ(summary.high_step, highest->step);
    EXPECT_EQ(summary.start, inside.front().y);
    EXPECT_EQ(summary.end, inside.back().y);
    double sum = 0;
    for (const CurvePoint& point : inside) {
      sum += point.y;
    }
    EXPECT_NEAR(summary.mean * static_cast<double>(inside.size()), sum, 1e-9);
  }
}

// What a viewer of the run would have seen at the moment of each start, smoothed, from its part on.
TEST(CurveData, AReplacedPartIsSmoothedAsTheLineThatItEnded) {
  std::mt19937 generator(6);
  for (int round = 0; round < 50; ++round) {
    std::vector<CurvePoint> line;
    std::vector<ReplacedPart> parts;
    std::vector<std::vector<CurvePoint>> before;
    int64_t step = 0;
    for (int start = 0; start < 4; ++start) {
      for (const int64_t end = step + static_cast<int64_t>(generator() % 20); step < end;) {
        ++step;
        line.push_back(at(step, static_cast<double>(generator() % 100)));
      }
      const int64_t from = static_cast<int64_t>(generator() % static_cast<uint64_t>(step + 1));
      before.push_back(line);
      const auto kept = std::partition_point(line.begin(), line.end(),
                                             [&](const CurvePoint& point) { return point.step <= from; });
      parts.push_back({from, {kept, line.end()}});
      line.erase(kept, line.end());
      step = from;
    }
    const Smoothing smoothing{.weight = 0.8};
    const std::vector<Points> smoothed = smoothReplaced(line, parts, smoothing);
    size_t next = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].points.empty()) {
        continue;
      }
      ASSERT_LT(next, smoothed.size());
      const CurvePoints& got = *smoothed[next++];
      const std::vector<CurvePoint> whole = smoothCurve(before[i], smoothing);
      ASSERT_EQ(got.size(), std::min(parts[i].points.size() + 1, whole.size()));
      for (size_t k = 0; k < got.size(); ++k) {
        EXPECT_EQ(got[k].y, whole[whole.size() - got.size() + k].y);
      }
    }
    EXPECT_EQ(next, smoothed.size());
  }
}

TEST(ZoomHistories, GoBackForwardAndForgetWhatWasGivenUp) {
  ZoomHistory zoom;
  zoom.now.x = {0, 10};
  EXPECT_FALSE(zoom.goBack());
  zoom.remember();
  zoom.now.x = {2, 8};
  zoom.remember();
  zoom.now.x = {3, 4};
  EXPECT_TRUE(zoom.goBack());
  EXPECT_EQ(zoom.now.x, (Span{2, 8}));
  EXPECT_TRUE(zoom.goBack());
  EXPECT_EQ(zoom.now.x, (Span{0, 10}));
  EXPECT_TRUE(zoom.goForward());
  EXPECT_EQ(zoom.now.x, (Span{2, 8}));
  zoom.remember();
  EXPECT_FALSE(zoom.canGoForward());
  zoom.now.x = {5, 6};
  zoom.undo();
  EXPECT_EQ(zoom.now.x, (Span{2, 8}));
  EXPECT_TRUE(zoom.goBack());
  EXPECT_EQ(zoom.now.x, (Span{0, 10}));
}

}  // namespace
}  // namespace heddle::ui
