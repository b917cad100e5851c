#include <algorithm>
#include <numeric>

#include "engine/data/masking/maskers.h"

namespace heddle {
namespace {

// `masks` ascend, as units do along a row.
void apply(const MaskContext& context, const std::vector<UnitMask>& masks, RandomStream& draws, Row& row) {
  auto mask = masks.begin();
  for (int32_t at = 0; at < row.size(); ++at) {
    const int32_t unit = row.units[static_cast<size_t>(at)];
    if (unit == kNoUnit) {
      continue;
    }
    while (mask != masks.end() && mask->unit < unit) {
      ++mask;
    }
    if (mask != masks.end() && mask->unit == unit) {
      replaceToken(context, mask->replacement, at, draws, row);
    }
  }
}

}  // namespace

std::vector<UnitMask> drawUnitMasks(int64_t units, const ObjectiveRecipe& objective, RandomStream& draws) {
  std::vector<int32_t> candidates(static_cast<size_t>(units));
  std::iota(candidates.begin(), candidates.end(), 0);
  const size_t count = std::min(candidates.size(), static_cast<size_t>(wantedPredictions(objective, units)));
  for (size_t at = 0; at < count; ++at) {
    std::swap(candidates[at], candidates[at + draws.below(static_cast<uint32_t>(candidates.size() - at))]);
  }
  std::sort(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(count));
  std::vector<UnitMask> masks;
  for (size_t at = 0; at < count; ++at) {
    masks.push_back({candidates[at], drawReplacement(objective, draws)});
  }
  return masks;
}

void maskGrains(const MaskContext& context, const RandomTokens& coarse_tokens, RandomStream& draws, Row& fine,
                Row& coarse) {
  const std::vector<UnitMask> masks =
      drawUnitMasks(static_cast<int64_t>(fine.coarse.size()), context.objective, draws);
  apply(context, masks, draws, fine);
  const MaskContext in_coarse{context.objective, context.special, coarse_tokens, context.length,
                              context.first_sentinel};
  apply(in_coarse, masks, draws, coarse);
}

}  // namespace heddle
