// A text under several tokenisers, by mouse and keys.

#include <gtest/gtest.h>

#include <QFont>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QThreadPool>
#include <cstring>

#include "tests/views/text_test_data.h"
#include "tests/views/view_test_support.h"
#include "views/text/bands_view.h"

namespace heddle::ui {
namespace {

using Grain = BandsView::Grain;
using Place = BandsView::Place;

TokenizedTextPtr manyWords(const char* word, int count) {
  auto text = std::make_shared<TokenizedText>();
  TokenBand band{.name = QStringLiteral("words")};
  const auto length = static_cast<int32_t>(std::strlen(word));
  for (int i = 0; i < count; ++i) {
    const auto begin = static_cast<int32_t>(text->utf8.size());
    text->utf8 += word;
    text->utf8 += ' ';
    band.tokens.push_back({i, QString::fromLatin1(word), begin, begin + length, PieceKind::kWordStart, i});
    band.units.push_back({i, 1, -1, {}});
  }
  text->bands = {band};
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
  EXPECT_TRUE(
      describe(*view.text(), {0, Grain::kFine, 4}).contains(QStringLiteral("characters 15–15, bytes 14–17")))
      << "a snowman is one character of three bytes";
  EXPECT_TRUE(describe(*view.text(), {0, Grain::kFine, 4}).contains(QStringLiteral("unknown")));
  movePointer(*view.viewport(), {2, 2});
  EXPECT_EQ(said.back()[0].toString(), QString());
}

TEST_F(BandsTest, PointingAtACoarseTokenMarksAllItHolds) {
  point({0, Grain::kCoarse, 0});
  EXPECT_EQ(view.markedBytes().begin, 0);
  EXPECT_EQ(view.markedBytes().end, 8);
  EXPECT_TRUE(describe(*view.text(), {0, Grain::kCoarse, 0})
                  .contains(QStringLiteral("coarse token “new york”, id 500")));
  EXPECT_TRUE(describe(*view.text(), {0, Grain::kCoarse, 1})
                  .contains(QStringLiteral("not in the coarse vocabulary")));
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
  QSignalSpy shown(&view, &BandsView::textShown);
  view.setText(manyWords("token", 2000));
  ASSERT_TRUE(shown.wait());
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

// --- long texts ------------------------------------------------------------------------------------------

TEST_F(BandsTest, ALongTextIsLaidOutBesideAndTheOldOneStaysUntilThen) {
  QSignalSpy shown(&view, &BandsView::textShown);
  const TokenizedTextPtr text = manyWords("token", 20000);
  view.setText(text);
  EXPECT_TRUE(view.busy());
  EXPECT_EQ(view.text()->utf8, newYork()->utf8);
  EXPECT_FALSE(view.grab().isNull());
  ASSERT_TRUE(shown.wait());
  EXPECT_FALSE(view.busy());
  EXPECT_EQ(view.text(), text.get());
  const Place last{0, Grain::kFine, 19999};
  TextWidths widths(view.font());
  BandsLayout at_once(text, widths);
  at_once.wrap(view.viewport()->width());
  EXPECT_EQ(at_once.lineCount(), view.lineCount());
  EXPECT_EQ(at_once.box(last), view.placeRect(last));
}

TEST_F(BandsTest, OfSeveralLongTextsTheNewestIsShown) {
  QSignalSpy shown(&view, &BandsView::textShown);
  for (const char* word : {"one", "two", "six"}) {
    view.setText(manyWords(word, 20000));
  }
  ASSERT_TRUE(QTest::qWaitFor([&] { return !view.busy(); }, 30000));
  EXPECT_TRUE(view.text()->utf8.startsWith("six"));
  EXPECT_EQ(shown.count(), 1) << "those between were not laid out";
}

TEST_F(BandsTest, WhatWasTakenAwayMeanwhileStaysAway) {
  view.setText(manyWords("token", 20000));
  view.setText(nullptr);
  EXPECT_EQ(view.text(), nullptr);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !view.busy(); }, 30000));
  EXPECT_EQ(view.text(), nullptr);
  view.setText(manyWords("token", 20000));
  view.setText(newYork());
  ASSERT_TRUE(QTest::qWaitFor([&] { return !view.busy(); }, 30000));
  EXPECT_EQ(view.lineCount(), 1);
}

TEST_F(BandsTest, AFontThatChangesMeanwhileIsTheOneLaidOut) {
  view.setText(manyWords("token", 20000));
  QFont large = view.font();
  large.setPointSizeF(large.pointSizeF() * 2);
  view.setFont(large);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !view.busy(); }, 30000));
  TextWidths widths(large);
  EXPECT_DOUBLE_EQ(view.placeRect({0, Grain::kFine, 0}).height(), widths.height() + 4);
}

TEST(BandsViewTest, MayGoWhileItsTextIsLaidOut) {
  auto view = std::make_unique<BandsView>();
  view->setText(manyWords("token", 20000));
  view.reset();
  QThreadPool::globalInstance()->waitForDone();
  settle();
}

}  // namespace
}  // namespace heddle::ui
