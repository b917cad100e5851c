// What a single key cannot show: whether the parts of a recipe fit each other, and whether its files are
// there.

#pragma once

#include <vector>

#include "engine/recipes/parse.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// What a recipe is wanted for. kRows: to look at the rows that it makes, whether or not a family of today
// can be trained on them; sizes of the model, schedule, device and memory are nothing to it. kText: to
// prepare its text; nothing but [text] and [[corpus]] is looked at.
enum class RecipeUse { kTrain, kRows, kText };

// All problems at once, empty when the run can start: bounds and choices of every key, sizes of the model,
// lengths, shares, limits of phases, schedule, device and precision words, files and vocabulary (opened for
// reading, nothing is kept open), and whether any memory holds the model. With `lines` of the parsed file
// every problem carries its line.
std::vector<RecipeProblem> checkRecipe(const Recipe& recipe, const KeyLines& lines = {},
                                       RecipeUse use = RecipeUse::kTrain);

// The same with what the check has found out about files, so that an estimate need not open them again.
struct RecipeCheck {
  std::vector<RecipeProblem> problems;
  int64_t vocab_size = 0;  // expectedVocabSize(): 0 when the vocabulary cannot be read
};
RecipeCheck examineRecipe(const Recipe& recipe, RecipeUse use = RecipeUse::kTrain);

// What is wrong with a parsed file, in it and across it, by line. Findings that rest on a key which could not
// be read are left out: its default says nothing about what was meant; broken TOML is reported alone for the
// same reason.
std::vector<RecipeProblem> allProblems(const ParsedRecipe& parsed, RecipeUse use = RecipeUse::kTrain);

// What a recipe sets for nothing: keys with another value than the default that the rest of the recipe does
// not use. Such a recipe can run all the same. `lines` as above.
std::vector<RecipeProblem> settingsWithoutEffect(const Recipe& recipe, const KeyLines& lines = {});

// Whether attention on a GPU takes the width of the model's heads: 32, 64 or 128.
bool headsFitGpu(const ModelRecipe& model);

}  // namespace heddle
