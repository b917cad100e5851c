// The Text view by mouse and keys, with finished values as the window hands them in.

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "engine/base/file.h"
#include "tests/views/view_test_support.h"
#include "views/common/elided_label.h"
#include "views/common/empty_state.h"
#include "views/text/bands_view.h"
#include "views/text/comparison_page.h"
#include "views/text/rows_page.h"
#include "views/text/rows_view.h"
#include "views/text/text_page.h"
#include "views/text/text_view.h"
#include "views/text/vocabulary_page.h"

namespace heddle::ui {
namespace {

using Grain = BandsView::Grain;
using Place = BandsView::Place;

bool says(const QWidget& widget, const QString& text) {
  for (const QLabel* label : widget.findChildren<QLabel*>()) {
    if (label->isVisible() && (label->text().contains(text) || label->toolTip().contains(text))) {
      return true;
    }
  }
  return false;
}

void settle() {
  for (int turn = 0; turn < 5; ++turn) {
    QCoreApplication::processEvents();
  }
}

//  n e w   y o r k   h u b s   ☃
// [new   ][york   ][hub][##s][[UNK]]     words: the coarse grain knows "new york"
// [new york       ][hubs    ][     ]
// [n][ew][ y][ork]...                    letters: another reading of the same text
TokenizedTextPtr newYork() {
  auto text = std::make_shared<TokenizedText>();
  text->utf8 = "new york hubs \xE2\x98\x83";
  TokenBand words{.name = QStringLiteral("words"), .has_coarse = true};
  words.tokens = {{10, QStringLiteral("new"), 0, 3, PieceKind::kWordStart, 0},
                  {11, QStringLiteral("york"), 4, 8, PieceKind::kWordStart, 0},
                  {12, QStringLiteral("hub"), 9, 12, PieceKind::kWordStart, 1},
                  {13, QStringLiteral("##s"), 12, 13, PieceKind::kContinuation, 1},
                  {1, QStringLiteral("[UNK]"), 14, 17, PieceKind::kUnknown, 2}};
  words.units = {{0, 2, 500, QStringLiteral("new york")}, {2, 2, -1, {}}, {4, 1, -1, {}}};
  TokenBand letters{.name = QStringLiteral("letters")};
  letters.tokens = {{20, QStringLiteral("n"), 0, 1, PieceKind::kWordStart, 0},
                    {21, QStringLiteral("##ew"), 1, 3, PieceKind::kContinuation, 0},
                    {22, QStringLiteral("york"), 4, 8, PieceKind::kWordStart, 1},
                    {23, QStringLiteral("hubs"), 9, 13, PieceKind::kWordStart, 2}};
  letters.units = {{0, 2, -1, {}}, {2, 1, -1, {}}, {3, 1, -1, {}}};
  text->bands = {words, letters};
  return text;
}

class BandsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    view.resize(900, 400);
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
    view.setText(newYork());
  }
  void point(Place place) { movePointer(*view.viewport(), view.placeRect(place).center()); }

  BandsView view;
};

TEST_F(BandsTest, TokensOfAllBandsStandAboveTheSameCharacters) {
  ASSERT_EQ(view.lineCount(), 1);
  const QRectF york = view.placeRect({0, Grain::kFine, 1});
  EXPECT_DOUBLE_EQ(york.left(), view.placeRect({1, Grain::kFine, 2}).left());
  EXPECT_DOUBLE_EQ(york.right(), view.placeRect({1, Grain::kFine, 2}).right());
  EXPECT_LT(york.bottom(), view.placeRect({1, Grain::kFine, 2}).top());
}

TEST_F(BandsTest, ACoarseTokenSpansTheFineTokensItHolds) {
  const QRectF phrase = view.placeRect({0, Grain::kCoarse, 0});
  EXPECT_DOUBLE_EQ(phrase.left(), view.placeRect({0, Grain::kFine, 0}).left());
  EXPECT_DOUBLE_EQ(phrase.right(), view.placeRect({0, Grain::kFine, 1}).right());
  EXPECT_GT(phrase.top(), view.placeRect({0, Grain::kFine, 0}).bottom());
}

TEST_F(BandsTest, BoxesOfABandNeverTouch) {
  for (int token = 1; token < 5; ++token) {
    EXPECT_LT(view.placeRect({0, Grain::kFine, token - 1}).right(),
              view.placeRect({0, Grain::kFine, token}).left());
  }
}

