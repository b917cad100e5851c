#include "engine/text/chinese/perfect_hash.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace heddle::chinese {
namespace {

TEST(PerfectTableTest, FindsWhatAHashMapFinds) {
  std::mt19937_64 random(5);
  for (const size_t size : {0, 1, 2, 3, 9, 100, 2000, 60'000}) {
    // Keys as close together as those of tables are, so that about every other question has an answer.
    std::unordered_map<uint64_t, int> expected;
    std::vector<uint64_t> keys;
    std::vector<int> values;
    while (keys.size() < size) {
      const uint64_t key = random() % (2 * size);
      const int value = static_cast<int>(random() % 1000) + 1;
      if (expected.emplace(key, value).second) {
        keys.push_back(key);
        values.push_back(value);
      }
    }
    PerfectTable<uint32_t, int> table;
    ASSERT_TRUE(table.build(keys, std::span<const int>(values))) << size << " keys";
    for (uint64_t key = 0; key < 2 * size + 10; ++key) {
      const auto at = expected.find(key);
      ASSERT_EQ(table[table.find(static_cast<uint32_t>(key))], at == expected.end() ? 0 : at->second)
          << "key " << key << " of " << size;
    }
  }
}

TEST(PerfectTableTest, HasNothingBeforeItIsBuilt) {
  const PerfectTable<uint64_t, int> table;
  for (const uint64_t key : {uint64_t{0}, uint64_t{1}, ~uint64_t{0} - 1}) {
    EXPECT_EQ(table[table.find(key)], 0);
  }
}

TEST(PerfectHashTest, RefusesEqualKeys) {
  PerfectHash hash;
  EXPECT_TRUE(hash.build(std::vector<uint64_t>{3, 4, 5}));
  EXPECT_FALSE(hash.build(std::vector<uint64_t>{3, 4, 3}));
}

TEST(PerfectHashTest, RefusesKeysThatWereMadeToShareOneBucket) {
  // Multiples of the inverse of the factor keys are hashed with: their hashes are 0, 1, 2 ...
  uint64_t inverse = 1;
  for (int round = 0; round < 6; ++round) {
    inverse *= 2 - 0x9E3779B97F4A7C15ull * inverse;
  }
  std::vector<uint64_t> keys;
  for (uint64_t hash = 0; hash < 3000; ++hash) {
    keys.push_back(hash * inverse);
  }
  EXPECT_FALSE(PerfectHash().build(keys));
}

}  // namespace
}  // namespace heddle::chinese
