#include "engine/text/chinese/perfect_hash.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace heddle::chinese {
namespace {

constexpr size_t kKeysPerBucket = 4;

}  // namespace

bool PerfectHash::build(std::span<const uint64_t> keys) {
  const size_t buckets = std::bit_ceil(std::max<size_t>(keys.size() / kKeysPerBucket, 2));
  bucket_shift_ = 64 - static_cast<uint32_t>(std::countr_zero(buckets));
  size_ = 2 + keys.size() + keys.size() / 4;
  seeds_.assign(buckets, 0);

  // The hashes bucket by bucket, then the buckets, the largest first.
  std::vector<uint32_t> begins(buckets + 1);
  for (const uint64_t key : keys) {
    ++begins[(hashOf(key) >> bucket_shift_) + 1];
  }
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<uint64_t> hashes(keys.size());
  std::vector<uint32_t> next(begins);
  for (const uint64_t key : keys) {
    hashes[next[hashOf(key) >> bucket_shift_]++] = hashOf(key);
  }
  std::vector<uint32_t> order(buckets);
  std::iota(order.begin(), order.end(), 0u);
  const auto sizeOf = [&begins](uint32_t bucket) { return begins[bucket + 1] - begins[bucket]; };
  std::sort(order.begin(), order.end(), [&sizeOf](uint32_t a, uint32_t b) { return sizeOf(a) > sizeOf(b); });

  std::vector<uint8_t> taken(size_);
  const auto settle = [&](std::span<const uint64_t> members, uint16_t seed) {
    for (size_t at = 0; at < members.size(); ++at) {
      if (uint8_t& here = taken[place(members[at], seed)]; here == 0) {
        here = 1;
        continue;
      }
      while (at-- > 0) {
        taken[place(members[at], seed)] = 0;
      }
      return false;
    }
    return true;
  };
  for (const uint32_t bucket : order) {
    const auto members = std::span(hashes).subspan(begins[bucket], sizeOf(bucket));
    uint16_t seed = 0;
    while (!settle(members, seed)) {
      if (seed++ == std::numeric_limits<uint16_t>::max()) {
        return false;
      }
    }
    seeds_[bucket] = seed;
  }
  return true;
}

}  // namespace heddle::chinese
