#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QFontDatabase>
#include <QLineEdit>
#include <QScrollBar>
#include <QTest>
#include <QTreeView>

#include "tests/views/view_test_support.h"
#include "views/common/empty_state.h"
#include "views/common/palette.h"
#include "views/log/log_model.h"
#include "views/log/log_view.h"

namespace heddle::ui {
namespace {

std::vector<LogRow> lines(int count, int first = 0) {
  std::vector<LogRow> rows;
  for (int i = first; i < first + count; ++i) {
    rows.push_back({.time = 1.7e9 + i,
                    .level = i == 150 ? LogLevel::kError : LogLevel::kInfo,
                    .text = "Step " + std::to_string(i) + (i % 2 == 0 ? " 检查点" : " loss")});
  }
  return rows;
}

TEST(LogModels, AreValidModelsWhileTheyGrowAndAreFiltered) {
  LogModel model;
  QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  model.setRows(lines(100));
  model.appendRows(lines(100, 100));
  EXPECT_EQ(model.rowCount(), 200);
  EXPECT_EQ(model.firstError(), 150);
  model.setFilter({QStringLiteral("step"), QStringLiteral("检查点")});
  EXPECT_EQ(model.rowCount(), 100);
  EXPECT_EQ(model.firstError(), 75);
  model.appendRows(lines(3, 200));
  EXPECT_EQ(model.rowCount(), 102);
  EXPECT_EQ(model.totalRows(), 203);
  model.setFilter({QStringLiteral("no such line")});
  EXPECT_EQ(model.rowCount(), 0);
  EXPECT_EQ(model.firstError(), -1);
}

TEST(LogModels, ColourLevelsByTheTheme) {
  LogModel model;
  model.setPalette(darkPalette());
  model.setRows(lines(151));
  EXPECT_EQ(model.index(150, LogModel::kText).data(Qt::ForegroundRole).value<QColor>(),
            roleColor(Role::kError, darkPalette()));
  EXPECT_EQ(model.index(150, LogModel::kLevel).data().toString(), QStringLiteral("error"));
}

TEST(LogModelTable, MessagesHaveAFixedPitchSoThatTheirColumnsStandInLine) {
  LogModel model;
  model.setRows(lines(1));
  const auto font = model.index(0, LogModel::kText).data(Qt::FontRole).value<QFont>();
  EXPECT_EQ(font, QFontDatabase::systemFont(QFontDatabase::FixedFont));
  EXPECT_FALSE(model.index(0, LogModel::kTime).data(Qt::FontRole).isValid());
}

class LogViewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    view.resize(700, 300);
    view.setRun(QStringLiteral("mini"), lines(400));
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
    ASSERT_TRUE(QTest::qWaitFor([&] { return bar().maximum() > 0 && bar().value() == bar().maximum(); }));
  }
  QTreeView& list() { return *view.findChild<QTreeView*>(); }
  QScrollBar& bar() { return *list().verticalScrollBar(); }

  LogView view;
};

TEST_F(LogViewTest, FollowsTheEndUntilTheUserScrollsUp) {
  view.appendRows(lines(50, 400));
  EXPECT_TRUE(QTest::qWaitFor([&] { return bar().value() == bar().maximum(); }));
  turnWheel(*list().viewport(), {20, 20}, 3);
  EXPECT_FALSE(view.follows());
  const int place = bar().value();
  view.appendRows(lines(50, 450));
  QCoreApplication::processEvents();
  EXPECT_EQ(bar().value(), place);
  view.setFollows(true);
  EXPECT_TRUE(QTest::qWaitFor([&] { return bar().value() == bar().maximum(); }));
  EXPECT_EQ(view.rowCount(), 500);
  view.resize(700, 150);
  EXPECT_TRUE(QTest::qWaitFor([&] { return bar().value() == bar().maximum(); })) << "in a lower view too";
}

TEST_F(LogViewTest, JumpsToTheFirstError) {
  EXPECT_TRUE(view.jumpToFirstError());
  EXPECT_EQ(list().currentIndex().row(), 150);
  EXPECT_FALSE(view.follows());
  view.setFilter(QStringLiteral("loss"));
  EXPECT_FALSE(view.jumpToFirstError());
}

TEST_F(LogViewTest, FiltersAsOneTypesAndSaysWhyNothingIsLeft) {
  QTest::keyClicks(view.findChild<QLineEdit*>(), QStringLiteral("LOSS step"));
  EXPECT_EQ(list().model()->rowCount(), 200);
  view.setFilter(QStringLiteral("nothing like this"));
  const auto* reason = view.findChild<EmptyState*>();
  EXPECT_TRUE(reason->isVisible());
  EXPECT_EQ(reason->text(), QStringLiteral("No line passes the filter"));
  view.setFilter({});
  view.setRun({}, {});
  EXPECT_EQ(reason->text(), QStringLiteral("No run is selected"));
}

}  // namespace
}  // namespace heddle::ui
