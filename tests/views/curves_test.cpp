#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QImage>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>

#include "tests/views/view_test_support.h"
#include "views/common/empty_state.h"
#include "views/common/palette.h"
#include "views/curves/curve_chart.h"
#include "views/curves/curve_data.h"
#include "views/curves/curve_store.h"
#include "views/curves/curve_table_model.h"
#include "views/curves/curve_tooltip.h"
#include "views/curves/curves_view.h"
#include "views/curves/range_dialog.h"

namespace heddle::ui {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

CurvePoint at(int64_t step, double y) {
  return {.x = static_cast<double>(step), .y = y, .step = step, .seconds = step * 0.5};
}

std::vector<CurvePoint> falling(int count) {
  std::vector<CurvePoint> points;
  for (int step = 0; step < count; ++step) {
    points.push_back(at(step, 10.0 - 8.0 * step / count));
  }
  return points;
}

PlotArea area(double width, const Span& x, const Span& y) {
  return {.pixels = QRectF(0, 0, width, 100), .x = x, .y = y};
}

TEST(CurveData, ARestartTakesThePlaceOfWhatItRepeats) {
  const auto kept = lastWins({at(1, 1), at(2, 2), at(3, 3), at(2, 20), at(3, 30), at(4, 40)});
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_EQ(kept[0].y, 1);
  EXPECT_EQ(kept[1].y, 20);
  EXPECT_EQ(kept[3].y, 40);
}

TEST(CurveData, PixelsAndValuesAgreeOnBothScales) {
  PlotArea where = area(200, {1, 1000}, {0.1, 10});
  for (const bool logarithmic : {false, true}) {
    where.log_x = where.log_y = logarithmic;
    EXPECT_NEAR(where.toX(where.toPixelX(37)), 37, 1e-9);
    EXPECT_NEAR(where.toY(where.toPixelY(0.7)), 0.7, 1e-12);
    EXPECT_NEAR(where.toPixelX(1), 0, 1e-9);
    EXPECT_NEAR(where.toPixelY(10), 0, 1e-9);  // the largest value is at the top
  }
  EXPECT_NEAR(where.toPixelX(std::sqrt(1000.0)), 100, 1e-9);
}

TEST(CurveData, OneSpikeAmongAHundredThousandPointsSurvives) {
  std::vector<CurvePoint> points;
  for (int step = 0; step < 100000; ++step) {
    points.push_back(at(step, step == 54321 ? 9.0 : 1.0));
  }
  const PlotArea where = area(500, {0, 100000}, {0, 10});
  std::vector<QPointF> line;
  traceLine(points, where, line);
  EXPECT_LE(line.size(), 4U * 501U);
  EXPECT_TRUE(
      std::any_of(line.begin(), line.end(), [](const QPointF& p) { return std::fabs(p.y() - 10) < 1e-9; }));
  std::vector<ColumnSpan> spans;
  traceColumns(CurvePoints(points), where, spans);
  ASSERT_EQ(spans.size(), 500U);
  EXPECT_NEAR(spans[271].top, 10, 1e-4);  // 54321 of 100000 over 500 columns
  EXPECT_NEAR(spans[271].bottom, 90, 1e-4);
  EXPECT_NEAR(spans[100].top, 90, 1e-4);
}

// What the blocks spare is looked at here: every point of every column.
std::vector<ColumnSpan> columnsPointByPoint(const std::vector<CurvePoint>& points, const PlotArea& where) {
  std::vector<ColumnSpan> spans;
  std::optional<double> previous;
  size_t next = 0;
  for (; next < points.size() && points[next].x < where.x.lower; ++next) {
    const double y = points[next].y;
    previous = std::isfinite(y) && (!where.log_y || y > 0) ? std::optional(y) : std::nullopt;
  }
  const int columns = static_cast<int>(where.pixels.width());
  for (int column = 0; column < columns; ++column) {
    const double end = column + 1 == columns ? where.x.upper : where.toX(where.pixels.left() + column + 1);
    std::vector<double> inside;
    if (previous) {
      inside.push_back(*previous);
    }
    bool any = false;
    for (; next < points.size() && (points[next].x < end || (column + 1 == columns && points[next].x == end));
         ++next) {
      const double y = points[next].y;
      previous = std::isfinite(y) && (!where.log_y || y > 0) ? std::optional(y) : std::nullopt;
      if (previous) {
        any = true;
        inside.push_back(y);
      }
    }
    if (any) {
      const auto [low, high] = std::minmax_element(inside.begin(), inside.end());
      spans.push_back({.column = column,
                       .top = static_cast<float>(where.toPixelY(*high)),
                       .bottom = static_cast<float>(where.toPixelY(*low))});
    }
  }
  return spans;
}

TEST(CurveData, BlocksOfPointsGiveTheColumnsThatAllPointsGive) {
  std::mt19937 generator(7);
  for (int round = 0; round < 60; ++round) {
    const int count = std::uniform_int_distribution(1, 20000)(generator);
    std::normal_distribution<double> value(1, 1);
    std::vector<CurvePoint> points;
    for (int step = 0; step < count; ++step) {
      points.push_back(at(step, generator() % 50 == 0 ? kNaN : value(generator)));
    }
    double ends[] = {std::uniform_real_distribution<double>(-10, count)(generator),
                     std::uniform_real_distribution<double>(-10, count + 10)(generator)};
    std::sort(std::begin(ends), std::end(ends));
    PlotArea where = area(1 + static_cast<double>(generator() % 300), {ends[0], ends[1] + 1}, {0.1, 4});
    where.log_y = round % 2 == 1;
    std::vector<ColumnSpan> spans;
    traceColumns(CurvePoints(points), where, spans);
    const std::vector<ColumnSpan> expected = columnsPointByPoint(points, where);
    ASSERT_EQ(spans.size(), expected.size()) << "round " << round;
    for (size_t i = 0; i < spans.size(); ++i) {
      EXPECT_EQ(spans[i].column, expected[i].column);
      EXPECT_NEAR(spans[i].top, expected[i].top, 1e-3);
      EXPECT_NEAR(spans[i].bottom, expected[i].bottom, 1e-3);
    }
  }
}

TEST(CurveData, TheCountOfHiddenOutliersIsExactForAMillionPoints) {
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

TEST(CurveData, TheEndOfASeriesThatBrokeIsItsLastNumber) {
  std::vector<CurvePoint> points = falling(1000);
  points.back().y = kNaN;
  const auto extent = extentY({std::make_shared<const CurvePoints>(points)}, {0, 999}, false, true);
  ASSERT_TRUE(extent.has_value());
  EXPECT_EQ(extent->span, (Span{points[998].y, 10}));
}

TEST(CurveTooltips, ListTheNearestCurvesFirstAndSayHowManyMoreThereAre) {
  std::vector<DrawnCurve> curves;
  for (int run = 0; run < 7; ++run) {
    const auto points = std::make_shared<const CurvePoints>(
        std::vector<CurvePoint>{at(0, run), at(100, run == 6 ? kNaN : run)});
    curves.push_back({.curve = {.run_id = {}, .metric = {}, .raw = points, .smooth = points},
                      .name = QStringLiteral("run <%1>").arg(6 - run),
                      .style = run});
  }
  const PlotArea where = area(100, {0, 100}, {0, 10});
  const QPointF pointer(50, where.toPixelY(3.2));
  const auto order = [&](TooltipOrder wanted) {
    QString names;
    for (const TooltipLine& line : tooltipLines(curves, where, pointer, wanted)) {
      names += line.curve->name[5];
    }
    return names;
  };
  EXPECT_EQ(order(TooltipOrder::kNearest), QStringLiteral("3241506"));
  EXPECT_EQ(order(TooltipOrder::kTable), QStringLiteral("6543210"));
  EXPECT_EQ(order(TooltipOrder::kAscending), QStringLiteral("6543210"));
  EXPECT_EQ(order(TooltipOrder::kDescending), QStringLiteral("0123456"));
  EXPECT_EQ(order(TooltipOrder::kAlphabetical), QStringLiteral("0123456"));
  const QString text =
      tooltipText(tooltipLines(curves, where, pointer, TooltipOrder::kNearest), lightPalette());
  EXPECT_TRUE(text.contains(QStringLiteral("run &lt;3&gt;"))) << text.toStdString();
  EXPECT_FALSE(text.contains(QStringLiteral("&lt;0&gt;")));
  EXPECT_TRUE(text.endsWith(QStringLiteral("2 more")));
  // Where no curve runs there is nothing to tell.
  EXPECT_TRUE(tooltipLines(curves, where, QPointF(101, 50), TooltipOrder::kNearest).empty());
  EXPECT_TRUE(tooltipText({}, lightPalette()).isEmpty());
}

TEST(RangeDialogs, TakeTwoNumbersOrNone) {
  RangeDialog dialog(
      {.x_title = QStringLiteral("Step"), .y_title = QStringLiteral("train/loss"), .log_y = true},
      {.x = Span{10, 20}, .y = {}}, nullptr);
  EXPECT_TRUE(dialog.problem().isEmpty());
  EXPECT_EQ(dialog.ranges(), (FixedRanges{.x = Span{10, 20}, .y = {}}));
  const auto line = [&](const QString& name) {
    for (QLineEdit* each : dialog.findChildren<QLineEdit*>()) {
      if (each->accessibleName() == name) {
        return each;
      }
    }
    return static_cast<QLineEdit*>(nullptr);
  };
  line(QStringLiteral("Step from"))->setText(QStringLiteral("20"));
  EXPECT_TRUE(dialog.problem().contains(QStringLiteral("smaller")));
  line(QStringLiteral("Step from"))->clear();
  EXPECT_TRUE(dialog.problem().contains(QStringLiteral("two numbers")));
  line(QStringLiteral("Step to"))->clear();
  EXPECT_TRUE(dialog.problem().isEmpty());
  EXPECT_FALSE(dialog.ranges().x.has_value());
  line(QStringLiteral("train/loss from"))->setText(QStringLiteral("0"));
  line(QStringLiteral("train/loss to"))->setText(QStringLiteral("1e1"));
  EXPECT_TRUE(dialog.problem().contains(QStringLiteral("above zero")));
  line(QStringLiteral("train/loss from"))->setText(QStringLiteral(".1"));
  EXPECT_EQ(dialog.ranges(), (FixedRanges{.x = {}, .y = Span{.1, 10}}));
}

TEST(CurveData, AValueThatIsNoNumberBreaksTheLine) {
  std::vector<QPointF> line;
  traceLine({at(0, 1), at(10, 1), at(20, kNaN), at(30, 2), at(40, 2)}, area(400, {0, 40}, {0, 3}), line);
  ASSERT_EQ(line.size(), 5U);
  EXPECT_TRUE(std::isnan(line[2].x()));
}

TEST(CurveData, ALogarithmicAxisLeavesOutWhatIsNotPositive) {
  PlotArea where = area(400, {1, 40}, {0.1, 3});
  where.log_y = true;
  std::vector<QPointF> line;
  traceLine({at(1, 1), at(10, 0), at(20, -1), at(30, 2)}, where, line);
  ASSERT_EQ(line.size(), 3U);
  EXPECT_TRUE(std::isnan(line[1].x()));
}

TEST(CurveData, ALineReachesTheEdgesOfAZoomedView) {
  std::vector<QPointF> line;
  traceLine({at(0, 0), at(100, 10)}, area(100, {40, 60}, {0, 10}), line);
  ASSERT_EQ(line.size(), 2U);  // both points lie outside, their line crosses
  EXPECT_LT(line[0].x(), 0);
  EXPECT_GT(line[1].x(), 100);
}

TEST(CurveData, AClippedLineStaysInsideAndKeepsItsBreaks) {
  const QRectF frame(0, 0, 100, 100);
  // In, out over the top, back in; a break; a point alone; a segment that misses.
  const auto line =
      clipLine({{10, 50}, {20, -50}, {30, 50}, {kNaN, 0}, {50, 50}, {kNaN, 0}, {60, -10}, {70, -20}}, frame);
  ASSERT_EQ(line.size(), 8U);
  EXPECT_EQ(line[1], QPointF(15, 0));
  EXPECT_TRUE(std::isnan(line[2].x()));
  EXPECT_EQ(line[3], QPointF(25, 0));
  EXPECT_EQ(line[4], QPointF(30, 50));
  EXPECT_TRUE(std::isnan(line[5].x()));
  EXPECT_EQ(line[6], QPointF(50, 50));
  EXPECT_TRUE(std::isnan(line[7].x()));
  const auto crossing = clipLine({{-50, 50}, {150, 50}}, frame);
  EXPECT_EQ(crossing, (std::vector<QPointF>{{0, 50}, {100, 50}}));
}

TEST(CurveData, ThePointAtAPlaceIsTheLastOneBefore) {
  const std::vector<CurvePoint> points = {at(10, 1), at(20, 2), at(30, 3)};
  EXPECT_EQ(pointAt(points, 25)->step, 20);
  EXPECT_EQ(pointAt(points, 5)->step, 10);
  EXPECT_EQ(pointAt(points, 99)->step, 30);
  EXPECT_EQ(pointAt({}, 1), nullptr);
}

TEST(CurveData, OutliersAreLeftOutAndCounted) {
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

TEST(CurveData, TheFallFromTheFirstToTheLastPointIsNoOutlier) {
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

TEST(CurveData, HeldOutLossSharesTheChartOfTheTrainingLoss) {
  const auto charts = chartsOf(usualMetrics());
  ASSERT_EQ(charts.size(), 6U);
  EXPECT_EQ(charts[0], (QStringList{QStringLiteral("train/loss"), QStringLiteral("eval/mlm_loss")}));
  EXPECT_EQ(chartsOf({QStringLiteral("eval/mlm_loss")}).size(), 1U);
}

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

TEST(CurveTables, AreValidModelsAndFollowTheTracker) {
  CurveTableModel model;
  QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  const auto points =
      std::make_shared<const CurvePoints>(std::vector<CurvePoint>{at(0, 3), at(10, 2), at(20, kNaN)});
  model.setRows({{.name = QStringLiteral("中文"),
                  .line = {},
                  .curve = {.run_id = {}, .metric = {}, .raw = points, .smooth = points}}});
  ASSERT_EQ(model.rowCount(), 1);
  const auto text = [&](int column) { return model.index(0, column).data().toString(); };
  EXPECT_EQ(text(CurveTableModel::kRun), QStringLiteral("中文"));
  EXPECT_EQ(text(CurveTableModel::kValue), QStringLiteral("NaN"));
  model.setTracker(12.0);
  EXPECT_EQ(text(CurveTableModel::kValue), QStringLiteral("2"));
  EXPECT_EQ(text(CurveTableModel::kStep), QStringLiteral("10"));
  EXPECT_EQ(text(CurveTableModel::kRelative), QStringLiteral("0:05"));
  model.setRows({});
  EXPECT_EQ(model.rowCount(), 0);
}

class CurvesViewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    view.resize(900, 700);
    view.setVisibleRuns({{.id = QStringLiteral("a"), .name = QStringLiteral("first"), .style = 0},
                         {.id = QStringLiteral("b"), .name = QStringLiteral("second"), .style = 1}});
    view.setMetricNames({QStringLiteral("eval/mlm_loss"), QStringLiteral("train/learning_rate"),
                         QStringLiteral("train/loss")});
    view.setSmoothing(0);
    feed(1000);
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
    ASSERT_TRUE(QTest::qWaitFor([&] { return chart(0).curves().size() == 2 && plot(0).width() > 200; }));
  }

  void feed(int count) {
    std::vector<CurveSeries> series;
    for (const char* run : {"a", "b"}) {
      for (const char* metric : {"train/loss", "train/learning_rate"}) {
        series.push_back({.run_id = QString::fromLatin1(run),
                          .metric = QString::fromLatin1(metric),
                          .axis = view.axis(),
                          .raw = falling(count)});
      }
    }
    view.setSeries(std::move(series));
    QCoreApplication::processEvents();
  }

  CurveChart& chart(int index) { return *view.findChildren<CurveChart*>()[index]; }
  QWidget& plot(int index) { return *chart(index).findChild<QCustomPlot*>(); }
  QPointF inside(int index, double x, double y) {
    const QRectF pixels = chart(index).area().pixels;
    return pixels.topLeft() + QPointF(x * pixels.width(), y * pixels.height());
  }
  void settle() {
    for (int turn = 0; turn < 5; ++turn) {
      QCoreApplication::processEvents();
    }
  }

  CurvesView view;
};

TEST_F(CurvesViewTest, OpensWithOneChartPerMetricAndLossesTogether) {
  ASSERT_EQ(view.findChildren<CurveChart*>().size(), 2);
  EXPECT_EQ(chart(0).metrics(), (QStringList{QStringLiteral("train/loss"), QStringLiteral("eval/mlm_loss")}));
  EXPECT_EQ(chart(1).metrics(), QStringList{QStringLiteral("train/learning_rate")});
}

TEST_F(CurvesViewTest, TheRawLineOfAFewPointsStaysInsideTheChart) {
  view.setSmoothing(0.6);
  view.setVisibleRuns({{.id = QStringLiteral("a"), .name = QStringLiteral("first"), .style = 0}});
  view.setSeries({{.run_id = QStringLiteral("a"),
                   .metric = QStringLiteral("train/loss"),
                   .axis = view.axis(),
                   .raw = {at(0, 7.6), at(50, 6.3), at(100, 5.2)}}});
  ASSERT_TRUE(QTest::qWaitFor([&] { return chart(0).area().x.upper < 200; }));
  EXPECT_LE(chart(0).area().y.lower, 5.2);
  EXPECT_GE(chart(0).area().y.upper, 7.6);
}

TEST_F(CurvesViewTest, EveryControlIsInSightOnANarrowScreen) {
  view.resize(520, 600);
  settle();
  EXPECT_LE(view.minimumSizeHint().width(), 520);
  for (const QToolButton* button : view.findChildren<QToolButton*>()) {
    if (qobject_cast<CurveChart*>(button->parentWidget()) == nullptr) {
      EXPECT_TRUE(view.rect().contains(QRect(button->mapTo(&view, QPoint(0, 0)), button->size())))
          << button->text().toStdString();
    }
  }
}

TEST_F(CurvesViewTest, ADragZoomsToItsBox) {
  const PlotArea before = chart(0).area();
  const QPointF from = inside(0, 0.25, 0.25);
  const QPointF to = inside(0, 0.75, 0.5);
  drag(plot(0), from, to);
  EXPECT_FALSE(chart(0).followsX());
  EXPECT_FALSE(chart(0).followsY());
  const PlotArea after = chart(0).area();
  EXPECT_NEAR(after.x.lower, before.toX(from.x()), 1e-6);
  EXPECT_NEAR(after.x.upper, before.toX(to.x()), 1e-6);
  EXPECT_NEAR(after.y.lower, before.toY(to.y()), 1e-6);
  EXPECT_NEAR(after.y.upper, before.toY(from.y()), 1e-6);
}

TEST_F(CurvesViewTest, LiveDataNeverMovesAZoomedViewAndMovesAFollowingOne) {
  drag(plot(0), inside(0, 0.25, 0.25), inside(0, 0.75, 0.5));
  const PlotArea zoomed = chart(0).area();
  const double following = chart(1).area().x.upper;
  CurveSeries more{.run_id = QStringLiteral("a"),
                   .metric = QStringLiteral("train/loss"),
                   .axis = Axis::kStep,
                   .raw = {at(5000, 1)}};
  view.appendPoints(more);
  more.metric = QStringLiteral("train/learning_rate");
  view.appendPoints(more);
  ASSERT_TRUE(QTest::qWaitFor([&] { return chart(1).area().x.upper > following; }));
  EXPECT_EQ(chart(0).area().x, zoomed.x);
  EXPECT_EQ(chart(0).area().y, zoomed.y);
  EXPECT_GE(chart(1).area().x.upper, 5000);
}

TEST_F(CurvesViewTest, TheWheelZoomsAtThePointerAndOverAnAxisOnlyThatAxis) {
  const QPointF place = inside(0, 0.3, 0.6);
  const PlotArea before = chart(0).area();
  turnWheel(plot(0), place, 1);
  const PlotArea zoomed = chart(0).area();
  EXPECT_NEAR(zoomed.x.size(), before.x.size() * 0.85, 1e-6);
  EXPECT_NEAR(zoomed.toX(place.x()), before.toX(place.x()), 1e-6);
  EXPECT_NEAR(zoomed.toY(place.y()), before.toY(place.y()), 1e-6);
  const QRectF pixels = zoomed.pixels;
  turnWheel(plot(0), QPointF(pixels.center().x(), pixels.bottom() + 12), 1);
  EXPECT_NEAR(chart(0).area().x.size(), zoomed.x.size() * 0.85, 1e-6);
  EXPECT_EQ(chart(0).area().y, zoomed.y);
  turnWheel(plot(0), QPointF(pixels.left() - 8, pixels.center().y()), -1);
  EXPECT_NEAR(chart(0).area().y.size(), zoomed.y.size() / 0.85, 1e-6);
}

TEST_F(CurvesViewTest, ShiftOrTheMiddleButtonPans) {
  const PlotArea before = chart(0).area();
  const double tenth = before.x.size() / 10;
  drag(plot(0), inside(0, 0.5, 0.5), inside(0, 0.4, 0.5), Qt::LeftButton, Qt::ShiftModifier);
  EXPECT_NEAR(chart(0).area().x.lower, before.x.lower + tenth, 1e-6 * before.x.size());
  drag(plot(0), inside(0, 0.4, 0.5), inside(0, 0.5, 0.5), Qt::MiddleButton);
  EXPECT_NEAR(chart(0).area().x.lower, before.x.lower, 1e-6 * before.x.size());
}

TEST_F(CurvesViewTest, ADoubleClickShowsEverythingAndAltLeftGoesBack) {
  drag(plot(0), inside(0, 0.25, 0.25), inside(0, 0.75, 0.5));
  const PlotArea zoomed = chart(0).area();
  QTest::mouseDClick(&plot(0), Qt::LeftButton, Qt::NoModifier, inside(0, 0.5, 0.5).toPoint());
  EXPECT_TRUE(chart(0).followsX());
  EXPECT_TRUE(chart(0).followsY());
  QTest::keyClick(&plot(0), Qt::Key_Left, Qt::AltModifier);
  EXPECT_EQ(chart(0).area().x, zoomed.x);
  QTest::keyClick(&plot(0), Qt::Key_Right, Qt::AltModifier);
  EXPECT_TRUE(chart(0).followsX());
}

TEST_F(CurvesViewTest, ThePointerReadsTheCurvesUnderIt) {
  movePointer(plot(0), inside(0, 0.5, 0.5));
  EXPECT_TRUE(QToolTip::text().contains(QStringLiteral("first"))) << QToolTip::text().toStdString();
  EXPECT_TRUE(QToolTip::text().contains(QStringLiteral("Smoothed")));
  movePointer(plot(0), QPointF(2, 2));
  EXPECT_TRUE(QTest::qWaitFor([] { return !QToolTip::isVisible(); }));
}

TEST_F(CurvesViewTest, FixedRangesHoldAgainstNewDataAndAreAStepOfTheZoomHistory) {
  chart(0).setRanges({.x = Span{100, 200}, .y = Span{1, 9}});
  feed(2000);
  EXPECT_EQ(chart(0).area().x, (Span{100, 200}));
  EXPECT_EQ(chart(0).area().y, (Span{1, 9}));
  chart(0).setRanges({.x = {}, .y = Span{1, 9}});
  EXPECT_TRUE(chart(0).followsX());
  EXPECT_FALSE(chart(0).followsY());
  ASSERT_TRUE(chart(0).goBack());
  EXPECT_EQ(chart(0).area().x, (Span{100, 200}));
}

TEST_F(CurvesViewTest, TheMenuOfAChartNamesWhatGesturesDo) {
  const auto open = [&] {
    QContextMenuEvent event(QContextMenuEvent::Mouse, inside(0, 0.5, 0.5).toPoint(),
                            plot(0).mapToGlobal(inside(0, 0.5, 0.5).toPoint()));
    QCoreApplication::sendEvent(&plot(0), &event);
    return qobject_cast<QMenu*>(QApplication::activePopupWidget());
  };
  const auto action = [](QMenu& menu, const QString& text) {
    const auto all = menu.findChildren<QAction*>();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](QAction* each) { return each->text() == text; });
    return found == all.end() ? nullptr : *found;
  };
  QPointer<QMenu> menu = open();
  ASSERT_NE(menu, nullptr);
  EXPECT_FALSE(action(*menu, QStringLiteral("Zoom back"))->isEnabled());
  action(*menu, QStringLiteral("by name"))->trigger();
  menu->close();
  drag(plot(0), inside(0, 0.25, 0.25), inside(0, 0.75, 0.5));
  ASSERT_TRUE(QTest::qWaitFor([&] { return menu == nullptr; }));
  menu = open();
  ASSERT_NE(menu, nullptr);
  EXPECT_TRUE(action(*menu, QStringLiteral("by name"))->isChecked());
  action(*menu, QStringLiteral("Zoom back"))->trigger();
  EXPECT_TRUE(chart(0).followsX());
  menu->close();
}

