// Four floats in plain C++, under the names that the kernels of all levels are written in: for CPUs without
// AVX2, and the level that the others are tested against.

#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "engine/kernels/dropout_mask.h"

namespace heddle::cpu {
namespace {

struct Vec {
  static constexpr int kWidth = 4;
  float v[kWidth];
};

template <typename Lane>
inline Vec eachLane(const Lane& lane) {
  Vec result;
  for (int i = 0; i < Vec::kWidth; ++i) {
    result.v[i] = lane(i);
  }
  return result;
}

inline Vec set1(float x) {
  return {{x, x, x, x}};
}
inline Vec load(const float* p) {
  return {{p[0], p[1], p[2], p[3]}};
}
// Lanes from n on are zero; memory behind p + n is not touched. 0 <= n <= kWidth.
inline Vec loadPart(const float* p, int n) {
  return eachLane([&](int i) { return i < n ? p[i] : 0.0f; });
}
inline void storePart(float* p, Vec a, int n) {
  for (int i = 0; i < n; ++i) {
    p[i] = a.v[i];
  }
}
inline void store(float* p, Vec a) {
  storePart(p, a, Vec::kWidth);
}
inline Vec operator+(Vec a, Vec b) {
  return eachLane([&](int i) { return a.v[i] + b.v[i]; });
}
inline Vec operator-(Vec a, Vec b) {
  return eachLane([&](int i) { return a.v[i] - b.v[i]; });
}
inline Vec operator*(Vec a, Vec b) {
  return eachLane([&](int i) { return a.v[i] * b.v[i]; });
}
inline Vec operator/(Vec a, Vec b) {
  return eachLane([&](int i) { return a.v[i] / b.v[i]; });
}
inline Vec fma(Vec a, Vec b, Vec c) {
  return a * b + c;
}
inline Vec fnma(Vec a, Vec b, Vec c) {
  return c - a * b;
}
inline Vec max(Vec a, Vec b) {
  return eachLane([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Vec min(Vec a, Vec b) {
  return eachLane([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Vec abs(Vec a) {
  return eachLane([&](int i) { return std::fabs(a.v[i]); });
}
inline Vec sqrt(Vec a) {
  return eachLane([&](int i) { return std::sqrt(a.v[i]); });
}
inline Vec round(Vec a) {
  return eachLane([&](int i) { return std::nearbyint(a.v[i]); });
}
// a < 0 ? b : c, lane by lane.
inline Vec selectNegative(Vec a, Vec b, Vec c) {
  return eachLane([&](int i) { return a.v[i] < 0 ? b.v[i] : c.v[i]; });
}
// a > 0 ? b : 0.
inline Vec wherePositive(Vec a, Vec b) {
  return eachLane([&](int i) { return a.v[i] > 0 ? b.v[i] : 0.0f; });
}
// Lanes from n on become zero.
inline Vec keepFirst(Vec a, int n) {
  return loadPart(a.v, n);
}
// 2^n for whole n in -126 .. 127.
inline Vec powerOfTwo(Vec n) {
  return eachLane([&](int i) {
    const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(n.v[i]) + 127) << 23;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  });
}
inline float sum(Vec a) {
  return (a.v[0] + a.v[1]) + (a.v[2] + a.v[3]);
}
inline float largest(Vec a) {
  const Vec other = max(a, {{a.v[2], a.v[3], a.v[2], a.v[3]}});
  return other.v[0] > other.v[1] ? other.v[0] : other.v[1];
}
// The sum in double, of products in double.
struct DoubleSum {
  double lanes[Vec::kWidth] = {};
};
inline void addSquares(DoubleSum& total, Vec a) {
  for (int i = 0; i < Vec::kWidth; ++i) {
    total.lanes[i] += static_cast<double>(a.v[i]) * static_cast<double>(a.v[i]);
  }
}
inline double sum(const DoubleSum& total) {
  return (total.lanes[0] + total.lanes[1]) + (total.lanes[2] + total.lanes[3]);
}

// a[r] becomes column r of the square whose rows a[0 .. 3] were.
inline void transpose(Vec (&a)[4]) {
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < i; ++j) {
      const float other = a[i].v[j];
      a[i].v[j] = a[j].v[i];
      a[j].v[i] = other;
    }
  }
}

// bfloat16, rounded to nearest even; NaN stays NaN.
inline Vec loadHalf(const uint16_t* p) {
  return eachLane([&](int i) {
    const uint32_t bits = static_cast<uint32_t>(p[i]) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  });
}
inline void storeHalf(uint16_t* p, Vec a) {
  for (int i = 0; i < Vec::kWidth; ++i) {
    uint32_t bits;
    std::memcpy(&bits, &a.v[i], sizeof bits);
    const uint32_t rounded = bits + 0x7FFFu + (bits >> 16 & 1u);
    p[i] = static_cast<uint16_t>((std::isnan(a.v[i]) ? 0x7FC00000u : rounded) >> 16);
  }
}

inline constexpr int kMaskBlock = 64;  // elements of one call of maskBlock

// Multipliers of elements 64 block .. + 63 (see dropout_mask.h): 0 where the draw is below `threshold`, else
// `scale`.
inline void maskBlock(uint64_t key, uint32_t step, uint32_t row, uint32_t position, uint32_t plane,
                      uint32_t block, uint32_t threshold, float scale, float* out) {
  for (uint32_t lane = 0; lane < 8; ++lane) {
    const Philox4 bits = philox(key, (block * 8 + lane) | plane << 16, position, row, step);
    for (uint32_t draw = 0; draw < 8; ++draw) {
      out[draw * 8 + lane] = (bits.x[draw / 2] >> (draw % 2 * 16) & 0xFFFFu) < threshold ? 0 : scale;
    }
  }
}

}  // namespace
}  // namespace heddle::cpu
