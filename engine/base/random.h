// Counter-based random numbers: a draw is a pure function of a key and a counter, so the number of threads,
// micro-batches, processes and the kind of device change nothing, and a resumed run needs no generator state.
// Philox4x32-10: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3". Compiles for the host and
// for CUDA.

#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define HEDDLE_HOST_DEVICE __host__ __device__ __forceinline__
#else
#define HEDDLE_HOST_DEVICE inline
#endif

namespace heddle {

struct Philox4 {
  uint32_t x[4];
};

// Ten rounds of Philox4x32 on a 64-bit key and a 128-bit counter.
HEDDLE_HOST_DEVICE Philox4 philox(uint64_t key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  uint32_t k0 = static_cast<uint32_t>(key);
  uint32_t k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = static_cast<uint64_t>(0xD2511F53u) * c0;
    const uint64_t p1 = static_cast<uint64_t>(0xCD9E8D57u) * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(p1);
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(p0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Mixes a value into a key (the finaliser of splitmix64): distinct chains of values give unrelated keys.
HEDDLE_HOST_DEVICE uint64_t mixKey(uint64_t key, uint64_t value) {
  uint64_t z = key + 0x9E3779B97F4A7C15ull * (value + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

// Stable hash of a name (FNV-1a), to turn purposes and sites ("encoder.3.output.dropout") into key material.
constexpr uint64_t nameKey(const char* name) {
  uint64_t hash = 0xCBF29CE484222325ull;
  for (; *name != '\0'; ++name) {
    hash = (hash ^ static_cast<unsigned char>(*name)) * 0x100000001B3ull;
  }
  return hash;
}

// A sequence of draws for one place: everything a row of a batch needs, for instance.
// Equal (key, a, b) give equal sequences on every machine.
class RandomStream {
 public:
  RandomStream(uint64_t key, uint32_t a, uint32_t b) : key_(key), a_(a), b_(b) {}

  // Uniform on all 32-bit values.
  uint32_t bits() {
    if (used_ == 4) {
      block_ = philox(key_, static_cast<uint32_t>(next_), static_cast<uint32_t>(next_ >> 32), a_, b_);
      ++next_;
      used_ = 0;
    }
    return block_.x[used_++];
  }
  // Uniform on 0 .. n-1, n >= 1; multiply-shift, bias below n / 2^32.
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((static_cast<uint64_t>(bits()) * n) >> 32); }
  // Uniform on [0, 1), 24 bits.
  double uniform() { return (bits() >> 8) * (1.0 / 16777216.0); }

 private:
  uint64_t key_;
  uint64_t next_ = 0;
  uint32_t a_, b_;
  int used_ = 4;
  Philox4 block_{};
};

}  // namespace heddle
