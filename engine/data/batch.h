// A packed batch: several rows one after the other, no padding anywhere. Encoders map it to [T, hidden];
// attention respects `starts`, nothing else knows that there are rows.
//   T = tokens in the batch    B = rows    M = masked positions

#pragma once

#include <cstdint>
#include <vector>

namespace heddle {

struct Batch {
  int64_t step = 0;  // optimiser step this batch belongs to
  int64_t first_row =
      0;  // index of row 0 in the step's global batch: keys of random draws, so micro-batches change nothing

  std::vector<int32_t> tokens;     // [T] ids, after masking
  std::vector<int32_t> positions;  // [T] position in the row, from 0
  std::vector<int32_t> segments;   // [T] 0 or 1
  std::vector<int32_t> starts;     // [B + 1] row b is tokens starts[b] .. starts[b+1]

  std::vector<int32_t> masked_positions;  // [M] indices into tokens, ascending
  std::vector<int32_t> masked_labels;     // [M] the original ids
  std::vector<int32_t>
      pair_labels;  // [B] next-sentence prediction: 0 = next, 1 = random; empty without that objective

  int64_t tokenCount() const { return static_cast<int64_t>(tokens.size()); }
  int64_t rowCount() const { return starts.empty() ? 0 : static_cast<int64_t>(starts.size()) - 1; }
};

}  // namespace heddle
