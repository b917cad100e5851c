#include "engine/store/series.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "engine/base/clock.h"
#include "tests/unit/store/scratch.h"

namespace heddle {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

bool samePoint(const CurvePoint& a, const CurvePoint& b) {
  return a.x == b.x && a.step == b.step && (a.y == b.y || (std::isnan(a.y) && std::isnan(b.y)));
}

class SeriesTest : public StoreTest {
 protected:
  // A run whose metric "m" has `count` points from `seed`, at every third line; the exact points in `exact_`.
  // `odd_every`: one of so many values is not finite; 0 = none.
  void writePoints(int64_t count, unsigned seed, uint64_t odd_every) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    const RunFolder folder = makeRun("a");
    std::string stream;
    exact_.clear();
    for (int64_t line = 0; line < 3 * count; ++line) {
      Metrics metrics{
          line, line * 100, 1e6 * static_cast<double>(line), 0.5 * static_cast<double>(line), {{"other", 1}}};
      metrics.examples = line * 32;
      metrics.epochs = 0.25 * static_cast<double>(line);
      if (line % 3 == 1) {
        double value = random() % 1000 == 0 ? 1e6 * normal(random) : normal(random);
        if (odd_every > 0 && random() % odd_every == 0) {
          value = random() % 3 == 0 ? kNan : random() % 2 == 0 ? kInf : -kInf;
        }
        metrics.values.emplace_back("m", value);
        exact_.push_back({static_cast<double>(line), value, line});
      }
      stream += encodeEvent({1e9 + static_cast<double>(line), metrics}) + "\n";
    }
    append(folder.events(), stream);
    store_ = openStore();
    ASSERT_TRUE(store_->ingestAll().ok());
  }

  std::vector<CurvePoint> curve(double from, double to, int max_points, Axis axis = Axis::kStep) {
    const auto points = store_->curve({"a", "m", axis, from, to, max_points});
    EXPECT_TRUE(points.ok()) << (points ? "" : points.error().message());
    return points ? *points : std::vector<CurvePoint>{};
  }

  // What the same question gives on the exact points, without any pyramid.
  std::vector<CurvePoint> bruteForce(double from, double to, int max_points) const {
    const auto inside = [](double x) { return [x](const CurvePoint& point) { return point.x < x; }; };
    const auto first = std::partition_point(exact_.begin(), exact_.end(), inside(from));
    const auto last =
        std::partition_point(first, exact_.end(), [to](const CurvePoint& point) { return point.x <= to; });
    return decimateMinMax({first, last}, max_points, first - exact_.begin());
  }

  std::vector<CurvePoint> exact_;
  std::unique_ptr<Store> store_;
};

