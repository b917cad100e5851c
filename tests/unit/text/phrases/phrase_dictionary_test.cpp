#include "engine/text/phrases/phrase_dictionary.h"

#include <filesystem>

#include "engine/base/random.h"
#include "engine/text/phrases/phrase_tokenizer.h"
#include "tests/unit/text/phrases/phrase_fixture.h"

namespace heddle {
namespace {

constexpr const char* kHeader =
    "heddle phrases 1\n"
    R"({"lowercase": true, "longest": 3, "min_count": 5, "min_probability": 0.25, "phrases": 2})"
    "\n";

std::string lines(const std::string& phrases) {
  return kHeader + phrases;
}

void expectError(const std::string& bytes, const std::string& found) {
  const Result<PhraseDictionary> dictionary = parsePhrases(bytes, "phrases.txt");
  ASSERT_FALSE(dictionary.ok()) << found;
  EXPECT_NE(dictionary.error().text.find(found), std::string::npos) << dictionary.error().message();
  EXPECT_NE(dictionary.error().text.find("phrases.txt"), std::string::npos) << dictionary.error().message();
}

TEST(PhraseDictionaryTest, ThresholdsLetThroughWhatReachesThem) {
  const PhraseCounts counts = countText(sampleParagraphs(200), {.longest = 4, .min_count = 2});
  const PhraseThresholds thresholds{.min_count = 8, .min_probability = .4, .longest = 3};
  const Result<PhraseDictionary> dictionary = choosePhrases(counts, thresholds);
  ASSERT_TRUE(dictionary.ok());
  EXPECT_EQ(dictionary->thresholds, thresholds);
  size_t expected = 0;
  for (const PhraseCandidate& candidate : counts.candidates) {
    expected += candidate.count >= 8 && candidate.probability >= .4 && candidate.length <= 3 ? 1 : 0;
  }
  EXPECT_EQ(dictionary->phrases.size(), expected);
  EXPECT_GT(expected, 50u);
  for (size_t index = 0; index < expected; ++index) {
    EXPECT_GE(dictionary->phrases[index].count, 8);
    EXPECT_GE(dictionary->phrases[index].probability, .4);
    EXPECT_TRUE(index == 0 || dictionary->phrases[index].count <= dictionary->phrases[index - 1].count);
  }
}

TEST(PhraseDictionaryTest, ImpossibleThresholdsAreErrors) {
  const PhraseCounts counts = countText({"a b a b a b"}, {.longest = 3, .min_count = 2});
  for (const PhraseThresholds& thresholds :
       {PhraseThresholds{0, .5, 3}, PhraseThresholds{-5, .5, 3}, PhraseThresholds{5, -.1, 3},
        PhraseThresholds{5, 1.1, 3}, PhraseThresholds{5, .5, 1}, PhraseThresholds{5, .5, 6},
        PhraseThresholds{1, .5, 3}, PhraseThresholds{5, .5, 4}}) {
    const Result<PhraseDictionary> dictionary = choosePhrases(counts, thresholds);
    ASSERT_FALSE(dictionary.ok());
    EXPECT_FALSE(dictionary.error().hint.empty());
  }
}

TEST(PhraseDictionaryTest, ComesBackFromItsFileAsItWas) {
  const PhraseCounts counts = countText(sampleParagraphs(100), {.longest = 5, .min_count = 3});
  const Result<PhraseDictionary> dictionary = choosePhrases(counts, {3, .3, 5});
  ASSERT_TRUE(dictionary.ok());
  ASSERT_FALSE(dictionary->phrases.empty());
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "heddle_phrases.txt";
  ASSERT_TRUE(savePhrases(*dictionary, path).ok());
  const Result<PhraseDictionary> back = loadPhrases(path);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(*back, *dictionary);
  std::filesystem::remove(path);
}

TEST(PhraseDictionaryTest, AFileThatIsNotThereIsNamed) {
  const Result<PhraseDictionary> dictionary = loadPhrases("/nowhere/phrases.txt");
  ASSERT_FALSE(dictionary.ok());
  EXPECT_NE(dictionary.error().text.find("/nowhere/phrases.txt"), std::string::npos);
}

TEST(PhraseDictionaryTest, WindowsLineEndsAndAByteOrderMarkDoNoHarm) {
  const Result<PhraseDictionary> dictionary = parsePhrases(
      "\xEF\xBB\xBFheddle phrases 1\r\n"
      R"({"lowercase": true, "longest": 3, "min_count": 5, "min_probability": 0.25, "phrases": 1})"
      "\r\nnew york\t7\t0.5\r\n");
  ASSERT_TRUE(dictionary.ok()) << dictionary.error().message();
  EXPECT_EQ(dictionary->phrases, (std::vector<Phrase>{{"new york", 7, .5}}));
}

TEST(PhraseDictionaryTest, BrokenHeadersAreNamed) {
  expectError("", "first line");
  expectError("[PAD]\n[UNK]\n", "first line");
  expectError("heddle phrases 2\n{}\n", "version");
  expectError("heddle phrases 1\n", "line 2 is missing");
  expectError("heddle phrases 1\n{\"lowercase\": tr\n", "line 2");
  expectError("heddle phrases 1\n[]\n", "line 2 does not hold the settings");
  expectError("heddle phrases 1\n{\"lowercase\": true, \"longest\": \"3\"}\n",
              "line 2 does not hold the settings");
  const auto header = [](const char* longest, const char* count, const char* probability) {
    return std::string("heddle phrases 1\n{\"lowercase\": true, \"phrases\": 0, \"longest\": ") + longest +
           ", \"min_count\": " + count + ", \"min_probability\": " + probability + "}\n";
  };
  EXPECT_TRUE(parsePhrases(header("3", "5", "0.5")).ok());
  expectError(header("1", "5", "0.5"), "impossible thresholds");
  expectError(header("99999999999", "5", "0.5"), "impossible thresholds");
  expectError(header("3", "0", "0.5"), "impossible thresholds");
  expectError(header("3", "5", "1.5"), "impossible thresholds");
  expectError(header("3", "5", "-1"), "impossible thresholds");
}

TEST(PhraseDictionaryTest, BrokenLinesAreNamed) {
  ASSERT_TRUE(parsePhrases(lines("new york\t7\t0.5\nlos angeles\t6\t1\n")).ok());
  expectError(lines("new york\t7\n"), "line 3 is not a phrase");
  expectError(lines("new york\n"), "line 3 is not a phrase");
  expectError(lines("\n"), "line 3 is not a phrase");
  expectError(lines("new york\tseven\t0.5\n"), "line 3 is not a phrase");
  expectError(lines("new york\t7\t0.5\t1\n"), "line 3 is not a phrase");
  expectError(lines("new york\t7\t0.5\nlos\t6\t0.5\n"), "line 4 holds 1 word where");
  expectError(lines("a b c d\t7\t0.5\n"), "line 3 holds 4 words where the header allows 2 to 3");
  expectError(lines("new york.\t7\t0.5\n"), "line 3 holds \".\", which is no word");
  expectError(lines("New York\t7\t0.5\n"), "would never find");
  expectError(lines("new  york\t7\t0.5\n"), "would never find");
  expectError(lines("new \xFFyork\t7\t0.5\n"), "line 3 is not UTF-8");
  expectError(lines("new york\t4\t0.5\n"), "line 3 has the count 4");
  expectError(lines("new york\t7\t0.2\n"), "line 3 has the probability 0.2");
  expectError(lines("new york\t7\t1.01\n"), "line 3 has the probability 1.01");
  expectError(lines("new york\t7\tnan\n"), "line 3");
  expectError(lines("new york\t7\t0.5\nnew york\t6\t0.5\n"),
              "line 4 holds \"new york\", which stands on line 3");
  expectError(lines("new york\t7\t0.5\n"), "holds 1 phrases where its header says 2");
  expectError(lines("a b\t7\t0.5\nc d\t7\t0.5\ne f\t7\t0.5\n"), "holds 3 phrases");
}

TEST(PhraseDictionaryTest, LinesWithoutEndAreNamedAndNotRepeated) {
  const std::string endless(1 << 20, 'a');
  for (const std::string& text : {lines(endless + "\t7\t0.5\n"), "heddle phrases 1\n{" + endless}) {
    const Result<PhraseDictionary> dictionary = parsePhrases(text);
    ASSERT_FALSE(dictionary.ok());
    EXPECT_NE(dictionary.error().text.find("is too long"), std::string::npos);
    EXPECT_LT(dictionary.error().text.size(), 200u);
  }
}

TEST(PhraseDictionaryTest, EveryCutOfAFileIsReadOrReported) {
  const std::string whole = lines("new york\t7\t0.5\nlos angeles\t6\t1\n");
  for (size_t size = 0; size + 1 < whole.size(); ++size) {
    EXPECT_FALSE(parsePhrases(std::string_view(whole).substr(0, size)).ok()) << size;
  }
}

TEST(PhraseDictionaryTest, WhateverIsReadCanBeUsed) {
  const std::string whole = lines("new york\t7\t0.5\nlos angeles\t6\t1\n");
  RandomStream random(3, 0, 0);
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole;
    for (uint32_t left = 1 + random.below(2); left > 0; --left) {
      bytes[random.below(static_cast<uint32_t>(bytes.size()))] = static_cast<char>(random.below(256));
    }
    const Result<PhraseDictionary> dictionary = parsePhrases(bytes);
    if (dictionary.ok()) {
      ++read;
      const PhraseTokenizer tokenizer(*dictionary);
      std::vector<PhraseUnit> units;
      for (const Phrase& phrase : dictionary->phrases) {
        tokenizer.split(phrase.text, units);
        ASSERT_EQ(units.size(), 1u) << phrase.text;
      }
    } else {
      ASSERT_FALSE(dictionary.error().text.empty());
    }
  }
  EXPECT_GT(read, 100);
}

}  // namespace
}  // namespace heddle
