#include <gtest/gtest.h>

#include <limits>

#include "engine/text/subword/sentencepiece.h"
#include "tests/unit/subword/subword_fixture.h"

namespace heddle {
namespace {

using Type = SentencePieceType;

SentencePieceFile smallFile() {
  SentencePieceFile file;
  file.pieces = {
      {"<unk>", 0, Type::kUnknown}, {"[CLS]", 0, Type::kControl}, {"\xE2\x96\x81", -1, Type::kNormal},
      {"a", -2, Type::kNormal},     {"b", -3, Type::kNormal},     {"ab", -1.5F, Type::kNormal}};
  return file;
}

std::string refusal(const SentencePieceFile& file) {
  const auto tokenizer = SentencePiece::fromBytes(writeModel(file), "spiece.model");
  return tokenizer.ok() ? "accepted" : tokenizer.error().message();
}

TEST(SentencePieceFaultsTest, ReadsWhatTheFormatSays) {
  const auto tokenizer = SentencePiece::fromBytes(writeModel(smallFile()));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
  EXPECT_EQ((*tokenizer)->encode("ab xy"), (std::vector<Piece>{{2, 0, 0}, {5, 0, 2}, {2, 2, 3}, {0, 3, 5}}));
  EXPECT_EQ((*tokenizer)->special().cls, 1);
  EXPECT_EQ((*tokenizer)->special().mask, kNoSpecial);
}

TEST(SentencePieceFaultsTest, UnusedPiecesOfBpeGiveWayToTheirParts) {
  SentencePieceFile file = smallFile();
  file.model = SentencePieceModel::kBpe;
  file.add_dummy_prefix = false;
  file.pieces[5].type = Type::kUnused;
  file.pieces.push_back({"aba", -2, Type::kNormal});
  const auto tokenizer = SentencePiece::fromBytes(writeModel(file));
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ(idsOf((*tokenizer)->encode("ab")), (std::vector<int32_t>{3, 4}));
  EXPECT_EQ(idsOf((*tokenizer)->encode("aba")), (std::vector<int32_t>{6}));
}

TEST(SentencePieceFaultsTest, RefusesContradictionsInOneSentence) {
  const auto expectRefusal = [](const std::string& message, const char* part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_NE(message.find("spiece.model"), std::string::npos) << message;
  };
  EXPECT_EQ(refusal(smallFile()), "accepted");
  SentencePieceFile file = smallFile();
  file.pieces[4].text = "a";
  expectRefusal(refusal(file), "\"a\" is piece 4 and also piece 3");
  file.pieces[4].text = "";
  expectRefusal(refusal(file), "piece 4 is empty");
  file.pieces[4].text = "\xFF";
  expectRefusal(refusal(file), "piece 4 is not UTF-8");
  file = smallFile();
  file.pieces[3].score = std::numeric_limits<float>::quiet_NaN();
  expectRefusal(refusal(file), "the score of piece 3 is no usable number");
  file = smallFile();
  file.pieces[0].type = Type::kNormal;
  expectRefusal(refusal(file), "it has no <unk>");
  file = smallFile();
  file.pieces.resize(2);
  expectRefusal(refusal(file), "it has no pieces");
  file = smallFile();
  file.byte_fallback = true;
  expectRefusal(refusal(file), "has 0 of the 256 byte pieces");
  file = smallFile();
  file.model = SentencePieceModel::kWord;
  expectRefusal(refusal(file), "it splits into words");
  file = smallFile();
  file.charsmap = std::string("\x10\0\0\0abc", 7);
  expectRefusal(refusal(file), "its normalisation map is damaged");
}

TEST(SentencePieceFaultsTest, RefusesOtherFiles) {
  const auto load = [](const std::string& bytes) {
    const auto tokenizer = SentencePiece::load(writeTemporary("spiece.model", bytes));
    return tokenizer.ok() ? "accepted" : tokenizer.error().message();
  };
  EXPECT_NE(load("").find("it is empty"), std::string::npos);
  EXPECT_NE(load("[PAD]\n[UNK]\n").find("damaged or of another format"), std::string::npos);
  const std::string whole = writeModel(smallFile());
  EXPECT_NE(load(whole.substr(0, whole.size() - 3)).find("damaged"), std::string::npos);
  EXPECT_NE(SentencePiece::load("/nowhere/spiece.model").error().message().find("/nowhere/spiece.model"),
            std::string::npos);
}

TEST(SentencePieceFaultsTest, SurvivesDamagedModels) {
  const std::vector<std::string> lines = sampleLines(30);
  int accepted = 0;
  for (const auto kind :
       {SentencePieceTrainerOptions::Model::kUnigram, SentencePieceTrainerOptions::Model::kBpe}) {
    const Result<std::string> model = trainSentencePiece(sourceOf(lines), {.model = kind, .vocab_size = 120});
    ASSERT_TRUE(model.ok()) << model.error().message();
    // Half of the damage in the pieces, which are a small part of the file.
    const std::string pieces = model->substr(0, 2500);
    for (uint64_t number = 0; number < 300; ++number) {
      const std::string bytes =
          number % 2 == 0 ? damage(*model, number) : damage(pieces, number) + model->substr(2500);
      const auto tokenizer = SentencePiece::fromBytes(bytes);
      if (!tokenizer.ok()) {
        EXPECT_FALSE(tokenizer.error().text.empty());
        continue;
      }
      ++accepted;
      for (const std::string& text : difficultTexts()) {
        for (const Piece& piece : (*tokenizer)->encode(text)) {
          EXPECT_LE(piece.begin, piece.end);
          EXPECT_LE(piece.end, static_cast<int32_t>(text.size()));
        }
        (*tokenizer)->sample(text, {.alpha = .5}, number);
        (*tokenizer)->sample(text, {.alpha = .5, .nbest = 8}, number);
      }
    }
  }
  EXPECT_GT(accepted, 10);
}

}  // namespace
}  // namespace heddle
