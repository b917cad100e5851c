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

// Philox4x32-10 of engine/base/random.h on consecutive counters, one a lane.
inline __m512i highProduct(__m512i even, __m512i odd) {
  return _mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 32), odd);
}
inline __m512i lowProduct(__m512i even, __m512i odd) {
  return _mm512_mask_blend_epi32(0xAAAA, even, _mm512_slli_epi64(odd, 32));
}

inline constexpr int kMaskBlock = 128;  // elements of one call of maskBlock

// Multipliers of elements 128 block .. + 127 (see dropout_mask.h): 0 where the draw is below `threshold`,
// else `scale`.
inline void maskBlock(uint64_t key, uint32_t step, uint32_t row, uint32_t position, uint32_t plane,
                      uint32_t block, uint32_t threshold, float scale, float* out) {
  const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i first = _mm512_set1_epi32(static_cast<int>((block * 16) | (plane << 16)));
  __m512i c0 = _mm512_add_epi32(first, lanes);
  __m512i c1 = _mm512_set1_epi32(static_cast<int>(position));
  __m512i c2 = _mm512_set1_epi32(static_cast<int>(row));
  __m512i c3 = _mm512_set1_epi32(static_cast<int>(step));
  const __m512i m0 = _mm512_set1_epi32(static_cast<int>(0xD2511F53u));
  const __m512i m1 = _mm512_set1_epi32(static_cast<int>(0xCD9E8D57u));
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int i = 0; i < 10; ++i) {
    const __m512i even0 = _mm512_mul_epu32(c0, m0), odd0 = _mm512_mul_epu32(_mm512_srli_epi64(c0, 32), m0);
    const __m512i even1 = _mm512_mul_epu32(c2, m1), odd1 = _mm512_mul_epu32(_mm512_srli_epi64(c2, 32), m1);
    c0 = _mm512_ternarylogic_epi32(highProduct(even1, odd1), c1, _mm512_set1_epi32(static_cast<int>(k0)),
                                   0x96);
    c1 = lowProduct(even1, odd1);
    c2 = _mm512_ternarylogic_epi32(highProduct(even0, odd0), c3, _mm512_set1_epi32(static_cast<int>(k1)),
                                   0x96);
    c3 = lowProduct(even0, odd0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  // Lanes 0 .. 7 hold elements of the first 64, lanes 8 .. 15 those of the second; a draw covers eight
  // neighbours of each.
  const __m512i words[4] = {c0, c1, c2, c3};
  const __m512i limit = _mm512_set1_epi32(static_cast<int>(threshold));
  const __m512 kept = _mm512_set1_ps(scale);
  for (int i = 0; i < 4; ++i) {
    const __mmask16 low =
        _mm512_cmpge_epu32_mask(_mm512_and_si512(words[i], _mm512_set1_epi32(0xFFFF)), limit);
    const __mmask16 high = _mm512_cmpge_epu32_mask(_mm512_srli_epi32(words[i], 16), limit);
    const auto front = static_cast<__mmask16>((low & 0xFFu) | (high & 0xFFu) << 8);
    const auto back = static_cast<__mmask16>((low >> 8) | (high & 0xFF00u));
    _mm512_storeu_ps(out + i * 16, _mm512_maskz_mov_ps(front, kept));
    _mm512_storeu_ps(out + 64 + i * 16, _mm512_maskz_mov_ps(back, kept));
  }
}

}  // namespace
}  // namespace heddle::cpu
