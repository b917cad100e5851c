#include "views/text/text_axis.h"

#include <gtest/gtest.h>

#include <QList>
#include <random>

#include "views/text/row_layout.h"

namespace heddle::ui {
namespace {

// Every character and every letter of a label is ten wide.
AxisMetrics tens() {
  const auto width = [](QStringView text) { return 10.0 * static_cast<double>(text.toUcs4().size()); };
  return {.text_width = width, .label_width = width};
}

TokenizedText textOf(const char* utf8, std::vector<TokenBand> bands = {}) {
  return {.utf8 = QByteArray(utf8), .bands = std::move(bands)};
}

ShownToken token(const char* piece, int32_t begin, int32_t end) {
  return {.id = 1, .piece = QString::fromUtf8(piece), .begin = begin, .end = end, .unit = -1};
}

TEST(TextAxisTest, GivesEachCharacterItsWidthWithoutTokens) {
  const TextAxis axis(textOf("abc"), tens());
  EXPECT_EQ(axis.size(), 3);
  for (int32_t byte = 0; byte <= 3; ++byte) {
    EXPECT_DOUBLE_EQ(axis.left(byte), 10.0 * byte);
    EXPECT_DOUBLE_EQ(axis.right(byte), 10.0 * byte);
  }
}

//  a  b   c          the text
// [a][##bc       ]   a piece that is longer than its characters
// [abc     ]
TEST(TextAxisTest, MakesRoomForTheWidestLabelInAnyBand) {
  const TextAxis axis(
      textOf("abc", {{.tokens = {token("a", 0, 1), token("##bc", 1, 3)}}, {.tokens = {token("abc", 0, 3)}}}),
      tens());
  EXPECT_DOUBLE_EQ(axis.left(1), 10);
  EXPECT_DOUBLE_EQ(axis.left(2), 20);
  EXPECT_DOUBLE_EQ(axis.left(3), 50) << "10 + the 40 of ##bc";
}

TEST(TextAxisTest, MakesRoomForACoarseTokenOverItsFineOnes) {
  TokenBand band{.has_coarse = true, .tokens = {token("a", 0, 1), token("b", 2, 3)}};
  band.units = {{.first = 0, .count = 2, .coarse = 7, .text = QStringLiteral("a phrase")}};
  const TextAxis axis(textOf("a b", {band}), tens());
  EXPECT_DOUBLE_EQ(axis.left(3), 80);
}

TEST(TextAxisTest, TokensThatCoverNothingStandBetweenTheSidesOfAPlace) {
  const TextAxis axis(
      textOf("ab", {{.tokens = {token("a", 0, 1), token("__", 1, 1), token("_", 1, 1), token("b", 1, 2)}}}),
      tens());
  EXPECT_DOUBLE_EQ(axis.left(1), 10);
  EXPECT_DOUBLE_EQ(axis.right(1), 40);
  EXPECT_DOUBLE_EQ(axis.left(2), 50);
}

TEST(TextAxisTest, CharactersAreWhatReadersSee) {
  // e with a combining acute, a family of three joined emoji, a Chinese character, a line break.
  const TextAxis axis(
      textOf(
          "e\xCC\x81\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7\xE4\xB8\xAD\n"),
      tens());
  ASSERT_EQ(axis.characters().size(), 4U);
  EXPECT_EQ(axis.characters()[0].end, 3);
  EXPECT_EQ(axis.characters()[1].end, 21);
  EXPECT_EQ(axis.shown(axis.characters()[2]), u"中");
  EXPECT_EQ(axis.characters()[3].kind, AxisCharacter::Kind::kBreak);
  EXPECT_EQ(axis.shown(axis.characters()[3]), u"¶");
}

TEST(TextAxisTest, PiecesMayEndInsideACharacter) {
  const TextAxis axis(textOf("\xE4\xB8\xAD", {{.tokens = {token("xx", 0, 1), token("y", 1, 3)}}}), tens());
  EXPECT_DOUBLE_EQ(axis.left(1), 20);
  EXPECT_GE(axis.left(3), 30);
}

TEST(TextAxisTest, BytesThatAreNoTextDoNoHarm) {
  const TextAxis axis(textOf("a\xFF\xFE\x80z"), tens());
  EXPECT_EQ(axis.size(), 5);
  EXPECT_FALSE(axis.wrap(15).empty());
}

TEST(TextAxisTest, AnEmptyTextHasOneLine) {
  const TextAxis axis(textOf(""), tens());
  ASSERT_EQ(axis.wrap(100).size(), 1U);
  EXPECT_EQ(axis.wrap(100)[0].end, 0);
}

TEST(TextAxisTest, LinesBreakBetweenUnitsAndBlanksHangOver) {
  TokenBand band{.tokens = {token("aa", 0, 2), token("##aa", 2, 4), token("bb", 5, 7), token("##bb", 7, 9)}};
  band.units = {{.first = 0, .count = 2}, {.first = 2, .count = 2}};
  const TextAxis axis(textOf("aaaa bbbb", {band}), tens());
  const std::vector<AxisLine> lines = axis.wrap(100);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].end, 5) << "behind the blank, not inside bbbb";
  const std::vector<AxisLine> narrow = axis.wrap(45);
  ASSERT_EQ(narrow.size(), 4U) << "a unit wider than a line is broken between its tokens";
  EXPECT_EQ(narrow[0].end, 2);
}

