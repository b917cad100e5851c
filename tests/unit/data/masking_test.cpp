// Maskers of one grain: what always holds, and their distributions beside a plain version of the published
// script with another generator.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "tests/unit/data/made_rows.h"

namespace heddle {
namespace {

constexpr int kRows = 4000;

// What must hold of every masker: specials stay, labels are true, all else is as it was.
void expectSound(const Row& before, const Row& after) {
  ASSERT_EQ(after.masked.size(), after.labels.size());
  std::set<int32_t> masked;
  for (size_t at = 0; at < after.masked.size(); ++at) {
    const auto position = static_cast<size_t>(after.masked[at]);
    ASSERT_NE(before.units[position], kNoUnit);
    ASSERT_EQ(after.labels[at], before.tokens[position]);
    ASSERT_TRUE(at == 0 || after.masked[at - 1] <= after.masked[at]);
    masked.insert(after.masked[at]);
  }
  ASSERT_EQ(after.tokens.size(), before.tokens.size());
  for (int32_t at = 0; at < after.size(); ++at) {
    const int32_t token = after.tokens[static_cast<size_t>(at)];
    if (masked.count(at) == 0) {
      ASSERT_EQ(token, before.tokens[static_cast<size_t>(at)]);
    } else {
      ASSERT_TRUE(token == kSpecial.mask || token >= kFirstWord);
    }
  }
}

TEST(Masking, KeepsSpecialTokensAndTrueLabelsWhateverTheKind) {
  RandomStream rows(nameKey("rows"), 0, 0);
  for (const char* kind : {"token", "unit", "ngram", "span", "electra", "permutation"}) {
    for (const bool with_replacement : {true, false}) {
      const MaskSetup setup({.masking = kind, .with_replacement = with_replacement});
      for (uint32_t number = 0; number < 500; ++number) {
        const Row before = randomRow(rows);
        const Row after = setup.masked(before, number);
        ASSERT_NO_FATAL_FAILURE(expectSound(before, after)) << kind;
        const bool twice = std::adjacent_find(after.masked.begin(), after.masked.end()) != after.masked.end();
        ASSERT_TRUE(!twice || (std::string(kind) == "electra" && with_replacement));
      }
    }
  }
}

TEST(Masking, IsAPureFunctionOfItsDraws) {
  const Row row = makeRow(50, 2);
  for (const char* kind : {"token", "unit", "ngram", "span", "electra", "permutation", "t5"}) {
    const MaskSetup setup({.masking = kind});
    EXPECT_EQ(setup.masked(row, 3).tokens, setup.masked(row, 3).tokens);
    EXPECT_EQ(setup.masked(row, 3).masked, setup.masked(row, 3).masked);
    EXPECT_EQ(setup.masked(row, 3).order, setup.masked(row, 3).order);
    EXPECT_TRUE(setup.masked(row, 3).masked != setup.masked(row, 4).masked ||
                setup.masked(row, 3).tokens != setup.masked(row, 4).tokens);
  }
}

// 80/10/10 for every token of its own, in all kinds that decide so.
TEST(Masking, DecidesEightyTenTenForEachToken) {
  for (const char* kind : {"token", "unit", "ngram"}) {
    const MaskSetup setup({.masking = kind});
    Histogram outcomes, neighbours;
    for (uint32_t number = 0; number < kRows; ++number) {
      const Row row = setup.masked(makeRow(50, 2), number);
      int64_t last = -1;
      for (size_t at = 0; at < row.masked.size(); ++at) {
        const int32_t token = row.tokens[static_cast<size_t>(row.masked[at])];
        const int64_t outcome = token == kSpecial.mask ? 0 : token == row.labels[at] ? 1 : 2;
        ++outcomes[outcome];
        if (at > 0 && row.masked[at] == row.masked[at - 1] + 1) {
          ++neighbours[3 * last + outcome];
        }
        last = outcome;
      }
    }
    // A random token is the original once in 4,995 draws.
    EXPECT_TRUE(compareWith(outcomes, {{0, 0.8}, {1, 0.1}, {2, 0.1}}).same()) << kind;
    std::map<int64_t, double> independent;
    const double shares[] = {0.8, 0.1, 0.1};
    for (int64_t pair = 0; pair < 9; ++pair) {
      independent[pair] = shares[pair / 3] * shares[pair % 3];
    }
    EXPECT_TRUE(compareWith(neighbours, independent).same()) << kind;
  }
}

TEST(UnitMasking, MasksWholeUnitsAndAllThatFit) {
  RandomStream rows(nameKey("rows"), 1, 0);
  const MaskSetup setup({.masking = "unit"});
  for (uint32_t number = 0; number < 1000; ++number) {
    const Row before = randomRow(rows);
    const Row after = setup.masked(before, number);
    const int64_t wanted = wantedPredictions(setup.objective, before.size());
    const auto count = static_cast<int64_t>(after.masked.size());
    // A row whose units are all too long predicts one of them.
    ASSERT_GE(count, 1);
    ASSERT_TRUE(count <= wanted || after.units[static_cast<size_t>(after.masked.front())] ==
                                       after.units[static_cast<size_t>(after.masked.back())]);
    for (const UnitSpan& unit : unitSpans(before)) {
      const auto inside = std::count_if(after.masked.begin(), after.masked.end(), [&](int32_t position) {
        return position >= unit.begin && position < unit.end;
      });
      ASSERT_TRUE(inside == 0 || inside == unit.size());
      if (inside == 0) {
        ASSERT_GT(unit.size(), wanted - count);
      }
    }
  }
}

TEST(UnitMasking, TakesUnitsOfASizeEquallyOften) {
  const MaskSetup setup({.masking = "unit"});
  Histogram units;
  std::map<int64_t, double> uniform;
  for (uint32_t number = 0; number < kRows; ++number) {
    for (const int32_t position : setup.masked(makeRow(40, 3), number).masked) {
      ++units[(position - 1) / 3];
    }
  }
  for (int64_t unit = 0; unit < 40; ++unit) {
    uniform[unit] = 1.0 / 40;
  }
  // Tokens of a unit come together.
  for (auto& [unit, count] : units) {
    count /= 3;
  }
  EXPECT_TRUE(compareWith(units, uniform).same());
}

// google-research/albert, create_masked_lm_predictions(), on words of one token and a single segment. `wrong`
// makes all lengths equally likely, to show that the test would tell.
std::vector<int32_t> plainNgrams(int words, int wanted, std::mt19937& generator, bool wrong) {
  std::vector<int> order(static_cast<size_t>(words));
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), generator);
  std::set<int32_t> covered;
  for (const int first : order) {
    if (static_cast<int>(covered.size()) >= wanted) {
      break;
    }
    const int most = std::min(3, words - first);
    std::vector<double> weights;
    for (int n = 1; n <= most; ++n) {
      weights.push_back(wrong ? 1.0 : 1.0 / n);
    }
    int n = 1 + std::discrete_distribution<int>(weights.begin(), weights.end())(generator);
    while (n > 1 && static_cast<int>(covered.size()) + n > wanted) {
      --n;
    }
    bool overlaps = false;
    for (int at = first; at < first + n; ++at) {
      overlaps = overlaps || covered.count(at) > 0;
    }
    for (int at = first; at < first + n && !overlaps; ++at) {
      covered.insert(at);
    }
  }
  return {covered.begin(), covered.end()};
}

