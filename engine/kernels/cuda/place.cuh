// Where one block of an attention kernel works: one tile of one packed row and head.

#pragma once

#include <cuda_runtime.h>

#include "engine/kernels/cuda/kernels.h"

namespace heddle::cuda {

struct Place {
  int64_t begin;  // first token of the packed row
  int length;     // of the packed row
  int first;  // first query or key of the tile, in the row; the block has nothing to do where it is >= length
  int head;
  uint32_t row;  // in the step's global batch, for dropout
};

__device__ __forceinline__ Place placeOf(const AttentionCall& call, int tile) {
  const int tiles = (call.max_length + tile - 1) / tile;
  const int b = static_cast<int>(blockIdx.x) / tiles;
  const int begin = call.starts[b];
  const int length = call.starts[b + 1] - begin;
  const uint32_t row = length > 0 ? static_cast<uint32_t>(call.rows[begin]) : 0u;
  return {begin, length, static_cast<int>(blockIdx.x) % tiles * tile, static_cast<int>(blockIdx.y), row};
}

inline dim3 attentionGrid(const AttentionCall& call, int tile) {
  return dim3(static_cast<unsigned>(call.batch * ((call.max_length + tile - 1) / tile)),
              static_cast<unsigned>(call.heads));
}

}  // namespace heddle::cuda
