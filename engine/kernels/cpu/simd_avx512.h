// Sixteen floats in one AVX-512 register, under the names that the kernels of all levels are written in.
// Everything here has internal linkage: the linker must never pick this code for a machine without AVX-512.

#pragma once

#include <immintrin.h>

#include <cstdint>

namespace heddle::cpu {
namespace {

struct Vec {
  static constexpr int kWidth = 16;
  __m512 v;
};

inline __mmask16 firstLanes(int n) {
  return static_cast<__mmask16>((1u << n) - 1u);
}

inline Vec set1(float x) {
  return {_mm512_set1_ps(x)};
}
inline Vec load(const float* p) {
  return {_mm512_loadu_ps(p)};
}
// Lanes from n on are zero; memory behind p + n is not touched. 0 <= n <= kWidth.
inline Vec loadPart(const float* p, int n) {
  return {_mm512_maskz_loadu_ps(firstLanes(n), p)};
}
inline void store(float* p, Vec a) {
  _mm512_storeu_ps(p, a.v);
}
inline void storePart(float* p, Vec a, int n) {
  _mm512_mask_storeu_ps(p, firstLanes(n), a.v);
}
inline Vec operator+(Vec a, Vec b) {
  return {_mm512_add_ps(a.v, b.v)};
}
inline Vec operator-(Vec a, Vec b) {
  return {_mm512_sub_ps(a.v, b.v)};
}
inline Vec operator*(Vec a, Vec b) {
  return {_mm512_mul_ps(a.v, b.v)};
}
inline Vec operator/(Vec a, Vec b) {
  return {_mm512_div_ps(a.v, b.v)};
}
inline Vec fma(Vec a, Vec b, Vec c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}  // a b + c
inline Vec fnma(Vec a, Vec b, Vec c) {
  return {_mm512_fnmadd_ps(a.v, b.v, c.v)};
}  // c - a b
inline Vec max(Vec a, Vec b) {
  return {_mm512_max_ps(a.v, b.v)};
}
inline Vec min(Vec a, Vec b) {
  return {_mm512_min_ps(a.v, b.v)};
}
inline Vec abs(Vec a) {
  return {_mm512_abs_ps(a.v)};
}
inline Vec sqrt(Vec a) {
  return {_mm512_sqrt_ps(a.v)};
}
inline Vec round(Vec a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
// a < 0 ? b : c, lane by lane.
inline Vec selectNegative(Vec a, Vec b, Vec c) {
  return {_mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(a.v)), c.v, b.v)};
}
// a > 0 ? b : 0.
inline Vec wherePositive(Vec a, Vec b) {
  return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a.v, _mm512_setzero_ps(), _CMP_GT_OQ), b.v)};
}
// Lanes from n on become zero.
inline Vec keepFirst(Vec a, int n) {
  return {_mm512_maskz_mov_ps(firstLanes(n), a.v)};
}
// 2^n for whole n in -126 .. 127.
inline Vec powerOfTwo(Vec n) {
  const __m512i bits = _mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 23))};
}
inline float sum(Vec a) {
  return _mm512_reduce_add_ps(a.v);
}
inline float largest(Vec a) {
  return _mm512_reduce_max_ps(a.v);
}
// The sum in double, of products in double.
struct DoubleSum {
  __m512d low = _mm512_setzero_pd(), high = _mm512_setzero_pd();
};
inline void addSquares(DoubleSum& total, Vec a) {
  const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(a.v));
  const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1));
  total.low = _mm512_fmadd_pd(low, low, total.low);
  total.high = _mm512_fmadd_pd(high, high, total.high);
}
inline double sum(const DoubleSum& total) {
  return _mm512_reduce_add_pd(_mm512_add_pd(total.low, total.high));
}

// a[r] becomes column r of the square whose rows a[0 .. 15] were.
inline void transpose(Vec (&a)[16]) {
  __m512 t[16];
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_ps(a[2 * i].v, a[2 * i + 1].v);
    t[2 * i + 1] = _mm512_unpackhi_ps(a[2 * i].v, a[2 * i + 1].v);
  }
  __m512 u[16];
  for (int i = 0; i < 4; ++i) {
    const __m512d t0 = _mm512_castps_pd(t[4 * i]), t1 = _mm512_castps_pd(t[4 * i + 1]);
    const __m512d t2 = _mm512_castps_pd(t[4 * i + 2]), t3 = _mm512_castps_pd(t[4 * i + 3]);
    u[4 * i] = _mm512_castpd_ps(_mm512_unpacklo_pd(t0, t2));
    u[4 * i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(t0, t2));
    u[4 * i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(t1, t3));
    u[4 * i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(t1, t3));
  }
  for (int i = 0; i < 4; ++i) {
    const __m512 low01 = _mm512_shuffle_f32x4(u[i], u[4 + i], 0x88);
    const __m512 low23 = _mm512_shuffle_f32x4(u[8 + i], u[12 + i], 0x88);
    const __m512 high01 = _mm512_shuffle_f32x4(u[i], u[4 + i], 0xDD);
    const __m512 high23 = _mm512_shuffle_f32x4(u[8 + i], u[12 + i], 0xDD);
    a[i].v = _mm512_shuffle_f32x4(low01, low23, 0x88);
    a[8 + i].v = _mm512_shuffle_f32x4(low01, low23, 0xDD);
    a[4 + i].v = _mm512_shuffle_f32x4(high01, high23, 0x88);
    a[12 + i].v = _mm512_shuffle_f32x4(high01, high23, 0xDD);
  }
}

