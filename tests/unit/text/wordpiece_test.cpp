#include "engine/text/wordpiece.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include "engine/base/json.h"

namespace heddle {
namespace {

const std::vector<std::string> kSpecials = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

std::vector<std::string> withSpecials(std::vector<std::string> pieces) {
  pieces.insert(pieces.begin(), kSpecials.begin(), kSpecials.end());
  return pieces;
}

std::vector<int32_t> idsOf(const std::vector<Piece>& pieces) {
  std::vector<int32_t> ids;
  for (const Piece& piece : pieces) {
    ids.push_back(piece.id);
  }
  return ids;
}

// Lines made by make_wordpiece_fixture.py: the first holds the vocabulary, each other one a text (hex) and
// its ids.
struct Fixture {
  std::vector<std::string> vocabulary;
  struct Case {
    std::string text;
    std::vector<int32_t> uncased, cased;
  };
  std::vector<Case> cases;
};

Fixture loadFixture() {
  Fixture fixture;
  std::ifstream file("tests/unit/text/wordpiece_fixture.jsonl");
  std::string line;
  while (std::getline(file, line)) {
    const Json json = *parseJson(line, "fixture");
    if (json.contains("vocabulary")) {
      fixture.vocabulary = json["vocabulary"].get<std::vector<std::string>>();
      continue;
    }
    const std::string hex = json["hex"];
    std::string text;
    for (size_t at = 0; at + 1 < hex.size(); at += 2) {
      text.push_back(static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16)));
    }
    fixture.cases.push_back({text, json["uncased"], json["cased"]});
  }
  return fixture;
}

TEST(WordPieceTest, GivesTheIdsThatThePublishedRulesGive) {
  const Fixture fixture = loadFixture();
  ASSERT_GT(fixture.cases.size(), 80u);
  for (const bool lowercase : {true, false}) {
    const Result<WordPiece> tokenizer = WordPiece::fromVocabulary(fixture.vocabulary, lowercase);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
    for (const Fixture::Case& test : fixture.cases) {
      EXPECT_EQ(idsOf(tokenizer->encode(test.text)), lowercase ? test.uncased : test.cased)
          << "lowercase " << lowercase << ": " << testing::PrintToString(test.text);
    }
  }
}

TEST(WordPieceTest, OffsetsStayInTheTextAndNeverGoBack) {
  const Fixture fixture = loadFixture();
  const Result<WordPiece> tokenizer = WordPiece::fromVocabulary(fixture.vocabulary, true);
  ASSERT_TRUE(tokenizer.ok());
  std::string all;
  for (const Fixture::Case& test : fixture.cases) {
    all += test.text + " ";
  }
  int32_t last_begin = 0;
  for (const Piece& piece : tokenizer->encode(all)) {
    EXPECT_LE(last_begin, piece.begin);
    EXPECT_LT(piece.begin, piece.end);
    EXPECT_LE(piece.end, static_cast<int32_t>(all.size()));
    last_begin = piece.begin;
  }
}

TEST(WordPieceTest, OffsetsNameTheOriginalBytesOfEachPiece) {
  const Result<WordPiece> tokenizer =
      WordPiece::fromVocabulary(withSpecials({"weav", "##ing", "cafe", "!", "\xE7\xBB\x87"}), true);
  ASSERT_TRUE(tokenizer.ok());
  const std::string text = "WEAVING  caf\xC3\xA9!\xE7\xBB\x87 cafe\xCC\x81";
  std::vector<std::string> surfaces;
  for (const Piece& piece : tokenizer->encode(text)) {
    surfaces.push_back(
        text.substr(static_cast<size_t>(piece.begin), static_cast<size_t>(piece.end - piece.begin)));
  }
  EXPECT_EQ(surfaces,
            (std::vector<std::string>{"WEAV", "ING", "caf\xC3\xA9", "!", "\xE7\xBB\x87", "cafe\xCC\x81"}));
}

TEST(WordPieceTest, KnowsItsSpecialPiecesWhereverTheyStand) {
  const Result<WordPiece> tokenizer =
      WordPiece::fromVocabulary({"a", "[MASK]", "[SEP]", "[CLS]", "[UNK]", "[PAD]"}, true);
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ(tokenizer->special().mask, 1);
  EXPECT_EQ(tokenizer->special().pad, 5);
  EXPECT_EQ(tokenizer->id("[SEP]"), 2);
  EXPECT_EQ(tokenizer->id("nothing"), std::nullopt);
  EXPECT_EQ(tokenizer->text(3), "[CLS]");
  EXPECT_EQ(tokenizer->size(), 6);
}

TEST(WordPieceTest, AccentsWithoutEndBelongToTheirLetter) {
  // As many that canonical order moves before as it moves behind: sorted one by one they would take minutes.
  std::string text = "a";
  for (int mark = 0; mark < 500000; ++mark) {
    text += "\xCC\x81";
  }
  for (int mark = 0; mark < 500000; ++mark) {
    text += "\xCC\x96";
  }
  const Result<WordPiece> tokenizer = WordPiece::fromVocabulary(withSpecials({"a"}), true);
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ(tokenizer->encode(text), (std::vector<Piece>{{5, 0, static_cast<int32_t>(text.size())}}));
}

TEST(WordPieceTest, EncodesNothingAsNothing) {
  const Result<WordPiece> tokenizer = WordPiece::fromVocabulary(withSpecials({"a"}), true);
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_TRUE(tokenizer->encode("").empty());
  EXPECT_TRUE(tokenizer->encode(" \t\n").empty());
}

std::string refusal(const std::string& bytes) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "refused_vocab.txt";
  std::ofstream(path, std::ios::binary) << bytes;
  const Result<WordPiece> tokenizer = WordPiece::load(path, true);
  return tokenizer.ok() ? "accepted" : tokenizer.error().message();
}

TEST(WordPieceTest, RefusesBadVocabulariesWithTheLine) {
  const std::string head = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  EXPECT_EQ(refusal(head + "a\n##b"), "accepted");
  EXPECT_EQ(refusal(head + "a\r\n##b\r\n"), "accepted");
  EXPECT_NE(refusal("").find("it is empty"), std::string::npos);
  EXPECT_NE(refusal(head + "a\n\nb\n").find("line 7 is empty"), std::string::npos);
  EXPECT_NE(refusal(head + "a\nb\na\n").find("\"a\" stands on line 6 and again on line 8"),
            std::string::npos);
  EXPECT_NE(refusal("[PAD]\n[CLS]\n[SEP]\n[MASK]\na\n").find("it has no [UNK]"), std::string::npos);
  EXPECT_NE(refusal(head + std::string("a\0b\n", 4)).find("binary"), std::string::npos);
  EXPECT_NE(refusal(head + "caf\xE9\n").find("line 6 is not UTF-8"), std::string::npos);
  EXPECT_NE(WordPiece::load("/nowhere/vocab.txt", true).error().message().find("/nowhere/vocab.txt"),
            std::string::npos);
}

TEST(WordPieceTest, KeepsAPieceOfWhiteSpaceForItsId) {
  EXPECT_EQ(refusal("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n\xE2\x80\xA8\na\n"), "accepted");
}

}  // namespace
}  // namespace heddle
