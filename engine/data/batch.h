// A packed batch: several rows one after the other, no padding anywhere. Encoders map it to [T, hidden];
// attention respects `starts`, nothing else knows that there are rows.
//   T = tokens in the batch    S = sequences    M = masked positions    P = spans
// A row is one sequence, except with two grains: then a batch of B texts has S = 2B sequences, the fine ones
// first, and the coarse sequence of text b is sequence B + b.

#pragma once

#include <cstdint>
#include <vector>

namespace heddle {

struct Batch {
  int64_t step = 0;  // optimiser step this batch belongs to
  int64_t first_row =
      0;  // index of row 0 in the step's global batch: keys of random draws, so micro-batches change nothing

  std::vector<int32_t> tokens;     // [T] ids, after masking
  std::vector<int32_t> positions;  // [T] position in the sequence, from 0; a coarse part starts anew
  std::vector<int32_t> segments;   // [T] 0 or 1; XLNet's [CLS] has 2
  std::vector<int32_t> starts;     // [S + 1] sequence s is tokens starts[s] .. starts[s+1]
  std::vector<int32_t> grain;      // [S] 0 = fine, 1 = coarse; empty with one grain
  // [T] number of the unit (word, phrase) inside the text of the row, from 0 and equal in both grains of a
  // text; -1 for special tokens.
  std::vector<int32_t> units;

  // [M] indices into tokens, ascending; a generator's positions may be there twice
  std::vector<int32_t> masked_positions;
  std::vector<int32_t> masked_labels;  // [M] the ids to predict there; in language models the next tokens
  // [B] next-sentence prediction: 0 = next, 1 = random; sentence order: 0 = in order, 1 = swapped; empty
  // without such an objective.
  std::vector<int32_t> pair_labels;

  // [2 P] begin and end of each masked span, indices into tokens, ascending and never touching one another;
  // empty unless spans are masked.
  std::vector<int32_t> spans;

  // [T] place in the factorisation order of a permutation language model, from 0 in every sequence; empty
  // otherwise. A token sees those of lower or equal place; what predicts a masked position sees those of
  // lower place. Tokens that are context only share the first place of their part of the row.
  std::vector<int32_t> order;

  // The decoder's side of encoder-decoder models, packed like `tokens`; empty otherwise.
  std::vector<int32_t> target_tokens;  // [T'] ids
  std::vector<int32_t> target_starts;  // [B + 1]

  int64_t tokenCount() const { return static_cast<int64_t>(tokens.size()); }
  // Sequences, S.
  int64_t rowCount() const { return starts.empty() ? 0 : static_cast<int64_t>(starts.size()) - 1; }
};

}  // namespace heddle
