// Tokenisers compared over a corpus.

#include <gtest/gtest.h>

#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "engine/base/file.h"
#include "tests/views/text_test_data.h"
#include "tests/views/view_test_support.h"
#include "views/text/comparison_page.h"

namespace heddle::ui {
namespace {

TEST(ComparisonDataTest, SharesAreOfAllTokensAndThinTailsAreOneEntry) {
  ComparisonData data = twoTokenizers();
  const LengthShares shares = lengthShares(data);
  ASSERT_EQ(shares.percent[0].size(), 4U);
  EXPECT_NEAR(shares.percent[0][2], 60, 1e-9);
  EXPECT_DOUBLE_EQ(shares.percent[1][0], 100);
  EXPECT_FALSE(shares.open_end);
  data.tokenizers[0].length_histogram.resize(20, 0);
  data.tokenizers[0].length_histogram.back() = 1;  // under .1 %
  const LengthShares tail = lengthShares(data);
  ASSERT_EQ(tail.percent[0].size(), 5U);
  EXPECT_TRUE(tail.open_end);
  EXPECT_NEAR(tail.percent[0][4], 100 * 1.0 / 1501, 1e-9);
  EXPECT_TRUE(lengthShares({}).percent.empty());
}

TEST(ComparisonDataTest, DifferencesAreOfFrequenciesNotOfCounts) {
  const ComparisonData data = twoTokenizers();
  EXPECT_DOUBLE_EQ(differencePerMillion(data, data.differences[0]), 1e6 * 700 / 4000);
  EXPECT_DOUBLE_EQ(differencePerMillion(data, data.differences[1]), 1e6 * 60 / 1500);
  EXPECT_EQ(differencePerMillion({}, {}), 0);
}

class ComparisonPageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    page.resize(800, 600);
    page.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&page));
  }
  QPushButton& button() { return *page.findChild<QPushButton*>(QStringLiteral("compare")); }

  ComparisonPage page;
};

TEST_F(ComparisonPageTest, NeedsTwoTokenizersAndASource) {
  EXPECT_TRUE(says(page, QStringLiteral("two tokenisers or more")));
  EXPECT_FALSE(button().isEnabled());
  page.setChoice(2, {});
  EXPECT_TRUE(says(page, QStringLiteral("No text to compare")));
  page.setChoice(2, QStringLiteral("news.txt"));
  EXPECT_TRUE(button().isEnabled());
  QSignalSpy wanted(&page, &ComparisonPage::compareRequested);
  QTest::mouseClick(&button(), Qt::LeftButton);
  EXPECT_EQ(wanted.count(), 1);
  EXPECT_FALSE(exportFigure(page, "/nowhere/x.svg").ok());
}

TEST_F(ComparisonPageTest, TheButtonStopsWhileTheEngineReads) {
  page.setChoice(2, QStringLiteral("news.txt"));
  page.setProgress(0.3, QStringLiteral("Reading news.txt"));
  QSignalSpy stopped(&page, &ComparisonPage::cancelRequested);
  EXPECT_EQ(button().text(), QStringLiteral("Stop"));
  QTest::mouseClick(&button(), Qt::LeftButton);
  EXPECT_EQ(stopped.count(), 1);
}

TEST_F(ComparisonPageTest, ShowsAndExportsAComparison) {
  page.setChoice(2, QStringLiteral("news.txt"));
  page.setComparison(twoTokenizers());
  settle();
  EXPECT_TRUE(says(page, QStringLiteral("Over news.txt")));
  auto& table = *page.findChild<QTableView*>();
  EXPECT_EQ(table.model()->index(0, 0).data().toString(), QStringLiteral("e"));
  EXPECT_EQ(table.model()->index(0, 2).data().toString(), QStringLiteral("700"));
  EXPECT_EQ(table.model()->headerData(1, Qt::Horizontal).toString(), QStringLiteral("words"));
  ScratchFolder folder;
  for (const char* name : {"c.png", "c.pdf", "c.csv"}) {
    ASSERT_TRUE(exportFigure(page, folder.path() / name).ok()) << name;
  }
  const auto csv = readFile(folder.path() / "c.csv");
  ASSERT_TRUE(csv.ok());
  EXPECT_NE(csv->find("tokens_per_word_type,words,,2.25"), std::string::npos) << *csv;
  EXPECT_NE(csv->find("count_of_token,letters,e,700"), std::string::npos);
}

TEST_F(ComparisonPageTest, AProblemStandsInPlaceOfTheChartsUntilTheNextOne) {
  page.setChoice(2, QStringLiteral("news.txt"));
  page.setComparison(twoTokenizers());
  page.setProblem(QStringLiteral("The engine was killed"), QStringLiteral("try again"));
  EXPECT_TRUE(says(page, QStringLiteral("The engine was killed")));
  EXPECT_TRUE(page.figureSize().isEmpty());
  page.setComparison(twoTokenizers());
  EXPECT_FALSE(says(page, QStringLiteral("The engine was killed")));
  page.resize(500, 600);
  page.setPalette(darkPalette());
  settle();
  EXPECT_FALSE(page.grab().isNull());
}

}  // namespace
}  // namespace heddle::ui
