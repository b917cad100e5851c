// Batches for pretraining: which row of which documents comes at which place (this file), how its text is
// put together (rows/), what of it is to be predicted (masking/). A batch is a pure function of (corpus,
// recipe, seed, step, row): no state, any thread, any order, any split into micro-batches. The text stays in
// the memory-mapped files; held are, for each corpus and sampled copy, a byte a row and length
// (rows = lm, xlnet: a byte a document), and with max_tokens 4 bytes for each document chosen.

#pragma once

#include <cstdint>
#include <memory>

#include "engine/base/result.h"
#include "engine/data/batch.h"
#include "engine/data/prepare.h"
#include "engine/recipes/recipe.h"

namespace heddle {

class PretrainingData {
 public:
  // Errors: a corpus or vocabulary that cannot be read or that do not belong together; no training documents;
  // next-sentence prediction with a single training document.
  static Result<PretrainingData> open(const PreparedText& text, const ObjectiveRecipe& objective,
                                      uint64_t seed);
  PretrainingData(PretrainingData&&) noexcept;
  PretrainingData& operator=(PretrainingData&&) noexcept;
  ~PretrainingData();

  // Rows first_row .. first_row + rows of the step's global batch of phase.rows rows, each of at most
  // phase.length tokens with its special tokens. An epoch visits every row once in a new random order, except
  // with recurrence (rows = xlnet): there row r of a step continues row r of the step before, but where the
  // stream or an epoch ends. With sampled
  // copies of the text (text.sampling_alpha) epoch e reads copy e mod text.sampling_copies.
  // phase.length >= 8. Thread-safe; the first call at a new length walks the corpus once.
  Batch trainBatch(const PhaseRecipe& phase, int64_t step, int64_t first_row, int64_t rows) const;

  // Rows of the documents never trained on, in an order and with masks that depend on nothing but the corpus
  // and the objective; never of a sampled copy. Rows from heldoutInstances(length) on do not exist and are
  // left out. batch.step is 0. Thread-safe.
  Batch heldoutBatch(int64_t length, int64_t first_row, int64_t rows) const;

  // Rows in one epoch of training at this length; the mean over sampled copies.
  int64_t instances(int64_t length) const;
  int64_t heldoutInstances(int64_t length) const;

  // Ids that may occur in batches, T5's sentinels included; with text.grain = coarse those of the coarse
  // vocabulary.
  int64_t vocabSize() const;

 private:
  struct Impl;
  explicit PretrainingData(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle
