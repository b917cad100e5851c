#include <algorithm>
#include <numeric>

#include "engine/data/masking/maskers.h"

namespace heddle {

void maskNgrams(const MaskContext& context, RandomStream& draws, Row& row) {
  const std::vector<UnitSpan> units = unitSpans(row);
  const int64_t wanted = wantedPredictions(context.objective, row.size());
  std::vector<double> weights;
  for (int64_t n = 1; n <= context.objective.ngram_longest; ++n) {
    weights.push_back(1.0 / static_cast<double>(n));
  }
  std::vector<size_t> firsts(units.size());
  std::iota(firsts.begin(), firsts.end(), size_t{0});
  std::vector<bool> covered(row.tokens.size());
  std::vector<int32_t> chosen;
  for (size_t at = 0; at < firsts.size() && static_cast<int64_t>(chosen.size()) < wanted; ++at) {
    std::swap(firsts[at], firsts[at + draws.below(static_cast<uint32_t>(firsts.size() - at))]);
    const size_t first = firsts[at];
    size_t there_are = 1;
    while (there_are < weights.size() && first + there_are < units.size() &&
           units[first + there_are].begin == units[first + there_are - 1].end) {
      ++there_are;
    }
    size_t n = 1 + drawWeighted(std::span(weights).first(there_are), draws);
    const auto tokens = [&] { return units[first + n - 1].end - units[first].begin; };
    while (n > 1 && static_cast<int64_t>(chosen.size()) + tokens() > wanted) {
      --n;
    }
    const int32_t begin = units[first].begin;
    const int32_t end = begin + tokens();
    const bool fits = static_cast<int64_t>(chosen.size()) + tokens() <= wanted;
    const bool last_hope = chosen.empty() && at + 1 == firsts.size();
    if (!(fits || last_hope) ||
        std::find(covered.begin() + begin, covered.begin() + end, true) != covered.begin() + end) {
      continue;
    }
    for (int32_t position = begin; position < end; ++position) {
      covered[static_cast<size_t>(position)] = true;
      chosen.push_back(position);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  for (const int32_t position : chosen) {
    replaceToken(context, drawReplacement(context.objective, draws), position, draws, row);
  }
}

}  // namespace heddle
