#include "engine/text/subword/sentencepiece.h"

#include <gtest/gtest.h>
#include <sentencepiece_processor.h>

#include <set>

#include "engine/base/random.h"
#include "tests/unit/subword/subword_fixture.h"

namespace heddle {
namespace {

using Model = SentencePieceTrainerOptions::Model;

// Pieces as the original library gives them.
std::vector<Piece> original(const sentencepiece::SentencePieceProcessor& processor, const std::string& text) {
  std::vector<Piece> pieces;
  const auto answer = processor.EncodeAsImmutableProto(text);
  for (size_t index = 0; index < answer.pieces_size(); ++index) {
    const auto piece = answer.pieces(static_cast<int>(index));
    pieces.push_back({static_cast<int32_t>(piece.id()), static_cast<int32_t>(piece.begin()),
                      static_cast<int32_t>(piece.end())});
  }
  return pieces;
}

std::string trained(const SentencePieceTrainerOptions& options) {
  const std::vector<std::string> lines = sampleLines(150);
  const Result<std::string> model = trainSentencePiece(sourceOf(lines), options);
  EXPECT_TRUE(model.ok()) << model.error().message();
  return *model;
}

void expectEqualToOriginal(const SentencePieceTrainerOptions& options) {
  const std::string model = trained(options);
  const auto tokenizer = SentencePiece::fromBytes(model);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
  sentencepiece::SentencePieceProcessor processor;
  ASSERT_TRUE(processor.LoadFromSerializedProto(model).ok());
  std::vector<std::string> texts = sampleLines(40);
  const std::vector<std::string> difficult = difficultTexts();
  texts.insert(texts.end(), difficult.begin(), difficult.end());
  for (const std::string& text : texts) {
    EXPECT_EQ((*tokenizer)->encode(text), original(processor, text)) << testing::PrintToString(text);
  }
}

TEST(SentencePieceTest, UnigramEqualsTheOriginalLibraryWithOffsets) {
  expectEqualToOriginal({.model = Model::kUnigram, .vocab_size = 500});
  expectEqualToOriginal({.model = Model::kUnigram,
                         .vocab_size = 700,
                         .normalization = SentencePieceTrainerOptions::Normalization::kNfkcCf,
                         .user_symbols = {"<b>", "weaver"},
                         .byte_fallback = true});
}

TEST(SentencePieceTest, TiesAreDecidedAsTheOriginalLibraryDoes) {
  // Few different letters: many segmentations have equal scores, and rounding decides.
  const std::string model = trained({.model = Model::kUnigram, .vocab_size = 500});
  const auto tokenizer = SentencePiece::fromBytes(model);
  ASSERT_TRUE(tokenizer.ok());
  sentencepiece::SentencePieceProcessor processor;
  ASSERT_TRUE(processor.LoadFromSerializedProto(model).ok());
  constexpr std::string_view kLetters = "etaoinshr";
  for (uint32_t number = 0; number < 4000; ++number) {
    RandomStream draws(1, number, 0);
    const uint32_t first = draws.below(kLetters.size() - 2);
    std::string text;
    for (uint32_t length = 1 + draws.below(60); length > 0; --length) {
      text += draws.below(9) == 0 ? ' ' : kLetters[first + draws.below(3)];
    }
    ASSERT_EQ((*tokenizer)->encode(text), original(processor, text)) << text;
  }
}

TEST(SentencePieceTest, SymbolsAreWorthToUnigramModelsWhatTheyAreToTheOriginalLibrary) {
  using Type = SentencePieceType;
  SentencePieceFile file;
  file.add_dummy_prefix = false;
  file.pieces = {{"<unk>", 0, Type::kUnknown}, {"ab", -1.0F}, {"a", -1.05F}, {"b", -3},
                 {"c", 0, Type::kUserDefined}, {"d", -0.04F}, {"e", -0.05F}, {"bc", 0, Type::kUserDefined},
                 {"de", 0, Type::kUserDefined}};
  const std::string model = writeModel(file);
  const auto tokenizer = SentencePiece::fromBytes(model);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
  sentencepiece::SentencePieceProcessor processor;
  ASSERT_TRUE(processor.LoadFromSerializedProto(model).ok());
  // A longer symbol is worth no more than a shorter one.
  EXPECT_EQ(idsOf((*tokenizer)->encode("abc")), (std::vector<int32_t>{1, 4}));
  for (const char* text : {"abc", "de", "bcde", "aabcded", "cbca"}) {
    EXPECT_EQ((*tokenizer)->encode(text), original(processor, text)) << text;
  }
}

TEST(SentencePieceTest, BpeEqualsTheOriginalLibraryWithOffsets) {
  expectEqualToOriginal({.model = Model::kBpe, .vocab_size = 500});
  expectEqualToOriginal({.model = Model::kBpe,
                         .vocab_size = 700,
                         .normalization = SentencePieceTrainerOptions::Normalization::kIdentity,
                         .user_symbols = {"<b>", "weaver"},
                         .byte_fallback = true});
}

TEST(SentencePieceTest, KnowsItsSpecialPieces) {
  const auto tokenizer = SentencePiece::fromBytes(trained({.vocab_size = 300}));
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ((*tokenizer)->special().pad, 0);
  EXPECT_EQ((*tokenizer)->special().unk, 1);
  EXPECT_EQ((*tokenizer)->special().cls, 2);
  EXPECT_EQ((*tokenizer)->special().sep, 3);
  EXPECT_EQ((*tokenizer)->special().mask, 4);
  EXPECT_EQ((*tokenizer)->kind(), "unigram");
  EXPECT_EQ((*tokenizer)->text(4), "[MASK]");
  for (const Piece& piece : (*tokenizer)->encode("[MASK] [CLS]")) {
    EXPECT_TRUE(piece.id == 1 || !(*tokenizer)->isSpecial(piece.id));
  }
}

TEST(SentencePieceTest, SamplingIsAFunctionOfTheSeedAndKeepsTheText) {
  for (const Model kind : {Model::kUnigram, Model::kBpe}) {
    const auto tokenizer = SentencePiece::fromBytes(trained({.model = kind, .vocab_size = 500}));
    ASSERT_TRUE(tokenizer.ok());
    const std::string text = "The weaver mended the old loom before winter.";
    std::set<std::vector<int32_t>> seen;
    for (uint64_t seed = 0; seed < 40; ++seed) {
      const std::vector<Piece> pieces = (*tokenizer)->sample(text, {.alpha = .2}, seed);
      EXPECT_EQ(pieces, (*tokenizer)->sample(text, {.alpha = .2}, seed));
      int32_t end = 0;
      for (const Piece& piece : pieces) {
        EXPECT_EQ(piece.begin, end);
        end = piece.end;
      }
      EXPECT_EQ(end, static_cast<int32_t>(text.size()));
      seen.insert(idsOf(pieces));
    }
    EXPECT_GT(seen.size(), 30u);
  }
}

TEST(SentencePieceTest, SamplingOfOneIsEncoding) {
  const auto unigram = SentencePiece::fromBytes(trained({.vocab_size = 500}));
  const auto bpe = SentencePiece::fromBytes(trained({.model = Model::kBpe, .vocab_size = 500}));
  for (const std::string& text : sampleLines(5)) {
    EXPECT_EQ((*unigram)->sample(text, {.alpha = .1, .nbest = 1}, 7), (*unigram)->encode(text));
    EXPECT_EQ((*bpe)->sample(text, {.alpha = 0}, 7), (*bpe)->encode(text));
    EXPECT_GT((*bpe)->sample(text, {.alpha = 1}, 7).size(), (*bpe)->encode(text).size());
  }
}

}  // namespace
}  // namespace heddle
