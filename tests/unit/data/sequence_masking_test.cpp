// Masks that come with more than positions: orders (XLNet), targets (T5), two grains (AMBERT).

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "tests/unit/data/made_rows.h"

namespace heddle {
namespace {

constexpr int kRows = 4000;

// A row of two parts as XLNet's: `reused` tokens, then new ones, [SEP], more, [SEP], [CLS].
Row xlnetRow(int reused, int new_units, int size) {
  Row row;
  const auto add = [&](int units, int32_t segment) {
    for (int unit = 0; unit < units; ++unit) {
      for (int at = 0; at < size; ++at) {
        row.tokens.push_back(kFirstWord + row.size());
        row.segments.push_back(segment);
        row.units.push_back(static_cast<int32_t>(row.coarse.size()));
      }
      row.coarse.push_back(kFallsBack);
    }
  };
  add(reused, 0);
  row.reused = row.size();
  add(new_units / 2, 0);
  row.addSpecial(kSpecial.sep, 0);
  add(new_units - new_units / 2, 1);
  row.addSpecial(kSpecial.sep, 1);
  row.addSpecial(kSpecial.cls, 2);
  return row;
}

TEST(PermutationMasking, OrdersContextFirstThenTargetsInEachPart) {
  const MaskSetup setup({.masking = "permutation"});
  for (uint32_t number = 0; number < 500; ++number) {
    const Row row = setup.masked(xlnetRow(128, 125, 2), number, 512);
    ASSERT_EQ(row.masked.size(), 85u);
    ASSERT_EQ(std::lower_bound(row.masked.begin(), row.masked.end(), row.reused) - row.masked.begin(), 43);
    const std::set<int32_t> targets(row.masked.begin(), row.masked.end());
    // Places of targets and special tokens, with one place for each part's context, are 0, 1, 2, ... once.
    std::vector<int32_t> places;
    std::set<int32_t> context_places;
    int32_t last_of_first = -1, first_of_second = INT32_MAX;
    for (int32_t at = 0; at < row.size(); ++at) {
      const int32_t place = row.order[static_cast<size_t>(at)];
      if (targets.count(at) > 0 || row.units[static_cast<size_t>(at)] == kNoUnit) {
        places.push_back(place);
      } else {
        context_places.insert(place);
      }
      (at < row.reused ? last_of_first : first_of_second) =
          at < row.reused ? std::max(last_of_first, place) : std::min(first_of_second, place);
    }
    ASSERT_EQ(context_places.size(), 2u);
    places.insert(places.end(), context_places.begin(), context_places.end());
    std::sort(places.begin(), places.end());
    for (size_t place = 0; place < places.size(); ++place) {
      ASSERT_EQ(places[place], static_cast<int32_t>(place));
    }
    // The reused part never sees the new one, the new one sees all of it.
    ASSERT_LT(last_of_first, first_of_second);
    ASSERT_EQ(*context_places.begin(), 0);
    ASSERT_EQ(*context_places.rbegin(), first_of_second);
  }
}

// zihangdai/xlnet, _local_perm() and the two parts put together: whether position i may not see position j,
// from each part's random ranks.
TEST(PermutationMasking, OrdersGiveTheReleasedCodesMasks) {
  const MaskSetup setup({.masking = "permutation"});
  const Row row = setup.masked(xlnetRow(32, 20, 1), 5, 64);
  const std::set<int32_t> targets(row.masked.begin(), row.masked.end());
  const auto count = static_cast<size_t>(row.size());
  std::vector<int32_t> rank(count), self_rank(count);
  std::vector<bool> hidden_type(count);  // targets and special tokens
  for (size_t at = 0; at < count; ++at) {
    const bool target = targets.count(static_cast<int32_t>(at)) > 0;
    hidden_type[at] = target || row.units[at] == kNoUnit;
    rank[at] = hidden_type[at] ? row.order[at] : -1;
    self_rank[at] = target ? rank[at] : rank[at] + 1;
  }
  const auto reused = static_cast<size_t>(row.reused);
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < count; ++j) {
      const bool first_i = i < reused, first_j = j < reused;
      const bool masked =
          first_i == first_j ? hidden_type[j] && self_rank[i] <= rank[j] : first_i && !first_j;
      // What predicts i sees lower places; what is no target also its own.
      const bool predicts = targets.count(static_cast<int32_t>(i)) > 0;
      const bool sees = row.order[j] < row.order[i] || (!predicts && row.order[j] == row.order[i]);
      ASSERT_EQ(sees, !masked) << i << " " << j;
    }
  }
}

