#include "engine/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace heddle {
namespace {

// Known answers of the authors' own library: Random123, tests/kat_vectors, lines "philox4x32 10".
TEST(PhiloxTest, TheKnownAnswersOfRandom123AreMet) {
  struct Answer {
    std::array<uint32_t, 4> counter;
    std::array<uint32_t, 2> key;
    std::array<uint32_t, 4> result;
  };
  const std::array<Answer, 3> answers{
      {{{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
       {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
        {0xffffffff, 0xffffffff},
        {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
       {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
        {0xa4093822, 0x299f31d0},
        {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}}};
  for (const Answer& answer : answers) {
    const uint64_t key = static_cast<uint64_t>(answer.key[1]) << 32 | answer.key[0];
    const Philox4 got =
        philox(key, answer.counter[0], answer.counter[1], answer.counter[2], answer.counter[3]);
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(got.x[i], answer.result[i]);
    }
  }
}

// The first outputs of splitmix64 from the seed 1234567, as Vigna's reference implementation gives them.
TEST(MixKeyTest, TheFinaliserIsThatOfSplitmix64) {
  EXPECT_EQ(mixKey(1234567, 0), 6457827717110365317ull);
  EXPECT_EQ(mixKey(1234567, 1), 3203168211198807973ull);
  EXPECT_EQ(mixKey(1234567, 2), 9817491932198370423ull);
}

// Test vectors of the FNV draft, 64-bit FNV-1a.
TEST(NameKeyTest, NamesHashAsFnv1aSays) {
  static_assert(nameKey("a") == 0xaf63dc4c8601ec8cull);
  EXPECT_EQ(nameKey(""), 0xcbf29ce484222325ull);
  EXPECT_EQ(nameKey("foobar"), 0x85944171f73967e8ull);
}

TEST(RandomStreamTest, ASequenceIsTheBlocksOfItsCounterInOrder) {
  RandomStream stream(99, 5, 6);
  for (uint32_t block = 0; block < 3; ++block) {
    const Philox4 expected = philox(99, block, 0, 5, 6);
    for (const uint32_t value : expected.x) {
      EXPECT_EQ(stream.bits(), value);
    }
  }
}

TEST(RandomStreamTest, DrawsBelowNAndUniformsStayInTheirRangeAndAreEven) {
  RandomStream stream(1, 2, 3);
  std::array<int, 10> counts{};
  double sum = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const uint32_t value = stream.below(10);
    ASSERT_LT(value, 10u);
    ++counts[value];
    const double uniform = stream.uniform();
    ASSERT_GE(uniform, 0.0);
    ASSERT_LT(uniform, 1.0);
    sum += uniform;
  }
  // Five standard deviations: sqrt(n p (1 - p)) = 95 and sqrt(1 / 12 n) = 0.0009.
  for (const int count : counts) {
    EXPECT_NEAR(count, kDraws / 10, 475);
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.0046);
  EXPECT_EQ(stream.below(1), 0u);
}

TEST(RandomStreamTest, NeighbouringPlacesGiveUnrelatedSequences) {
  std::set<uint32_t> first;
  for (uint64_t key = 0; key < 10; ++key) {
    for (uint32_t a = 0; a < 10; ++a) {
      for (uint32_t b = 0; b < 10; ++b) {
        first.insert(RandomStream(key, a, b).bits());
      }
    }
  }
  EXPECT_EQ(first.size(), 1000u);
}

}  // namespace
}  // namespace heddle
