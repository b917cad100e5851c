// Rows with two grains of the same text.

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include "tests/unit/data/rows_fixture.h"

namespace heddle {
namespace {

TEST_F(RowsTest, BothGrainsOfARowCoverTheSameText) {
  for (const char* kind : {"sentence_pair", "full_sentences", "single", "electra"}) {
    const PretrainingData data = open({.rows = kind, .masking = "unit", .grains = "both"});
    const Batch batch = data.trainBatch({.length = 32, .rows = 40}, 3, 0, 40);
    ASSERT_EQ(batch.rowCount(), 80);
    ASSERT_EQ(batch.grain.size(), 80u);
    ASSERT_EQ(batch.units.size(), batch.tokens.size());
    std::vector<int32_t> tokens = batch.tokens;
    for (size_t at = 0; at < batch.masked_positions.size(); ++at) {
      tokens[static_cast<size_t>(batch.masked_positions[at])] = batch.masked_labels[at];
      ASSERT_TRUE(at == 0 || batch.masked_positions[at] > batch.masked_positions[at - 1]);
    }
    // A coarse token's words.
    const auto expand = [&](int32_t token, std::vector<int32_t>& words) {
      if (token < vocab_size) {
        words.push_back(token);
        return;
      }
      const int unit = token - vocab_size;
      const auto first = std::lower_bound(unit_of.begin(), unit_of.end(), unit);
      for (auto word = first; word != unit_of.end() && *word == unit; ++word) {
        words.push_back(kFirstWord + static_cast<int32_t>(word - unit_of.begin()));
      }
    };
    bool shorter = false;
    for (size_t row = 0; row < 40; ++row) {
      const auto slice = [&](size_t sequence) {
        return std::vector<int32_t>(tokens.begin() + batch.starts[sequence],
                                    tokens.begin() + batch.starts[sequence + 1]);
      };
      const std::vector<int32_t> fine = slice(row);
      const std::vector<int32_t> coarse = slice(40 + row);
      ASSERT_EQ(batch.grain[row], 0);
      ASSERT_EQ(batch.grain[40 + row], 1);
      ASSERT_LE(fine.size(), 32u);
      std::vector<int32_t> words;
      for (const int32_t token : coarse) {
        expand(token, words);
      }
      ASSERT_EQ(words, fine);
      shorter = shorter || coarse.size() < fine.size();
      ASSERT_EQ(batch.positions[static_cast<size_t>(batch.starts[40 + row])], 0);
      // The same units are predicted in both.
      std::set<int32_t> units[2];
      for (const int32_t position : batch.masked_positions) {
        for (size_t grain = 0; grain < 2; ++grain) {
          const size_t sequence = 40 * grain + row;
          if (position >= batch.starts[sequence] && position < batch.starts[sequence + 1]) {
            units[grain].insert(batch.units[static_cast<size_t>(position)]);
          }
        }
      }
      ASSERT_EQ(units[0], units[1]);
      ASSERT_FALSE(units[0].empty());
    }
    EXPECT_TRUE(shorter);
    EXPECT_EQ(batch.pair_labels.size(), kind == std::string("sentence_pair") ? 40u : 0u);
  }
}

TEST_F(RowsTest, HybridRowsHoldBothGrainsOneAfterTheOther) {
  const ObjectiveRecipe recipe{.rows = "single", .masking = "unit", .grains = "hybrid"};
  ObjectiveRecipe apart = recipe;
  apart.grains = "both";
  const PhaseRecipe phase{.length = 32, .rows = 20};
  const Batch hybrid = open(recipe).trainBatch(phase, 0, 0, 20);
  const Batch both = open(apart).trainBatch(phase, 0, 0, 20);
  ASSERT_EQ(hybrid.rowCount(), 20);
  EXPECT_TRUE(hybrid.grain.empty());
  EXPECT_EQ(hybrid.tokens.size(), both.tokens.size());
  for (size_t row = 0; row < 20; ++row) {
    std::vector<int32_t> tokens, positions;
    for (const size_t sequence : {row, 20 + row}) {
      tokens.insert(tokens.end(), both.tokens.begin() + both.starts[sequence],
                    both.tokens.begin() + both.starts[sequence + 1]);
      positions.insert(positions.end(), both.positions.begin() + both.starts[sequence],
                       both.positions.begin() + both.starts[sequence + 1]);
    }
    EXPECT_EQ(std::vector<int32_t>(hybrid.tokens.begin() + hybrid.starts[row],
                                   hybrid.tokens.begin() + hybrid.starts[row + 1]),
              tokens);
    EXPECT_EQ(std::vector<int32_t>(hybrid.positions.begin() + hybrid.starts[row],
                                   hybrid.positions.begin() + hybrid.starts[row + 1]),
              positions);
  }
}

}  // namespace
}  // namespace heddle
