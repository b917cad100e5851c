// The batch inspector.

#include <gtest/gtest.h>

#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include "tests/views/view_test_support.h"
#include "views/text/rows_page.h"
#include "views/text/rows_view.h"

namespace heddle::ui {
namespace {

std::vector<TrainingRow> maskedRows() {
  TrainingRow row{.row = 2, .label = 1, .label_text = "random"};
  row.tokens = {
      {.text = "[CLS]"},
      {.text = "[MASK]", .unit = 0, .state = TokenState::kMasked, .label = "rain"},
      {.text = "chair", .unit = 1, .state = TokenState::kRandom, .label = "falls", .span = 0},
      {.text = "down", .unit = 2, .state = TokenState::kKept, .label = "down", .span = 0},
      {.text = "today", .segment = 1, .unit = 3, .state = TokenState::kTarget, .label = "today", .order = 4},
      {.text = "[SEP]", .segment = 1}};
  return {row};
}

class RowsPageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    page.resize(800, 400);
    page.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&page));
  }
  QPushButton& button() { return *page.findChild<QPushButton*>(QStringLiteral("rows-show")); }
  QSpinBox& step() { return *page.findChild<QSpinBox*>(QStringLiteral("rows-step")); }
  RowsView& view() { return *page.findChild<RowsView*>(); }

  RowsPage page;
};

TEST_F(RowsPageTest, AsksForTheRowsOfAStepAndFollowsTheSpinner) {
  EXPECT_TRUE(says(page, QStringLiteral("No run is selected")));
  EXPECT_FALSE(button().isEnabled());
  page.setSubject(QStringLiteral("first run"));
  QSignalSpy wanted(&page, &RowsPage::rowsRequested);
  QTest::keyClick(&step(), Qt::Key_Up);
  QTest::mouseClick(&button(), Qt::LeftButton);
  ASSERT_EQ(wanted.count(), 1);
  EXPECT_EQ(wanted[0][0].toLongLong(), 2);
  page.setBusy(true);
  EXPECT_TRUE(says(page, QStringLiteral("Making the rows of step 2")));
  page.setRows(maskedRows());
  QTest::keyClick(&step(), Qt::Key_Up);
  ASSERT_TRUE(wanted.count() > 1 || wanted.wait(3000)) << "shown rows follow the step";
  EXPECT_EQ(wanted[1][0].toLongLong(), 3);
}

TEST_F(RowsPageTest, SaysOfEachTokenWhatMaskingDidAndWhatIsPredicted) {
  page.setSubject(QStringLiteral("first run"));
  page.setRows(maskedRows());
  settle();
  EXPECT_EQ(view().heading(0), QStringLiteral("Row 3 · 6 tokens · pair: random (label 1)"));
  EXPECT_EQ(view().boxText(view().rows()[0].tokens[1]), QStringLiteral("[MASK] ▸ rain"));
  EXPECT_EQ(view().boxText(view().rows()[0].tokens[4]), QStringLiteral("5· today"));
  EXPECT_EQ(view().boxText(view().rows()[0].tokens[0]), QStringLiteral("[CLS]"));
  movePointer(*view().viewport(), view().tokenRect({0, 2}).center());
  EXPECT_EQ(view().marked(), (RowsView::Place{0, 2}));
  EXPECT_TRUE(says(page, QStringLiteral("“chair” · replaced · must be predicted as “falls” · span 1")));
  view().setFocus();
  QTest::mouseClick(view().viewport(), Qt::LeftButton, Qt::NoModifier,
                    view().tokenRect({0, 2}).center().toPoint());
  QTest::keyClick(&view(), Qt::Key_Right);
  movePointer(*view().viewport(), {1, 1});
  EXPECT_EQ(view().marked(), (RowsView::Place{0, 3}));
  QTest::keyClick(&view(), Qt::Key_Escape);
  EXPECT_FALSE(view().marked().has_value());
}

TEST_F(RowsPageTest, AnotherRunTakesTheRowsAwayAndAProblemIsShown) {
  page.setSubject(QStringLiteral("first run"));
  page.setRows(maskedRows());
  page.setSubject(QStringLiteral("second run"));
  EXPECT_TRUE(view().rows().empty());
  page.setProblem(QStringLiteral("The recipe cannot be read"), QStringLiteral("look at it"));
  EXPECT_TRUE(says(page, QStringLiteral("The recipe cannot be read")));
  page.setRows(maskedRows());
  page.setPalette(darkPalette());
  settle();
  EXPECT_FALSE(page.grab().isNull());
  EXPECT_EQ(page.figure().shownData().rows.size(), 6U);
}

}  // namespace
}  // namespace heddle::ui
