#include "engine/text/subword/word_tokenizer.h"

#include <gtest/gtest.h>

#include "tests/unit/subword/subword_fixture.h"

namespace heddle {
namespace {

TEST(TokenizerTest, WordPieceIsTheSameBehindTheInterface) {
  const WordPiece wordpiece =
      WordPiece::fromVocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b"}, true).value();
  const std::unique_ptr<Tokenizer> tokenizer = makeTokenizer(wordpiece);
  EXPECT_EQ(tokenizer->kind(), "wordpiece");
  EXPECT_EQ(tokenizer->encode("AB a? [MASK]"), wordpiece.encode("AB a? [MASK]"));
  EXPECT_EQ(tokenizer->size(), 7);
  EXPECT_EQ(tokenizer->id("##b"), 6);
  EXPECT_EQ(tokenizer->text(5), "a");
  EXPECT_TRUE(tokenizer->isSpecial(4));
  EXPECT_FALSE(tokenizer->canSample());
  EXPECT_EQ(tokenizer->sample("ab", {}, 1), tokenizer->encode("ab"));
}

TEST(TokenizerTest, TrimmingLeavesPiecesOfSpaceEmpty) {
  const std::string text = " a\xE3\x80\x80 b";
  std::vector<Piece> pieces = {{0, 0, 2}, {1, 2, 6}, {2, 2, 7}};
  trimOffsets(text, pieces);
  EXPECT_EQ(pieces, (std::vector<Piece>{{0, 1, 2}, {1, 6, 6}, {2, 6, 7}}));
}

TEST(WordTokenizerTest, LearnsTheMostFrequentWords) {
  const std::vector<std::string> lines = {"The loom, the weft!", "the loom and the warp", ""};
  const auto tokenizer = WordTokenizer::learn(sourceOf(lines), {.vocab_size = 8});
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
  EXPECT_EQ((*tokenizer)->size(), 8);
  EXPECT_EQ((*tokenizer)->text(5), "the");
  EXPECT_EQ((*tokenizer)->text(6), "loom");
  EXPECT_EQ((*tokenizer)->text(7), "!");
  const std::string text = "THE caf\xC3\xA9 loom!";
  const std::vector<Piece> pieces = (*tokenizer)->encode(text);
  EXPECT_EQ(idsOf(pieces), (std::vector<int32_t>{5, 1, 6, 7}));
  EXPECT_EQ(surfacesOf(text, pieces), (std::vector<std::string>{"THE", "caf\xC3\xA9", "loom", "!"}));
  EXPECT_EQ((*tokenizer)->kind(), "words");
}

TEST(WordTokenizerTest, LeavesRareWordsOut) {
  const std::vector<std::string> lines = {"warp warp weft"};
  const auto tokenizer = WordTokenizer::learn(sourceOf(lines), {.min_count = 2});
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ((*tokenizer)->size(), 6);
  EXPECT_EQ((*tokenizer)->id("weft"), std::nullopt);
}

TEST(WordTokenizerTest, LeavesOverlongWordsOut) {
  const std::vector<std::string> lines = {std::string(201, 'w') + " " + std::string(200, 'v')};
  const auto tokenizer = WordTokenizer::learn(sourceOf(lines), {});
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ((*tokenizer)->size(), 6);
  EXPECT_EQ((*tokenizer)->text(5).size(), 200u);
  EXPECT_EQ(idsOf((*tokenizer)->encode(lines[0])), (std::vector<int32_t>{1, 5}));
}

TEST(WordTokenizerTest, CharactersComeOneByOne) {
  const std::vector<std::string> lines = {"\xE7\xBB\x87\xE6\x9C\xBA\xE7\xBB\x87 ab"};
  const auto tokenizer =
      WordTokenizer::learn(sourceOf(lines), {.unit = WordUnit::kCharacter, .lowercase = false});
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ((*tokenizer)->text(5), "\xE7\xBB\x87");
  const std::string text = "a\xE6\x9C\xBA Z\xF0\x9F\xA7\xB5";
  const std::vector<Piece> pieces = (*tokenizer)->encode(text);
  EXPECT_EQ(surfacesOf(text, pieces),
            (std::vector<std::string>{"a", "\xE6\x9C\xBA", "Z", "\xF0\x9F\xA7\xB5"}));
  EXPECT_EQ(pieces[0].id, (*tokenizer)->id("a"));
  EXPECT_EQ(pieces[3].id, (*tokenizer)->special().unk);
  EXPECT_EQ((*tokenizer)->kind(), "characters");
}

TEST(WordTokenizerTest, LoadsWhatWasSaved) {
  const std::vector<std::string> lines = sampleLines(20);
  const auto learnt = WordTokenizer::learn(sourceOf(lines), {.vocab_size = 200});
  ASSERT_TRUE(learnt.ok());
  const std::filesystem::path path = writeTemporary("words.txt", (*learnt)->files().front().bytes);
  const auto loaded = WordTokenizer::load(path, {});
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  for (const std::string& line : lines) {
    EXPECT_EQ((*loaded)->encode(line), (*learnt)->encode(line));
  }
}

TEST(WordTokenizerTest, SaysWhyItCannotLearnOrLoad) {
  const std::vector<std::string> nothing = {"", " \t"};
  EXPECT_NE(WordTokenizer::learn(sourceOf(nothing), {}).error().message().find("holds no words"),
            std::string::npos);
  EXPECT_NE(WordTokenizer::learn(sourceOf(nothing), {.vocab_size = 5}).error().message().find("5 are taken"),
            std::string::npos);
  const LineSource broken = [](std::string&) -> Result<bool> { return Error{"cannot read the disk"}; };
  EXPECT_EQ(WordTokenizer::learn(broken, {}).error().text, "cannot read the disk");
  const std::filesystem::path path =
      writeTemporary("words.txt", "\xEF\xBB\xBF[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n");
  EXPECT_NE(WordTokenizer::load(path, {}).error().message().find("byte order mark"), std::string::npos);
}

}  // namespace
}  // namespace heddle