TEST_F(CurvesViewTest, TheTrackerIsLinkedOverAllCharts) {
  movePointer(plot(0), inside(0, 0.5, 0.5));
  ASSERT_TRUE(chart(0).tracker().has_value());
  EXPECT_EQ(chart(0).tracker(), chart(1).tracker());
  EXPECT_NEAR(*chart(0).tracker(), chart(0).area().toX(inside(0, 0.5, 0.5).x()), 1e-9);
  const auto* table = chart(1).findChild<CurveTableModel*>();
  const int64_t step = table->index(0, CurveTableModel::kStep).data().toLongLong();
  EXPECT_NEAR(static_cast<double>(step), *chart(0).tracker(), 1.0);
  QEvent leave(QEvent::Leave);
  QCoreApplication::sendEvent(&plot(0), &leave);
  EXPECT_FALSE(chart(1).tracker().has_value());
}

TEST_F(CurvesViewTest, EscGivesUpAZoomBox) {
  const PlotArea before = chart(0).area();
  const QPoint from = inside(0, 0.25, 0.25).toPoint();
  QTest::mousePress(&plot(0), Qt::LeftButton, Qt::NoModifier, from);
  movePointer(plot(0), inside(0, 0.75, 0.5));
  QTest::keyClick(&plot(0), Qt::Key_Escape);
  QTest::mouseRelease(&plot(0), Qt::LeftButton, Qt::NoModifier, inside(0, 0.75, 0.5).toPoint());
  EXPECT_EQ(chart(0).area().x, before.x);
  EXPECT_TRUE(chart(0).followsX());
}

