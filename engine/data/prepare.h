// From raw text to what a run trains on: a vocabulary and a packed corpus in the workspace, named by their
// contents and made once.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/recipes/recipe.h"

namespace heddle {

struct PreparedCorpus {
  std::filesystem::path corpus;      // WORKSPACE/corpora/ID (a Corpus)
  std::filesystem::path vocabulary;  // WORKSPACE/tokenizers/ID/vocab.txt
  bool lowercase = true;
  int64_t documents = 0;
  int64_t sentences = 0;
  int64_t tokens = 0;  // without [CLS] and [SEP]
  int64_t heldout_documents = 0;
  double heldout_fraction = 0;  // what Corpus::open() is given
};

// Gets the share that is done (0 .. 1) and what is being done ("learning the vocabulary"); false cancels.
using PrepareProgress = std::function<bool(double fraction, std::string_view what)>;

// Reads the recipe's text (or the embedded sample), learns or copies the vocabulary, packs the corpus. Both
// are reused when they are already there; a damaged one is made anew. Any number of processes may prepare the
// same text at once. Memory is bounded by the vocabulary of the text, not by its size. Errors: what the
// corpus reader, the vocabulary and the workspace can fail with, and "cancelled" when `progress` returned
// false.
Result<PreparedCorpus> prepareCorpus(const TextRecipe& recipe, const Workspace& workspace,
                                     const PrepareProgress& progress = {});

}  // namespace heddle
