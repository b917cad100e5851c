// The table under a chart, the tooltip over it and the dialog of its ranges.

#include "views/curves/curve_table.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QLineEdit>

#include "tests/views/curve_test_support.h"
#include "tests/views/view_test_support.h"
#include "views/curves/curve_tooltip.h"
#include "views/curves/range_dialog.h"

namespace heddle::ui {
namespace {

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

TEST(CurveTables, ShowsTheTimeOfAPointAsAClock) {
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

TEST(CurveTables, SummariseTheRangeTheyAreGiven) {
  CurveTableModel model;
  model.setRows({{.name = QStringLiteral("a"),
                  .line = {},
                  .curve = {.raw = shared({at(0, 4), at(10, 2), at(20, kNaN), at(30, 8), at(40, 100)})}}});
  const auto text = [&](int column) { return model.index(0, column).data().toString(); };
  EXPECT_TRUE(text(CurveTableModel::kMean).isEmpty());
  model.setRange(Span{0, 30});
  EXPECT_EQ(text(CurveTableModel::kMinimum), QStringLiteral("2"));
  EXPECT_EQ(text(CurveTableModel::kMaximum), QStringLiteral("8"));
  EXPECT_EQ(text(CurveTableModel::kStart), QStringLiteral("4"));
  EXPECT_EQ(text(CurveTableModel::kEnd), QStringLiteral("8"));
  EXPECT_EQ(text(CurveTableModel::kChange), QStringLiteral("4"));
  EXPECT_EQ(text(CurveTableModel::kPercent), QStringLiteral("100"));
  EXPECT_EQ(text(CurveTableModel::kStepOfMinimum), QStringLiteral("10"));
  EXPECT_EQ(text(CurveTableModel::kStepOfMaximum), QStringLiteral("30"));
  EXPECT_EQ(text(CurveTableModel::kMean), QStringLiteral("4.667"));
  EXPECT_EQ(text(CurveTableModel::kCount), QStringLiteral("3"));
  model.setRange(Span{11, 29});
  EXPECT_EQ(text(CurveTableModel::kCount), QStringLiteral("0"));
  EXPECT_TRUE(text(CurveTableModel::kMean).isEmpty());
  EXPECT_EQ(text(CurveTableModel::kValue), QStringLiteral("100"));
}

TEST(CurveTables, HaveColumnsOfARangeOnlyWhileTheySummariseOne) {
  CurveTable table;
  table.setCurves({{.curve = {.raw = shared({at(0, 4), at(10, 2)})}, .name = QStringLiteral("中文运行")}});
  EXPECT_TRUE(table.isColumnHidden(CurveTableModel::kMean));
  EXPECT_FALSE(table.isColumnHidden(CurveTableModel::kValue));
  const int height = table.height();
  table.setRange(Span{0, 10});
  EXPECT_FALSE(table.isColumnHidden(CurveTableModel::kMean));
  EXPECT_GT(table.height(), height);
  table.setRange(std::nullopt);
  EXPECT_TRUE(table.isColumnHidden(CurveTableModel::kMean));
  EXPECT_EQ(table.height(), height);
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

}  // namespace
}  // namespace heddle::ui
