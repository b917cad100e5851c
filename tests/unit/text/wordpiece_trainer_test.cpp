#include "engine/text/wordpiece_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/text/sample_text.h"
#include "engine/text/wordpiece.h"

namespace heddle {
namespace {

bool holds(const std::vector<std::string>& pieces, const std::string& piece) {
  return std::find(pieces.begin(), pieces.end(), piece) != pieces.end();
}

WordCounts sampleCounts(int64_t documents) {
  WordCounter counter(true);
  for (int64_t index = 0; index < documents; ++index) {
    counter.add(documentText(generateDocument(1, index)));
  }
  return counter.take();
}

TEST(WordPieceTrainerTest, MergesTheMostFrequentPairFirst) {
  // Pairs by hand: h-u 15, u-g 20, p-u 17, u-n 16, b-u 4, g-s 5; after "##ug": h-ug 15, u-n 16, then p-un 12.
  const WordCounts words = {{"hug", 10}, {"pug", 5}, {"pun", 12}, {"bun", 4}, {"hugs", 5}};
  const Result<std::vector<std::string>> pieces = trainWordPiece(words, {.vocab_size = 36});
  ASSERT_TRUE(pieces.ok()) << pieces.error().message();
  // 5 specials; u, g, p, h, n, s, b by count: u g n s inside words too.
  const std::vector<std::string> merged(pieces->begin() + 5 + 11, pieces->end());
  ASSERT_GE(merged.size(), 4u);
  EXPECT_EQ(std::vector<std::string>(merged.begin(), merged.begin() + 4),
            (std::vector<std::string>{"##ug", "##un", "hug", "pun"}));
}

TEST(WordPieceTrainerTest, GivesTheSameVocabularyForTheSameCounts) {
  const WordCounts words = sampleCounts(50);
  WordCounts reordered;
  reordered.rehash(100003);
  std::vector<std::pair<std::string, int64_t>> sorted(words.begin(), words.end());
  std::sort(sorted.rbegin(), sorted.rend());
  reordered.insert(sorted.begin(), sorted.end());
  const Result<std::vector<std::string>> first = trainWordPiece(words, {.vocab_size = 600});
  const Result<std::vector<std::string>> second = trainWordPiece(reordered, {.vocab_size = 600});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(first->size(), 600u);
}

TEST(WordPieceTrainerTest, LeavesNoWordOfItsOwnTextUnknown) {
  const WordCounts words = sampleCounts(50);
  Result<std::vector<std::string>> pieces = trainWordPiece(words, {.vocab_size = 400});
  ASSERT_TRUE(pieces.ok());
  const Result<WordPiece> tokenizer = WordPiece::fromVocabulary(*pieces, true);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
  for (const auto& [word, count] : words) {
    for (const Piece& piece : tokenizer->encode(word)) {
      EXPECT_NE(piece.id, tokenizer->special().unk) << word;
    }
  }
}

TEST(WordPieceTrainerTest, LeavesRareCharactersOutWhenTheyWouldFillTheVocabulary) {
  WordCounts words = {{"aaaa", 1000}, {"bbbb", 1000}};
  for (char32_t c = 0; c < 200; ++c) {
    words[std::string("\xE4") + static_cast<char>(0xB8 + c / 64) + static_cast<char>(0x80 + c % 64)] = 1;
  }
  const Result<std::vector<std::string>> pieces = trainWordPiece(words, {.vocab_size = 40});
  ASSERT_TRUE(pieces.ok());
  EXPECT_TRUE(holds(*pieces, "a"));
  EXPECT_TRUE(holds(*pieces, "##b"));
  EXPECT_TRUE(holds(*pieces, "aaaa"));
  EXPECT_LE(pieces->size(), 40u);
}

TEST(WordPieceTrainerTest, StopsEarlyWhenNothingIsLeftToMerge) {
  const Result<std::vector<std::string>> pieces = trainWordPiece({{"ab", 3}}, {.vocab_size = 1000});
  ASSERT_TRUE(pieces.ok());
  EXPECT_EQ(*pieces,
            (std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##b", "ab"}));
}

TEST(WordPieceTrainerTest, RefusesNoWordsTinyVocabulariesAndCancelling) {
  EXPECT_NE(trainWordPiece({}, {}).error().message().find("no words"), std::string::npos);
  EXPECT_NE(trainWordPiece({{"a", 1}}, {.vocab_size = 6}).error().message().find("6 pieces"),
            std::string::npos);
  const auto cancel = [](double) { return false; };
  EXPECT_NE(trainWordPiece(sampleCounts(20), {.vocab_size = 500}, cancel).error().message().find("cancelled"),
            std::string::npos);
}

}  // namespace
}  // namespace heddle
