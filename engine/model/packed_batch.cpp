#include "engine/model/packed_batch.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace heddle {
namespace {

at::Tensor indices(const std::vector<int32_t>& values, const at::Device& device) {
  const at::Tensor host = at::empty({static_cast<int64_t>(values.size())}, at::kInt);
  std::copy(values.begin(), values.end(), host.data_ptr<int32_t>());
  return host.to(device);
}

}  // namespace

PackedBatch toDevice(const Batch& batch, const at::Device& device) {
  std::vector<int32_t> rows(batch.tokens.size());
  int32_t longest = 0;
  for (int64_t row = 0; row < batch.rowCount(); ++row) {
    const int32_t begin = batch.starts[static_cast<size_t>(row)];
    const int32_t end = batch.starts[static_cast<size_t>(row) + 1];
    std::fill(rows.begin() + begin, rows.begin() + end, static_cast<int32_t>(batch.first_row + row));
    longest = std::max(longest, end - begin);
  }
  PackedBatch packed;
  packed.tokens = indices(batch.tokens, device);
  packed.segments = indices(batch.segments, device);
  packed.rows = {indices(batch.starts, device), indices(rows, device), indices(batch.positions, device),
                 longest, batch.first_row};
  packed.masked_positions = indices(batch.masked_positions, device);
  packed.masked_labels = indices(batch.masked_labels, device);
  if (!batch.pair_labels.empty()) {
    packed.pair_labels = indices(batch.pair_labels, device);
  }
  return packed;
}

}  // namespace heddle
