#include "engine/text/subword/hf_wordpiece.h"

#include <gtest/gtest.h>

#include "tests/unit/subword/subword_fixture.h"

namespace heddle {
namespace {

HfWordPiece fixtureTokenizer(bool lowercase) {
  return HfWordPiece(WordPiece::fromVocabulary(subwordFixture().pieces, lowercase).value());
}

HfWordPiece smallTokenizer(std::vector<std::string> pieces, bool lowercase = true) {
  pieces.insert(pieces.begin(), {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"});
  return HfWordPiece(WordPiece::fromVocabulary(std::move(pieces), lowercase).value());
}

TEST(HfWordPieceTest, GivesTheIdsOfTheReferenceImplementation) {
  const HfWordPiece cased = fixtureTokenizer(false);
  const HfWordPiece uncased = fixtureTokenizer(true);
  ASSERT_GT(subwordFixture().hf_wordpiece.size(), 15u);
  for (const SubwordFixture::Case& test : subwordFixture().hf_wordpiece) {
    EXPECT_EQ(idsOf(cased.encode(test.text)), test.first) << testing::PrintToString(test.text);
    EXPECT_EQ(idsOf(uncased.encode(test.text)), test.second) << testing::PrintToString(test.text);
  }
}

TEST(HfWordPieceTest, DiffersFromTheOriginalWherePublished) {
  const HfWordPiece tokenizer = smallTokenizer({"a", "##b", "\xCF\x83", "##\xCF\x83"});
  const WordPiece original =
      WordPiece::fromVocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b"}, true).value();
  EXPECT_EQ(idsOf(tokenizer.encode("[MASK]")), (std::vector<int32_t>{4}));
  EXPECT_EQ(original.encode("[MASK]").size(), 3u);
  const std::string private_use =
      "a\xEE\x80\x80"
      "b";
  EXPECT_EQ(idsOf(tokenizer.encode(private_use)), (std::vector<int32_t>{5, 6}));
  EXPECT_EQ(idsOf(original.encode(private_use)), (std::vector<int32_t>{1}));
  const std::string word = "a" + std::string(100, 'b');
  EXPECT_EQ(idsOf(tokenizer.encode(word)), (std::vector<int32_t>{1}));
  EXPECT_EQ(original.encode(word).size(), 101u);
  // Every capital sigma becomes the same small one, even at a word's end.
  EXPECT_EQ(idsOf(tokenizer.encode("\xCE\xA3\xCE\xA3")), (std::vector<int32_t>{7, 8}));
}

TEST(HfWordPieceTest, OffsetsNameTheOriginalBytes) {
  const HfWordPiece tokenizer = smallTokenizer({"weav", "##ing", "cafe", "!", "\xE7\xBB\x87"});
  const std::string text = "WEAVING[SEP]caf\xC3\xA9!\xE7\xBB\x87 cafe\xCC\x81 unknown";
  EXPECT_EQ(surfacesOf(text, tokenizer.encode(text)),
            (std::vector<std::string>{"WEAV", "ING", "[SEP]", "caf\xC3\xA9", "!", "\xE7\xBB\x87",
                                      "cafe\xCC\x81", "unknown"}));
  for (const std::string& difficult : difficultTexts()) {
    int32_t begin = 0;
    for (const Piece& piece : tokenizer.encode(difficult)) {
      EXPECT_LE(begin, piece.begin);
      EXPECT_LT(piece.begin, piece.end);
      EXPECT_LE(piece.end, static_cast<int32_t>(difficult.size()));
      begin = piece.begin;
    }
  }
}

TEST(HfWordPieceTest, RefusesBadVocabularies) {
  const auto load = [](const std::string& bytes) {
    const auto tokenizer = HfWordPiece::load(writeTemporary("vocab.txt", bytes), true);
    return tokenizer.ok() ? "accepted" : tokenizer.error().message();
  };
  const std::string head = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  EXPECT_EQ(load(head + "a\r\n##b\r\n"), "accepted");
  EXPECT_NE(load("\xEF\xBB\xBF" + head).find("byte order mark"), std::string::npos);
  EXPECT_NE(load("[PAD]\n[CLS]\n[SEP]\n[MASK]\n").find("it has no [UNK]"), std::string::npos);
  EXPECT_NE(load(head + "a\na\n").find("stands on line 6 and again on line 7"), std::string::npos);
  EXPECT_NE(load("").find("it is empty"), std::string::npos);
  std::string pieces = head;
  for (const std::string& piece : subwordFixture().pieces) {
    pieces += piece.front() == '[' ? "" : piece + "\n";
  }
  for (uint64_t number = 0; number < 100; ++number) {
    const auto tokenizer = HfWordPiece::load(writeTemporary("vocab.txt", damage(pieces, number)), true);
    for (const std::string& text : difficultTexts()) {
      EXPECT_TRUE(!tokenizer.ok() || (*tokenizer)->encode(text).size() <= text.size());
    }
  }
}

}  // namespace
}  // namespace heddle
