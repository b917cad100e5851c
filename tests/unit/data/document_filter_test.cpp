#include "engine/data/document_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/base/random.h"

namespace heddle {
namespace {

using Words = std::vector<std::string>;

Words randomWords(RandomStream& random, size_t count) {
  Words words;
  for (size_t index = 0; index < count; ++index) {
    words.push_back("w" + std::to_string(random.below(50000)));
  }
  return words;
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

// The slow way: all runs of five words, as sets.
double exactSimilarity(const Words& a, const Words& b) {
  const auto runsOf = [](const Words& words) {
    std::set<std::string> runs;
    for (size_t at = 0; at + 5 <= words.size(); ++at) {
      runs.insert(joined(
          Words(words.begin() + static_cast<int64_t>(at), words.begin() + static_cast<int64_t>(at) + 5)));
    }
    return runs;
  };
  const std::set<std::string> of_a = runsOf(a);
  const std::set<std::string> of_b = runsOf(b);
  Words both;
  std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(of_a.size() + of_b.size() - both.size());
}

// `share` of the words replaced, at random places.
Words changed(RandomStream& random, Words words, double share) {
  for (std::string& word : words) {
    if (random.uniform() < share) {
      word = "w" + std::to_string(random.below(50000));
    }
  }
  return words;
}

TEST(NearDuplicatesTest, EstimatesTheJaccardSimilarityOfRunsOfFiveWords) {
  RandomStream random(1, 0, 0);
  double squares = 0;
  double bias = 0;
  constexpr int kPairs = 400;
  for (int pair = 0; pair < kPairs; ++pair) {
    const Words a = randomWords(random, 150 + random.below(400));
    const Words b = changed(random, a, .15 * random.uniform());
    const double difference =
        estimatedSimilarity(signatureOf({joined(a)}), signatureOf({joined(b)})) - exactSimilarity(a, b);
    squares += difference * difference;
    bias += difference;
  }
  // 126 independent draws would give at most sqrt(.25 / 126) = .045.
  EXPECT_LT(std::sqrt(squares / kPairs), .05);
  EXPECT_NEAR(bias / kPairs, 0, .008);
}

TEST(NearDuplicatesTest, FindsWhatIsAlikeAndLeavesTheRest) {
  RandomStream random(2, 0, 0);
  int above = 0, above_found = 0, below = 0, below_found = 0, unrelated_found = 0;
  for (int pair = 0; pair < 1500; ++pair) {
    const Words a = randomWords(random, 40 + random.below(400));
    const Words b = changed(random, a, .1 * random.uniform());
    const double similarity = exactSimilarity(a, b);
    NearDuplicates index(.8, 1 << 24);
    EXPECT_FALSE(index.add(signatureOf({joined(a)}), 7).has_value());
    const auto match = index.add(signatureOf({joined(b)}), 8);
    EXPECT_EQ(match ? match->document : 7, 7);
    above += similarity >= .88 ? 1 : 0;
    above_found += similarity >= .88 && match ? 1 : 0;
    below += similarity <= .7 ? 1 : 0;
    below_found += similarity <= .7 && match ? 1 : 0;
    unrelated_found += index.add(signatureOf({joined(randomWords(random, 50))}), 9) ? 1 : 0;
  }
  ASSERT_GT(above, 200);
  ASSERT_GT(below, 200);
  EXPECT_GE(above_found, above * 98 / 100) << above;
  EXPECT_LE(below_found, below * 3 / 100) << below;
  EXPECT_EQ(unrelated_found, 0);
}

TEST(NearDuplicatesTest, TakesChineseCharactersForWordsAndIgnoresCaseAndMarks) {
  const std::string chinese = "他昨天在图书馆里看见了一本关于织布机的旧书。";
  EXPECT_GT(estimatedSimilarity(signatureOf({chinese}),
                                signatureOf({"他昨天，在图书馆里看见了一本关于织布机的旧书"})),
            .99);
  EXPECT_LT(
      estimatedSimilarity(signatureOf({chinese}), signatureOf({"今天的天气很好，我们一起去公园里散步吧。"})),
      .05);
  EXPECT_GT(estimatedSimilarity(signatureOf({"One two THREE four, five six."}),
                                signatureOf({"one Two three", "four five - six"})),
            .99);
}

TEST(NearDuplicatesTest, FindsExactRepetitionsAmongManyAlikes) {
  // Boilerplate: all alike by about three fifths, so bands fill up.
  RandomStream random(3, 0, 0);
  const Words frame = randomWords(random, 300);
  NearDuplicates index(.8, 1 << 24);
  std::vector<std::string> texts;
  for (int64_t document = 0; document < 500; ++document) {
    Words words = frame;
    const Words own = randomWords(random, 80);
    words.insert(words.end(), own.begin(), own.end());
    texts.push_back(joined(words));
    EXPECT_FALSE(index.add(signatureOf({texts.back()}), document).value_or(NearDuplicates::Match{}).exact);
  }
  int exact = 0;
  for (const std::string& text : texts) {
    const auto match = index.add(signatureOf({text}), 1000);
    ASSERT_TRUE(match.has_value());
    exact += match->exact ? 1 : 0;
  }
  EXPECT_EQ(exact, index.remembered());
}

TEST(DocumentFilterTest, CountsByReasonWithExamples) {
  DocumentFilter filter({.min_characters = 3, .max_characters = 60, .deduplicate = true});
  const std::string text = "the cat sat on the mat and looked at the loom";
  EXPECT_EQ(filter.take({text}), DocumentFate::kKept);
  EXPECT_EQ(filter.take({"中文"}), DocumentFate::kTooShort);
  EXPECT_EQ(filter.take({"中文", "字"}), DocumentFate::kKept);
  EXPECT_EQ(filter.take({text}), DocumentFate::kDuplicate);
  EXPECT_EQ(filter.take({text + "!"}), DocumentFate::kNearDuplicate);
  EXPECT_EQ(filter.take({std::string(61, 'x')}), DocumentFate::kTooLong);
  for (int count = 0; count < 5; ++count) {
    EXPECT_EQ(filter.take({text}), DocumentFate::kDuplicate);
  }
  const FilterReport report = filter.report();
  EXPECT_EQ(report.of(DocumentFate::kKept), 2);
  EXPECT_EQ(report.of(DocumentFate::kDuplicate), 6);
  EXPECT_EQ(report.compared, 2);
  EXPECT_EQ(report.examples.size(), 6u);
  EXPECT_EQ(
      describe(report),
      "2 of 11 documents were kept.\n1 dropped: too short.\n1 dropped: too long.\n6 dropped: duplicate.\n"
      "1 dropped: near duplicate.\n");
  const Json json = toJson(report);
  EXPECT_EQ(json["near_duplicate"], 1);
  EXPECT_EQ(json["examples"][1]["fate"], "duplicate");
  EXPECT_EQ(json["examples"][1]["document"], 3);
  EXPECT_EQ(json["examples"][1]["earlier"], 0);
  EXPECT_EQ(json["examples"][1]["beginning"], text);
}

TEST(DocumentFilterTest, KeepsEverythingUnlessAsked) {
  DocumentFilter filter({});
  EXPECT_EQ(filter.take({"x"}), DocumentFate::kKept);
  EXPECT_EQ(filter.take({"x"}), DocumentFate::kKept);
}

TEST(DocumentFilterTest, CutsExamplesBetweenCharacters) {
  DocumentFilter filter({.min_characters = 1000});
  std::string text = "x";
  for (int count = 0; count < 40; ++count) {
    text += "字";
  }
  EXPECT_EQ(filter.take({text}), DocumentFate::kTooShort);
  EXPECT_EQ(filter.report().examples[0].beginning, text.substr(0, 79) + "...");
}

TEST(DocumentFilterTest, SaysWhenItsMemoryWasReached) {
  DocumentFilter filter({.deduplicate = true, .memory_bytes = 200000});
  RandomStream random(4, 0, 0);
  for (int count = 0; count < 3000; ++count) {
    EXPECT_EQ(filter.take({joined(randomWords(random, 30))}), DocumentFate::kKept);
  }
  const FilterReport report = filter.report();
  EXPECT_TRUE(report.memory_reached);
  EXPECT_GT(report.compared, 200);
  EXPECT_LT(report.compared, 200000 / 200);
  EXPECT_NE(describe(report).find("held " + std::to_string(report.compared) + " documents; those after them"),
            std::string::npos);
}

}  // namespace
}  // namespace heddle
