#include "views/curves/curves_view.h"

#include <gtest/gtest.h>

#include <QAbstractItemView>
#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <algorithm>

#include "tests/views/curve_test_support.h"
#include "tests/views/view_test_support.h"
#include "views/common/empty_state.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

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

TEST_F(CurvesViewTest, AnyMetricIsAnAxisChosenByKeys) {
  QComboBox* over = nullptr;
  for (QComboBox* box : view.findChildren<QComboBox*>()) {
    over = box->accessibleName() == QStringLiteral("Horizontal axis") ? box : over;
  }
  ASSERT_NE(over, nullptr);
  QTest::keyClick(over, Qt::Key_Down);
  EXPECT_EQ(view.axis(), XAxis(Axis::kEpochs));
  QTest::keyClick(over, Qt::Key_End);
  EXPECT_EQ(view.axis(), XAxis(QStringLiteral("train/loss")));
  const auto requests = view.requests();
  ASSERT_FALSE(requests.empty());
  EXPECT_EQ(requests[0].axis.metric, QStringLiteral("train/loss"));
  // Its points come in the order of x, whatever their steps; new ones may lie anywhere.
  view.setSeries({{.run_id = QStringLiteral("a"),
                   .metric = QStringLiteral("train/learning_rate"),
                   .axis = view.axis(),
                   .raw = {{.x = 2, .y = 1, .step = 30}, {.x = 4, .y = 2, .step = 10}}}});
  settle();
  EXPECT_EQ(chart(1).curves()[0].curve.raw->size(), 2U);
  for (const CurveRequest& request : view.requests()) {
    EXPECT_EQ(request.from_x, -1e300);
  }
  EXPECT_EQ(view.shownData().header[4], QStringLiteral("train/loss"));
}

TEST_F(CurvesViewTest, APlotWithoutRoomForItsCurvesDrawsNone) {
  QWidget& small = plot(0);
  small.setMinimumSize(0, 0);
  for (const int side : {1, 10, 20, 40}) {
    small.resize(side, side);
    chart(0).fit(Qt::Horizontal);
    settle();
    EXPECT_FALSE(small.grab().isNull());
  }
}

TEST_F(CurvesViewTest, SaysWhichRunsLackTheAxis) {
  view.setAxis(Axis::kEpochs);
  const auto series = [&](const char* run, std::vector<CurvePoint> raw, bool lacks) {
    return CurveSeries{.run_id = QString::fromLatin1(run),
                       .metric = QStringLiteral("train/learning_rate"),
                       .axis = view.axis(),
                       .raw = std::move(raw),
                       .replaced = {},
                       .lacks_axis = lacks};
  };
  const auto said = [&](const QString& text) {
    const auto labels = chart(1).findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) {
      return label->isVisibleTo(&view) && label->text().contains(text);
    });
  };
  view.setSeries({series("a", falling(10), false), series("b", {}, true)});
  settle();
  EXPECT_EQ(chart(1).curves().size(), 1U);
  EXPECT_TRUE(said(QStringLiteral("Runs left out: 1")));
  EXPECT_FALSE(view.findChild<EmptyState*>()->isVisible());
  // Resumed by a version that counts them.
  view.setSeries({series("b", falling(5), false)});
  settle();
  EXPECT_EQ(chart(1).curves().size(), 2U);
  EXPECT_FALSE(said(QStringLiteral("Runs left out")));
}

TEST_F(CurvesViewTest, AllSegmentsAskForAndDrawWhatStartsReplaced) {
  QSignalSpy changed(&view, &CurvesView::requestsChanged);
  EXPECT_FALSE(view.requests()[0].replaced.has_value());
  action(QStringLiteral("All segments"))->trigger();
  EXPECT_EQ(changed.count(), 1);
  EXPECT_TRUE(view.showsAllSegments());
  EXPECT_EQ(view.requests()[0].replaced, 0);
  view.setSeries({{.run_id = QStringLiteral("a"),
                   .metric = QStringLiteral("train/loss"),
                   .axis = view.axis(),
                   .raw = falling(1000),
                   .replaced = {{500, {at(501, 30), at(502, 31)}}}}});
  settle();
  ASSERT_EQ(chart(0).curves()[0].curve.replaced.size(), 1U);
  EXPECT_GT(chart(0).area().y.upper, 31);  // nothing of it is cut off
  EXPECT_EQ(view.requests()[0].replaced, 1);
  const CsvTable table = view.shownData();
  EXPECT_EQ(table.header[3], QStringLiteral("segment"));
  const auto of_part = std::count_if(table.rows.begin(), table.rows.end(),
                                     [](const QStringList& row) { return row[3] == QStringLiteral("1"); });
  EXPECT_EQ(of_part, 2);
  action(QStringLiteral("All segments"))->trigger();
  settle();
  EXPECT_TRUE(chart(0).curves()[0].curve.replaced.empty());
  EXPECT_LT(chart(0).area().y.upper, 11);
}

}  // namespace
}  // namespace heddle::ui