TEST(TextAxisTest, ALineBreakOfTheTextEndsALine) {
  const std::vector<AxisLine> lines = TextAxis(textOf("ab\n\ncd"), tens()).wrap(1000);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].end, 3);
  EXPECT_EQ(lines[1].end, 4);
  EXPECT_EQ(lines[2].end, 6);
}

TEST(TextAxisTest, ATokenLongerThanALineIsCutBetweenCharacters) {
  const TextAxis axis(textOf("aaaaaaaaaaaaaaaaaaaa", {{.tokens = {token("[UNK]", 0, 20)}}}), tens());
  const std::vector<AxisLine> lines = axis.wrap(60);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].end, 6);
}

// Properties over random texts: the axis never runs backwards, every box has its room, and lines cover the
// text without gap or overlap, none wider than asked for but for hanging blanks and single characters.
TEST(TextAxisTest, HoldsItsPromisesOnRandomTexts) {
  const std::vector<QByteArray> alphabet = {"a", "b", " ", "\n", "中", "é", "e\xCC\x81", "🙂"};
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    TokenizedText text;
    const int length = static_cast<int>(random() % 40);
    for (int i = 0; i < length; ++i) {
      text.utf8 += alphabet[random() % alphabet.size()];
    }
    const auto size = static_cast<int32_t>(text.utf8.size());
    for (int b = 0; b < 2; ++b) {
      TokenBand band{.has_coarse = true};
      for (int32_t at = 0; at < size;) {
        const int32_t end = std::min(size, at + static_cast<int32_t>(random() % 6));
        band.tokens.push_back(token(random() % 2 == 0 ? "x" : "##long", at, end));
        at = end + (random() % 3 == 0 ? 1 : 0);
      }
      for (int32_t first = 0; first < static_cast<int32_t>(band.tokens.size());) {
        const auto left = static_cast<int32_t>(band.tokens.size()) - first;
        const int32_t count = std::min(left, 1 + static_cast<int32_t>(random() % 3));
        band.units.push_back({first, count, random() % 2 == 0 ? 9 : -1, QStringLiteral("phrase")});
        first += count;
      }
      text.bands.push_back(std::move(band));
    }
    const AxisMetrics metrics = tens();
    const TextAxis axis(text, metrics);
    for (int32_t at = 0; at <= size; ++at) {
      ASSERT_LE(axis.left(at), axis.right(at));
      ASSERT_TRUE(at == 0 || axis.right(at - 1) <= axis.left(at) + 1e-9);
    }
    for (const TokenBand& band : text.bands) {
      for (const ShownToken& each : band.tokens) {
        const double room = each.begin == each.end ? axis.right(each.begin) - axis.left(each.begin)
                                                   : axis.left(each.end) - axis.right(each.begin);
        ASSERT_GE(room + 1e-9, metrics.label_width(each.piece));
      }
    }
    for (const double width : {15.0, 60.0, 200.0}) {
      int32_t at = 0;
      for (const AxisLine& line : axis.wrap(width)) {
        ASSERT_EQ(line.begin, at);
        ASSERT_TRUE(line.end > line.begin || size == 0);
        at = line.end;
      }
      ASSERT_EQ(at, size);
    }
  }
}

