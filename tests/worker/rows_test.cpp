// Training rows as the batch inspector asks the engine for them: two grains, one after the other,
// permutations and the rest, on real text.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>

#include "engine/base/file.h"
#include "engine/events/inspection.h"
#include "tests/worker/engine_process.h"

namespace heddle {
namespace {

using testing::Finished;
using testing::runEngine;
using testing::TemporaryFolder;

class RowsTest : public ::testing::Test {
 protected:
  // Rows of the sample text with phrases, cut into 64 tokens.
  std::vector<TrainingRow> rows(const std::string& objective) const {
    const std::filesystem::path recipe = folder.path() / "recipe.toml";
    EXPECT_TRUE(writeFileAtomic(recipe,
                                "name = \"rows\"\n[text]\nsample_documents = 100\nvocab_size = 600\n"
                                "coarse = \"phrases\"\nphrase_min_probability = 0.2\nphrase_min_count = 2\n"
                                "[[phase]]\nlength = 64\nrows = 8\nsteps = 10\n[objective]\n" +
                                    objective)
                    .ok());
    const Finished engine =
        runEngine({"corpus", "rows", "--recipe", recipe.string(), "--workspace",
                   (folder.path() / "workspace").string(), "--step", "3", "--count", "6", "--json"});
    EXPECT_EQ(engine.exit_code, 0) << engine.output;
    std::vector<TrainingRow> rows;
    std::istringstream lines(engine.output);
    for (std::string line; std::getline(lines, line);) {
      if (auto row = decodeTrainingRow(line); row.ok() && !row->tokens.empty()) {
        rows.push_back(std::move(*row));
      }
    }
    EXPECT_EQ(rows.size(), 6U);
    return rows;
  }
  static bool predicted(const TrainingToken& token) { return token.state != TokenState::kPlain; }

  TemporaryFolder folder;
};

TEST_F(RowsTest, BothGrainsHoldTheSameUnitsAndHideTheSameOnes) {
  for (const char* grains : {"both", "hybrid"}) {
    int phrases = 0;
    int hidden = 0;
    for (const TrainingRow& row :
         rows("rows = \"single\"\nmasking = \"unit\"\ngrains = \"" + std::string(grains) + "\"\n")) {
      std::map<int32_t, std::array<int, 2>> tokens;  // of a unit, by grain
      std::map<int32_t, std::set<bool>> hides;
      for (const TrainingToken& token : row.tokens) {
        if (token.unit >= 0) {
          ++tokens[token.unit][static_cast<size_t>(token.grain)];
          hides[token.unit].insert(predicted(token));
        } else {
          EXPECT_FALSE(predicted(token)) << token.text;
        }
      }
      for (const auto& [unit, counts] : tokens) {
        EXPECT_GT(counts[0], 0) << grains << " " << unit;
        EXPECT_GT(counts[1], 0) << grains << " " << unit;
        EXPECT_TRUE(counts[1] == 1 || counts[1] == counts[0]) << "one coarse token, or the fine ones";
        EXPECT_EQ(hides[unit].size(), 1U) << "neither grain shows what the other hides";
        phrases += counts[1] == 1 && counts[0] > 1 ? 1 : 0;
        hidden += *hides[unit].begin() ? 1 : 0;
      }
      EXPECT_EQ(row.tokens.front().text, "[CLS]");
      EXPECT_EQ(row.tokens.back().text, "[SEP]");
    }
    EXPECT_GT(phrases, 10) << grains;
    EXPECT_GT(hidden, 10) << grains;
  }
}

TEST_F(RowsTest, PermutedRowsPredictInAnOrderAndChangeNothing) {
  for (const TrainingRow& row : rows("rows = \"xlnet\"\nmasking = \"permutation\"\n")) {
    std::set<int32_t> places;
    int targets = 0;
    int32_t last_context = -1;
    for (const TrainingToken& token : row.tokens) {
      ASSERT_GE(token.order, 0) << token.text;
      if (token.state == TokenState::kTarget) {
        EXPECT_EQ(token.text, token.label);
        EXPECT_TRUE(places.insert(token.order).second) << "each predicted token has a place of its own";
        ++targets;
      } else {
        EXPECT_EQ(token.state, TokenState::kPlain);
        last_context = std::max(last_context, token.unit < 0 ? -1 : token.order);
      }
    }
    EXPECT_NEAR(targets, 64 / 6, 1);
    EXPECT_GE(last_context, 0);
  }
}

TEST_F(RowsTest, EveryOtherKindOfRowsIsDescribedToo) {
  for (const char* objective :
       {"masking = \"span\"\nrows = \"single\"\n", "masking = \"ngram\"\nrows = \"sentence_order\"\n",
        "masking = \"electra\"\nrows = \"electra\"\n", "masking = \"none\"\nrows = \"lm\"\n"}) {
    int hidden = 0;
    for (const TrainingRow& row : rows(objective)) {
      hidden += static_cast<int>(std::count_if(row.tokens.begin(), row.tokens.end(), predicted));
    }
    EXPECT_GT(hidden, 6) << objective;
  }
  for (const TrainingRow& row : rows("masking = \"t5\"\nrows = \"t5\"\n")) {
    EXPECT_FALSE(row.target.empty());
  }
}

}  // namespace
}  // namespace heddle