TEST_F(CurvesViewTest, AnotherAxisAsksForItsData) {
  QSignalSpy changed(&view, &CurvesView::requestsChanged);
  view.setAxis(Axis::kTokens);
  EXPECT_EQ(changed.count(), 1);
  const auto requests = view.requests();
  ASSERT_EQ(requests.size(), 6U);  // two runs, three metrics
  EXPECT_EQ(requests[0].axis, Axis::kTokens);
  EXPECT_EQ(requests[0].from_x, -1e300);
  // An answer to the old question comes too late.
  view.setSeries({{.run_id = QStringLiteral("a"),
                   .metric = QStringLiteral("train/loss"),
                   .axis = Axis::kStep,
                   .raw = falling(10)}});
  EXPECT_EQ(view.requests()[0].from_x, -1e300);
}

TEST_F(CurvesViewTest, RequestsOnlyWhatIsNew) {
  for (const CurveRequest& request : view.requests()) {
    EXPECT_EQ(request.from_x, request.metric == QStringLiteral("eval/mlm_loss") ? -1e300 : 999.0);
  }
}

TEST_F(CurvesViewTest, SmoothingIsLimitedAndShown) {
  view.setSmoothing(5);
  EXPECT_EQ(view.smoothing(), 0.999);
  view.setSmoothing(0.9);
  ASSERT_TRUE(QTest::qWaitFor([&] {
    const Points& smooth = chart(0).curves()[0].curve.smooth;
    return smooth != nullptr && smooth != chart(0).curves()[0].curve.raw;
  }));
  const QString text = chart(0).findChild<QLabel*>()->text();
  EXPECT_TRUE(text.contains(QStringLiteral("EMA 0.9"))) << text.toStdString();
}

