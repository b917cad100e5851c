#include "engine/text/phrases/kneser_ney.h"

#include <cstddef>

namespace heddle {

Discounts estimateDiscounts(const CountsOfCounts& counts) {
  const auto t = [&counts](std::size_t times) { return static_cast<double>(counts[times - 1]); };
  if (counts[0] <= 0 || counts[1] <= 0 || counts[2] <= 0) {
    return {};
  }
  const double y = t(1) / (t(1) + 2 * t(2));
  Discounts result;
  result.one = 1 - 2 * y * t(2) / t(1);
  result.two = 2 - 3 * y * t(3) / t(2);
  result.many = 3 - 4 * y * t(4) / t(3);
  result.estimated = result.one >= 0 && result.one <= 1 && result.two >= 0 && result.two <= 2 &&
                     result.many >= 0 && result.many <= 3;
  return result.estimated ? result : Discounts{};
}

double leftOver(const Followers& followers, const Discounts& discounts) {
  return (discounts.one * followers.once + discounts.two * followers.twice +
          discounts.many * followers.often) /
         static_cast<double>(followers.total);
}

double interpolate(uint64_t count, const Followers& followers, const Discounts& discounts, double shorter) {
  return (static_cast<double>(count) - discounts.of(count)) / static_cast<double>(followers.total) +
         leftOver(followers, discounts) * shorter;
}

}  // namespace heddle
