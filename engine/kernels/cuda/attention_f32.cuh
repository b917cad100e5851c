// What the fp32 attention kernels share. A block is 16 x 16 threads over kTile queries (or keys); thread (y,
// x) holds of a tile of scores queries y R .. y R + R - 1 and keys x % 8 + 8 (x / 8 + 2 j), so that one
// Philox block serves all keys of a row, and of an output tile rows y R + i and columns x + 16 c, with R =
// kTile / 16. Tiles in shared memory have rows of kDim + 4 floats: eight neighbouring rows read as float4
// then touch all 32 banks once.

#pragma once

#include "engine/kernels/cuda/attention.cuh"
#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/numbers.cuh"
#include "engine/kernels/cuda/place.cuh"

namespace heddle::cuda {

constexpr int kPlainThreads = 256;

template <int kDim>
inline constexpr int kPlainStride = kDim + 4;

__device__ __forceinline__ int threadX() {
  return static_cast<int>(threadIdx.x) % 16;
}
__device__ __forceinline__ int threadY() {
  return static_cast<int>(threadIdx.x) / 16;
}
// The thread's key number j of a tile.
__device__ __forceinline__ int keyOf(int j) {
  return threadX() % 8 + 8 * (threadX() / 8 + 2 * j);
}

// Rows first .. first + kTile - 1 of a packed row of `length`, zeros past its end.
template <int kTile, int kDim>
__device__ __forceinline__ void copyPlainTile(float* tile, const float* source, int64_t stride, int first,
                                              int length) {
  constexpr int kPieces = kDim / 4;
  for (int i = static_cast<int>(threadIdx.x); i < kTile * kPieces; i += kPlainThreads) {
    const int row = i / kPieces;
    const int piece = i % kPieces;
    float4 x = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    if (first + row < length) {
      x = *reinterpret_cast<const float4*>(source + (first + row) * stride + piece * 4);
    }
    *reinterpret_cast<float4*>(tile + row * kPlainStride<kDim> + piece * 4) = x;
  }
}

// dots[i][j] = a row y R + i . b row keyOf(j)
template <int kTile, int kDim>
__device__ __forceinline__ void plainProduct(float (&dots)[kTile / 16][kTile / 16], const float* a,
                                             const float* b) {
  constexpr int kR = kTile / 16;
  const float* a_row = a + threadY() * kR * kPlainStride<kDim>;
#pragma unroll
  for (int i = 0; i < kR; ++i) {
#pragma unroll
    for (int j = 0; j < kR; ++j) {
      dots[i][j] = 0.0f;
    }
  }
#pragma unroll 4
  for (int d = 0; d < kDim; d += 4) {
    float4 left[kR];
    float4 right[kR];
#pragma unroll
    for (int i = 0; i < kR; ++i) {
      left[i] = *reinterpret_cast<const float4*>(a_row + i * kPlainStride<kDim> + d);
      right[i] = *reinterpret_cast<const float4*>(b + keyOf(i) * kPlainStride<kDim> + d);
    }
#pragma unroll
    for (int i = 0; i < kR; ++i) {
#pragma unroll
      for (int j = 0; j < kR; ++j) {
        dots[i][j] = fmaf(left[i].x, right[j].x, dots[i][j]);
        dots[i][j] = fmaf(left[i].y, right[j].y, dots[i][j]);
        dots[i][j] = fmaf(left[i].z, right[j].z, dots[i][j]);
        dots[i][j] = fmaf(left[i].w, right[j].w, dots[i][j]);
      }
    }
  }
}

// The factor of every probability the thread holds: 0, or the scale of what is kept. `first_query`: of the
// tile.
template <int kTile>
__device__ __forceinline__ void dropoutFactors(const AttentionCall& call, const Place& place, int first_query,
                                               int first_key, float (&factors)[kTile / 16][kTile / 16]) {
  constexpr int kR = kTile / 16;
#pragma unroll
  for (int i = 0; i < kR; ++i) {
    const uint32_t query = static_cast<uint32_t>(first_query + threadY() * kR + i);
    const uint32_t element = static_cast<uint32_t>(first_key + keyOf(0));
    const Philox4 block =
        philox(call.dropout.key, dropoutCounter(element) | static_cast<uint32_t>(place.head) << 16, query,
               place.row, call.dropout.step);
#pragma unroll
    for (int j = 0; j < kR; ++j) {
      const uint32_t draw = dropoutDraw(element + 16 * static_cast<uint32_t>(j));
      factors[i][j] = drawOf(block, draw) >= call.dropout.threshold ? call.dropout.scale : 0.0f;
    }
  }
}

}  // namespace heddle::cuda
