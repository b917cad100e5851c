#include "engine/text/phrases/phrase_tokenizer.h"

#include <algorithm>
#include <set>

#include "engine/base/random.h"
#include "engine/text/phrases/phrase_report.h"
#include "tests/unit/text/phrases/phrase_fixture.h"

namespace heddle {
namespace {

PhraseDictionary dictionaryOf(const std::vector<std::string>& phrases) {
  PhraseDictionary dictionary;
  dictionary.thresholds = {1, 0, 5};
  for (const std::string& phrase : phrases) {
    dictionary.phrases.push_back({phrase, 1, 1});
  }
  return dictionary;
}

std::vector<std::string> unitTexts(const PhraseTokenizer& tokenizer, std::string_view text) {
  std::vector<PhraseUnit> units;
  tokenizer.split(text, units);
  std::vector<std::string> texts;
  for (const PhraseUnit& unit : units) {
    texts.emplace_back(
        text.substr(static_cast<size_t>(unit.begin), static_cast<size_t>(unit.end - unit.begin)));
  }
  return texts;
}

TEST(PhraseTokenizerTest, TakesTheLongestPhraseFromTheLeft) {
  const PhraseTokenizer tokenizer(
      dictionaryOf({"new york", "new york city hall", "york city", "city hall", "in new"}));
  EXPECT_EQ(tokenizer.size(), 5);
  using Texts = std::vector<std::string>;
  EXPECT_EQ(unitTexts(tokenizer, "New York city hall"), Texts{"New York city hall"});
  // "new york city" is no phrase: back to "new york".
  EXPECT_EQ(unitTexts(tokenizer, "New York city park"), (Texts{"New York", "city", "park"}));
  // From the left, though "new york" would be as long.
  EXPECT_EQ(unitTexts(tokenizer, "in new york"), (Texts{"in new", "york"}));
  EXPECT_EQ(unitTexts(tokenizer, "new, york city hall."), (Texts{"new", ",", "york city", "hall", "."}));
  EXPECT_EQ(unitTexts(tokenizer, "new"), Texts{"new"});
  EXPECT_EQ(unitTexts(tokenizer, ""), Texts{});
  EXPECT_EQ(unitTexts(tokenizer, " new\t\n york "), Texts{"new\t\n york"});
}

TEST(PhraseTokenizerTest, OffsetsLeadThroughAccentsAndControls) {
  const PhraseTokenizer tokenizer(dictionaryOf({"cafe noir", "el nino"}));
  const std::string text =
      "\xE2\x80\x8B"
      "Caf\xC3\xA9 NOIR \xE4\xB8\xAD El Nin\xCC\x83o!";
  EXPECT_EQ(unitTexts(tokenizer, text),
            (std::vector<std::string>{"Caf\xC3\xA9 NOIR", "\xE4\xB8\xAD", "El Nin\xCC\x83o", "!"}));
  std::vector<PhraseUnit> units;
  tokenizer.split(text, units);
  EXPECT_EQ(units[0], (PhraseUnit{0, 3, 13, 0, 2}));
  EXPECT_EQ(units[2].phrase, 1);
  EXPECT_EQ(units[2].first_word, 3);
  EXPECT_EQ(units[3].phrase, PhraseUnit::kNoPhrase);
}

TEST(PhraseTokenizerTest, CaseCountsWhereTheDictionarySaysSo) {
  PhraseDictionary dictionary = dictionaryOf({"New York"});
  dictionary.lowercase = false;
  const PhraseTokenizer tokenizer(dictionary);
  EXPECT_EQ(unitTexts(tokenizer, "New York new york"), (std::vector<std::string>{"New York", "new", "york"}));
}

TEST(PhraseTokenizerTest, AnEmptyDictionaryLeavesEveryPreToken) {
  EXPECT_EQ(unitTexts(PhraseTokenizer(PhraseDictionary{}), "a b, c"),
            (std::vector<std::string>{"a", "b", ",", "c"}));
}

// Longest match by its definition: for every place all lengths are tried in a set.
TEST(PhraseTokenizerTest, AgreesWithASlowSearchAndCoversEveryPreToken) {
  const Paragraphs text = sampleParagraphs(400, /*seed=*/2);
  const Result<PhraseDictionary> dictionary =
      choosePhrases(countText(text, {.longest = 5, .min_count = 3}), {3, .2, 5});
  ASSERT_TRUE(dictionary.ok());
  ASSERT_GT(dictionary->phrases.size(), 500u);
  std::set<std::string> phrases;
  for (const Phrase& phrase : dictionary->phrases) {
    phrases.insert(phrase.text);
  }
  const PhraseTokenizer tokenizer(*dictionary);
  std::vector<PhraseUnit> units;
  WordList words;
  for (const std::string& paragraph : text) {
    tokenizer.split(paragraph, units);
    splitWords(paragraph, true, words);
    size_t next = 0;
    for (const PhraseUnit& unit : units) {
      ASSERT_EQ(unit.first_word, static_cast<int32_t>(next));
      std::string joined(words.text(words.words[next]));
      std::string longest;
      int32_t length = 1;
      for (size_t end = next + 1; end < words.words.size() && end < next + 5; ++end) {
        joined += " " + std::string(words.text(words.words[end]));
        if (phrases.count(joined)) {
          longest = joined;
          length = static_cast<int32_t>(end - next + 1);
        }
      }
      ASSERT_EQ(unit.words, length) << paragraph;
      if (length > 1) {
        ASSERT_EQ(dictionary->phrases[static_cast<size_t>(unit.phrase)].text, longest);
      } else {
        ASSERT_EQ(unit.phrase, PhraseUnit::kNoPhrase);
      }
      next += static_cast<size_t>(unit.words);
      ASSERT_LT(unit.begin, unit.end);
    }
    ASSERT_EQ(next, words.words.size());
  }
}

TEST(PhraseTokenizerTest, AnyBytesGiveUnitsInOrder) {
  const PhraseTokenizer tokenizer(dictionaryOf({"a b", "b a b"}));
  RandomStream random(11, 0, 0);
  constexpr std::string_view kBytes = "ab .\n\xC3\xA9\xCC\x81\xE4\xB8\xFF";
  std::vector<PhraseUnit> units;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (uint32_t left = random.below(40); left > 0; --left) {
      text += kBytes[random.below(static_cast<uint32_t>(kBytes.size()))];
    }
    tokenizer.split(text, units);
    int32_t end = 0;
    for (const PhraseUnit& unit : units) {
      ASSERT_LE(end, unit.begin);
      ASSERT_LT(unit.begin, unit.end);
      end = unit.end;
    }
    ASSERT_LE(end, static_cast<int32_t>(text.size()));
  }
}

TEST(PhraseReportTest, RatesAreSharesOfUnits) {
  const PhraseDictionary dictionary = dictionaryOf({"new york", "new york city", "los angeles"});
  PhraseMeter meter(dictionary);
  meter.startDataSet("first");
  meter.add("new york city in new york.");  // 2 phrases of 4 units
  meter.startDataSet("second");
  meter.add("york and new york");                        // 1 of 3
  meter.add("nothing here, really, but words, commas");  // 0 of 9
  const PhraseReport report = meter.report(dictionary, 1);
  ASSERT_EQ(report.data_sets.size(), 2u);
  EXPECT_EQ(report.data_sets[0].words, 7);
  EXPECT_EQ(report.data_sets[0].units, 4);
  EXPECT_EQ(report.data_sets[0].phrases, 2);
  EXPECT_EQ(report.data_sets[1].units, 12);
  EXPECT_DOUBLE_EQ(report.mean_rate, (2. / 4 + 1. / 12) / 2);
  EXPECT_DOUBLE_EQ(report.pooled.rate(), 3. / 16);
  EXPECT_EQ(report.dictionary_size, 3);
  EXPECT_EQ(report.sizes[2], 2);
  EXPECT_EQ(report.sizes[3], 1);
  EXPECT_EQ(report.used, 2);
  ASSERT_EQ(report.longest.size(), 1u);
  EXPECT_EQ(report.longest[0].text, "new york city");
  ASSERT_EQ(report.most_frequent.size(), 1u);
  EXPECT_EQ(report.most_frequent[0].text, "new york");
  EXPECT_EQ(report.most_frequent[0].count, 2);
  EXPECT_DOUBLE_EQ(report.most_frequent[0].share, 2. / 3);

  const std::string text = phraseReportText(report);
  EXPECT_NE(text.find("3 phrases (2 of 2 words, 1 of 3 words"), std::string::npos) << text;
  EXPECT_NE(text.find("18.8 %"), std::string::npos) << text;
  const Json json = phraseReportJson(report);
  EXPECT_EQ(json["data_sets"][1]["name"], "second");
  EXPECT_EQ(json["pooled"]["phrases"], 3);
}

TEST(PhraseReportTest, NoTextHasTheRateZero) {
  const PhraseReport report = PhraseMeter(PhraseDictionary{}).report(PhraseDictionary{});
  EXPECT_EQ(report.mean_rate, 0);
  EXPECT_EQ(report.pooled.rate(), 0);
  EXPECT_FALSE(phraseReportText(report).empty());
}

}  // namespace
}  // namespace heddle
