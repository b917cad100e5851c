// How much of a phase each corpus gives.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// Weights of the corpora, one each and at least one above 0; none at all = by their sizes. `mixture` is that
// of a phase: "wiki=2 news=1" weighs those it names and leaves the others out, "" takes the corpora's own
// weights. Errors: words that are no name=weight, unknown and repeated names, no weight above 0, own weights
// of which some are 0.
Result<std::vector<double>> mixtureWeights(const std::vector<CorpusRecipe>& corpora,
                                           std::string_view mixture);

}  // namespace heddle
