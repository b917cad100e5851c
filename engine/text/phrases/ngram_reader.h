// The first pass over a corpus: text to sorted runs of n-grams, on all cores.

#pragma once

#include <functional>
#include <memory>

#include "engine/text/phrases/phrase_counts.h"
#include "engine/text/phrases/sorted_runs.h"
#include "engine/text/phrases/word_ids.h"

namespace heddle::ngram {

// One record for each word and for each edge before a word: itself and what follows, up to `longest` items or
// to the next edge, that edge included.
struct CorpusRuns {
  WordIds ids;
  std::unique_ptr<RunFile> runs;
};

// Fills `out`. Holds half of the memory in buffers. Errors and `progress` as countPhrases().
Status readNGrams(const TextSource& source, const PhraseCountOptions& options, int threads,
                  const std::function<bool(double)>& progress, CorpusRuns& out);

}  // namespace heddle::ngram