TEST_F(BandsTest, EveryBoxIsFoundAtItsCentre) {
  for (const Place place : {Place{0, Grain::kFine, 0}, Place{0, Grain::kFine, 4}, Place{0, Grain::kCoarse, 0},
                            Place{0, Grain::kCoarse, 1}, Place{1, Grain::kFine, 1}}) {
    EXPECT_EQ(view.placeAt(view.placeRect(place).center()), place) << place.band << " " << place.index;
  }
  EXPECT_FALSE(view.placeAt({2, 2}).has_value());
  EXPECT_FALSE(view.placeAt({450, 399}).has_value());
}

TEST_F(BandsTest, PointingAtATokenMarksItsCharactersAndTellsItsPlace) {
  QSignalSpy said(&view, &BandsView::markChanged);
  point({0, Grain::kFine, 3});
  EXPECT_EQ(view.markedBytes().begin, 12);
  EXPECT_EQ(view.markedBytes().end, 13);
  ASSERT_FALSE(said.isEmpty());
  const QString text = said.back()[0].toString();
  EXPECT_TRUE(text.contains(QStringLiteral("“##s”, id 13"))) << text.toStdString();
  EXPECT_TRUE(text.contains(QStringLiteral("characters 13–13, bytes 12–13"))) << text.toStdString();
  point({0, Grain::kFine, 4});
  EXPECT_TRUE(view.describe({0, Grain::kFine, 4}).contains(QStringLiteral("characters 15–15, bytes 14–17")))
      << "a snowman is one character of three bytes";
  EXPECT_TRUE(view.describe({0, Grain::kFine, 4}).contains(QStringLiteral("unknown")));
  movePointer(*view.viewport(), {2, 2});
  EXPECT_EQ(said.back()[0].toString(), QString());
}

TEST_F(BandsTest, PointingAtACoarseTokenMarksAllItHolds) {
  point({0, Grain::kCoarse, 0});
  EXPECT_EQ(view.markedBytes().begin, 0);
  EXPECT_EQ(view.markedBytes().end, 8);
  EXPECT_TRUE(
      view.describe({0, Grain::kCoarse, 0}).contains(QStringLiteral("coarse token “new york”, id 500")));
  EXPECT_TRUE(view.describe({0, Grain::kCoarse, 1}).contains(QStringLiteral("not in the coarse vocabulary")));
}

TEST_F(BandsTest, ArrowKeysWalkAlongABandAndAcrossBands) {
  view.setFocus();
  QTest::keyClick(&view, Qt::Key_Right);
  EXPECT_EQ(view.marked(), (Place{0, Grain::kFine, 0}));
  QTest::keyClick(&view, Qt::Key_Right);
  EXPECT_EQ(view.marked(), (Place{0, Grain::kFine, 1}));
  QTest::keyClick(&view, Qt::Key_Down);
  EXPECT_EQ(view.marked(), (Place{0, Grain::kCoarse, 0}));
  QTest::keyClick(&view, Qt::Key_Down);
  EXPECT_EQ(view.marked(), (Place{1, Grain::kFine, 0}));
  QTest::keyClick(&view, Qt::Key_End);
  EXPECT_EQ(view.marked(), (Place{1, Grain::kFine, 3}));
  QTest::keyClick(&view, Qt::Key_Right);
  EXPECT_EQ(view.marked(), (Place{1, Grain::kFine, 3})) << "the last token stays";
  QTest::keyClick(&view, Qt::Key_Up);
  EXPECT_EQ(view.marked(), (Place{0, Grain::kCoarse, 1}));
  QTest::keyClick(&view, Qt::Key_Up);
  EXPECT_EQ(view.marked(), (Place{0, Grain::kFine, 2}));
  QTest::keyClick(&view, Qt::Key_Home);
  EXPECT_EQ(view.marked(), (Place{0, Grain::kFine, 0}));
  QTest::keyClick(&view, Qt::Key_Escape);
  EXPECT_FALSE(view.marked().has_value());
}

TEST_F(BandsTest, ANarrowWindowBreaksTheLineBetweenUnits) {
  view.resize(260, 400);
  settle();
  ASSERT_GT(view.lineCount(), 1);
  EXPECT_DOUBLE_EQ(view.placeRect({0, Grain::kFine, 0}).top(), view.placeRect({0, Grain::kFine, 1}).top())
      << "new york stays together";
  EXPECT_GT(view.placeRect({0, Grain::kFine, 4}).top(), view.placeRect({0, Grain::kFine, 0}).top());
  for (int token = 0; token < 5; ++token) {
    EXPECT_LE(view.placeRect({0, Grain::kFine, token}).right(), 260) << token;
  }
}

