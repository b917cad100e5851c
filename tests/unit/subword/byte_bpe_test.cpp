#include "engine/text/subword/byte_bpe.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/base/json.h"
#include "engine/text/subword/gpt2_split.h"
#include "tests/unit/subword/subword_fixture.h"

namespace heddle {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t length = nextGpt2Word(text);
    words.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

std::unique_ptr<ByteBpe> fixtureTokenizer(bool add_prefix_space = false) {
  const SubwordFixture& fixture = subwordFixture();
  auto tokenizer = ByteBpe::fromTexts(fixture.vocab_json, fixture.merges_txt, {add_prefix_space});
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.error().message();
  return std::move(*tokenizer);
}

TEST(Gpt2SplitTest, CutsAsTheExpressionDoes) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(split("it's they're I'll"), (Words{"it", "'s", " they", "'re", " I", "'ll"}));
  EXPECT_EQ(split("IT'S 'sat"), (Words{"IT", "'", "S", " '", "sat"}));
  EXPECT_EQ(split("a  b\n\nc"), (Words{"a", " ", " b", "\n", "\n", "c"}));
  EXPECT_EQ(split("a\tb \n"), (Words{"a", "\t", "b", " \n"}));
  EXPECT_EQ(split("12abc! ..."), (Words{"12", "abc", "!", " ..."}));
  EXPECT_EQ(split("\xC2\xA0x \xE7\xBB\x87\xC2\xB2"), (Words{"\xC2\xA0", "x", " \xE7\xBB\x87", "\xC2\xB2"}));
  EXPECT_EQ(split("\xFF\xFE"
                  "a"),
            (Words{"\xFF\xFE", "a"}));
}

TEST(ByteBpeTest, GivesTheIdsOfTheReferenceImplementation) {
  const auto plain = fixtureTokenizer();
  const auto prefixed = fixtureTokenizer(true);
  ASSERT_GT(subwordFixture().byte_bpe.size(), 15u);
  for (const SubwordFixture::Case& test : subwordFixture().byte_bpe) {
    EXPECT_EQ(idsOf(plain->encode(test.text)), test.first) << testing::PrintToString(test.text);
    EXPECT_EQ(idsOf(prefixed->encode(test.text)), test.second) << testing::PrintToString(test.text);
  }
}

TEST(ByteBpeTest, OffsetsTileTheTextWhateverItsBytes) {
  for (const bool prefix : {false, true}) {
    const auto tokenizer = fixtureTokenizer(prefix);
    for (const std::string& text : difficultTexts()) {
      int32_t end = 0;
      for (const Piece& piece : tokenizer->encode(text)) {
        EXPECT_EQ(piece.begin, end);
        end = piece.end;
      }
      EXPECT_EQ(end, static_cast<int32_t>(text.size())) << testing::PrintToString(text);
    }
  }
}

TEST(ByteBpeTest, TrimmedOffsetsLeaveTheSpaceOut) {
  const std::string text = "the  weaver ";
  const auto tokenizer = fixtureTokenizer();
  std::vector<Piece> pieces = tokenizer->encode(text);
  trimOffsets(text, pieces);
  std::string joined;
  for (const std::string& surface : surfacesOf(text, pieces)) {
    joined += surface + "|";
  }
  EXPECT_EQ(joined, "th|e||weaver||");
}

TEST(ByteBpeTest, KnowsItsSpecialPieces) {
  const auto tokenizer = fixtureTokenizer();
  EXPECT_EQ(tokenizer->special().cls, 0);
  EXPECT_EQ(tokenizer->special().pad, 1);
  EXPECT_EQ(tokenizer->special().sep, 2);
  EXPECT_EQ(tokenizer->special().mask, 4);
  EXPECT_TRUE(tokenizer->isSpecial(3));
  EXPECT_FALSE(tokenizer->isSpecial(kNoSpecial));
  EXPECT_EQ(tokenizer->text(2), "</s>");
  EXPECT_EQ(tokenizer
                ->id("\xC4\xA0"
                     "the")
                .has_value(),
            true);
  EXPECT_EQ(tokenizer->kind(), "byte-bpe");
}

