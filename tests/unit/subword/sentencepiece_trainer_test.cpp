#include "engine/text/subword/sentencepiece_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/text/subword/sentencepiece.h"
#include "engine/text/unicode.h"
#include "tests/unit/subword/subword_fixture.h"

namespace heddle {
namespace {

std::string failure(const std::vector<std::string>& lines, const SentencePieceTrainerOptions& options) {
  const Result<std::string> model = trainSentencePiece(sourceOf(lines), options);
  return model.ok() ? "learnt" : model.error().message();
}

TEST(SentencePieceTrainerTest, EqualLinesGiveEqualModels) {
  const std::vector<std::string> lines = sampleLines(200);
  SentencePieceTrainerOptions options{.vocab_size = 300, .max_lines = kMinSampledLines};
  const Result<std::string> first = trainSentencePiece(sourceOf(lines), options);
  const Result<std::string> second = trainSentencePiece(sourceOf(lines), options);
  ASSERT_TRUE(first.ok()) << first.error().message();
  EXPECT_EQ(*first, *second);
}

TEST(SentencePieceTrainerTest, HoldsSymbolsAndSize) {
  const std::vector<std::string> lines = sampleLines(100);
  const Result<std::string> model = trainSentencePiece(
      sourceOf(lines),
      {.vocab_size = 300, .control_symbols = {"[CLS]", "a,\"b\""}, .user_symbols = {"<note>"}});
  ASSERT_TRUE(model.ok()) << model.error().message();
  const auto tokenizer = SentencePiece::fromBytes(*model);
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ((*tokenizer)->size(), 300);
  EXPECT_EQ((*tokenizer)->id("a,\"b\""), 3);
  const std::string text = "a<note>b";
  const std::vector<std::string> surfaces = surfacesOf(text, (*tokenizer)->encode(text));
  EXPECT_NE(std::find(surfaces.begin(), surfaces.end(), "<note>"), surfaces.end());
}

TEST(SentencePieceTrainerTest, LongLinesAreCutNotSkipped) {
  const std::string line = "aa bb ccc";
  std::string_view rest = line;
  EXPECT_EQ(takeStretch(rest, 4), "aa");
  EXPECT_EQ(takeStretch(rest, 4), " bb");
  EXPECT_EQ(takeStretch(rest, 4), " ccc");
  EXPECT_TRUE(takeStretch(rest, 4).empty());
  const std::string wide = "\xE7\xBB\x87\xE6\x9C\xBA\xE7\xBA\xBF";
  rest = wide;
  EXPECT_EQ(takeStretch(rest, 8), "\xE7\xBB\x87\xE6\x9C\xBA");
  EXPECT_EQ(takeStretch(rest, 8), "\xE7\xBA\xBF");
  const std::string stray(20, '\x80');
  rest = stray;
  EXPECT_EQ(takeStretch(rest, 8).size(), 8u);

  // All in one line of 100 kB, and a character that occurs only there.
  std::string everything;
  for (const std::string& sample : sampleLines(200)) {
    everything += sample + " ";
  }
  everything += std::string(5000, 'q') + "\xC3\x9F" + std::string(5000, 'q');
  const std::vector<std::string> lines = {everything};
  const Result<std::string> model =
      trainSentencePiece(sourceOf(lines), {.vocab_size = 400, .character_coverage = 1});
  ASSERT_TRUE(model.ok()) << model.error().message();
  const auto tokenizer = SentencePiece::fromBytes(*model);
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_TRUE((*tokenizer)->id("\xC3\x9F").has_value());
}

TEST(SentencePieceTrainerTest, SaysWhyItCannotLearn) {
  const std::vector<std::string> lines = sampleLines(20);
  const auto expectPart = [](const std::string& message, const char* part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expectPart(failure({}, {}), "the text is empty");
  expectPart(failure({"", "  ", "\xFF"}, {}), "the text is empty");
  expectPart(failure(lines, {.vocab_size = 5}), "5 of its pieces are taken");
  expectPart(failure(lines, {.vocab_size = 10}), "cannot learn a unigram vocabulary of 10 pieces");
  expectPart(failure(lines, {.model = SentencePieceTrainerOptions::Model::kBpe, .vocab_size = 10}),
             "cannot learn a BPE vocabulary of 10 pieces");
  expectPart(failure(lines, {.character_coverage = 0}), "coverage");
  expectPart(failure(lines, {.user_symbols = {"x", "x"}}), "\"x\" is there twice");
  expectPart(failure(lines, {.user_symbols = {""}}), "a symbol is empty");
  const LineSource broken = [](std::string&) -> Result<bool> { return Error{"cannot read the disk"}; };
  EXPECT_EQ(trainSentencePiece(broken, {}).error().text, "cannot read the disk");
  int count = 0;
  const LineSource breaks_late = [&count](std::string& line) -> Result<bool> {
    line = "the loom";
    return ++count < 9 ? Result<bool>(true) : Result<bool>(Error{"cannot read on"});
  };
  EXPECT_EQ(trainSentencePiece(breaks_late, {}).error().text, "cannot read on");
}

TEST(SentencePieceTrainerTest, MarksOfTheLibraryItselfAreSpaces) {
  // Taken out of the line one by one they would take minutes.
  std::string line;
  for (int mark = 0; mark < 500000; ++mark) {
    line += "\xE2\x96\x85";
  }
  EXPECT_NE(failure({line}, {}).find("the text is empty"), std::string::npos);
}

TEST(SentencePieceTrainerTest, TinyTextsAreLearntOrRefusedInASentence) {
  for (const auto kind :
       {SentencePieceTrainerOptions::Model::kUnigram, SentencePieceTrainerOptions::Model::kBpe}) {
    for (const char* text : {"a", "a b", "aaaaaaaa", "\xE2\x96\x81", "\xE2\x96\x85", "\xE2\x80\x8B",
                             "\xEF\xBF\xBD", "\xE7\xBB\x87"}) {
      const std::string message = failure({text}, {.model = kind, .vocab_size = 20});
      EXPECT_TRUE(message == "learnt" || message.rfind("cannot learn a ", 0) == 0) << message;
    }
  }
}

}  // namespace
}  // namespace heddle