TEST(NgramMasking, DrawsRunsAsOftenAsThePublishedScript) {
  const MaskSetup setup({.masking = "ngram"});
  std::mt19937 generator(1);
  Histogram ours, plain, wrong;
  for (uint32_t number = 0; number < kRows; ++number) {
    const Row row = setup.masked(makeRow(98, 1), number);
    ASSERT_EQ(row.masked.size(), 15u);  // round(.15 x 100): special tokens count
    countRuns(row.masked, ours);
    countRuns(plainNgrams(98, 15, generator, false), plain);
    countRuns(plainNgrams(98, 15, generator, true), wrong);
  }
  EXPECT_TRUE(compareSamples(ours, plain).same()) << compareSamples(ours, plain).value;
  EXPECT_FALSE(compareSamples(ours, wrong).same());
}

TEST(NgramMasking, MasksWholeUnitsWithinASegment) {
  RandomStream rows(nameKey("rows"), 2, 0);
  const MaskSetup setup({.masking = "ngram"});
  for (uint32_t number = 0; number < 500; ++number) {
    const Row before = randomRow(rows);
    const Row after = setup.masked(before, number);
    const int64_t wanted = wantedPredictions(setup.objective, before.size());
    ASSERT_GE(after.masked.size(), 1u);
    ASSERT_TRUE(static_cast<int64_t>(after.masked.size()) <= wanted ||
                after.units[static_cast<size_t>(after.masked.front())] ==
                    after.units[static_cast<size_t>(after.masked.back())]);
    for (const UnitSpan& unit : unitSpans(before)) {
      const auto inside = std::count_if(after.masked.begin(), after.masked.end(), [&](int32_t position) {
        return position >= unit.begin && position < unit.end;
      });
      ASSERT_TRUE(inside == 0 || inside == unit.size());
    }
  }
}

