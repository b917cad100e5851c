#include "engine/text/phrases/phrase_search.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>

#include "engine/text/phrases/phrase_report.h"
#include "tests/unit/text/phrases/phrase_fixture.h"

namespace heddle {
namespace {

using Words = std::vector<std::string>;

class PhraseSearchTest : public ::testing::Test {
 protected:
  static const Paragraphs& text() {
    static const Paragraphs paragraphs = sampleParagraphs(1000);
    return paragraphs;
  }
  static const PhraseCounts& counts() {
    static const PhraseCounts result = countText(text(), {.longest = 5, .min_count = 3});
    return result;
  }
  static int64_t sizeOf(const PhraseThresholds& thresholds) {
    return static_cast<int64_t>(choosePhrases(counts(), thresholds).value().phrases.size());
  }
  static double rateOf(const PhraseDictionary& dictionary) {
    PhraseMeter meter(dictionary);
    for (const std::string& paragraph : text()) {
      meter.add(paragraph);
    }
    return meter.report(dictionary).pooled.rate();
  }
};

TEST_F(PhraseSearchTest, TakesTheMostFrequentOfTheSurePhrasesForASize) {
  const PhraseChoice choice = searchPhrases(counts(), {.size = 300}, {3, .5, 4}).value();
  EXPECT_TRUE(choice.shortfall.empty()) << choice.shortfall;
  EXPECT_NEAR(static_cast<double>(choice.dictionary.phrases.size()), 300, 3);
  const PhraseThresholds reached = choice.dictionary.thresholds;
  EXPECT_EQ(sizeOf(reached), static_cast<int64_t>(choice.dictionary.phrases.size()));
  EXPECT_EQ(reached.longest, 4);
  EXPECT_GE(reached.min_probability, .5);
  EXPECT_GE(sizeOf({reached.min_count, .5, 4}), 300);
  EXPECT_LT(sizeOf({reached.min_count + 1, .5, 4}), 300);

  // As many phrases, chosen by their probability alone, cover less of the text.
  std::vector<double> probabilities;
  for (const PhraseCandidate& candidate : counts().candidates) {
    if (candidate.length <= 4) {
      probabilities.push_back(candidate.probability);
    }
  }
  std::sort(probabilities.begin(), probabilities.end(), std::greater<>());
  const PhraseDictionary surest = choosePhrases(counts(), {3, probabilities[299], 4}).value();
  EXPECT_GE(surest.phrases.size(), 300u);
  EXPECT_GT(rateOf(choice.dictionary), 2 * rateOf(surest));
}

TEST_F(PhraseSearchTest, LowersTheProbabilityWhereTheLeastCountGivesTooFew) {
  ASSERT_LT(sizeOf({10, .9, 4}), 1000);
  const PhraseChoice choice = searchPhrases(counts(), {.size = 1000}, {10, .9, 4}).value();
  EXPECT_TRUE(choice.shortfall.empty()) << choice.shortfall;
  EXPECT_NEAR(static_cast<double>(choice.dictionary.phrases.size()), 1000, 5);
  EXPECT_EQ(choice.dictionary.thresholds.min_count, 10);
  EXPECT_LT(choice.dictionary.thresholds.min_probability, .9);
}

TEST_F(PhraseSearchTest, FindsTheProbabilityForARate) {
  const PhraseChoice choice = searchPhrases(counts(), {.rate = .131}, {5, .3, 4}, text()).value();
  EXPECT_TRUE(choice.shortfall.empty()) << choice.shortfall;
  EXPECT_NEAR(choice.rate, .131, .001);
  EXPECT_EQ(choice.dictionary.thresholds.min_count, 5);
  EXPECT_EQ(rateOf(choice.dictionary), choice.rate);
}

TEST_F(PhraseSearchTest, FindsBothThresholdsForASizeAndARate) {
  const double greatest = searchPhrases(counts(), {.size = 1000}, {3, 0, 4}, text()).value().rate;
  const double wanted = greatest - .05;
  const PhraseChoice choice =
      searchPhrases(counts(), {.size = 1000, .rate = wanted}, {99, 1, 4}, text()).value();
  EXPECT_NEAR(static_cast<double>(choice.dictionary.phrases.size()), 1000, 5);
  EXPECT_NEAR(choice.rate, wanted, .01) << choice.shortfall;
  EXPECT_GT(choice.dictionary.thresholds.min_count, 3);
}

TEST_F(PhraseSearchTest, SaysHowNearItCame) {
  const PhraseChoice size = searchPhrases(counts(), {.size = 100000000}, {10, .9, 4}).value();
  EXPECT_NE(size.shortfall.find("of the wanted 100000000"), std::string::npos) << size.shortfall;
  EXPECT_EQ(static_cast<int64_t>(size.dictionary.phrases.size()), sizeOf({10, 0, 4}));
  const PhraseChoice rate = searchPhrases(counts(), {.rate = .99}, {10, .9, 4}, text()).value();
  EXPECT_NE(rate.shortfall.find("99.00 %"), std::string::npos) << rate.shortfall;
  EXPECT_GT(rate.rate, .2);
}

TEST_F(PhraseSearchTest, ImpossibleTargetsAreErrors) {
  const PhraseThresholds fixed{10, .5, 4};
  EXPECT_FALSE(searchPhrases(counts(), {}, fixed).ok());
  EXPECT_FALSE(searchPhrases(counts(), {.size = 0}, fixed).ok());
  EXPECT_FALSE(searchPhrases(counts(), {.rate = 0.}, fixed, text()).ok());
  EXPECT_FALSE(searchPhrases(counts(), {.rate = 1.}, fixed, text()).ok());
  EXPECT_FALSE(searchPhrases(counts(), {.rate = .1}, fixed).ok());
  EXPECT_FALSE(searchPhrases(counts(), {.size = 10}, {1, .5, 4}).ok());
  EXPECT_FALSE(searchPhrases(counts(), {.size = 10}, {10, .5, 9}).ok());
  EXPECT_FALSE(searchPhrases(counts(), {.size = 10}, {1000000000, .5, 4}).ok());
  const Result<PhraseChoice> cancelled =
      searchPhrases(counts(), {.rate = .1}, fixed, text(), [](double) { return false; });
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().text, "searching the thresholds was cancelled");
}

Words wordsOf(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  Words words;
  for (std::istringstream in(text); in >> text;) {
    words.push_back(text);
  }
  return words;
}

// "kept an eye on" is "keep an eye on", "sewing machines" is "sewing machine": the first or the last word may
// be inflected, which keeps its first letter in all verbs and nouns of the sample text's expressions.
bool isFormOf(const Words& phrase, const Words& expression) {
  if (phrase.size() != expression.size() || phrase.front().front() != expression.front().front() ||
      phrase.back().front() != expression.back().front()) {
    return false;
  }
  int different = 0;
  for (size_t place = 0; place < phrase.size(); ++place) {
    if (phrase[place] != expression[place]) {
      ++different;
      if (place != 0 && (place + 1 < phrase.size() || phrase[place] != expression[place] + "s")) {
        return false;
      }
    }
  }
  return different <= 1;
}

TEST_F(PhraseSearchTest, FindsMostExpressionsOfTheSampleText) {
  const PhraseCounts many = countText(sampleParagraphs(6000), {.longest = 5, .min_count = 5});
  const PhraseDictionary dictionary = choosePhrases(many, {5, .25, 5}).value();
  std::vector<Words> phrases;
  for (const Phrase& phrase : dictionary.phrases) {
    phrases.push_back(wordsOf(phrase.text));
  }
  size_t found = 0;
  std::string missed;
  const std::vector<std::string> expressions = sampleExpressions();
  for (const std::string& expression : expressions) {
    const bool there =
        std::any_of(phrases.begin(), phrases.end(),
                    [words = wordsOf(expression)](const Words& phrase) { return isFormOf(phrase, words); });
    found += there ? 1 : 0;
    missed += there ? "" : expression + "; ";
  }
  // "to everyone's surprise" holds punctuation; of words as frequent as those before "course" and "end",
  // these follow too rarely.
  EXPECT_GE(found, expressions.size() * 9 / 10)
      << found << " of " << expressions.size() << ", missed: " << missed;
}

}  // namespace
}  // namespace heddle
