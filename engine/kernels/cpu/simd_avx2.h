// Eight floats in one AVX2 register, under the names that the kernels of all levels are written in.
// Everything here has internal linkage: the linker must never pick this code for a machine without AVX2.

#pragma once

#include <immintrin.h>

#include <cstdint>

namespace heddle::cpu {
namespace {

struct Vec {
  static constexpr int kWidth = 8;
  __m256 v;
};

inline __m256i firstLanes(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

inline Vec set1(float x) {
  return {_mm256_set1_ps(x)};
}
inline Vec load(const float* p) {
  return {_mm256_loadu_ps(p)};
}
// Lanes from n on are zero; memory behind p + n is not touched. 0 <= n <= kWidth.
inline Vec loadPart(const float* p, int n) {
  return {_mm256_maskload_ps(p, firstLanes(n))};
}
inline void store(float* p, Vec a) {
  _mm256_storeu_ps(p, a.v);
}
inline void storePart(float* p, Vec a, int n) {
  _mm256_maskstore_ps(p, firstLanes(n), a.v);
}
inline Vec operator+(Vec a, Vec b) {
  return {_mm256_add_ps(a.v, b.v)};
}
inline Vec operator-(Vec a, Vec b) {
  return {_mm256_sub_ps(a.v, b.v)};
}
inline Vec operator*(Vec a, Vec b) {
  return {_mm256_mul_ps(a.v, b.v)};
}
inline Vec operator/(Vec a, Vec b) {
  return {_mm256_div_ps(a.v, b.v)};
}
inline Vec fma(Vec a, Vec b, Vec c) {
  return {_mm256_fmadd_ps(a.v, b.v, c.v)};
}  // a b + c
inline Vec fnma(Vec a, Vec b, Vec c) {
  return {_mm256_fnmadd_ps(a.v, b.v, c.v)};
}  // c - a b
inline Vec max(Vec a, Vec b) {
  return {_mm256_max_ps(a.v, b.v)};
}
inline Vec min(Vec a, Vec b) {
  return {_mm256_min_ps(a.v, b.v)};
}
inline Vec abs(Vec a) {
  return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)};
}
inline Vec sqrt(Vec a) {
  return {_mm256_sqrt_ps(a.v)};
}
inline Vec round(Vec a) {
  return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
// a < 0 ? b : c, lane by lane.
inline Vec selectNegative(Vec a, Vec b, Vec c) {
  return {_mm256_blendv_ps(c.v, b.v, a.v)};
}
// a > 0 ? b : 0.
inline Vec wherePositive(Vec a, Vec b) {
  return {_mm256_and_ps(_mm256_cmp_ps(a.v, _mm256_setzero_ps(), _CMP_GT_OQ), b.v)};
}
// Lanes from n on become zero.
inline Vec keepFirst(Vec a, int n) {
  return {_mm256_and_ps(_mm256_castsi256_ps(firstLanes(n)), a.v)};
}
// 2^n for whole n in -126 .. 127.
inline Vec powerOfTwo(Vec n) {
  const __m256i bits = _mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(bits, 23))};
}
inline float sum(Vec a) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}
inline float largest(Vec a) {
  __m128 half = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  half = _mm_max_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}
