// Lookups that neither probe nor branch: every key of a fixed set has a place of its own, found with one look
// at a small table. Hash and displace: Belazzougui, Botelho, Dietzfelbinger 2009, "Hash, displace, and
// compress".

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heddle::chinese {

class PerfectHash {
 public:
  // Finds the places. False where there are none: two equal keys, or keys made to collide.
  [[nodiscard]] bool build(std::span<const uint64_t> keys);

  // 1 .. size() - 1, different for every key of the set; any place for another key. Place 0 is nobody's.
  uint32_t operator()(uint64_t key) const {
    const uint64_t hash = hashOf(key);
    return place(hash, seeds_[hash >> bucket_shift_]);
  }
  size_t size() const { return size_; }

 private:
  static uint64_t hashOf(uint64_t key) { return key * 0x9E3779B97F4A7C15ull; }
  uint32_t place(uint64_t hash, uint16_t seed) const {
    const uint64_t mixed = (hash ^ seed * 0xD6E8FEB86659FD93ull) * 0xFF51AFD7ED558CCDull;
    return 1 + static_cast<uint32_t>((mixed >> 32) * (size_ - 1) >> 32);
  }

  std::vector<uint16_t> seeds_ = {0, 0};  // of every bucket, by the highest bits of the hash
  uint32_t bucket_shift_ = 63;
  uint64_t size_ = 2;
};

// Values by key. Key: an unsigned integer that is never all ones.
template <typename Key, typename Value>
class PerfectTable {
 public:
  // False as PerfectHash::build(). `values` are of the keys at the same index.
  [[nodiscard]] bool build(std::span<const uint64_t> keys, std::span<const Value> values) {
    if (!hash_.build(keys)) {
      return false;
    }
    keys_.assign(hash_.size(), static_cast<Key>(~0ull));
    values_.assign(hash_.size(), Value{});
    for (size_t at = 0; at < keys.size(); ++at) {
      const uint32_t place = hash_(keys[at]);
      keys_[place] = static_cast<Key>(keys[at]);
      values_[place] = values[at];
    }
    return true;
  }

  // Where the value of a key is: 0 where it has none.
  uint32_t find(Key key) const {
    const uint32_t place = hash_(key);
    return place & (0u - static_cast<uint32_t>(keys_[place] == key));
  }
  // Value{} at 0.
  const Value& operator[](uint32_t place) const { return values_[place]; }

 private:
  PerfectHash hash_;
  std::vector<Key> keys_ = std::vector<Key>(2, static_cast<Key>(~0ull));
  std::vector<Value> values_ = std::vector<Value>(2);
};

}  // namespace heddle::chinese