TEST(PermutationMasking, EveryOrderOfTargetsComesEquallyOften) {
  const MaskSetup setup({.masking = "permutation", .max_predictions = 3});
  Histogram orders;
  for (uint32_t number = 0; number < 12000; ++number) {
    Row row = makeRow(40, 1);
    row = setup.masked(row, number);
    ASSERT_EQ(row.masked.size(), 3u);
    int64_t code = 0;
    for (size_t a = 0; a < 3; ++a) {
      for (size_t b = a + 1; b < 3; ++b) {
        code = 2 * code + (row.order[static_cast<size_t>(row.masked[a])] <
                           row.order[static_cast<size_t>(row.masked[b])]);
      }
    }
    ++orders[code];
  }
  ASSERT_EQ(orders.size(), 6u);
  std::map<int64_t, double> uniform;
  for (const auto& [code, count] : orders) {
    uniform[code] = 1.0 / 6;
  }
  EXPECT_TRUE(compareWith(orders, uniform).same());
}

// zihangdai/xlnet, _sample_mask(), on `words` words of one token; the released code equals the paper there.
std::vector<int32_t> plainPredictions(int words, int goal, std::mt19937& generator, bool wrong) {
  std::vector<double> weights;
  for (int n = 1; n <= 5; ++n) {
    weights.push_back(wrong ? 1.0 : 1.0 / n);
  }
  std::discrete_distribution<int> lengths(weights.begin(), weights.end());
  std::set<int32_t> mask;
  for (int current = 0; current < words && static_cast<int>(mask.size()) < goal;) {
    const int n = 1 + lengths(generator);
    const int context = 6 * n;
    const int left = std::uniform_int_distribution<int>(0, context - 1)(generator);
    const int begin = current + left;
    if (begin >= words) {
      break;
    }
    const int end = std::min({begin + n, words, begin + goal - static_cast<int>(mask.size())});
    for (int at = begin; at < end; ++at) {
      mask.insert(at);
    }
    current = end + context - left;
  }
  while (static_cast<int>(mask.size()) < goal) {
    mask.insert(std::uniform_int_distribution<int>(0, words - 1)(generator));
  }
  return {mask.begin(), mask.end()};
}

TEST(PermutationMasking, DrawsRunsAsOftenAsThePublishedScript) {
  const MaskSetup setup({.masking = "permutation", .max_predictions = 42});
  std::mt19937 generator(3);
  Histogram ours, plain, wrong, where, plain_where;
  for (uint32_t number = 0; number < kRows; ++number) {
    const Row row = setup.masked(makeRow(256, 1), number, 258);
    ASSERT_EQ(row.masked.size(), 42u);
    countRuns(row.masked, ours);
    for (const int32_t position : row.masked) {
      ++where[position / 8];
    }
    const std::vector<int32_t> reference = plainPredictions(256, 42, generator, false);
    countRuns(reference, plain);
    for (const int32_t position : reference) {
      ++plain_where[(position + 1) / 8];
    }
    countRuns(plainPredictions(256, 42, generator, true), wrong);
  }
  EXPECT_TRUE(compareSamples(ours, plain).same()) << compareSamples(ours, plain).value;
  EXPECT_FALSE(compareSamples(ours, wrong).same());
}

TEST(SpanCorruption, SourceAndTargetGiveTheTextBack) {
  RandomStream rows(nameKey("rows"), 4, 0);
  const MaskSetup setup({.masking = "t5"});
  for (uint32_t number = 0; number < 2000; ++number) {
    const int words = static_cast<int>(1 + rows.below(200));
    Row text = makeRow(static_cast<size_t>(words), 1);
    text.tokens.erase(text.tokens.begin());
    text.segments.erase(text.segments.begin());
    text.units.erase(text.units.begin());
    const Row row = setup.masked(text, number);
    ASSERT_EQ(row.tokens.size(), row.units.size());
    ASSERT_EQ(row.tokens.back(), kSpecial.sep);
    ASSERT_EQ(row.target.back(), kSpecial.sep);
    std::vector<int32_t> rebuilt;
    int32_t sentinel = kVocabulary + kSentinels - 1;
    auto target = row.target.begin();
    for (const int32_t token : row.tokens) {
      if (token != sentinel) {
        rebuilt.push_back(token);
        continue;
      }
      ASSERT_EQ(*target++, sentinel--);
      const auto begin = target;
      while (*target < kVocabulary && *target != kSpecial.sep) {
        rebuilt.push_back(*target++);
      }
      ASSERT_NE(target, begin) << "an empty span";
    }
    ASSERT_EQ(rebuilt, text.tokens);
    ASSERT_EQ(target + 1, row.target.end());
    const auto noise = std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(words * 0.15)));
    const auto spans = static_cast<int64_t>(kVocabulary + kSentinels - 1 - sentinel);
    ASSERT_EQ(static_cast<int64_t>(row.target.size()), noise + spans + 1);
    ASSERT_EQ(spans,
              std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(static_cast<double>(noise) / 3))));
  }
}

