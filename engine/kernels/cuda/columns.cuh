// The second stage of every sum over rows: blocks leave partial sums per column, which are added here in the
// order of the parts.

#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace heddle::cuda {

// sums[c] = sum over p < parts of partial[p * stride + c], c < columns; added to sums where `accumulate`.
void sumParts(const float* partial, int parts, int columns, int64_t stride, bool accumulate, float* sums,
              cudaStream_t stream);

}  // namespace heddle::cuda