TEST(ByteBpeTest, DropoutIsAFunctionOfTheSeedAndKeepsTheText) {
  const auto tokenizer = fixtureTokenizer();
  const std::string text = "the weaver carries the longest thread";
  EXPECT_EQ(tokenizer->sample(text, {.alpha = 0}, 3), tokenizer->encode(text));
  EXPECT_EQ(tokenizer->sample(text, {.alpha = 1}, 3).size(), text.size());
  std::map<std::vector<int32_t>, int> seen;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<Piece> pieces = tokenizer->sample(text, {.alpha = .3}, seed);
    EXPECT_EQ(pieces, tokenizer->sample(text, {.alpha = .3}, seed));
    std::string joined;
    for (const std::string& surface : surfacesOf(text, pieces)) {
      joined += surface;
    }
    EXPECT_EQ(joined, text);
    ++seen[idsOf(pieces)];
  }
  EXPECT_GT(seen.size(), 40u);
}

std::string refusal(const std::string& vocab, const std::string& merges) {
  const auto tokenizer = ByteBpe::fromTexts(vocab, merges);
  return tokenizer.ok() ? "accepted" : tokenizer.error().message();
}

TEST(ByteBpeTest, RefusesBadFilesInOneSentence) {
  const SubwordFixture& fixture = subwordFixture();
  const auto expectRefusal = [](const std::string& message, const char* part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expectRefusal(refusal("{\"a\": 0", ""), "vocab.json");
  expectRefusal(refusal("[]", ""), "it is no JSON object");
  expectRefusal(refusal("{}", ""), "it has no pieces");
  expectRefusal(refusal("{\"a\": \"b\"}", ""), "the id of \"a\" is no whole number");
  expectRefusal(refusal("{\"a\": -1}", ""), "has the id -1, but the ids of 1 pieces are 0 .. 0");
  expectRefusal(refusal("{\"a\": 0, \"b\": 0}", ""), "\"a\" and \"b\" have the same id 0");
  expectRefusal(refusal("{\"\": 0}", ""), "an empty piece");
  expectRefusal(refusal("{\"a\": 0}", ""), "the piece of byte 0");
  const std::string& vocab = fixture.vocab_json;
  EXPECT_EQ(refusal(vocab, "#version: 0.2\r\nt h\r\n"), "accepted");
  EXPECT_EQ(refusal(vocab, ""), "accepted");
  expectRefusal(refusal(vocab, "#version: 0.2\nt h\nq zz\n"), "line 3 names \"zz\"");
  expectRefusal(refusal(vocab, "q q\n"), "line 1 names \"qq\", which the vocabulary does not hold");
  expectRefusal(refusal(vocab, "t h\nth\n"), "line 2 is not two pieces");
  expectRefusal(refusal(vocab, "t h e\n"), "line 1 is not two pieces");
  expectRefusal(refusal(vocab, "t h\nt h\n"), "line 2 repeats the merge");
}

TEST(ByteBpeTest, RefusesFilesThatEditorsBroke) {
  const SubwordFixture& fixture = subwordFixture();
  const auto load = [&](const std::string& vocab, const std::string& merges) {
    const auto tokenizer =
        ByteBpe::load(writeTemporary("vocab.json", vocab), writeTemporary("merges.txt", merges));
    return tokenizer.ok() ? "accepted" : tokenizer.error().message();
  };
  EXPECT_EQ(load(fixture.vocab_json, fixture.merges_txt), "accepted");
  EXPECT_NE(load("\xEF\xBB\xBF" + fixture.vocab_json, fixture.merges_txt).find("byte order mark"),
            std::string::npos);
  EXPECT_NE(load(fixture.vocab_json, std::string("a\0b", 3)).find("binary"), std::string::npos);
  EXPECT_NE(load(fixture.vocab_json, "t h\n\xFF a\n").find("line 2 is not UTF-8"), std::string::npos);
  EXPECT_NE(load(fixture.vocab_json, "").find("it is empty"), std::string::npos);
  EXPECT_NE(ByteBpe::load("/nowhere/vocab.json", "/nowhere/merges.txt").error().message().find("/nowhere"),
            std::string::npos);
}

TEST(ByteBpeTest, SurvivesDamagedFiles) {
  const SubwordFixture& fixture = subwordFixture();
  int accepted = 0;
  for (uint64_t number = 0; number < 300; ++number) {
    const bool in_merges = number % 2 == 0;
    const auto tokenizer =
        ByteBpe::fromTexts(in_merges ? fixture.vocab_json : damage(fixture.vocab_json, number),
                           in_merges ? damage(fixture.merges_txt, number) : fixture.merges_txt);
    if (!tokenizer.ok()) {
      EXPECT_FALSE(tokenizer.error().text.empty());
      continue;
    }
    ++accepted;
    for (const std::string& text : difficultTexts()) {
      EXPECT_LE((*tokenizer)->encode(text).size(), text.size());
    }
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace heddle
