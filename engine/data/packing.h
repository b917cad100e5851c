// Documents to a packed corpus: read in order by one thread, cut into sentences, fine tokens and units by all
// cores, written in order. What is held at a time is bounded by the longest document and a part, not by the
// corpus.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/corpus.h"
#include "engine/text/grains/grains.h"

namespace heddle {

using Paragraphs = std::vector<std::string>;

// Replaces `document` by the next one's paragraphs; false at the end.
using NextDocument = std::function<Result<bool>(Paragraphs& document)>;

struct PackingOptions {
  int threads = 0;  // that tokenise; 0 = all cores, at most 16
  // Draws fine tokens at random (subword regularisation, BPE dropout), a function of the seed and the
  // document's number; alpha 0 = off.
  Sampling sampling{.alpha = 0};
  uint64_t seed = 0;
  // Asked before each document is read; an error stops the packing with it.
  std::function<Status()> go_on;
};

// Packs all documents behind those that the writer holds already, which are read and passed over. Returns the
// bytes of text of all. Errors: what `next`, `go_on` and the writer fail with; complete parts stay then.
Result<int64_t> packDocuments(const NextDocument& next, const Grains& grains, CorpusWriter& writer,
                              const PackingOptions& options);

}  // namespace heddle