TEST(NgramMasking, UnigramsOnlyAreSingleWords) {
  const MaskSetup setup({.masking = "ngram", .ngram_longest = 1});
  Histogram ours, plain;
  const MaskSetup tokens({.masking = "token"});
  for (uint32_t number = 0; number < kRows; ++number) {
    countRuns(setup.masked(makeRow(98, 1), number).masked, ours);
    countRuns(tokens.masked(makeRow(98, 1), number + kRows).masked, plain);
  }
  EXPECT_TRUE(compareSamples(ours, plain).same());
}

// facebookresearch/SpanBERT, PairWithSpanMaskingScheme.mask(), on words of two tokens.
std::vector<int32_t> plainSpans(int words, std::mt19937& generator, bool wrong) {
  std::vector<double> weights;
  for (int length = 1; length <= 10; ++length) {
    weights.push_back(wrong ? 1.0 : 0.2 * std::pow(0.8, length - 1));
  }
  std::discrete_distribution<int> lengths(weights.begin(), weights.end());
  std::uniform_int_distribution<int> anchors(0, 2 * words - 1);
  const auto wanted = static_cast<size_t>(std::ceil(2 * words * 0.15));
  std::set<int32_t> mask;
  while (mask.size() < wanted) {
    const int length = 1 + lengths(generator);
    const int anchor = anchors(generator);
    if (mask.count(anchor) > 0) {
      continue;
    }
    const int first = anchor / 2;
    for (int at = 2 * first; at < std::min(2 * (first + length), 2 * words) && mask.size() < wanted; ++at) {
      mask.insert(at);
    }
  }
  return {mask.begin(), mask.end()};
}

TEST(SpanMasking, DrawsSpansAsOftenAsThePublishedScript) {
  const MaskSetup setup({.masking = "span"});
  std::mt19937 generator(2);
  Histogram ours, plain, wrong;
  for (uint32_t number = 0; number < kRows; ++number) {
    const Row row = setup.masked(makeRow(101, 2), number);
    ASSERT_EQ(row.masked.size(), 31u);  // ceil(.15 x 202): special tokens do not count
    countRuns(row.masked, ours);
    countRuns(plainSpans(101, generator, false), plain);
    countRuns(plainSpans(101, generator, true), wrong);
  }
  EXPECT_TRUE(compareSamples(ours, plain).same()) << compareSamples(ours, plain).value;
  EXPECT_FALSE(compareSamples(ours, wrong).same());
}

TEST(SpanMasking, MergesSpansAndDecidesOnceForEach) {
  RandomStream rows(nameKey("rows"), 3, 0);
  const MaskSetup setup({.masking = "span"});
  Histogram outcomes;
  for (uint32_t number = 0; number < kRows; ++number) {
    const Row before = randomRow(rows);
    const Row after = setup.masked(before, number);
    ASSERT_EQ(after.spans.size() % 2, 0u);
    std::vector<int32_t> covered;
    for (size_t span = 0; span < after.spans.size(); span += 2) {
      const int32_t begin = after.spans[span];
      const int32_t end = after.spans[span + 1];
      ASSERT_LT(begin, end);
      ASSERT_TRUE(span == 0 || after.spans[span - 1] < begin) << "spans touch";
      // Only a span that ends the row's choice is cut inside a unit; all begin where one does.
      ASSERT_TRUE(before.units[static_cast<size_t>(begin)] != before.units[static_cast<size_t>(begin) - 1]);
      size_t masks = 0, originals = 0;
      for (int32_t at = begin; at < end; ++at) {
        covered.push_back(at);
        masks += after.tokens[static_cast<size_t>(at)] == kSpecial.mask;
        originals += after.tokens[static_cast<size_t>(at)] == before.tokens[static_cast<size_t>(at)];
      }
      const auto size = static_cast<size_t>(end - begin);
      ASSERT_TRUE(masks == size || masks == 0);
      ASSERT_TRUE(originals == size || originals < std::max<size_t>(2, size));
      ++outcomes[masks == size ? 0 : originals == size ? 1 : 2];
    }
    ASSERT_EQ(covered, after.masked);
  }
  EXPECT_TRUE(compareWith(outcomes, {{0, 0.8}, {1, 0.1}, {2, 0.1}}).same());
}

