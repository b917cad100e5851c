// Inputs and comparisons of the emulated kernel tests: values as double, in memory as fp32 or bf16.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/kernels/cuda/kernels.h"
#include "engine/kernels/dropout_mask.h"
#include "tests/unit/kernels_cuda/emulation/emulator.h"

namespace heddle::cuda {

using Values = std::vector<double>;

// A tensor in "device" memory of exactly its size, 16-byte aligned unless `lead` elements come before it.
class Buffer {
 public:
  Buffer(Type type, size_t size, size_t lead = 0)
      : type_(type),
        element_(type == Type::kFloat ? 4 : 2),
        bytes_((lead + size) * element_),
        lead_(lead),
        size_(size) {
    std::fill(bytes_.begin(), bytes_.end(), static_cast<char>(0xFF));  // NaN until a kernel writes
  }
  Buffer(Type type, const Values& values, size_t lead = 0) : Buffer(type, values.size(), lead) {
    for (size_t i = 0; i < size_; ++i) {
      const float x = static_cast<float>(values[i]);
      if (type_ == Type::kFloat) {
        std::memcpy(at(i), &x, 4);
      } else {
        // Truncated; what the reference computes with is read back by values().
        uint32_t bits = 0;
        std::memcpy(&bits, &x, 4);
        const auto half = static_cast<uint16_t>(bits >> 16);
        std::memcpy(at(i), &half, 2);
      }
    }
  }

  void* data() { return at(0); }
  float* floats() { return reinterpret_cast<float*>(at(0)); }
  Values values() const {
    Values values(size_);
    for (size_t i = 0; i < size_; ++i) {
      uint32_t bits = 0;
      if (type_ == Type::kFloat) {
        std::memcpy(&bits, at(i), 4);
      } else {
        uint16_t half = 0;
        std::memcpy(&half, at(i), 2);
        bits = static_cast<uint32_t>(half) << 16;
      }
      float x = 0;
      std::memcpy(&x, &bits, 4);
      values[i] = x;
    }
    return values;
  }
  bool operator==(const Buffer& other) const { return bytes_ == other.bytes_; }

 private:
  char* at(size_t i) { return bytes_.data() + (lead_ + i) * element_; }
  const char* at(size_t i) const { return bytes_.data() + (lead_ + i) * element_; }

  Type type_;
  size_t element_;  // bytes
  std::vector<char> bytes_;
  size_t lead_, size_;
};

inline Values randomValues(size_t size, uint32_t purpose, double scale = 1.0) {
  RandomStream stream(nameKey("emulated"), purpose, 0);
  Values values(size);
  for (double& x : values) {
    x = scale * (2.0 * stream.uniform() - 1.0);
  }
  return values;
}

// Of the largest expected value: fp32 sums of some hundred terms; bf16 rounds each result and each factor of
// a product to 2^-9.
inline double tolerance(Type type) {
  return type == Type::kFloat ? 1e-5 : 1.2e-2;
}

inline void expectNear(const Values& found, const Values& expected, double relative,
                       const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  double largest = 1e-3;
  for (const double x : expected) {
    largest = std::max(largest, std::fabs(x));
  }
  for (size_t i = 0; i < found.size(); ++i) {
    // Written so that NaN fails.
    ASSERT_TRUE(std::fabs(found[i] - expected[i]) <= relative * largest)
        << what << " at " << i << ": " << found[i] << ", expected " << expected[i];
  }
}

inline DropoutSettings dropoutFor(double p) {
  return {0x123456789ABCDEFull, 7, dropoutThreshold(p), dropoutScale(p)};
}
inline double dropoutFactor(const DropoutSettings& d, int row, int position, int plane, int element) {
  const uint32_t bits =
      dropoutBits(d.key, d.step, static_cast<uint32_t>(row), static_cast<uint32_t>(position),
                  static_cast<uint32_t>(plane), static_cast<uint32_t>(element));
  return bits >= d.threshold ? d.scale : 0.0;
}

}  // namespace heddle::cuda
