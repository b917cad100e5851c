#include "views/curves/curve_store.h"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QTest>
#include <algorithm>

#include "tests/views/curve_test_support.h"

namespace heddle::ui {
namespace {

TEST(CurveStores, SmoothLongSeriesBesideTheWindow) {
  CurveStore store;
  QSignalSpy changed(&store, &CurveStore::changed);
  store.setSmoothing({.weight = 0.9});
  store.set(QStringLiteral("run"), QStringLiteral("m"), falling(300000));
  const auto smoothed = [&] {
    const Curve* curve = store.find(QStringLiteral("run"), QStringLiteral("m"));
    return curve->smooth != nullptr && curve->smooth->size() == 300000;
  };
  EXPECT_FALSE(smoothed());  // the call did not wait
  ASSERT_TRUE(QTest::qWaitFor(smoothed, 10000));
  // Debiased: y0 = 10, then (0.9 * 0.1 * y0 + 0.1 * y1) / (1 - 0.81).
  const Curve* curve = store.find(QStringLiteral("run"), QStringLiteral("m"));
  const double second = (0.09 * (*curve->raw)[0].y + 0.1 * (*curve->raw)[1].y) / 0.19;
  EXPECT_NEAR((*curve->smooth)[1].y, second, 1e-12);
}

TEST(CurveStores, AppendedPointsLeaveTheCurveAsIfItHadComeWhole) {
  for (const SmoothingKind kind : {SmoothingKind::kEma, SmoothingKind::kTimeWeightedEma,
                                   SmoothingKind::kGaussian, SmoothingKind::kWindow}) {
    const Smoothing how{.weight = 0.8, .kind = kind};
    CurveStore store;
    store.setSmoothing(how);
    const auto all = falling(400);
    const QString run = QStringLiteral("run");
    const QString metric = QStringLiteral("m");
    for (size_t from = 0; from < all.size(); from += 50) {
      const auto begin = all.begin() + static_cast<ptrdiff_t>(from);
      store.append(run, metric, {begin, begin + 50});
    }
    const auto same = [&](const std::vector<CurvePoint>& raw) {
      const auto expected = smoothCurve(raw, how);
      const Points smooth = store.find(run, metric)->smooth;
      return std::equal(expected.begin(), expected.end(), smooth->begin(), smooth->end(),
                        [](const CurvePoint& a, const CurvePoint& b) { return a.y == b.y; });
    };
    EXPECT_TRUE(same(all)) << smoothingKey(kind);
    // A restart at step 200 takes the place of what follows.
    store.append(run, metric, {at(200, 50), at(201, 60)});
    std::vector<CurvePoint> restarted(all.begin(), all.begin() + 200);
    restarted.push_back(at(200, 50));
    restarted.push_back(at(201, 60));
    EXPECT_TRUE(same(restarted)) << smoothingKey(kind);
  }
}

TEST(CurveStores, KeepWhatWasReplacedWhilePointsArriveAndSmoothItAnew) {
  CurveStore store;
  store.setSmoothing({.weight = 0.5});
  const QString run = QStringLiteral("run");
  const QString metric = QStringLiteral("m");
  store.set(run, metric, falling(100), {{50, {at(51, 9), at(52, 7)}}, {90, {}}});
  EXPECT_EQ(store.parts(run, metric).size(), 2U);
  ASSERT_EQ(store.find(run, metric)->replaced.size(), 1U);
  const Points first = store.find(run, metric)->replaced[0];
  EXPECT_EQ(first->front().step, 50);
  store.append(run, metric, {at(100, 3)});
  ASSERT_EQ(store.find(run, metric)->replaced.size(), 1U);
  EXPECT_EQ(store.find(run, metric)->replaced[0], first);
  store.setSmoothing({.weight = 0});
  EXPECT_EQ((*store.find(run, metric)->replaced[0])[2].y, 7);
  store.set(run, metric, falling(100));
  EXPECT_TRUE(store.find(run, metric)->replaced.empty());
  EXPECT_TRUE(store.parts(run, QStringLiteral("other")).empty());
}

}  // namespace
}  // namespace heddle::ui