// bfloat16, rounded to nearest even; NaN stays NaN.
inline Vec loadHalf(const uint16_t* p) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16))};
}
inline void storeHalf(uint16_t* p, Vec a) {
  const __m512i bits = _mm512_castps_si512(a.v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFF)));
  const __mmask16 nan = _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q);
  const __m512i safe = _mm512_mask_mov_epi32(rounded, nan, _mm512_set1_epi32(0x7FC00000));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_srli_epi32(safe, 16)));
}

// Philox4x32-10 of engine/base/random.h on eight consecutive counters, one in the low half of each 64-bit
// lane. What the high halves hold is left over from products and means nothing: no step needs it cleared.
struct EightDraws {
  __m512i c0, c1, c2, c3;

  void round(__m512i k0, __m512i k1) {
    const __m512i product0 = _mm512_mul_epu32(c0, _mm512_set1_epi64(0xD2511F53));
    const __m512i product1 = _mm512_mul_epu32(c2, _mm512_set1_epi64(0xCD9E8D57));
    c0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product1, 32), c1, k0, 0x96);
    c1 = product1;
    c2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product0, 32), c3, k1, 0x96);
    c3 = product0;
  }
};

// Bit 8 d + lane: whether draw d = 0 .. 3 of a lane, the 16-bit halves of two words in order, is at least
// `limit`.
inline __mmask32 drawsFrom(__m512i first, __m512i second, __m512i limit) {
  alignas(64) static constexpr uint16_t kByDraw[32] = {0,  4,  8,  12, 16, 20, 24, 28, 1,  5,  9,
                                                       13, 17, 21, 25, 29, 2,  6,  10, 14, 18, 22,
                                                       26, 30, 3,  7,  11, 15, 19, 23, 27, 31};
  const __m512i words = _mm512_mask_blend_epi32(0xAAAA, first, _mm512_slli_epi64(second, 32));
  return _mm512_cmpge_epu16_mask(_mm512_permutexvar_epi16(_mm512_load_si512(kByDraw), words), limit);
}

inline constexpr int kMaskBlock = 128;  // elements of one call of maskBlock

// Multipliers of elements 128 block .. + 127 (see dropout_mask.h): 0 where the draw is below `threshold`,
// else `scale`.
inline void maskBlock(uint64_t key, uint32_t step, uint32_t row, uint32_t position, uint32_t plane,
                      uint32_t block, uint32_t threshold, float scale, float* out) {
  const __m512i lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i c1 = _mm512_set1_epi64(position), c2 = _mm512_set1_epi64(row), c3 = _mm512_set1_epi64(step);
  const uint32_t counter = (block * 16) | (plane << 16);
  EightDraws halves[2] = {{_mm512_add_epi64(_mm512_set1_epi64(counter), lanes), c1, c2, c3},
                          {_mm512_add_epi64(_mm512_set1_epi64(counter + 8), lanes), c1, c2, c3}};
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int i = 0; i < 10; ++i) {
    for (EightDraws& half : halves) {
      half.round(_mm512_set1_epi64(k0), _mm512_set1_epi64(k1));
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  // A threshold of 2^16 drops everything, which 16 bits cannot say.
  const __mmask32 any = threshold >> 16 == 0 ? 0xFFFFFFFFu : 0u;
  const __m512i limit = _mm512_set1_epi16(static_cast<int16_t>(threshold));
  const __m512 kept = _mm512_set1_ps(scale);
  for (const EightDraws& half : halves) {
    const __mmask32 kept_draws[2] = {drawsFrom(half.c0, half.c1, limit) & any,
                                     drawsFrom(half.c2, half.c3, limit) & any};
    for (const __mmask32 draws : kept_draws) {
      _mm512_storeu_ps(out, _mm512_maskz_mov_ps(static_cast<__mmask16>(draws), kept));
      _mm512_storeu_ps(out + 16, _mm512_maskz_mov_ps(static_cast<__mmask16>(draws >> 16), kept));
      out += 32;
    }
  }
}

}  // namespace
}  // namespace heddle::cpu
