// The recipes that come with the program must be readable and sound, whatever keys come and go.

#include <gtest/gtest.h>

#include <filesystem>

#include "engine/recipes/check.h"
#include "engine/recipes/parse.h"
#include "engine/recipes/sizes.h"
#include "heddle_source_dir.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> recipesBelow(const char* folder) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(fs::path(kSourceFolder) / folder)) {
    if (entry.path().extension() == ".toml") {
      found.push_back(entry.path());
    }
  }
  return found;
}

TEST(ShippedRecipes, AreReadWithoutProblems) {
  std::vector<fs::path> all = recipesBelow("resources/presets");
  EXPECT_GE(all.size(), 3U);
  const std::vector<fs::path> experiments = recipesBelow("experiments");
  EXPECT_GE(experiments.size(), 2U);
  all.insert(all.end(), experiments.begin(), experiments.end());
  for (const fs::path& path : all) {
    ParsedRecipe parsed = readRecipe(path);
    // Recipes on text of the user's name files that only the user has.
    parsed.recipe.corpora.clear();
    const std::vector<RecipeProblem> problems = allProblems(parsed);
    EXPECT_TRUE(problems.empty()) << problemsText(problems, path.string());
  }
}

TEST(ShippedRecipes, BertBaseIsThePublishedOne) {
  const Recipe recipe = readRecipe(fs::path(kSourceFolder) / "resources/presets/bert-base.toml").recipe;
  const Estimate estimate = estimateRecipe(recipe);
  EXPECT_EQ(estimate.parameters.total(), 110106428);
  EXPECT_EQ(estimate.steps, 1000000);
  ASSERT_EQ(recipe.phases.size(), 2U);
  EXPECT_EQ(recipe.phases[0].steps, 900000);
  EXPECT_EQ(recipe.phases[0].length, 128);
  EXPECT_EQ(recipe.phases[1].length, 512);
  EXPECT_EQ(recipe.phases[0].rows, 256);
  EXPECT_EQ(recipe.phases[1].rows, 256);
  EXPECT_EQ(recipe.optimizer.learning_rate, 1e-4);
  EXPECT_EQ(recipe.optimizer.warmup_steps, 10000);
  EXPECT_LT(estimate.memoryBytes(), 16e9);
}

TEST(ShippedRecipes, TheFirstRunIsMinutesOnASlowMachine) {
  const Recipe recipe = readRecipe(fs::path(kSourceFolder) / "resources/presets/first-run.toml").recipe;
  EXPECT_TRUE(recipe.corpora.empty());
  const Estimate estimate = estimateRecipe(recipe, {.flops_per_second = 4e10});
  ASSERT_TRUE(estimate.seconds);
  EXPECT_LT(*estimate.seconds, 300);
}

}  // namespace
}  // namespace heddle