// The sum in double, of products in double.
struct DoubleSum {
  __m256d low = _mm256_setzero_pd(), high = _mm256_setzero_pd();
};
inline void addSquares(DoubleSum& total, Vec a) {
  const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(a.v));
  const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(a.v, 1));
  total.low = _mm256_fmadd_pd(low, low, total.low);
  total.high = _mm256_fmadd_pd(high, high, total.high);
}
inline double sum(const DoubleSum& total) {
  alignas(32) double lanes[4];
  _mm256_store_pd(lanes, _mm256_add_pd(total.low, total.high));
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

// a[r] becomes column r of the square whose rows a[0 .. 7] were.
inline void transpose(Vec (&a)[8]) {
  __m256 t[8], u[8];
  for (int i = 0; i < 4; ++i) {
    t[2 * i] = _mm256_unpacklo_ps(a[2 * i].v, a[2 * i + 1].v);
    t[2 * i + 1] = _mm256_unpackhi_ps(a[2 * i].v, a[2 * i + 1].v);
  }
  for (int i = 0; i < 2; ++i) {
    u[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
    u[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xEE);
    u[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
    u[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xEE);
  }
  for (int i = 0; i < 4; ++i) {
    a[i].v = _mm256_permute2f128_ps(u[i], u[4 + i], 0x20);
    a[4 + i].v = _mm256_permute2f128_ps(u[i], u[4 + i], 0x31);
  }
}

// bfloat16, rounded to nearest even; NaN stays NaN.
inline Vec loadHalf(const uint16_t* p) {
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16))};
}
inline void storeHalf(uint16_t* p, Vec a) {
  const __m256i bits = _mm256_castps_si256(a.v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q));
  const __m256i safe = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, _mm256_set1_epi32(0x7FC00000), nan), 16);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                   _mm_packus_epi32(_mm256_castsi256_si128(safe), _mm256_extracti128_si256(safe, 1)));
}

// Philox4x32-10 of engine/base/random.h on consecutive counters, one a lane.
inline __m256i highProduct(__m256i even, __m256i odd) {
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}
inline __m256i lowProduct(__m256i even, __m256i odd) {
  return _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
}

inline constexpr int kMaskBlock = 64;  // elements of one call of maskBlock

// Multipliers of elements 64 block .. + 63 (see dropout_mask.h): 0 where the draw is below `threshold`, else
// `scale`.
inline void maskBlock(uint64_t key, uint32_t step, uint32_t row, uint32_t position, uint32_t plane,
                      uint32_t block, uint32_t threshold, float scale, float* out) {
  const __m256i lanes = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
  __m256i c0 = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>((block * 8) | (plane << 16))), lanes);
  __m256i c1 = _mm256_set1_epi32(static_cast<int>(position));
  __m256i c2 = _mm256_set1_epi32(static_cast<int>(row));
  __m256i c3 = _mm256_set1_epi32(static_cast<int>(step));
  const __m256i m0 = _mm256_set1_epi32(static_cast<int>(0xD2511F53u));
  const __m256i m1 = _mm256_set1_epi32(static_cast<int>(0xCD9E8D57u));
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int i = 0; i < 10; ++i) {
    const __m256i even0 = _mm256_mul_epu32(c0, m0), odd0 = _mm256_mul_epu32(_mm256_srli_epi64(c0, 32), m0);
    const __m256i even1 = _mm256_mul_epu32(c2, m1), odd1 = _mm256_mul_epu32(_mm256_srli_epi64(c2, 32), m1);
    c0 = _mm256_xor_si256(_mm256_xor_si256(highProduct(even1, odd1), c1),
                          _mm256_set1_epi32(static_cast<int>(k0)));
    c1 = lowProduct(even1, odd1);
    c2 = _mm256_xor_si256(_mm256_xor_si256(highProduct(even0, odd0), c3),
                          _mm256_set1_epi32(static_cast<int>(k1)));
    c3 = lowProduct(even0, odd0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  const __m256i words[4] = {c0, c1, c2, c3};
  const __m256i below = _mm256_set1_epi32(static_cast<int>(threshold) - 1);
  const __m256 kept = _mm256_set1_ps(scale);
  for (int i = 0; i < 4; ++i) {
    const __m256i low = _mm256_cmpgt_epi32(_mm256_and_si256(words[i], _mm256_set1_epi32(0xFFFF)), below);
    const __m256i high = _mm256_cmpgt_epi32(_mm256_srli_epi32(words[i], 16), below);
    _mm256_storeu_ps(out + i * 16, _mm256_and_ps(_mm256_castsi256_ps(low), kept));
    _mm256_storeu_ps(out + i * 16 + 8, _mm256_and_ps(_mm256_castsi256_ps(high), kept));
  }
}

}  // namespace
}  // namespace heddle::cpu
