// What a corpus's report says beside its counts: how the coarse grain is used, and what it was prepared with.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/corpus.h"
#include "engine/recipes/recipe.h"
#include "engine/text/grains/grains.h"

namespace heddle {

// `grains` are those that the corpus was packed with. At most `listed` in each list; equals are ordered by
// their text.
CoarseUses coarseUses(const Corpus& corpus, const Grains& grains, size_t listed = 20);

// For CorpusReport::settings; without `corpus` the sample text. Keys that the others leave without an effect
// are left out.
std::vector<std::string> textSettings(const TextRecipe& text, const CorpusRecipe* corpus);

// The recipe with these settings and the defaults for the rest: with one corpus, or none for the sample text.
// Errors: the report does not keep them; a setting that this program does not know.
Result<Recipe> recipeOf(const CorpusReport& report);

// What people call such a corpus: its name, else the names of its files, else "Sample text".
std::string corpusTitle(const Recipe& recipe);

}  // namespace heddle