TEST_F(CurvesViewTest, AnotherSmoothingIsChosenByKeyAndByMouseAndNamedEverywhere) {
  view.setSmoothing(0.9);
  QComboBox* method = nullptr;
  for (QComboBox* box : view.findChildren<QComboBox*>()) {
    if (box->accessibleName() == QStringLiteral("Smoothing method")) {
      method = box;
    }
  }
  ASSERT_NE(method, nullptr);
  const auto title = [&] { return chart(0).findChild<QLabel*>()->text(); };
  const auto drawn = [&](const Smoothing& how) {
    const auto expected = smoothCurve(falling(1000), how);
    return QTest::qWaitFor([&] {
      const Points& smooth = chart(0).curves()[0].curve.smooth;
      return smooth != nullptr && smooth->size() == expected.size() && (*smooth)[0].y == expected[0].y &&
             (*smooth)[997].y == expected[997].y;
    });
  };
  QTest::keyClick(method, Qt::Key_Down);
  EXPECT_EQ(view.smoothingKind(), SmoothingKind::kTimeWeightedEma);
  EXPECT_TRUE(drawn({0.9, SmoothingKind::kTimeWeightedEma}));
  EXPECT_TRUE(title().contains(QStringLiteral("time-weighted EMA 0.9"))) << title().toStdString();
  EXPECT_EQ(view.shownData().header.back(), QStringLiteral("smoothed_time_weighted_ema_0.9"));
  QTest::keyClick(method, Qt::Key_Down);
  EXPECT_TRUE(drawn({0.9, SmoothingKind::kGaussian}));
  EXPECT_TRUE(title().contains(QStringLiteral("Gaussian, σ 5 points"))) << title().toStdString();
  EXPECT_EQ(view.shownData().header.back(), QStringLiteral("smoothed_gaussian_5"));
  // By mouse: the list opens, its last row is clicked.
  QTest::mouseClick(method, Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return method->view()->isVisible(); }));
  const QModelIndex row = method->model()->index(3, 0);
  const QPoint place = method->view()->visualRect(row).center();
  // A list that opens ignores the release of the click that opened it for as long as a double click lasts.
  EXPECT_TRUE(QTest::qWaitFor([&] {
    if (view.smoothingKind() != SmoothingKind::kWindow) {
      QTest::mouseMove(method->view()->viewport(), place);
      QTest::mouseClick(method->view()->viewport(), Qt::LeftButton, Qt::NoModifier, place);
    }
    return view.smoothingKind() == SmoothingKind::kWindow;
  }));
  EXPECT_TRUE(drawn({0.9, SmoothingKind::kWindow}));
  EXPECT_TRUE(title().contains(QStringLiteral("centred mean of 11 points"))) << title().toStdString();
  EXPECT_EQ(view.shownData().header.back(), QStringLiteral("smoothed_window_11"));
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

