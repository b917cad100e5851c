// Numbers as every kernel handles them: fp32 in registers, fp32 or bf16 in memory, eight at a time; sums over
// warps and blocks; dropout masks by the definition of dropout_mask.h.

#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "engine/kernels/cuda/kernels.h"
#include "engine/kernels/dropout_mask.h"

namespace heddle::cuda {

constexpr unsigned kAllLanes = 0xFFFFFFFFu;
constexpr float kLog2E = 1.4426950408889634f;

// A bf16 number in memory.
struct Bf16 {
  uint16_t bits;
};

__device__ __forceinline__ float toFloat(float x) {
  return x;
}
__device__ __forceinline__ float toFloat(Bf16 x) {
  return __uint_as_float(static_cast<uint32_t>(x.bits) << 16);
}
__device__ __forceinline__ void store(float* at, float x) {
  *at = x;
}
__device__ __forceinline__ void store(Bf16* at, float x) {
  at->bits = __bfloat16_as_ushort(__float2bfloat16_rn(x));
}

// Two bf16 in one register, `low` at the lower address.
__device__ __forceinline__ uint32_t packBf16(float low, float high) {
  return static_cast<uint32_t>(__bfloat16_as_ushort(__float2bfloat16_rn(low))) |
         static_cast<uint32_t>(__bfloat16_as_ushort(__float2bfloat16_rn(high))) << 16;
}

__device__ __forceinline__ void loadAligned(const float* at, float (&x)[8]) {
  const float4 low = reinterpret_cast<const float4*>(at)[0];
  const float4 high = reinterpret_cast<const float4*>(at)[1];
  x[0] = low.x, x[1] = low.y, x[2] = low.z, x[3] = low.w;
  x[4] = high.x, x[5] = high.y, x[6] = high.z, x[7] = high.w;
}
__device__ __forceinline__ void loadAligned(const Bf16* at, float (&x)[8]) {
  const uint4 packed = *reinterpret_cast<const uint4*>(at);
  const uint32_t words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    x[2 * i] = __uint_as_float(words[i] << 16);
    x[2 * i + 1] = __uint_as_float(words[i] & 0xFFFF0000u);
  }
}
__device__ __forceinline__ void storeAligned(float* at, const float (&x)[8]) {
  reinterpret_cast<float4*>(at)[0] = make_float4(x[0], x[1], x[2], x[3]);
  reinterpret_cast<float4*>(at)[1] = make_float4(x[4], x[5], x[6], x[7]);
}
__device__ __forceinline__ void storeAligned(Bf16* at, const float (&x)[8]) {
  *reinterpret_cast<uint4*>(at) =
      make_uint4(packBf16(x[0], x[1]), packBf16(x[2], x[3]), packBf16(x[4], x[5]), packBf16(x[6], x[7]));
}

// Elements column .. column + 7 of a row of `width`; zero past its end. `aligned`: width is a multiple of 8
// and the row starts on 16 bytes.
template <typename T>
__device__ __forceinline__ void loadEight(const T* row, int column, int width, bool aligned, float (&x)[8]) {
  if (aligned && column < width) {
    loadAligned(row + column, x);
    return;
  }
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    x[i] = column + i < width ? toFloat(row[column + i]) : 0.0f;
  }
}
template <typename T>
__device__ __forceinline__ void storeEight(T* row, int column, int width, bool aligned, const float (&x)[8]) {
  if (aligned && column < width) {
    storeAligned(row + column, x);
    return;
  }
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    if (column + i < width) {
      store(row + column + i, x[i]);
    }
  }
}

// Sums with the same order of additions in every lane, so all lanes hold the same bits.
template <typename T>
__device__ __forceinline__ T warpSum(T x) {
#pragma unroll
  for (int distance = 16; distance > 0; distance /= 2) {
    x += __shfl_xor_sync(kAllLanes, x, distance);
  }
  return x;
}

// `scratch` is shared memory for one value of every warp; every thread of the block calls.
template <typename T>
__device__ __forceinline__ T blockSum(T x, T* scratch) {
  const int warps = static_cast<int>(blockDim.x) / 32;
  x = warpSum(x);
  if (warps == 1) {
    return x;
  }
  __syncthreads();  // readers of the previous sum are done with scratch
  if (threadIdx.x % 32 == 0) {
    scratch[threadIdx.x / 32] = x;
  }
  __syncthreads();
  T sum = scratch[0];
  for (int w = 1; w < warps; ++w) {
    sum += scratch[w];
  }
  return sum;
}

// One of a block's eight 16-bit draws. The index is a constant after unrolling, or costs two selections.
__device__ __forceinline__ uint32_t drawOf(const Philox4& block, uint32_t draw) {
  const uint32_t low = draw & 2u ? block.x[1] : block.x[0];
  const uint32_t high = draw & 2u ? block.x[3] : block.x[2];
  const uint32_t word = draw & 4u ? high : low;
  return draw & 1u ? word >> 16 : word & 0xFFFFu;
}

// Whether each of the eight channels column .. column + 7 is kept, as bits 0 .. 7, with column = first_column
// + 8 * lane and first_column a multiple of 64. Every lane of the warp calls: one Philox block holds one
// channel in eight of a group of 64, so each lane draws for its seven neighbours too and the warp exchanges
// single bits.
__device__ __forceinline__ uint32_t keptChannels(const DropoutSettings& dropout, uint32_t row,
                                                 uint32_t position, uint32_t first_column) {
  const uint32_t lane = threadIdx.x % 32;
  const uint32_t counter = first_column / 8 + lane;
  const Philox4 block = philox(dropout.key, counter, position, row, dropout.step);
  uint32_t mine = 0;
#pragma unroll
  for (uint32_t draw = 0; draw < 8; ++draw) {
    const uint32_t votes = __ballot_sync(kAllLanes, drawOf(block, draw) >= dropout.threshold);
    if (lane % 8 == draw) {
      mine = votes >> (lane / 8 * 8);
    }
  }
  return mine & 0xFFu;
}

}  // namespace heddle::cuda
