#include "engine/text/grains/comparison.h"

#include <gtest/gtest.h>

#include <numeric>

#include "engine/text/subword/byte_bpe.h"
#include "tests/unit/subword/subword_fixture.h"
#include "tests/unit/text/grains/grains_fixture.h"

namespace heddle {
namespace {

// A WordPiece, and the same with phrases, on a text that is counted by hand.
TokenizerComparison counted() {
  TokenizerComparer comparer({{"fine", Grains(toyWordPiece())},
                              {"both", Grains::withPhrases(toyWordPiece(), toyPhrases()).value(), true}});
  comparer.add("New York, new york!");
  comparer.add("weaving zzz weaving");
  return comparer.finish();
}

TEST(ComparisonTest, CountsWhatCanBeCountedByHand) {
  const TokenizerComparison comparison = counted();
  // New York , new york ! weaving zzz weaving
  EXPECT_EQ(comparison.words, 9);
  EXPECT_EQ(comparison.word_types, 8);
  EXPECT_EQ(comparison.bytes, 38);
  ASSERT_EQ(comparison.tokenizers.size(), 2U);
  // new york , new york ! weav ##ing [UNK] weav ##ing
  EXPECT_EQ(comparison.tokenizers[0].tokens, 11);
  EXPECT_DOUBLE_EQ(comparison.tokensPerWord(0), 11.0 / 9);
  EXPECT_DOUBLE_EQ(comparison.tokensPerWordType(0), 9.0 / 8);
  EXPECT_DOUBLE_EQ(comparison.unknownRate(0), 1.0 / 11);
  EXPECT_EQ(comparison.tokenizers[0].used, 7);
  // Lengths: , ! are of one character, new ing zzz of three, york weav of four.
  std::vector<int64_t> lengths(kLongestToken + 1);
  lengths[1] = 2;
  lengths[3] = 5;
  lengths[4] = 4;
  EXPECT_EQ(comparison.tokenizers[0].length_histogram, lengths);
  EXPECT_EQ(comparison.tokenizers[0].frequency_profile.front(), (std::pair<int64_t, int64_t>{1, 2}));
  EXPECT_EQ(comparison.tokenizers[0].frequency_profile.back(), (std::pair<int64_t, int64_t>{7, 1}));
  // (new york) , (new york) ! weav ##ing [UNK] weav ##ing
  EXPECT_EQ(comparison.tokenizers[1].tokens, 9);
  EXPECT_EQ(comparison.tokenizers[1].kind, "wordpiece + phrases");
  EXPECT_EQ(comparison.tokenizers[1].length_histogram[8], 2);
  // Shares of "new york": 0 of 11 and 2 of 9; of "new" and "york": 2 of 11 and 0 of 9.
  ASSERT_GE(comparison.differences.size(), 3U);
  EXPECT_EQ(comparison.differences[0], (TokenDifference{"new york", {0, 2}, 2.0 / 9}));
  EXPECT_EQ(comparison.differences[1], (TokenDifference{"new", {2, 0}, 2.0 / 11}));
  EXPECT_EQ(comparison.differences[2], (TokenDifference{"york", {2, 0}, 2.0 / 11}));
}

TEST(ComparisonTest, SurvivesTheWayThroughJson) {
  const TokenizerComparison before = counted();
  for (const bool with_counts : {false, true}) {
    const Json json = *parseJson(dumpJson(before.toJson(with_counts)), "the comparison");
    const Result<TokenizerComparison> after = TokenizerComparison::fromJson(json);
    ASSERT_TRUE(after.ok()) << after.error().message();
    EXPECT_EQ(dumpJson(after->toJson(with_counts)), dumpJson(before.toJson(with_counts)));
    EXPECT_EQ(after->differences, before.differences);
    EXPECT_EQ(after->tokenizers[0].counts.empty(), !with_counts);
  }
  Json broken = before.toJson();
  broken["tokenizers"][0].erase("tokens");
  EXPECT_FALSE(TokenizerComparison::fromJson(broken).ok());
  broken = before.toJson();
  broken["differences"][0]["counts"] = {1};
  EXPECT_FALSE(TokenizerComparison::fromJson(broken).ok());
  EXPECT_FALSE(TokenizerComparison::fromJson("text").ok());
}

TEST(ComparisonTest, CountsEveryTokenOnceWhateverTheText) {
  for (const NamedGrains& named : allGrains()) {
    TokenizerComparer comparer({{named.name, named.grains, true}});
    int64_t tokens = 0;
    GrainedText grained;
    std::vector<int32_t> ids;
    for (uint64_t number = 0; number < 50; ++number) {
      comparer.add(randomText(number));
      ids.clear();
      named.grains.encode(randomText(number), grained);
      appendCoarse(grained, ids);
      tokens += static_cast<int64_t>(ids.size());
    }
    const TokenizerComparison comparison = comparer.finish();
    const TokenizerFigures& figures = comparison.tokenizers[0];
    EXPECT_EQ(figures.tokens, tokens) << named.name;
    const auto sum = [](const std::vector<int64_t>& all) {
      return std::accumulate(all.begin(), all.end(), int64_t{0});
    };
    EXPECT_EQ(sum(figures.counts), tokens) << named.name;
    EXPECT_EQ(sum(figures.length_histogram), tokens) << named.name;
    EXPECT_TRUE(comparison.differences.empty());
  }
}

TEST(ComparisonTest, CutsALongParagraphAtASpaceWithoutLosingTokens) {
  std::string text;
  while (text.size() < 5 * kStretchBytes / 2) {
    text += "weaving looms ";
  }
  TokenizerComparer comparer({{"it", Grains(toyWordPiece())}});
  comparer.add(text);
  const TokenizerComparison comparison = comparer.finish();
  EXPECT_EQ(comparison.bytes, static_cast<int64_t>(text.size()));
  EXPECT_EQ(comparison.words, static_cast<int64_t>(text.size() / 14 * 2));
  EXPECT_EQ(comparison.tokenizers[0].tokens, 2 * comparison.words);
  EXPECT_EQ(comparison.word_types, 2);
}

TEST(ComparisonTest, ThinsAProfileOutWithoutItsEnds) {
  std::string text;
  for (int word = 0; word < 3000; ++word) {
    text += std::to_string(word) + ' ';
  }
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (int word = 0; word < 3000; ++word) {
    pieces.push_back(std::to_string(word));
  }
  TokenizerComparer comparer(
      {{"numbers", Grains(makeTokenizer(WordPiece::fromVocabulary(pieces, true).value()))}});
  comparer.add(text);
  const auto profile = comparer.finish().tokenizers[0].frequency_profile;
  EXPECT_EQ(profile.front().first, 1);
  EXPECT_EQ(profile[9].first, 10);
  EXPECT_EQ(profile.back().first, 3000);
  EXPECT_LT(profile.size(), 200U);
}

TEST(ComparisonTest, KnowsLettersWithoutTheMarksOfTheirVocabularies) {
  const auto letters = [](const Grains& grains, std::string_view piece) {
    return tokenLetters(grains, grains.fine().id(piece).value());
  };
  EXPECT_EQ(letters(Grains(toyWordPiece()), "##ing"), "ing");
  EXPECT_EQ(letters(Grains(toyWordPiece()), "[MASK]"), "[MASK]");
  for (const NamedGrains& named : allGrains()) {
    if (named.name == "crossing alone") {
      EXPECT_EQ(letters(named.grains, "▁new"), "new");
      EXPECT_EQ(letters(named.grains, "▁"), "▁");
    }
  }
  const SubwordFixture& fixture = subwordFixture();
  const Grains bytes(
      std::shared_ptr<const Tokenizer>(ByteBpe::fromTexts(fixture.vocab_json, fixture.merges_txt).value()));
  EXPECT_EQ(letters(bytes, "Ġ"), " ");
  EXPECT_EQ(letters(bytes, "Ċ"), "\n");
}

}  // namespace
}  // namespace heddle