// 40 tokens: 6 of noise in 2 spans, 34 kept in 2 stretches; every way to cut either is equally likely.
TEST(SpanCorruption, CutsEveryWayEquallyOften) {
  const MaskSetup setup({.masking = "t5"});
  Histogram first_noise, first_kept;
  for (uint32_t number = 0; number < 8000; ++number) {
    Row text = makeRow(40, 1);
    text.tokens.erase(text.tokens.begin());
    text.segments.erase(text.segments.begin());
    text.units.erase(text.units.begin());
    const Row row = setup.masked(text, number);
    const auto sentinel = std::find(row.tokens.begin(), row.tokens.end(), kVocabulary + kSentinels - 1);
    ++first_kept[sentinel - row.tokens.begin()];
    const auto second = std::find(row.target.begin(), row.target.end(), kVocabulary + kSentinels - 2);
    ++first_noise[second - row.target.begin() - 1];
  }
  std::map<int64_t, double> noise, kept;
  for (int64_t length = 1; length <= 5; ++length) {
    noise[length] = 1.0 / 5;
  }
  for (int64_t length = 1; length <= 33; ++length) {
    kept[length] = 1.0 / 33;
  }
  EXPECT_EQ(first_noise.size(), 5u);
  EXPECT_EQ(first_kept.size(), 33u);
  EXPECT_TRUE(compareWith(first_noise, noise).same());
  EXPECT_TRUE(compareWith(first_kept, kept).same());
}

TEST(SpanCorruption, TheLongestTextFillsTheSource) {
  const ObjectiveRecipe objective = withPublishedDefaults({.masking = "t5"});
  // T5's random_spans_noise_mask: 568 tokens of text make a source of 512 and a target of 114.
  EXPECT_EQ(t5TextLength(objective, 512), 568);
  const MaskSetup setup({.masking = "t5"});
  for (const int64_t length : {8, 32, 128, 512}) {
    const int64_t tokens = t5TextLength(objective, length);
    Row text = makeRow(static_cast<size_t>(tokens), 1);
    text.tokens.erase(text.tokens.begin());
    text.segments.erase(text.segments.begin());
    text.units.erase(text.units.begin());
    EXPECT_EQ(static_cast<int64_t>(setup.masked(text, 0).tokens.size()), length);
  }
}

// Every third unit has a coarse id, from 5,000 up.
Row grainedRow(RandomStream& draws) {
  Row row = randomRow(draws);
  for (size_t unit = 0; unit < row.coarse.size(); unit += 3) {
    row.coarse[unit] = static_cast<int32_t>(kVocabulary + static_cast<int64_t>(unit));
  }
  return row;
}

TEST(CoarseRow, CoversTheSameTextInFewerTokens) {
  RandomStream draws(nameKey("rows"), 5, 0);
  for (int number = 0; number < 500; ++number) {
    const Row fine = grainedRow(draws);
    Row coarse;
    makeCoarse(fine, coarse);
    ASSERT_LE(coarse.size(), fine.size());
    std::vector<int32_t> expanded;
    std::vector<int32_t> segments;
    const std::vector<UnitSpan> spans = unitSpans(fine);
    for (size_t at = 0; at < coarse.tokens.size(); ++at) {
      const int32_t unit = coarse.units[at];
      if (unit != kNoUnit && coarse.tokens[at] >= kVocabulary) {
        ASSERT_EQ(coarse.tokens[at], fine.coarse[static_cast<size_t>(unit)]);
        const UnitSpan& span = spans[static_cast<size_t>(unit)];
        expanded.insert(expanded.end(), fine.tokens.begin() + span.begin, fine.tokens.begin() + span.end);
        segments.insert(segments.end(), static_cast<size_t>(span.size()), coarse.segments[at]);
      } else {
        expanded.push_back(coarse.tokens[at]);
        segments.push_back(coarse.segments[at]);
      }
    }
    ASSERT_EQ(expanded, fine.tokens);
    ASSERT_EQ(segments, fine.segments);
  }
}

