#include "tests/views/text_test_data.h"

namespace heddle::ui {

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

}  // namespace heddle::ui