// --- training rows -------------------------------------------------------------------------------------

RowMetrics rowMetrics() {
  return {.width = [](const TrainingToken& each) { return 10.0 * static_cast<double>(each.text.size()); },
          .box_height = 20,
          .link_height = 5,
          .line_gap = 10,
          .gap = 0};
}

TrainingToken piece(const char* text, int32_t unit, int32_t grain = 0) {
  return {.text = text, .unit = unit, .grain = grain};
}

// [CLS][new][york][hub][SEP]
// [CLS][new york ][hub][SEP]
TEST(RowLayoutTest, UnitsOfBothGrainsStandAboveEachOther) {
  TrainingRow row;
  row.tokens = {piece("[CLS]", -1),      piece("new", 0),    piece("york", 0),
                piece("hub", 1),         piece("[SEP]", -1), piece("[CLS]", -1, 1),
                piece("new york", 0, 1), piece("hub", 1, 1), piece("[SEP]", -1, 1)};
  const RowLayout layout = layoutRow(row, 1000, rowMetrics());
  const auto& boxes = layout.boxes;
  EXPECT_DOUBLE_EQ(boxes[5].left(), boxes[0].left());
  EXPECT_DOUBLE_EQ(boxes[6].left(), boxes[1].left());
  EXPECT_DOUBLE_EQ(boxes[6].right(), boxes[2].right());
  EXPECT_DOUBLE_EQ(boxes[7].left(), boxes[3].left());
  EXPECT_DOUBLE_EQ(boxes[8].right(), boxes[4].right());
  EXPECT_DOUBLE_EQ(boxes[6].top(), 25);
  EXPECT_EQ(layout.links.size(), 5U);
  EXPECT_DOUBLE_EQ(layout.height, 45);
}

TEST(RowLayoutTest, BreaksLinesBetweenUnitsOnly) {
  TrainingRow row;
  row.tokens = {piece("aaaa", 0), piece("bbbb", 1), piece("##b", 1)};
  const RowLayout layout = layoutRow(row, 75, rowMetrics());
  EXPECT_DOUBLE_EQ(layout.boxes[0].top(), 0);
  EXPECT_DOUBLE_EQ(layout.boxes[1].top(), 30);
  EXPECT_DOUBLE_EQ(layout.boxes[2].top(), 30);
  EXPECT_DOUBLE_EQ(layout.boxes[1].left(), 0);
}

TEST(RowLayoutTest, AGrainOfItsOwnIsNeitherLostNorMoved) {
  TrainingRow row;
  row.tokens = {piece("a", 0), piece("b", 2), piece("x", 1, 1), piece("y", 2, 1)};
  const RowLayout layout = layoutRow(row, 1000, rowMetrics());
  EXPECT_LT(layout.boxes[0].left(), layout.boxes[2].left());
  EXPECT_LT(layout.boxes[2].left(), layout.boxes[3].left());
  EXPECT_DOUBLE_EQ(layout.boxes[1].left(), layout.boxes[3].left());
  EXPECT_EQ(layoutRow({}, 100, rowMetrics()).height, 0);
}

TEST(RowLayoutTest, BoxesNeverOverlap) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    TrainingRow row;
    for (const int32_t grain : {0, 1}) {
      for (int32_t unit = 0; unit < 12; ++unit) {
        const int pieces = 1 + static_cast<int>(random() % 3);
        for (int i = 0; i < (grain == 1 && random() % 2 == 0 ? 1 : pieces); ++i) {
          row.tokens.push_back(piece(random() % 2 == 0 ? "x" : "longer", unit, grain));
        }
      }
    }
    const RowLayout layout = layoutRow(row, 150, rowMetrics());
    for (size_t a = 0; a < layout.boxes.size(); ++a) {
      ASSERT_GT(layout.boxes[a].width(), 0);
      for (size_t b = a + 1; b < layout.boxes.size(); ++b) {
        ASSERT_TRUE(!layout.boxes[a].adjusted(0.01, 0, -0.01, 0).intersects(layout.boxes[b]))
            << a << " " << b;
      }
    }
  }
}

}  // namespace
}  // namespace heddle::ui
