// The page of corpora.

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

#include "tests/views/view_test_support.h"
#include "views/common/palette.h"
#include "views/common/progress_entry.h"
#include "views/text/corpora_page.h"

namespace heddle::ui {
namespace {

std::vector<CorpusDescription> threeCorpora() {
  CorpusDescription wiki{.id = QStringLiteral("aa"),
                         .name = QStringLiteral("wiki"),
                         .source = QStringLiteral("/data/wiki"),
                         .problem = {},
                         .grain = CorpusGrain::kPhrases,
                         .documents = 9,
                         .sentences = 80,
                         .tokens = 1200,
                         .coarse_tokens = 900,
                         .units = 800,
                         .coarse_rate = 0.125,
                         .dropped = {{QStringLiteral("too short"), 3}, {QStringLiteral("repetitions"), 4}},
                         .text_bytes = 5000,
                         .seconds = 1.5,
                         .fine_size = 100,
                         .coarse_size = 150,
                         .tokenizer = QStringLiteral("/w/tokenizers/cc"),
                         .tokenizer_name = QStringLiteral("wordpiece 150 · cc"),
                         .different = 40,
                         .most_frequent = {{QStringLiteral("of the"), 77}},
                         .longest = {{QStringLiteral("one of the most"), 2}},
                         .recipe = QStringLiteral("[text]\n")};
  CorpusDescription chinese = wiki;
  chinese.id = QStringLiteral("bb");
  chinese.name = QStringLiteral("中文维基百科");
  chinese.grain = CorpusGrain::kWords;
  chinese.documents = 100;
  chinese.tokenizer.clear();
  chinese.recipe.clear();
  CorpusDescription unfinished;
  unfinished.id = QStringLiteral("dd");
  unfinished.name = QStringLiteral("dd");
  unfinished.problem = QStringLiteral("it is not packed to its end");
  return {wiki, chinese, unfinished};
}

class CorporaPageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    page.resize(900, 500);
    page.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&page));
  }
  QTableView& table() { return *page.findChild<QTableView*>(QStringLiteral("corpora-table")); }
  QString report() {
    return page.findChild<QPlainTextEdit*>(QStringLiteral("corpora-report"))->toPlainText();
  }
  QTreeWidget& list(const char* name) { return *page.findChild<QTreeWidget*>(QString::fromLatin1(name)); }
  void press(const char* button) {
    QTest::mouseClick(page.findChild<QToolButton*>(QString::fromLatin1(button)), Qt::LeftButton);
  }
  bool isEnabled(const char* button) {
    return page.findChild<QToolButton*>(QString::fromLatin1(button))->isEnabled();
  }
  void clickRow(int row) {
    QTest::mouseClick(table().viewport(), Qt::LeftButton, {},
                      table().visualRect(table().model()->index(row, 0)).center());
  }

  CorporaPage page;
};

TEST(CorpusModelTest, IsASoundModelWhateverIsDoneToIt) {
  CorpusModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  model.setCorpora(threeCorpora());
  EXPECT_EQ(model.rowCount(), 3);
  model.setCorpora({});
  EXPECT_EQ(model.rowCount(), 0);
}

TEST(CorpusModelTest, StandsTheRateBesideThePublishedOne) {
  CorpusModel model;
  model.setCorpora(threeCorpora());
  const auto shown = [&](int row, int column) { return model.index(row, column).data().toString(); };
  EXPECT_EQ(shown(0, CorpusModel::kRate), QStringLiteral("12.5 %"));
  EXPECT_EQ(shown(0, CorpusModel::kPublished), QStringLiteral("13.1 %"));
  EXPECT_EQ(shown(1, CorpusModel::kPublished), QStringLiteral("51.5 %"));
  EXPECT_EQ(shown(0, CorpusModel::kDropped), QStringLiteral("7"));
  EXPECT_EQ(shown(2, CorpusModel::kDocuments), QString()) << "nothing is known of an unfinished one";
  EXPECT_EQ(model.index(2, 0).data(Qt::ToolTipRole).toString(),
            QStringLiteral("it is not packed to its end"));
}

TEST_F(CorporaPageTest, SaysWhyItIsEmptyAndOffersToPrepareText) {
  EXPECT_TRUE(says(page, QStringLiteral("Looking into the workspace")));
  page.setCorpora({});
  EXPECT_TRUE(says(page, QStringLiteral("no corpus yet")));
  QSignalSpy prepare(&page, &CorporaPage::prepareRequested);
  QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("corpora-prepare")), Qt::LeftButton);
  EXPECT_EQ(prepare.count(), 1);
}

TEST_F(CorporaPageTest, ShowsTheReportOfTheCorpusThatIsClickedOrReachedByKeys) {
  page.setCorpora(threeCorpora());
  EXPECT_EQ(page.current(), QStringLiteral("aa")) << "the newest";
  EXPECT_TRUE(report().contains(QStringLiteral("12.5 % (AMBERT, table 10: 13.1 %)")));
  EXPECT_TRUE(report().contains(QStringLiteral("Dropped, too short\t3")));
  ASSERT_TRUE(list("corpora-frequent").isVisible());
  EXPECT_EQ(list("corpora-frequent").topLevelItem(0)->text(0), QStringLiteral("of the"));
  EXPECT_EQ(list("corpora-longest").topLevelItem(0)->text(1), QStringLiteral("2"));
  clickRow(1);
  EXPECT_EQ(page.current(), QStringLiteral("bb"));
  EXPECT_TRUE(report().contains(QStringLiteral("Word rate")));
  QTest::keyClick(&table(), Qt::Key_Down);
  EXPECT_EQ(page.current(), QStringLiteral("dd"));
  EXPECT_TRUE(report().contains(QStringLiteral("not packed to its end")));
  EXPECT_FALSE(list("corpora-frequent").isVisible());
  page.setCorpora(threeCorpora());
  EXPECT_EQ(page.current(), QStringLiteral("dd")) << "the selection outlives a new look";
  page.select(QStringLiteral("aa"));
  EXPECT_EQ(page.current(), QStringLiteral("aa"));
}

