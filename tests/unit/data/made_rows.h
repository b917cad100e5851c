// Rows made by hand for tests of masking, and the tests' statistics.

#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "engine/base/random.h"
#include "engine/data/masking/maskers.h"
#include "engine/recipes/objective.h"
#include "engine/text/grains/grains.h"

namespace heddle {

inline constexpr SpecialIds kSpecial{.pad = 0, .unk = 1, .cls = 2, .sep = 3, .mask = 4};
inline constexpr int32_t kFirstWord = 5;
inline constexpr int64_t kVocabulary = 5000;  // fine ids; those from 2000 up are in no made row

// [CLS] units [SEP], one segment after the other; sizes [segments][units]: tokens of each unit. Tokens are
// kFirstWord, kFirstWord + 1, ...
inline Row makeRow(const std::vector<std::vector<int>>& sizes) {
  Row row;
  row.addSpecial(kSpecial.cls, 0);
  int32_t token = kFirstWord;
  for (size_t segment = 0; segment < sizes.size(); ++segment) {
    for (const int size : sizes[segment]) {
      for (int at = 0; at < size; ++at) {
        row.tokens.push_back(token++);
        row.segments.push_back(static_cast<int32_t>(segment));
        row.units.push_back(static_cast<int32_t>(row.coarse.size()));
      }
      row.coarse.push_back(kFallsBack);
    }
    row.addSpecial(kSpecial.sep, static_cast<int32_t>(segment));
  }
  return row;
}

inline Row makeRow(size_t units, int size) {
  return makeRow({std::vector<int>(units, size)});
}

// One or two segments of up to 60 units of up to 4 tokens.
inline Row randomRow(RandomStream& draws) {
  std::vector<std::vector<int>> sizes(1 + draws.below(2));
  for (std::vector<int>& segment : sizes) {
    segment.resize(1 + draws.below(60));
    for (int& size : segment) {
      size = static_cast<int>(1 + draws.below(4));
    }
  }
  return makeRow(sizes);
}

// Everything a masker reads, held together.
class MaskSetup {
 public:
  explicit MaskSetup(const ObjectiveRecipe& recipe = {})
      : objective(withPublishedDefaults(recipe)), random_tokens(kVocabulary, kSpecial) {}
  MaskContext context(int64_t length = 128) const {
    return {objective, kSpecial, random_tokens, length, kVocabulary + kSentinels - 1};
  }
  Row masked(Row row, uint32_t number, int64_t length = 128) const {
    RandomStream draws(nameKey("masking test"), number, 0);
    maskRow(maskKind(objective), context(length), draws, row);
    return row;
  }

  ObjectiveRecipe objective;
  RandomTokens random_tokens;
};

// How often each value was seen.
using Histogram = std::map<int64_t, double>;

// Lengths of the runs of neighbouring positions.
inline void countRuns(const std::vector<int32_t>& positions, Histogram& runs) {
  for (size_t at = 0; at < positions.size();) {
    size_t end = at + 1;
    while (end < positions.size() && positions[end] == positions[end - 1] + 1) {
      ++end;
    }
    ++runs[static_cast<int64_t>(end - at)];
    at = end;
  }
}

struct ChiSquare {
  double value = 0;
  double degrees = 0;
  // Far beyond what fixed seeds of equal distributions give, also for draws that depend a little on one
  // another: ten standard deviations of the chi-square distribution.
  double bound() const { return degrees + 10 * std::sqrt(2 * degrees); }
  bool same() const { return value < bound(); }
};

// Of two samples; bins with fewer than ten in both are left out.
inline ChiSquare compareSamples(const Histogram& a, const Histogram& b) {
  Histogram all = a;
  double total_a = 0, total_b = 0;
  for (const auto& [value, count] : a) {
    total_a += count;
  }
  for (const auto& [value, count] : b) {
    total_b += count;
    all[value] += count;
  }
  ChiSquare result;
  result.degrees = -1;
  for (const auto& [value, count] : all) {
    if (count < 20) {
      continue;
    }
    const double in_a = a.count(value) > 0 ? a.at(value) : 0;
    const double in_b = b.count(value) > 0 ? b.at(value) : 0;
    const double difference = in_a * std::sqrt(total_b / total_a) - in_b * std::sqrt(total_a / total_b);
    result.value += difference * difference / count;
    ++result.degrees;
  }
  return result;
}

// Of a sample against probabilities, which add up to 1 over `expected`.
inline ChiSquare compareWith(const Histogram& seen, const std::map<int64_t, double>& expected) {
  double total = 0;
  for (const auto& [value, count] : seen) {
    total += count;
  }
  ChiSquare result;
  result.degrees = static_cast<double>(expected.size()) - 1;
  for (const auto& [value, probability] : expected) {
    const double count = seen.count(value) > 0 ? seen.at(value) : 0;
    result.value += (count - total * probability) * (count - total * probability) / (total * probability);
  }
  return result;
}

}  // namespace heddle