TEST_F(SeriesTest, ThePyramidAnswersExactlyAsBruteForceOnAllRanges) {
  for (const uint64_t odd_every : {0, 200, 2}) {
    SCOPED_TRACE(odd_every);
    std::filesystem::remove_all(workspace_.runs() / "a");
    writePoints(40'000, 7, odd_every);
    std::mt19937_64 random(8);
    const double end = exact_.back().x;
    for (int round = 0; round < 150; ++round) {
      double from = static_cast<double>(random() % static_cast<uint64_t>(end));
      double to = from + static_cast<double>(random() % static_cast<uint64_t>(end));
      if (round < 5) {
        from = -1e300;
        to = 1e300;
      }
      const int max_points = std::vector<int>{16, 40, 100, 1000, 2000}[static_cast<size_t>(round % 5)];
      const auto got = curve(from, to, max_points);
      const auto expected = bruteForce(from, to, max_points);
      ASSERT_LE(got.size(), static_cast<size_t>(max_points));
      ASSERT_EQ(got.size(), expected.size()) << from << " " << to << " " << max_points;
      ASSERT_TRUE(std::equal(got.begin(), got.end(), expected.begin(), samePoint)) << from << " " << to;
    }
    const auto all = curve(-1e300, 1e300, 0);
    ASSERT_EQ(all.size(), exact_.size());
    ASSERT_TRUE(std::equal(all.begin(), all.end(), exact_.begin(), samePoint));
  }
}

TEST_F(SeriesTest, EveryAxisFindsTheSamePoints) {
  writePoints(20'000, 9, 0);
  const auto by_step = curve(3000, 50'000, 500);
  ASSERT_GT(by_step.size(), 300u);
  const std::vector<std::pair<Axis, std::function<double(double)>>> axes{
      {Axis::kTokens, [](double step) { return step * 100; }},
      {Axis::kSeconds, [](double step) { return step * 0.5; }},
      {Axis::kFlops, [](double step) { return step * 1e6; }},
      {Axis::kWallTime, [](double step) { return 1e9 + step; }},
      {Axis::kExamples, [](double step) { return step * 32; }},
      {Axis::kEpochs, [](double step) { return step * 0.25; }}};
  for (const auto& [axis, x] : axes) {
    const auto got = curve(x(3000), x(50'000), 500, axis);
    ASSERT_EQ(got.size(), by_step.size());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].x, x(by_step[i].x));
      ASSERT_EQ(got[i].y, by_step[i].y);
      ASSERT_EQ(got[i].step, by_step[i].step);
      ASSERT_EQ(got[i].seconds, 0.5 * by_step[i].x);
    }
  }
}

TEST_F(SeriesTest, AnAxisThatGoesBackwardsIsSortedAndLosesNothing) {
  const RunFolder folder = makeRun("a");
  // The clock was set back by an hour at step 500.
  for (int64_t step = 0; step < 1000; ++step) {
    const double time = 1e9 + 10 * static_cast<double>(step) - (step < 500 ? 0 : 3600);
    append(folder, {time, Metrics{step, step, 1, kNan, {{"m", static_cast<double>(step)}}}});
  }
  store_ = openStore();
  ASSERT_TRUE(store_->ingestAll().ok());
  const auto all = curve(-1e300, 1e300, 0, Axis::kWallTime);
  ASSERT_EQ(all.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.x < b.x; }));
  const auto part = curve(1e9 + 4000, 1e9 + 4500, 0, Axis::kWallTime);
  const auto expected = std::count_if(
      all.begin(), all.end(), [](const CurvePoint& p) { return p.x >= 1e9 + 4000 && p.x <= 1e9 + 4500; });
  EXPECT_EQ(part.size(), static_cast<size_t>(expected));
  EXPECT_GT(expected, 60);
  EXPECT_LE(curve(-1e300, 1e300, 100, Axis::kWallTime).size(), 100u);
  // An axis without any number has no points; the others are not affected.
  EXPECT_TRUE(curve(-1e300, 1e300, 0, Axis::kSeconds).empty());
  EXPECT_EQ(curve(-1e300, 1e300, 0, Axis::kStep).size(), 1000u);
}

TEST_F(SeriesTest, DroppingStepsLeavesAPyramidThatStillEqualsBruteForce) {
  const RunFolder folder = makeRun("a");
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  int64_t step = 0;
  store_ = openStore();
  for (const int64_t resume_at : {9000, 8191, 300, 256, 255, 1}) {
    std::string stream;
    while (step < 10'000) {
      ++step;
      const double value = normal(random);
      exact_.push_back({static_cast<double>(step), value, step});
      stream += encodeEvent({1e9, Metrics{step, step, 1, 1, {{"m", value}}}}) + "\n";
    }
    append(folder.events(), stream);
    ASSERT_TRUE(store_->ingestAll().ok());
    append(folder, {1e9, startOf(folder, resume_at)});
    ASSERT_TRUE(store_->ingestAll().ok());
    exact_.resize(static_cast<size_t>(resume_at));
    step = resume_at;
    for (const int max_points : {0, 16, 30, 1000}) {
      const auto got = curve(-1e300, 1e300, max_points);
      const auto expected = bruteForce(-1e300, 1e300, max_points);
      ASSERT_EQ(got.size(), expected.size());
      ASSERT_TRUE(std::equal(got.begin(), got.end(), expected.begin(), samePoint));
    }
  }
}

