#include <algorithm>

#include "engine/data/masking/maskers.h"

namespace heddle {

void maskTokens(const MaskContext& context, RandomStream& draws, Row& row) {
  std::vector<int32_t> candidates;
  candidates.reserve(row.tokens.size());
  for (int32_t at = 0; at < row.size(); ++at) {
    if (row.units[static_cast<size_t>(at)] != kNoUnit) {
      candidates.push_back(at);
    }
  }
  // Special tokens count, as in the script.
  const auto wanted = static_cast<size_t>(wantedPredictions(context.objective, row.size()));
  const size_t count = std::min(wanted, candidates.size());
  for (size_t at = 0; at < count; ++at) {
    std::swap(candidates[at], candidates[at + draws.below(static_cast<uint32_t>(candidates.size() - at))]);
  }
  std::sort(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(count));
  for (size_t at = 0; at < count; ++at) {
    replaceToken(context, drawReplacement(context.objective, draws), candidates[at], draws, row);
  }
}

}  // namespace heddle
