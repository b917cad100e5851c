// From raw text to what a run trains on: a tokeniser and packed corpora in the workspace, named by their
// contents and made once.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/data/corpus.h"
#include "engine/recipes/recipe.h"

namespace heddle {

struct PreparedCorpus {
  CorpusRecipe recipe;           // of the sample text: nothing but defaults
  std::filesystem::path folder;  // WORKSPACE/corpora/ID
  CorpusReport report;
  // Folders like it: the same documents with segmentations drawn anew in each (text.sampling_alpha); empty
  // without. Training reads these in turn, everything else the one above.
  std::vector<std::filesystem::path> samples;
};

struct PreparedText {
  std::filesystem::path tokenizer;  // WORKSPACE/tokenizers/ID
  std::vector<PreparedCorpus> corpora;
  double heldout_fraction = 0;
  std::string grain = "fine";  // what a model of one grain reads

  int64_t documents() const;
  int64_t sentences() const;
  int64_t tokens() const;  // fine, without [CLS] and [SEP]
  int64_t heldoutDocuments() const;
};

// Gets the share that is done (0 .. 1) and what is being done ("learning the vocabulary"); false cancels.
using PrepareProgress = std::function<bool(double fraction, std::string_view what)>;

// Reads the corpora (none = the embedded sample text), learns or copies the tokeniser, packs each corpus. All
// are used again when they are already there; a damaged one is made anew, an interrupted one is gone on with.
// Any number of processes may prepare the same text at once: one packs a corpus, the others wait. Memory is
// bounded by the vocabulary of the text and its longest document, but for a bit a document where there are
// filters; `deduplicate` takes up to 256 MiB for each corpus, one after the other. Errors: what the readers,
// the tokenisers and the workspace can fail with, corpora without text, text that changes meanwhile, and
// "cancelled" when `progress` returned false.
Result<PreparedText> prepareText(const TextRecipe& text, const std::vector<CorpusRecipe>& corpora,
                                 const Workspace& workspace, const PrepareProgress& progress = {});

// The hash of a tokeniser's folder, as corpora packed with it carry it.
Result<ContentHash> tokenizerHash(const std::filesystem::path& folder);

}  // namespace heddle
