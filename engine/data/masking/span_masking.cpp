#include <algorithm>
#include <cmath>

#include "engine/data/masking/maskers.h"

namespace heddle {

void maskSpans(const MaskContext& context, RandomStream& draws, Row& row) {
  const ObjectiveRecipe& objective = context.objective;
  const std::vector<UnitSpan> units = unitSpans(row);
  std::vector<int32_t> text;  // positions that are no special tokens
  for (const UnitSpan& unit : units) {
    for (int32_t position = unit.begin; position < unit.end; ++position) {
      text.push_back(position);
    }
  }
  auto wanted = static_cast<int64_t>(std::ceil(static_cast<double>(text.size()) * objective.mlm_probability));
  if (objective.max_predictions > 0) {
    wanted = std::min(wanted, objective.max_predictions);
  }
  std::vector<double> weights;
  for (int64_t length = 1; length <= objective.span_longest; ++length) {
    weights.push_back(std::pow(1 - objective.span_probability, static_cast<double>(length - 1)));
  }
  std::vector<bool> chosen(row.tokens.size());
  int64_t count = 0;
  while (count < wanted) {
    const size_t length = 1 + drawWeighted(weights, draws);
    const auto anchor = static_cast<size_t>(text[draws.below(static_cast<uint32_t>(text.size()))]);
    if (chosen[anchor]) {
      continue;
    }
    const auto first = static_cast<size_t>(row.units[anchor]);
    for (size_t unit = first; unit < std::min(units.size(), first + length); ++unit) {
      // A span ends where its segment does.
      if (unit > first && units[unit].begin != units[unit - 1].end) {
        break;
      }
      for (int32_t position = units[unit].begin; position < units[unit].end && count < wanted; ++position) {
        count += chosen[static_cast<size_t>(position)] ? 0 : 1;
        chosen[static_cast<size_t>(position)] = true;
      }
    }
  }
  for (int32_t begin = 0; begin < row.size(); ++begin) {
    if (!chosen[static_cast<size_t>(begin)]) {
      continue;
    }
    int32_t end = begin;
    const Replacement replacement = drawReplacement(objective, draws);
    while (end < row.size() && chosen[static_cast<size_t>(end)]) {
      replaceToken(context, replacement, end++, draws, row);
    }
    row.spans.push_back(begin);
    row.spans.push_back(end);
    begin = end;
  }
}

}  // namespace heddle
