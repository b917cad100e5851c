#include <gtest/gtest.h>

#include <QContextMenuEvent>
#include <QMenu>
#include <QPointer>
#include <QTest>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "tests/views/curve_test_support.h"
#include "tests/views/view_test_support.h"
#include "views/common/number_format.h"
#include "views/curves/curve_table.h"

namespace heddle::ui {
namespace {

using ChartGesturesTest = CurvesViewTest;

TEST_F(ChartGesturesTest, ADragZoomsToItsBox) {
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

TEST_F(ChartGesturesTest, TheWheelZoomsAtThePointerAndOverAnAxisOnlyThatAxis) {
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

TEST_F(ChartGesturesTest, ShiftOrTheMiddleButtonPans) {
  const PlotArea before = chart(0).area();
  const double tenth = before.x.size() / 10;
  drag(plot(0), inside(0, 0.5, 0.5), inside(0, 0.4, 0.5), Qt::LeftButton, Qt::ShiftModifier);
  EXPECT_NEAR(chart(0).area().x.lower, before.x.lower + tenth, 1e-6 * before.x.size());
  drag(plot(0), inside(0, 0.4, 0.5), inside(0, 0.5, 0.5), Qt::MiddleButton);
  EXPECT_NEAR(chart(0).area().x.lower, before.x.lower, 1e-6 * before.x.size());
}

TEST_F(ChartGesturesTest, ADoubleClickShowsEverythingAndAltLeftGoesBack) {
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

TEST_F(ChartGesturesTest, EscGivesUpAZoomBox) {
  const PlotArea before = chart(0).area();
  const QPoint from = inside(0, 0.25, 0.25).toPoint();
  QTest::mousePress(&plot(0), Qt::LeftButton, Qt::NoModifier, from);
  movePointer(plot(0), inside(0, 0.75, 0.5));
  QTest::keyClick(&plot(0), Qt::Key_Escape);
  QTest::mouseRelease(&plot(0), Qt::LeftButton, Qt::NoModifier, inside(0, 0.75, 0.5).toPoint());
  EXPECT_EQ(chart(0).area().x, before.x);
  EXPECT_TRUE(chart(0).followsX());
}

TEST_F(ChartGesturesTest, ThePointerReadsTheCurvesUnderIt) {
  movePointer(plot(0), inside(0, 0.5, 0.5));
  EXPECT_TRUE(QToolTip::text().contains(QStringLiteral("first"))) << QToolTip::text().toStdString();
  EXPECT_TRUE(QToolTip::text().contains(QStringLiteral("Smoothed")));
  movePointer(plot(0), QPointF(2, 2));
  EXPECT_TRUE(QTest::qWaitFor([] { return !QToolTip::isVisible(); }));
}

TEST_F(ChartGesturesTest, TheTrackerIsLinkedOverAllCharts) {
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

TEST_F(ChartGesturesTest, TheMenuOfAChartNamesWhatGesturesDo) {
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

TEST_F(ChartGesturesTest, LinkedChartsZoomTogether) {
  action(QStringLiteral("Link"))->trigger();
  drag(plot(0), inside(0, 0.25, 0.5), inside(0, 0.5, 0.5));
  EXPECT_EQ(chart(0).area().x, chart(1).area().x);
  EXPECT_FALSE(chart(0).followsX());
  EXPECT_FALSE(chart(1).followsX());
}

TEST_F(ChartGesturesTest, EscTakesBackAPanUnderWay) {
  const PlotArea before = chart(0).area();
  QTest::mousePress(&plot(0), Qt::LeftButton, Qt::ShiftModifier, inside(0, 0.5, 0.5).toPoint());
  movePointer(plot(0), inside(0, 0.4, 0.5));
  EXPECT_NE(chart(0).area().x, before.x);
  QTest::keyClick(&plot(0), Qt::Key_Escape);
  EXPECT_EQ(chart(0).area().x, before.x);
  EXPECT_TRUE(chart(0).followsX());
  EXPECT_FALSE(chart(0).goBack());
}

class RangeTest : public CurvesViewTest {
 protected:
  QString cell(int index, int column) {
    return chart(index).findChild<CurveTable*>()->model()->index(0, column).data().toString();
  }
  bool summarizes(int index) {
    return !chart(index).findChild<CurveTable*>()->isColumnHidden(CurveTableModel::kMean);
  }
  // Steps of the first run in the range at the pixels, shares of the width.
  QString countBetween(double left, double right) {
    const PlotArea where = chart(0).area();
    const double first = std::ceil(std::max(where.toX(inside(0, left, 0).x()), 0.0));
    const double last = std::floor(std::min(where.toX(inside(0, right, 0).x()), 999.0));
    return QString::number(last - first + 1, 'f', 0);
  }
};

TEST_F(RangeTest, TheTablesSummariseWhatIsVisibleUntilARangeIsChosen) {
  EXPECT_FALSE(summarizes(0));
  action(QStringLiteral("Range"))->trigger();
  EXPECT_TRUE(summarizes(0));
  EXPECT_EQ(cell(0, CurveTableModel::kCount), QStringLiteral("1000"));
  EXPECT_EQ(cell(0, CurveTableModel::kStart), QStringLiteral("10"));
  drag(plot(0), inside(0, 0.25, 0.25), inside(0, 0.75, 0.25));
  const Span shown = chart(0).area().x;
  EXPECT_EQ(cell(0, CurveTableModel::kCount),
            QString::number(std::floor(shown.upper) - std::ceil(shown.lower) + 1, 'f', 0));
  EXPECT_EQ(cell(1, CurveTableModel::kCount), QStringLiteral("1000"));  // not linked, not zoomed
  action(QStringLiteral("Range"))->trigger();
  EXPECT_FALSE(summarizes(0));
}

TEST_F(RangeTest, ADragWithCtrlChoosesTheRangeOfAllTables) {
  const QPointF from = inside(0, 0.3, 0.5);
  const QPointF to = inside(0, 0.6, 0.5);
  const PlotArea before = chart(0).area();
  drag(plot(0), from, to, Qt::LeftButton, Qt::ControlModifier);
  EXPECT_EQ(chart(0).area().x, before.x);  // nothing was zoomed
  EXPECT_TRUE(view.summarizesRange());
  EXPECT_EQ(cell(0, CurveTableModel::kCount), countBetween(0.3, 0.6));
  EXPECT_EQ(cell(1, CurveTableModel::kCount), cell(0, CurveTableModel::kCount));
  // It stays while the view moves.
  turnWheel(plot(0), inside(0, 0.5, 0.5), 3);
  EXPECT_EQ(cell(1, CurveTableModel::kCount), cell(0, CurveTableModel::kCount));
  // Its end is dragged.
  QTest::mouseDClick(&plot(0), Qt::LeftButton, Qt::NoModifier, inside(0, 0.1, 0.5).toPoint());
  drag(plot(0), inside(0, 0.6, 0.2), inside(0, 0.8, 0.2));
  EXPECT_EQ(cell(0, CurveTableModel::kCount), countBetween(0.3, 0.8));
  // A click with Ctrl takes it away.
  QTest::mouseClick(&plot(0), Qt::LeftButton, Qt::ControlModifier, inside(0, 0.9, 0.5).toPoint());
  EXPECT_EQ(cell(0, CurveTableModel::kCount), QStringLiteral("1000"));
}

TEST_F(RangeTest, EscBringsBackTheRangeThatWas) {
  drag(plot(0), inside(0, 0.3, 0.5), inside(0, 0.6, 0.5), Qt::LeftButton, Qt::ControlModifier);
  const QString count = cell(0, CurveTableModel::kCount);
  QTest::mousePress(&plot(0), Qt::LeftButton, Qt::ControlModifier, inside(0, 0.1, 0.5).toPoint());
  movePointer(plot(0), inside(0, 0.2, 0.5));
  EXPECT_NE(cell(0, CurveTableModel::kCount), count);
  QTest::keyClick(&plot(0), Qt::Key_Escape);
  EXPECT_EQ(cell(0, CurveTableModel::kCount), count);
}

TEST_F(RangeTest, KeysMoveTheTrackerAndPutTheEndsOfTheRangeThere) {
  plot(0).setFocus();
  QTest::keyClick(&plot(0), Qt::Key_Right);
  ASSERT_TRUE(chart(0).tracker().has_value());
  const double middle = *chart(0).tracker();
  EXPECT_NEAR(middle, chart(0).area().toX(chart(0).area().pixels.center().x()), 1e-6);
  QTest::keyClick(&plot(0), Qt::Key_BracketLeft);
  EXPECT_TRUE(view.summarizesRange());
  EXPECT_EQ(cell(0, CurveTableModel::kStart),
            formatNumber(falling(1000)[static_cast<size_t>(std::ceil(middle))].y));
  EXPECT_EQ(cell(0, CurveTableModel::kEnd), formatNumber(falling(1000).back().y));
  for (int i = 0; i < 3; ++i) {
    QTest::keyClick(&plot(0), Qt::Key_Right, Qt::ShiftModifier);
  }
  EXPECT_NEAR(*chart(0).tracker() - middle, 0.3 * chart(0).area().x.size(), 1e-6);
  QTest::keyClick(&plot(0), Qt::Key_BracketRight);
  EXPECT_EQ(cell(1, CurveTableModel::kEnd),
            formatNumber(falling(1000)[static_cast<size_t>(std::floor(*chart(0).tracker()))].y));
}

}  // namespace
}  // namespace heddle::ui