TEST_F(BandsTest, WalkingScrollsALongTextAndKeepsItsPlaceWhenTheWindowGrows) {
  auto text = std::make_shared<TokenizedText>();
  TokenBand band{.name = QStringLiteral("words")};
  for (int word = 0; word < 2000; ++word) {
    const auto begin = static_cast<int32_t>(text->utf8.size());
    text->utf8 += "token ";
    band.tokens.push_back({word, QStringLiteral("token"), begin, begin + 5, PieceKind::kWordStart, word});
    band.units.push_back({word, 1, -1, {}});
  }
  text->bands = {band};
  view.setText(text);
  view.setFocus();
  QTest::keyClick(&view, Qt::Key_End);
  QTest::keyClick(&view, Qt::Key_End);
  const QRectF last = view.placeRect({0, Grain::kFine, 1999});
  EXPECT_TRUE(QRectF(view.viewport()->rect()).contains(last));
  EXPECT_GT(view.verticalScrollBar()->value(), 0);
}

TEST_F(BandsTest, ExportsWhatIsShown) {
  const CsvTable table = view.shownData();
  ASSERT_EQ(table.rows.size(), 9U);
  EXPECT_EQ(table.rows[1][3], QStringLiteral("york"));
  EXPECT_EQ(table.rows[1][9], QStringLiteral("new york"));
  EXPECT_FALSE(view.figureSize().isEmpty());
  ScratchFolder folder;
  for (const QString& format : figureFormats()) {
    const auto path = folder.path() / ("tokens." + format.toLower().toStdString());
    ASSERT_TRUE(exportFigure(view, path).ok());
    EXPECT_GT(std::filesystem::file_size(path), 500U);
  }
  view.setText(nullptr);
  EXPECT_FALSE(exportFigure(view, folder.path() / "none.svg").ok());
}

TEST_F(BandsTest, ThemesAndLargeFontsKeepTheGeometrySound) {
  view.setPalette(darkPalette());
  QFont large = view.font();
  large.setPointSizeF(large.pointSizeF() * 2);
  view.setFont(large);
  settle();
  EXPECT_FALSE(view.grab().isNull());
  EXPECT_LT(view.placeRect({0, Grain::kFine, 0}).right(), view.placeRect({0, Grain::kFine, 1}).left());
}

// --- vocabulary ------------------------------------------------------------------------------------------

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

// --- comparison ------------------------------------------------------------------------------------------

ComparisonData twoTokenizers() {
  ComparisonData data;
  data.corpus = QStringLiteral("news.txt");
  data.tokenizers = {{.name = QStringLiteral("words"),
                      .size = 100,
                      .words = 1000,
                      .tokens = 1500,
                      .tokens_per_word = 1.5,
                      .tokens_per_word_type = 2.25,
                      .unknown_rate = 0.01,
                      .length_histogram = {0, 100, 400, 900, 100},
                      .frequencies = {{1, 90}, {2, 40}, {10, 4}}},
                     {.name = QStringLiteral("letters"),
                      .size = 30,
                      .words = 1000,
                      .tokens = 4000,
                      .tokens_per_word = 4,
                      .tokens_per_word_type = 6,
                      .unknown_rate = 0,
                      .length_histogram = {0, 4000},
                      .frequencies = {{1, 700}, {2, 300}}}};
  data.differences = {{QStringLiteral("e"), {0, 700}}, {QStringLiteral("the"), {60, 0}}};
  return data;
}

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

// --- training rows ---------------------------------------------------------------------------------------

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
  EXPECT_EQ(view().boxText(view().rows()[0].tokens[4]), QStringLiteral("5· today ▸ today"));
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

// --- the whole view --------------------------------------------------------------------------------------

class TextViewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    view.resize(900, 600);
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
  }
  QPlainTextEdit& editor() { return *view.findChild<QPlainTextEdit*>(QStringLiteral("text-editor")); }

  TextView view;
};

TEST_F(TextViewTest, SaysWhyItIsEmpty) {
  EXPECT_TRUE(says(view, QStringLiteral("No tokeniser is chosen")));
  view.setTokenizers({{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true}});
  EXPECT_TRUE(says(view, QStringLiteral("No text to read")));
}

