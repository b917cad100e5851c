// What a single key cannot show: whether the parts of a recipe fit each other, and whether its files are
// there.

#pragma once

#include <vector>

#include "engine/recipes/parse.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// All problems at once, empty when the run can start: bounds and choices of every key, sizes of the model,
// lengths, shares, limits of phases, schedule, device and precision words, files and vocabulary (opened for
// reading, nothing is kept open). With `lines` of the parsed file every problem carries its line.
std::vector<RecipeProblem> checkRecipe(const Recipe& recipe, const KeyLines& lines = {});

}  // namespace heddle
