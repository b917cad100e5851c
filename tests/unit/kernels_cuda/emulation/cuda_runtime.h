// Stands in for the CUDA runtime's header where kernels are compiled as C++ for the emulator: the part of
// CUDA's language that the kernels use.

#pragma once

#include <cuda_runtime_api.h>
#include <math.h>

#include <bit>
#include <cstddef>
#include <cstdint>

#include "emulator.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
// One block runs at a time, so what its threads share may be static.
#define __shared__ static

struct dim3 {
  unsigned x, y, z;
  explicit dim3(unsigned x_, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
  explicit dim3(int x_) : x(static_cast<unsigned>(x_)), y(1), z(1) {}
};
// x86 takes vectors from anywhere, a GPU stops: every copy of one looks where it comes from and goes.
template <size_t kBytes>
struct VectorAccess {
  VectorAccess() = default;
  VectorAccess(const VectorAccess& from) {
    heddle::emulation::demandAligned(&from, kBytes, "loads a vector that is not aligned");
  }
  VectorAccess& operator=(const VectorAccess& from) {
    heddle::emulation::demandAligned(&from, kBytes, "loads a vector that is not aligned");
    heddle::emulation::demandAligned(this, kBytes, "stores a vector that is not aligned");
    return *this;
  }
};
struct alignas(16) float4 : VectorAccess<16> {
  float x, y, z, w;
};
struct alignas(16) uint4 : VectorAccess<16> {
  uint32_t x, y, z, w;
};
struct alignas(8) uint2 : VectorAccess<8> {
  uint32_t x, y;
};
inline float4 make_float4(float x, float y, float z, float w) {
  return {{}, x, y, z, w};
}
inline uint4 make_uint4(uint32_t x, uint32_t y, uint32_t z, uint32_t w) {
  return {{}, x, y, z, w};
}
inline uint2 make_uint2(uint32_t x, uint32_t y) {
  return {{}, x, y};
}

inline void __syncthreads() {
  heddle::emulation::syncBlock();
}

inline float rsqrtf(float x) {
  return 1.0f / sqrtf(x);
}
inline float __uint_as_float(uint32_t bits) {
  return std::bit_cast<float>(bits);
}

inline float __shfl_xor_sync(unsigned, float x, int distance) {
  const auto* lanes = heddle::emulation::exchange({{std::bit_cast<uint32_t>(x)}});
  return std::bit_cast<float>(
      static_cast<uint32_t>(lanes[(threadIdx.x ^ static_cast<unsigned>(distance)) % 32].word[0]));
}
inline double __shfl_xor_sync(unsigned, double x, int distance) {
  const auto* lanes = heddle::emulation::exchange({{std::bit_cast<uint64_t>(x)}});
  return std::bit_cast<double>(lanes[(threadIdx.x ^ static_cast<unsigned>(distance)) % 32].word[0]);
}
inline unsigned __ballot_sync(unsigned, bool vote) {
  const auto* lanes = heddle::emulation::exchange({{vote ? 1u : 0u}});
  unsigned votes = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    votes |= static_cast<unsigned>(lanes[lane].word[0]) << lane;
  }
  return votes;
}