TEST(SpanMasking, SpansOfOneWordAreSingleTokensWhereWordsAre) {
  const MaskSetup setup({.masking = "span", .span_longest = 1});
  const Row row = setup.masked(makeRow(100, 1), 0);
  EXPECT_EQ(row.masked.size(), 15u);
}

// E[distinct positions of k draws among m] = m (1 - (1 - 1/m)^k).
TEST(GeneratorMasking, WithReplacementDrawsAPositionAgainAsOftenAsItMust) {
  for (const double random_share : {0.0, 0.15}) {
    const MaskSetup setup({.masking = "electra", .random_share = random_share});
    double distinct = 0, masked = 0;
    for (uint32_t number = 0; number < kRows; ++number) {
      const Row row = setup.masked(makeRow(126, 1), number);
      ASSERT_EQ(row.masked.size(), 19u);
      const std::set<int32_t> positions(row.masked.begin(), row.masked.end());
      distinct += static_cast<double>(positions.size());
      masked += static_cast<double>(std::count(row.tokens.begin(), row.tokens.end(), kSpecial.mask));
    }
    // Deviations of a row: below 1.2 and 2.
    EXPECT_NEAR(distinct / kRows, 126 * (1 - std::pow(1 - 1.0 / 126, 19)), 5 * 1.2 / std::sqrt(kRows));
    // A position is masked when any of its draws says so, each with .85.
    EXPECT_NEAR(masked / kRows, 126 * (1 - std::pow(1 - 0.85 / 126, 19)), 5 * 2.0 / std::sqrt(kRows));
  }
}

TEST(GeneratorMasking, WithoutReplacementMasksEightyFivePerCentAndChangesNothingElse) {
  const MaskSetup setup({.masking = "electra", .with_replacement = false});
  Histogram outcomes;
  for (uint32_t number = 0; number < kRows; ++number) {
    const Row row = setup.masked(makeRow(126, 1), number);
    ASSERT_EQ(row.masked.size(), 19u);
    ASSERT_EQ(std::adjacent_find(row.masked.begin(), row.masked.end()), row.masked.end());
    for (size_t at = 0; at < row.masked.size(); ++at) {
      const int32_t token = row.tokens[static_cast<size_t>(row.masked[at])];
      ASSERT_TRUE(token == kSpecial.mask || token == row.labels[at]);
      ++outcomes[token == kSpecial.mask ? 0 : 1];
    }
  }
  EXPECT_TRUE(compareWith(outcomes, {{0, 0.85}, {1, 0.15}}).same());
}

TEST(GeneratorMasking, TheReleasedLimitCountsFromTheLongestRow) {
  // int(.155 x 128) = 19 holds also where round(.15 x tokens) is more.
  const MaskSetup setup({.masking = "electra"});
  EXPECT_EQ(setup.masked(makeRow(198, 1), 0).masked.size(), 19u);
  EXPECT_EQ(setup.masked(makeRow(38, 1), 0).masked.size(), 6u);
  const MaskSetup limited({.masking = "electra", .max_predictions = 4});
  EXPECT_EQ(limited.masked(makeRow(126, 1), 0).masked.size(), 4u);
}

TEST(RandomTokens, AreUniformOverWhatIsNotSpecial) {
  const RandomTokens tokens(40, kSpecial);
  RandomStream draws(nameKey("random tokens"), 0, 0);
  Histogram seen;
  std::map<int64_t, double> uniform;
  for (int draw = 0; draw < 40000; ++draw) {
    ++seen[tokens.draw(draws)];
  }
  for (int64_t id = kFirstWord; id < 40; ++id) {
    uniform[id] = 1.0 / 35;
  }
  EXPECT_EQ(seen.size(), 35u);
  EXPECT_TRUE(compareWith(seen, uniform).same());
}

TEST(LanguageModelLabels, AreTheNextTokens) {
  Row row = makeRow(3, 1);
  row.following = 77;
  labelNextTokens(row);
  EXPECT_EQ(row.masked, (std::vector<int32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(row.labels, (std::vector<int32_t>{5, 6, 7, kSpecial.sep, 77}));
  Row last = makeRow(1, 1);
  labelNextTokens(last);
  EXPECT_EQ(last.labels, (std::vector<int32_t>{5, kSpecial.sep}));
}

}  // namespace
}  // namespace heddle