// The whole stream as a sequence of starts, taken apart without the store: what each start replaced.
TEST_F(SeriesTest, WhatAStartReplacesStaysReadableAsAPart) {
  const RunFolder folder = makeRun("a");
  std::mt19937_64 random(12);
  std::normal_distribution<double> normal;
  struct Expected {
    int64_t from_step;
    std::vector<CurvePoint> points;
  };
  std::vector<Expected> replaced;
  std::vector<CurvePoint> standing;
  store_ = openStore();
  int64_t step = 0;
  std::string stream;
  for (const int64_t resume_at : {700, 650, 900, 300, 0, 250}) {
    for (const int64_t end = 1000; step < end;) {
      ++step;
      Metrics metrics{step, step, 1, 0.5 * static_cast<double>(step), {{"always", 1}}};
      if (step % 3 == 0) {
        metrics.values.emplace_back("m", normal(random));
        standing.push_back({static_cast<double>(step), metrics.values.back().second, step});
      }
      stream += encodeEvent({1e9 + static_cast<double>(step), metrics}) + "\n";
    }
    stream += encodeEvent({2e9, startOf(folder, resume_at)}) + "\n";
    Expected part{resume_at > 0 ? resume_at : -1, {}};
    const auto first = std::find_if(standing.begin(), standing.end(), [&](const CurvePoint& point) {
      return point.step > resume_at || resume_at == 0;
    });
    part.points.assign(first, standing.end());
    standing.erase(first, standing.end());
    replaced.push_back(std::move(part));
    step = resume_at;
  }
  append(folder.events(), stream);
  ASSERT_TRUE(store_->ingestAll().ok());
  EXPECT_EQ(*store_->replacedPartCount("a"), 6);
  const auto parts = store_->replacedParts({.run_id = "a", .metric = "m", .max_points = 0});
  ASSERT_TRUE(parts.ok());
  ASSERT_EQ(parts->size(), replaced.size());
  for (size_t i = 0; i < replaced.size(); ++i) {
    EXPECT_EQ((*parts)[i].from_step, replaced[i].from_step);
    const std::vector<CurvePoint>& points = (*parts)[i].points;
    ASSERT_EQ(points.size(), replaced[i].points.size()) << i;
    EXPECT_TRUE(std::equal(points.begin(), points.end(), replaced[i].points.begin(), samePoint)) << i;
  }
  const auto seconds =
      store_->replacedParts({.run_id = "a", .metric = "m", .axis = Axis::kSeconds, .max_points = 0});
  EXPECT_EQ((*seconds)[2].points.back().x, 0.5 * (*parts)[2].points.back().x);
  EXPECT_EQ((*seconds)[2].points.back().seconds, 0.5 * (*parts)[2].points.back().x);
  EXPECT_TRUE(store_->replacedParts({.run_id = "absent", .metric = "m"})->empty());
  EXPECT_EQ(*store_->replacedPartCount("absent"), 0);
}

TEST_F(SeriesTest, AMetricIsAnAxisForWhatWasLoggedAtTheSameSteps) {
  const RunFolder folder = makeRun("a");
  std::string stream;
  for (int64_t step = 1; step <= 100; ++step) {
    const auto at = static_cast<double>(step);
    stream += encodeEvent({1e9, Metrics{step, step, 1, 1, {{"rate", 1 / at}}}}) + "\n";
    if (step % 10 == 0) {  // a line of its own, as an evaluation has
      stream += encodeEvent({1e9, Metrics{step, step, 1, 1, {{"eval", at}}}}) + "\n";
    }
  }
  stream += encodeEvent({1e9, Metrics{110, 110, 1, 1, {{"eval", 110}}}}) + "\n";
  append(folder.events(), stream);
  store_ = openStore();
  ASSERT_TRUE(store_->ingestAll().ok());
  const auto all = store_->curve({.run_id = "a", .metric = "eval", .max_points = 0, .x_metric = "rate"});
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 10u);  // not step 110, which has no rate
  for (size_t i = 0; i < all->size(); ++i) {
    const auto step = static_cast<double>(100 - 10 * i);
    EXPECT_TRUE(samePoint((*all)[i], {1 / step, step, static_cast<int64_t>(step)})) << i;
  }
  const auto some =
      store_->curve({.run_id = "a", .metric = "eval", .from_x = 0.015, .to_x = 0.03, .x_metric = "rate"});
  ASSERT_EQ(some->size(), 3u);  // 1/60, 1/50, 1/40
  EXPECT_TRUE(store_->curve({.run_id = "a", .metric = "eval", .x_metric = "absent"})->empty());
}

TEST_F(SeriesTest, ARunOfAnOlderVersionHasNoPointsOnTheAxesItLacks) {
  const RunFolder folder = makeRun("a");
  for (int64_t step = 1; step <= 3; ++step) {
    append(folder, {1e9, Metrics{step, step, 1, 1, {{"m", 1}}}});
  }
  store_ = openStore();
  ASSERT_TRUE(store_->ingestAll().ok());
  EXPECT_TRUE(curve(-1e300, 1e300, 0, Axis::kExamples).empty());
  EXPECT_TRUE(curve(-1e300, 1e300, 0, Axis::kEpochs).empty());
  EXPECT_EQ(curve(-1e300, 1e300, 0, Axis::kTokens).size(), 3u);
}

TEST_F(SeriesTest, UnknownRunsMetricsAndEmptyRangesGiveNoPoints) {
  writePoints(100, 1, 0);
  EXPECT_TRUE(store_->curve({"absent", "m"})->empty());
  EXPECT_TRUE(store_->curve({"a", "absent"})->empty());
  EXPECT_TRUE(curve(5, 4, 100).empty());
  EXPECT_TRUE(curve(1e6, 2e6, 100).empty());
  EXPECT_EQ(curve(1, 1, 100).size(), 1u);
}

}  // namespace
}  // namespace heddle