TEST_F(TextViewTest, TypingAsksOnceItRests) {
  view.setTokenizers({{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true}});
  QSignalSpy typed(&view.text(), &TextPage::textChanged);
  QTest::keyClicks(&editor(), QStringLiteral("new york"));
  EXPECT_EQ(typed.count(), 0);
  ASSERT_TRUE(typed.wait(3000));
  EXPECT_EQ(typed.count(), 1);
  EXPECT_EQ(typed[0][0].toString(), QStringLiteral("new york"));
  view.text().setTokens(newYork(), QStringLiteral("Only the first part is shown"));
  EXPECT_TRUE(view.text().bands().isVisible());
  EXPECT_TRUE(says(view, QStringLiteral("Only the first part")));
}

TEST_F(TextViewTest, ChipsAndTheMenuChooseTokenizers) {
  QSignalSpy toggled(&view, &TextView::tokenizerToggled);
  view.setTokenizers(
      {{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true},
       {QStringLiteral("/a/letters"), QStringLiteral("letters"), QStringLiteral("unigram"), false}});
  settle();
  const auto chips = view.bar().findChildren<QToolButton*>();
  const auto chip = std::find_if(chips.begin(), chips.end(), [](const QToolButton* each) {
    return each->isVisible() && each->text().startsWith(QStringLiteral("words"));
  });
  ASSERT_NE(chip, chips.end());
  QTest::mouseClick(*chip, Qt::LeftButton);
  ASSERT_EQ(toggled.count(), 1);
  EXPECT_EQ(toggled[0][0].toString(), QStringLiteral("/a/words"));
  EXPECT_FALSE(toggled[0][1].toBool());
  const auto actions = view.bar().menuButton()->menu()->actions();
  EXPECT_EQ(actions[1]->text(), QStringLiteral("letters: unigram"));
  actions[1]->trigger();
  ASSERT_EQ(toggled.count(), 2);
  EXPECT_TRUE(toggled[1][1].toBool());
}

TEST_F(TextViewTest, SourcesAreOfferedAndOneIsChosen) {
  view.setSources({{QStringLiteral("sample"), QStringLiteral("Sample text")},
                   {QStringLiteral("run"), QStringLiteral("Text of first run")}},
                  QStringLiteral("run"));
  EXPECT_EQ(view.bar().sourceName(), QStringLiteral("Text of first run"));
  QSignalSpy chosen(&view, &TextView::sourceChosen);
  auto* box = view.findChild<QComboBox*>(QStringLiteral("text-source"));
  box->setFocus();
  QTest::keyClick(box, Qt::Key_Up);
  ASSERT_EQ(chosen.count(), 1);
  EXPECT_EQ(chosen[0][0].toString(), QStringLiteral("sample"));
}

TEST_F(TextViewTest, FiguresSayWhatTheyAreMadeOf) {
  view.setTokenizers({{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true}});
  EXPECT_EQ(view.figureCaption(), QStringList{QStringLiteral("Tokenisers: words")});
  view.setPage(TextPageKind::kComparison);
  view.comparison().setComparison(twoTokenizers());
  EXPECT_EQ(view.figureCaption().back(), QStringLiteral("Compared over news.txt"));
  view.setPage(TextPageKind::kRows);
  view.rows().setSubject(QStringLiteral("first run"));
  EXPECT_EQ(view.figureCaption(), QStringList{QStringLiteral("Training rows of first run, step 1")});
  view.setPage(TextPageKind::kVocabulary);
  ScratchFolder folder;
  const Status drawn = exportFigure(view, folder.path() / "vocabulary.pdf");
  ASSERT_FALSE(drawn.ok());
  EXPECT_NE(drawn.error().hint.find(".csv"), std::string::npos) << "a table has no picture";
}

TEST_F(TextViewTest, FitsBetweenTheDocksOfASmallScreen) {
  view.setTokenizers({{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true}});
  view.text().setText(QStringLiteral("new york"));
  view.text().setTokens(newYork(), {});
  for (const TextPageKind page :
       {TextPageKind::kText, TextPageKind::kVocabulary, TextPageKind::kComparison, TextPageKind::kRows}) {
    view.setPage(page);
    settle();
    EXPECT_LE(view.minimumSizeHint().width(), 420) << static_cast<int>(page);
    EXPECT_LE(view.minimumSizeHint().height(), 330) << static_cast<int>(page);
  }
}

}  // namespace
}  // namespace heddle::ui
