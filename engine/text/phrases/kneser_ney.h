// Modified Kneser-Ney smoothing: discounts and weights from counts.
// Chen & Goodman 1998, "An empirical study of smoothing techniques for language modeling", section 4.1.6.

#pragma once

#include <array>
#include <cstdint>

namespace heddle {

// How many n-grams of one length were counted exactly once, twice, three and four times.
using CountsOfCounts = std::array<int64_t, 4>;

struct Discounts {
  // Taken from counts of one, of two, and of three or more.
  double one = 0.5;
  double two = 1.0;
  double many = 1.5;
  // False: the counts of counts allow no estimate (too little text), and the values are the usual stand-ins.
  bool estimated = false;

  double of(uint64_t count) const { return count >= 3 ? many : count == 2 ? two : count == 1 ? one : 0.0; }
};

// Y = t1 / (t1 + 2 t2), D1 = 1 - 2 Y t2 / t1, D2 = 2 - 3 Y t3 / t2, D3+ = 3 - 4 Y t4 / t3. Where one of t1,
// t2, t3 is 0, or a discount would be negative or above the count it is taken from, the stand-ins come back.
Discounts estimateDiscounts(const CountsOfCounts& counts);

// What follows one context, or all words for the empty one.
struct Followers {
  uint64_t total = 0;  // sum of the counts
  uint32_t once = 0;   // different followers counted once
  uint32_t twice = 0;
  uint32_t often = 0;  // three times or more

  void add(uint64_t count) {
    total += count;
    (count >= 3 ? often : count == 2 ? twice : once) += 1;
  }
};

// The share that the discounts leave to the shorter context; total must be above 0.
double leftOver(const Followers& followers, const Discounts& discounts);

// The estimate for a follower counted `count` times, given its estimate after the shorter context.
double interpolate(uint64_t count, const Followers& followers, const Discounts& discounts, double shorter);

}  // namespace heddle
