// Ragged random batches and comparisons for the tests of the operations.

#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/kernels/ops.h"

namespace heddle {

// Rows of these lengths; the first is row `first_row` of the step's global batch.
inline PackedRows packRows(const std::vector<int64_t>& lengths, int64_t first_row = 0) {
  std::vector<int32_t> starts{0}, rows, positions;
  int64_t longest = 0;
  for (size_t row = 0; row < lengths.size(); ++row) {
    for (int64_t position = 0; position < lengths[row]; ++position) {
      rows.push_back(static_cast<int32_t>(first_row) + static_cast<int32_t>(row));
      positions.push_back(static_cast<int32_t>(position));
    }
    starts.push_back(static_cast<int32_t>(rows.size()));
    longest = std::max(longest, lengths[row]);
  }
  return {at::tensor(starts, at::kInt), at::tensor(rows, at::kInt), at::tensor(positions, at::kInt), longest,
          first_row};
}

// Every kind of length that could go wrong: single tokens, odd ones, whole vectors, more than one block of
// queries.
inline PackedRows raggedRows() {
  return packRows({1, 2, 17, 128, 3, 33, 200, 64}, 5);
}

// Standard normal numbers, always the same ones.
inline at::Tensor randomTensor(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kFloat) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn(shape, generator, at::TensorOptions(at::kDouble)).to(type);
}

inline at::Tensor leaf(const at::Tensor& tensor) {
  return tensor.detach().clone().requires_grad_(true);
}

// Largest difference, in units of the largest expected value.
inline double relativeDifference(const at::Tensor& got, const at::Tensor& expected) {
  EXPECT_EQ(got.sizes(), expected.sizes());
  const at::Tensor wanted = expected.detach().to(at::kDouble);
  const double scale = std::max(wanted.abs().max().item<double>(), 1e-30);
  return (got.detach().to(at::kDouble) - wanted).abs().max().item<double>() / scale;
}

}  // namespace heddle