TEST_F(CurvesViewTest, SaysWhyItIsEmpty) {
  const auto* reason = view.findChild<EmptyState*>();
  EXPECT_FALSE(reason->isVisible());
  view.setVisibleRuns({});
  ASSERT_TRUE(QTest::qWaitFor([&] { return reason->isVisible(); }));
  EXPECT_EQ(reason->text(), QStringLiteral("No run is chosen"));
  EXPECT_TRUE(view.figureSize().isEmpty());
}

TEST_F(CurvesViewTest, ExportsWhatIsShown) {
  drag(plot(0), inside(0, 0.25, 0.5), inside(0, 0.5, 0.5));
  const Span shown = chart(0).area().x;
  const CsvTable table = view.shownData();
  ASSERT_FALSE(table.rows.empty());
  for (const QStringList& row : table.rows) {
    if (row[2] == QStringLiteral("train/loss")) {
      EXPECT_GE(row[3].toDouble(), shown.lower);
      EXPECT_LE(row[3].toDouble(), shown.upper);
    }
  }
  const ScratchFolder folder;
  ASSERT_TRUE(exportFigure(view, folder.path() / "curves.png").ok());
  ASSERT_TRUE(exportFigure(view, folder.path() / "curves.pdf").ok());
  const QImage image(QString::fromStdString((folder.path() / "curves.png").string()));
  EXPECT_NEAR(image.width(), view.figureSize().width() * 150 / 96, 2);
}

