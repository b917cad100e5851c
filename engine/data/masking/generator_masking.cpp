#include <algorithm>

#include "engine/data/masking/maskers.h"

namespace heddle {

void maskForGenerator(const MaskContext& context, RandomStream& draws, Row& row) {
  const ObjectiveRecipe& objective = context.objective;
  std::vector<int32_t> text;
  for (int32_t at = 0; at < row.size(); ++at) {
    if (row.units[static_cast<size_t>(at)] != kNoUnit) {
      text.push_back(at);
    }
  }
  // The released code's limit, where the recipe has none.
  const auto limit =
      static_cast<int64_t>((objective.mlm_probability + 0.005) * static_cast<double>(context.length));
  int64_t wanted = wantedPredictions(objective, row.size());
  if (objective.max_predictions == 0) {
    wanted = std::max<int64_t>(1, std::min(wanted, limit));
  }
  if (!objective.with_replacement) {
    wanted = std::min(wanted, static_cast<int64_t>(text.size()));
  }
  std::vector<int32_t> chosen;
  for (size_t at = 0; at < static_cast<size_t>(wanted) && !text.empty(); ++at) {
    if (objective.with_replacement) {
      chosen.push_back(text[draws.below(static_cast<uint32_t>(text.size()))]);
    } else {
      std::swap(text[at], text[at + draws.below(static_cast<uint32_t>(text.size() - at))]);
      chosen.push_back(text[at]);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  const std::vector<int32_t> original = row.tokens;
  for (const int32_t position : chosen) {
    const Replacement replacement = drawReplacement(objective, draws);
    int32_t& token = row.tokens[static_cast<size_t>(position)];
    const int32_t before = token;
    replaceToken(context, replacement, position, draws, row);
    row.labels.back() = original[static_cast<size_t>(position)];
    // The second draw of a position does not take back the first one's [MASK].
    if (before == context.special.mask) {
      token = before;
    }
  }
}

}  // namespace heddle
