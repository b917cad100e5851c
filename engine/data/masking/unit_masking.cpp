#include <algorithm>

#include "engine/data/masking/maskers.h"

namespace heddle {

void maskUnits(const MaskContext& context, RandomStream& draws, Row& row) {
  std::vector<UnitSpan> units = unitSpans(row);
  const int64_t wanted = wantedPredictions(context.objective, row.size());
  std::vector<int32_t> chosen;
  for (size_t at = 0; at < units.size() && static_cast<int64_t>(chosen.size()) < wanted; ++at) {
    std::swap(units[at], units[at + draws.below(static_cast<uint32_t>(units.size() - at))]);
    const bool fits = static_cast<int64_t>(chosen.size()) + units[at].size() <= wanted;
    const bool last_hope = chosen.empty() && at + 1 == units.size();
    if (fits || last_hope) {
      for (int32_t position = units[at].begin; position < units[at].end; ++position) {
        chosen.push_back(position);
      }
    }
  }
  std::sort(chosen.begin(), chosen.end());
  for (const int32_t position : chosen) {
    replaceToken(context, drawReplacement(context.objective, draws), position, draws, row);
  }
}

}  // namespace heddle