TEST_F(CurvesViewTest, IsPrintedOnWhiteFromTheDarkTheme) {
  view.setPalette(darkPalette());
  const ScratchFolder folder;
  ASSERT_TRUE(exportFigure(view, folder.path() / "curves.png").ok());
  const QImage image(QString::fromStdString((folder.path() / "curves.png").string()));
  EXPECT_EQ(image.pixelColor(1, 1), QColor(Qt::white));
  EXPECT_TRUE(isDark(view.palette()));
}

TEST_F(CurvesViewTest, TurnsDarkWhileRunning) {
  view.setPalette(darkPalette());
  settle();
  const QImage image = plot(0).grab().toImage();
  EXPECT_EQ(image.pixelColor(2, 2), darkPalette().color(QPalette::Base));
}

TEST_F(CurvesViewTest, LinkedChartsZoomTogether) {
  for (QAction* action : view.findChildren<QAction*>()) {
    if (action->text() == QStringLiteral("Link")) {
      action->trigger();
    }
  }
  drag(plot(0), inside(0, 0.25, 0.5), inside(0, 0.5, 0.5));
  EXPECT_EQ(chart(0).area().x, chart(1).area().x);
  EXPECT_FALSE(chart(1).followsX());
}

TEST(CurveTable, ShowsTheTimeOfAPointAsAClock) {
  CurveTableModel model;
  Curve curve;
  curve.raw = std::make_shared<const CurvePoints>(
      std::vector<CurvePoint>{{.x = 1, .y = 1, .step = 1, .seconds = 9.9},
                              {.x = 2, .y = 1, .step = 2, .seconds = 69},
                              {.x = 3, .y = 1, .step = 3, .seconds = 10931}});
  model.setRows({{QStringLiteral("a"), {}, curve}});
  const auto relative = [&](double x) {
    model.setTracker(x);
    return model.index(0, CurveTableModel::kRelative).data().toString();
  };
  EXPECT_EQ(relative(1), QStringLiteral("0:09"));
  EXPECT_EQ(relative(2), QStringLiteral("1:09"));
  EXPECT_EQ(relative(3), QStringLiteral("3:02:11"));
}

TEST(CurvesViewPreparing, SaysWhatARunDoesBeforeItsFirstPoint) {
  CurvesView view;
  view.show();
  view.setVisibleRuns({{.id = QStringLiteral("a"),
                        .name = QStringLiteral("first"),
                        .style = 0,
                        .activity = QStringLiteral("building the corpus")}});
  const auto* reason = view.findChild<EmptyState*>();
  EXPECT_TRUE(QTest::qWaitFor([&] {
    return reason->text() == QStringLiteral("first: building the corpus…");
  })) << reason->text().toStdString();
  EXPECT_TRUE(reason->isVisible());
}

}  // namespace
}  // namespace heddle::ui
