// Elementary functions on vectors, and loops over rows whose width need not be a multiple of the vector's.

#pragma once

#include "engine/kernels/cpu/kernel_table.h"

namespace heddle::cpu {
namespace {

// How a loop reads and writes its current vector: whole, or the first n lanes at the end of a row.
struct WholeVec {
  Vec get(const float* p) const { return load(p); }
  void put(float* p, Vec a) const { store(p, a); }
  Vec keep(Vec a) const { return a; }
};
struct FirstLanes {
  int n;
  Vec get(const float* p) const { return loadPart(p, n); }
  void put(float* p, Vec a) const { storePart(p, a, n); }
  Vec keep(Vec a) const { return keepFirst(a, n); }
};
// body(i, lanes) for i = 0, kWidth, ... below n.
template <typename Body>
[[gnu::always_inline]] inline void sweep(int64_t n, const Body& body) {
  int64_t i = 0;
  for (; i + Vec::kWidth <= n; i += Vec::kWidth) {
    body(i, WholeVec{});
  }
  if (i < n) {
    body(i, FirstLanes{static_cast<int>(n - i)});
  }
}

// e^x; below -87 the smallest normal numbers instead of subnormal ones. Error below 2 units in the last
// place.
inline Vec exponential(Vec x) {
  x = min(max(x, set1(-87.0f)), set1(88.0f));
  const Vec n = round(x * set1(1.44269504089f));
  // ln 2 in two parts, the first exact in products with small n.
  const Vec r = fnma(n, set1(-2.12194440e-4f), fnma(n, set1(0.693359375f), x));
  Vec p = set1(1.0f / 5040);
  p = fma(p, r, set1(1.0f / 720));
  p = fma(p, r, set1(1.0f / 120));
  p = fma(p, r, set1(1.0f / 24));
  p = fma(p, r, set1(1.0f / 6));
  p = fma(p, r, set1(0.5f));
  p = fma(p, r, set1(1.0f));
  p = fma(p, r, set1(1.0f));
  return p * powerOfTwo(n);
}

struct NormalDistribution {
  Vec cumulative;  // Phi(x)
  Vec bell;        // exp(-x^2 / 2)
};
// Phi through erfc(z) = exp(-z^2) t P(t), t = 1 / (1 + 0.4 z): the form of Abramowitz and Stegun 7.1.26, with
// nine terms fitted for the least relative error (6e-8) on z = 0 .. 9.5, so that the lower tail keeps its
// digits too.
inline NormalDistribution normalDistribution(Vec x) {
  const Vec z = abs(x) * set1(0.70710678118654752f);
  const Vec bell = exponential(set1(-0.5f) * x * x);
  const Vec t = set1(1) / fma(z, set1(0.4f), set1(1));
  Vec p = set1(0.0402677655f);
  p = fma(p, t, set1(-0.135472387f));
  p = fma(p, t, set1(0.0738447905f));
  p = fma(p, t, set1(0.099726595f));
  p = fma(p, t, set1(0.0715103447f));
  p = fma(p, t, set1(0.196962178f));
  p = fma(p, t, set1(0.200958803f));
  p = fma(p, t, set1(0.226575688f));
  p = fma(p, t, set1(0.225626305f));
  const Vec tail = set1(0.5f) * p * t * bell;
  return {selectNegative(x, tail, set1(1) - tail), bell};
}

// Multipliers of one row of elements; `out` holds n rounded up to kMaskBlock.
inline void maskRow(const Mask& mask, uint32_t row, uint32_t position, uint32_t plane, int64_t n,
                    float* out) {
  for (int64_t i = 0; i < n; i += kMaskBlock) {
    maskBlock(mask.key, mask.step, row, position, plane, static_cast<uint32_t>(i / kMaskBlock),
              mask.threshold, mask.scale, out + i);
  }
}

}  // namespace
}  // namespace heddle::cpu
