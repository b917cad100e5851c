#include "engine/data/rows/row.h"

#include "engine/text/grains/grains.h"

namespace heddle {

void Row::clear() {
  for (std::vector<int32_t>* part :
       {&tokens, &segments, &units, &coarse, &masked, &labels, &spans, &order, &target}) {
    part->clear();
  }
  pair_label = -1;
  following = -1;
  reused = 0;
}

void Row::addSpecial(int32_t id, int32_t segment) {
  tokens.push_back(id);
  segments.push_back(segment);
  units.push_back(kNoUnit);
}

std::vector<UnitSpan> unitSpans(const Row& row) {
  std::vector<UnitSpan> spans;
  spans.reserve(row.coarse.size());
  for (int32_t at = 0; at < row.size(); ++at) {
    const int32_t unit = row.units[static_cast<size_t>(at)];
    if (unit == kNoUnit) {
      continue;
    }
    if (static_cast<size_t>(unit) == spans.size()) {
      spans.push_back({at, at});
    }
    spans.back().end = at + 1;
  }
  return spans;
}

void makeCoarse(const Row& fine, Row& coarse) {
  coarse.clear();
  coarse.pair_label = fine.pair_label;
  coarse.coarse = fine.coarse;
  int32_t last = kNoUnit;
  for (size_t at = 0; at < fine.tokens.size(); ++at) {
    const int32_t unit = fine.units[at];
    int32_t token = fine.tokens[at];
    if (unit != kNoUnit && fine.coarse[static_cast<size_t>(unit)] != kFallsBack) {
      if (unit == last) {
        continue;
      }
      token = fine.coarse[static_cast<size_t>(unit)];
    }
    last = unit;
    coarse.tokens.push_back(token);
    coarse.segments.push_back(fine.segments[at]);
    coarse.units.push_back(unit);
  }
}

}  // namespace heddle
