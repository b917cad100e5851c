// A keyed permutation of 0 .. n-1 that needs no memory: a Feistel network over the next even number of bits,
// walked until it lands inside (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").

#pragma once

#include <cstdint>

#include "engine/base/random.h"

namespace heddle {

class Permutation {
 public:
  // n >= 0.
  Permutation(int64_t n, uint64_t key) : n_(static_cast<uint64_t>(n)), key_(key) {
    while (half_bits_ < 31 && (uint64_t{1} << (2 * half_bits_)) < n_) {
      ++half_bits_;
    }
  }

  // Where `index`, 0 .. n-1, goes.
  int64_t operator()(int64_t index) const {
    auto value = static_cast<uint64_t>(index);
    do {
      value = once(value);
    } while (value >= n_);
    return static_cast<int64_t>(value);
  }

 private:
  uint64_t once(uint64_t value) const {
    const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
    uint64_t left = value >> half_bits_;
    uint64_t right = value & mask;
    for (uint64_t round = 0; round < 6; ++round) {
      const uint64_t next = left ^ (mixKey(mixKey(key_, round), right) & mask);
      left = right;
      right = next;
    }
    return left << half_bits_ | right;
  }

  uint64_t n_;
  uint64_t key_;
  int half_bits_ = 1;
};

}  // namespace heddle
