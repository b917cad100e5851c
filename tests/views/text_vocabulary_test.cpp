// The vocabulary browser.

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "tests/views/view_test_support.h"
#include "views/text/vocabulary_page.h"

namespace heddle::ui {
namespace {

VocabularyPtr smallVocabulary() {
  auto vocabulary = std::make_shared<Vocabulary>();
  vocabulary->name = QStringLiteral("words");
  vocabulary->coarse_kind = QStringLiteral("phrase");
  vocabulary->entries = {{QStringLiteral("[PAD]"), PieceKind::kSpecial, 5},
                         {QStringLiteral("play"), PieceKind::kWordStart, 4},
                         {QStringLiteral("##ing"), PieceKind::kContinuation, 3},
                         {QStringLiteral("##Play"), PieceKind::kContinuation, 4},
                         {QStringLiteral("new york"), PieceKind::kCoarse, 8}};
  return vocabulary;
}

TEST(VocabularyModelTest, IsASoundModelWhateverIsDoneToIt) {
  VocabularyModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  model.setVocabulary(smallVocabulary());
  model.setFilter(QStringLiteral("play"), false);
  model.setCounts({0, 5, 7, 1, 9});
  model.sort(VocabularyModel::kCount, Qt::DescendingOrder);
  model.setFilter({}, false);
  model.sort(VocabularyModel::kPiece, Qt::AscendingOrder);
  model.setPalette(darkPalette());
  model.setVocabulary(nullptr);
  EXPECT_EQ(model.rowCount(), 0);
}

TEST(VocabularyModelTest, FiltersByAllChunksOfPieceKindOrId) {
  VocabularyModel model;
  model.setVocabulary(smallVocabulary());
  model.setFilter(QStringLiteral("PLAY cont"), false);
  ASSERT_EQ(model.rowCount(), 1);
  EXPECT_EQ(model.idAt(0), 3);
  model.setFilter(QStringLiteral("2"), false);
  ASSERT_EQ(model.rowCount(), 1);
  EXPECT_EQ(model.idAt(0), 2);
  EXPECT_TRUE(model.setFilter(QStringLiteral("^##.*y$"), true).isEmpty());
  ASSERT_EQ(model.rowCount(), 1);
  EXPECT_EQ(model.idAt(0), 3);
  const QString wrong = model.setFilter(QStringLiteral("(("), true);
  EXPECT_TRUE(wrong.contains(QStringLiteral("expression"))) << wrong.toStdString();
  EXPECT_EQ(model.rowCount(), 1) << "the rows stay while the expression is being typed";
}

TEST(VocabularyModelTest, SortingKeepsSelectedPieces) {
  VocabularyModel model;
  model.setVocabulary(smallVocabulary());
  const QPersistentModelIndex ing(model.index(2, VocabularyModel::kPiece));
  model.setCounts({0, 5, 7, 1, 9});
  const QPersistentModelIndex kept(model.index(model.rowOf(2), VocabularyModel::kPiece));
  model.sort(VocabularyModel::kCount, Qt::DescendingOrder);
  EXPECT_EQ(kept.data().toString(), QStringLiteral("##ing"));
  EXPECT_EQ(model.idAt(0), 4);
  EXPECT_EQ(model.index(0, VocabularyModel::kCount).data().toString(), QStringLiteral("9"));
}

class VocabularyPageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    page.resize(700, 400);
    page.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&page));
  }
  template <typename Widget>
  Widget& part(const char* name) {
    return *page.findChild<Widget*>(QString::fromLatin1(name));
  }

  VocabularyPage page;
};

TEST_F(VocabularyPageTest, SaysWhyItIsEmptyAndAsksForTheChosenVocabulary) {
  EXPECT_TRUE(says(page, QStringLiteral("No tokeniser is chosen")));
  QSignalSpy wanted(&page, &VocabularyPage::vocabularyRequested);
  page.setTokenizers({QStringLiteral("words"), QStringLiteral("letters")});
  ASSERT_EQ(wanted.count(), 1);
  EXPECT_TRUE(says(page, QStringLiteral("Reading the vocabulary")));
  page.setVocabulary(smallVocabulary());
  EXPECT_TRUE(says(page, QStringLiteral("5 pieces")));
  part<QComboBox>("vocabulary-tokenizer").setFocus();
  QTest::keyClick(&part<QComboBox>("vocabulary-tokenizer"), Qt::Key_Down);
  ASSERT_EQ(wanted.count(), 2);
  EXPECT_EQ(wanted[1][0].toInt(), 1);
}

TEST_F(VocabularyPageTest, FiltersWhileTyping) {
  page.setTokenizers({QStringLiteral("words")});
  page.setVocabulary(smallVocabulary());
  QTest::keyClicks(&part<QLineEdit>("vocabulary-filter"), QStringLiteral("ing"));
  EXPECT_EQ(page.model().rowCount(), 1);
  EXPECT_TRUE(says(page, QStringLiteral("1 of 5 pieces")));
  QTest::keyClicks(&part<QLineEdit>("vocabulary-filter"), QStringLiteral("(("));
  EXPECT_TRUE(says(page, QStringLiteral("No piece passes the filter")));
  QTest::mouseClick(&part<QToolButton>("vocabulary-regex"), Qt::LeftButton);
  EXPECT_TRUE(says(page, QStringLiteral("of the expression"))) << "what is wrong with it is said";
}

TEST_F(VocabularyPageTest, CountsAreAskedForShownAndExported) {
  page.setTokenizers({QStringLiteral("words")});
  page.setVocabulary(smallVocabulary());
  QSignalSpy wanted(&page, &VocabularyPage::countRequested);
  QSignalSpy stopped(&page, &VocabularyPage::countCancelled);
  auto& button = part<QPushButton>("vocabulary-count");
  QTest::mouseClick(&button, Qt::LeftButton);
  ASSERT_EQ(wanted.count(), 1);
  page.setCountProgress(0.42);
  EXPECT_TRUE(button.text().contains(QStringLiteral("42 %")));
  QTest::mouseClick(&button, Qt::LeftButton);
  EXPECT_EQ(stopped.count(), 1);
  page.setCountProgress(-1);
  page.setCounts({0, 5, 7, 1, 9}, QStringLiteral("news.txt"));
  EXPECT_TRUE(says(page, QStringLiteral("Frequencies in news.txt")));
  const CsvTable table = page.shownData();
  ASSERT_EQ(table.rows.size(), 5U);
  EXPECT_EQ(table.rows[0], (QStringList{QStringLiteral("4"), QStringLiteral("new york"),
                                        QStringLiteral("phrase"), QStringLiteral("8"), QStringLiteral("9")}));
}

}  // namespace
}  // namespace heddle::ui