TEST_F(CorporaPageTest, EachCorpusLeadsToItsTokeniserToARunAndToTheClipboard) {
  page.setCorpora(threeCorpora());
  QSignalSpy tokenizer(&page, &CorporaPage::tokenizerRequested);
  QSignalSpy run(&page, &CorporaPage::newRunRequested);
  QSignalSpy prepare(&page, &CorporaPage::prepareRequested);
  press("corpora-prepare-more-button");
  EXPECT_EQ(prepare.count(), 1);
  press("corpora-tokenizer-button");
  press("corpora-run-button");
  press("corpora-copy-button");
  ASSERT_EQ(tokenizer.count(), 1);
  EXPECT_EQ(tokenizer[0][0].toString(), QStringLiteral("/w/tokenizers/cc"));
  ASSERT_EQ(run.count(), 1);
  EXPECT_EQ(run[0][0].toString(), QStringLiteral("wiki"));
  EXPECT_EQ(run[0][1].toString(), QStringLiteral("[text]\n"));
  const QString copied = QApplication::clipboard()->text();
  EXPECT_TRUE(copied.contains(QStringLiteral("Sentences\t80"))) << copied.toStdString();
  EXPECT_TRUE(copied.contains(QStringLiteral("one of the most\t2")));
  clickRow(1);
  EXPECT_FALSE(isEnabled("corpora-tokenizer-button")) << "it is gone from the workspace";
  EXPECT_FALSE(isEnabled("corpora-run-button")) << "nobody knows what it was prepared with";
  EXPECT_TRUE(isEnabled("corpora-copy-button"));
  page.setCorpora({});
  EXPECT_FALSE(isEnabled("corpora-copy-button"));
}

TEST_F(CorporaPageTest, SortsByNumbersWhenAHeaderIsClicked) {
  page.setCorpora(threeCorpora());
  QHeaderView& header = *table().horizontalHeader();
  const QPoint documents(header.sectionViewportPosition(CorpusModel::kDocuments) + 20, header.height() / 2);
  QTest::mouseClick(header.viewport(), Qt::LeftButton, {}, documents);
  QTest::mouseClick(header.viewport(), Qt::LeftButton, {}, documents);
  EXPECT_EQ(table().model()->index(1, 0).data().toString(), QStringLiteral("wiki"))
      << "9 lies between 0 and 100";
  const CsvTable shown = page.shownData();
  ASSERT_EQ(shown.rows.size(), 3U);
  EXPECT_EQ(shown.rows[1][CorpusModel::kRate], QStringLiteral("0.125"));
  EXPECT_EQ(shown.header[0], QStringLiteral("corpus"));
  for (const QStringList& row : shown.rows) {
    EXPECT_EQ(row[CorpusModel::kDocuments].isEmpty(), row[0] == QStringLiteral("dd"))
        << "nothing is known of an unfinished one";
  }
  QTest::mouseClick(header.viewport(), Qt::LeftButton, {}, documents);
  EXPECT_EQ(table().model()->index(1, 0).data().toString(), threeCorpora()[1].name)
      << "the newest first again";
}

TEST_F(CorporaPageTest, ProgressCanBeCancelledAndTheEndIsSaid) {
  page.setCorpora({});
  page.setProgress(0.25, QStringLiteral("learning the vocabulary"));
  auto* progress = page.findChild<ProgressEntry*>(QStringLiteral("corpora-progress"));
  ASSERT_TRUE(progress->isVisible());
  EXPECT_EQ(progress->doing(), QStringLiteral("learning the vocabulary (25 %)"));
  EXPECT_FALSE(page.findChild<QPushButton*>(QStringLiteral("corpora-prepare"))->isVisible());
  page.setProgress(0.25, QStringLiteral("reading rain%1.txt"));
  EXPECT_EQ(progress->doing(), QStringLiteral("reading rain%1.txt (25 %)"));
  QSignalSpy cancel(&page, &CorporaPage::cancelRequested);
  QTest::mouseClick(progress->findChild<QToolButton*>(), Qt::LeftButton);
  EXPECT_EQ(cancel.count(), 1);
  page.setProgress(-1, {});
  EXPECT_FALSE(progress->isVisible());
  page.setStatement(QStringLiteral("The disk is full"), true);
  const QLabel* said = page.findChild<QLabel*>(QStringLiteral("corpora-statement"));
  ASSERT_TRUE(said->isVisible());
  for (const QPalette& theme : {lightPalette(), darkPalette()}) {
    page.setPalette(theme);
    settle();
    EXPECT_EQ(said->palette().color(QPalette::WindowText), roleColor(Role::kError, theme));
  }
}

}  // namespace
}  // namespace heddle::ui
