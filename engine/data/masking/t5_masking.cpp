#include <algorithm>
#include <cmath>

#include "engine/data/masking/maskers.h"

namespace heddle {
namespace {

struct Corruption {
  int64_t noise = 0;  // tokens cut out
  int64_t spans = 0;
};

Corruption corruptionOf(const ObjectiveRecipe& objective, int64_t tokens) {
  const auto share =
      static_cast<int64_t>(std::nearbyint(static_cast<double>(tokens) * objective.mlm_probability));
  Corruption corruption;
  corruption.noise = std::clamp<int64_t>(share, 1, std::max<int64_t>(1, tokens - 1));
  const auto spans =
      static_cast<int64_t>(std::nearbyint(static_cast<double>(corruption.noise) / objective.mean_span));
  corruption.spans = std::clamp<int64_t>(
      spans, 1,
      std::max<int64_t>(1, std::min({corruption.noise, tokens - corruption.noise, kSentinels - 1})));
  return corruption;
}

// `items` in `parts` runs of at least one, all ways equally likely.
std::vector<int64_t> drawPartition(int64_t items, int64_t parts, RandomStream& draws) {
  std::vector<bool> ends(static_cast<size_t>(items - 1));  // whether a run ends after the item
  std::fill(ends.begin(), ends.begin() + (parts - 1), true);
  for (size_t at = 0; at + 1 < ends.size(); ++at) {
    const size_t other = at + draws.below(static_cast<uint32_t>(ends.size() - at));
    const bool held = ends[at];
    ends[at] = ends[other];
    ends[other] = held;
  }
  std::vector<int64_t> lengths = {1};
  for (const bool end : ends) {
    if (end) {
      lengths.push_back(0);
    }
    ++lengths.back();
  }
  return lengths;
}

}  // namespace

int64_t t5TextLength(const ObjectiveRecipe& objective, int64_t length) {
  int64_t tokens = length - 1;
  for (;; ++tokens) {
    const Corruption next = corruptionOf(objective, tokens + 1);
    if (tokens + 1 - next.noise + next.spans + 1 > length) {
      return tokens;
    }
  }
}

void corruptSpans(const MaskContext& context, RandomStream& draws, Row& row) {
  const int64_t tokens = row.size() - 1;  // without [SEP]
  const Corruption corruption = corruptionOf(context.objective, tokens);
  // A single token has nothing to be told from.
  const std::vector<int64_t> noise = drawPartition(corruption.noise, corruption.spans, draws);
  const std::vector<int64_t> kept = tokens == corruption.noise
                                        ? std::vector<int64_t>{0}
                                        : drawPartition(tokens - corruption.noise, corruption.spans, draws);
  const Row text = row;
  row.tokens.clear();
  row.segments.clear();
  row.units.clear();
  const auto keep = [&](size_t at) {
    row.tokens.push_back(text.tokens[at]);
    row.segments.push_back(0);
    row.units.push_back(text.units[at]);
  };
  size_t at = 0;
  auto sentinel = static_cast<int32_t>(context.first_sentinel);
  for (size_t span = 0; span < noise.size(); ++span, --sentinel) {
    for (const size_t end = at + static_cast<size_t>(kept[span]); at < end; ++at) {
      keep(at);
    }
    row.addSpecial(sentinel, 0);
    row.target.push_back(sentinel);
    for (const size_t end = at + static_cast<size_t>(noise[span]); at < end; ++at) {
      row.target.push_back(text.tokens[at]);
    }
  }
  row.addSpecial(context.special.sep, 0);
  row.target.push_back(context.special.sep);
}

}  // namespace heddle