TEST(GrainMasking, HidesTheSameUnitsInBothGrainsWithOneDraw) {
  RandomStream draws(nameKey("rows"), 6, 0);
  const MaskSetup setup({.masking = "unit", .grains = "both"});
  const RandomTokens coarse_tokens(kVocabulary + 200, kSpecial);
  Histogram outcomes, coarse_random;
  for (int number = 0; number < kRows; ++number) {
    const Row text = grainedRow(draws);
    Row fine = text, coarse, coarse_text;
    makeCoarse(fine, coarse);
    coarse_text = coarse;
    maskGrains(setup.context(), coarse_tokens, draws, fine, coarse);
    // What became of each unit: all masked, all kept, or replaced.
    const auto outcomesOf = [](const Row& before, const Row& after) {
      std::map<int32_t, std::set<int>> of_unit;
      for (size_t at = 0; at < after.masked.size(); ++at) {
        const auto position = static_cast<size_t>(after.masked[at]);
        const int32_t token = after.tokens[position];
        EXPECT_EQ(after.labels[at], before.tokens[position]);
        of_unit[after.units[position]].insert(token == kSpecial.mask             ? 0
                                              : token == before.tokens[position] ? 1
                                                                                 : 2);
      }
      return of_unit;
    };
    const auto in_fine = outcomesOf(text, fine);
    const auto in_coarse = outcomesOf(coarse_text, coarse);
    const auto units = static_cast<int64_t>(text.coarse.size());
    ASSERT_EQ(static_cast<int64_t>(in_fine.size()),
              std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(static_cast<double>(units) * 0.15))));
    // A random token is by chance the original one once in thousands.
    ASSERT_EQ(in_fine.size(), in_coarse.size());
    const std::vector<UnitSpan> spans = unitSpans(text);
    for (const auto& [unit, outcome] : in_fine) {
      ASSERT_EQ(in_coarse.count(unit), 1u);
      ASSERT_EQ(outcome.count(0), in_coarse.at(unit).count(0));
      if (outcome.count(0) > 0) {
        ASSERT_EQ(outcome.size(), 1u);
        ASSERT_EQ(in_coarse.at(unit).size(), 1u);
      }
      ++outcomes[outcome.count(0) > 0 ? 0 : outcome.count(2) > 0 ? 2 : 1];
      // Every token of the unit is one to predict.
      const auto inside =
          std::count_if(fine.masked.begin(), fine.masked.end(), [&, number = unit](int32_t position) {
            return fine.units[static_cast<size_t>(position)] == number;
          });
      ASSERT_EQ(inside, spans[static_cast<size_t>(unit)].size());
    }
    for (size_t at = 0; at < coarse.masked.size(); ++at) {
      const int32_t token = coarse.tokens[static_cast<size_t>(coarse.masked[at])];
      if (token != kSpecial.mask && token != coarse.labels[at]) {
        ++coarse_random[token >= kVocabulary ? 1 : 0];
      }
    }
  }
  EXPECT_TRUE(compareWith(outcomes, {{0, 0.8}, {1, 0.1}, {2, 0.1}}).same());
  // Of 5,195 coarse ids 200 are beyond the fine ones.
  EXPECT_TRUE(compareWith(coarse_random, {{0, 4995.0 / 5195}, {1, 200.0 / 5195}}).same());
}

TEST(GrainMasking, TakesAllUnitsEquallyOften) {
  const ObjectiveRecipe objective = withPublishedDefaults({.masking = "unit"});
  Histogram units;
  std::map<int64_t, double> uniform;
  for (uint32_t number = 0; number < kRows; ++number) {
    RandomStream draws(nameKey("units"), number, 0);
    const std::vector<UnitMask> masks = drawUnitMasks(40, objective, draws);
    ASSERT_EQ(masks.size(), 6u);
    for (size_t at = 0; at < masks.size(); ++at) {
      ASSERT_TRUE(at == 0 || masks[at - 1].unit < masks[at].unit);
      ++units[masks[at].unit];
    }
  }
  for (int64_t unit = 0; unit < 40; ++unit) {
    uniform[unit] = 1.0 / 40;
  }
  EXPECT_TRUE(compareWith(units, uniform).same());
}

}  // namespace
}  // namespace heddle
