// The merging loop that SentencePiece's BPE and byte-level BPE share: neighbours are joined in the order of
// their merges' costs, leftmost first among equals, until no pair is known.
// Sennrich et al. 2016, https://arxiv.org/abs/1508.07909; dropout: Provilkov et al. 2020,
// https://arxiv.org/abs/1910.13267

#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "engine/base/random.h"

namespace heddle {

struct BpeSymbol {
  int32_t begin = 0;   // bytes of the text that is merged
  int32_t length = 0;  // 0: merged into a symbol to its left
  int32_t id = -1;     // of the caller's vocabulary; -1 where it has none
  int32_t previous = -1;
  int32_t next = -1;
  bool frozen = false;  // takes no part in merges
};

struct BpeMerge {
  bool known = false;
  double cost = 0;  // smallest first
  int32_t id = -1;  // of the merged symbol
};

struct BpeDropout {
  double probability = 0;
  RandomStream* stream = nullptr;  // needed where the probability is above 0
};

// Links the symbols and merges them in place. `find` gets two neighbouring symbols and returns a BpeMerge.
template <typename Find>
void mergeSymbols(std::vector<BpeSymbol>& symbols, const BpeDropout& dropout, Find&& find) {
  struct Candidate {
    double cost;
    int32_t left;
    int32_t right;
    int32_t length;
    int32_t id;
    bool operator<(const Candidate& other) const {  // of two, the one that a priority queue takes later
      return cost > other.cost || (cost == other.cost && left > other.left);
    }
  };
  std::priority_queue<Candidate> agenda;
  const auto at = [&symbols](int32_t index) -> BpeSymbol& { return symbols[static_cast<size_t>(index)]; };
  const auto consider = [&](int32_t left, int32_t right) {
    if (left < 0 || right < 0 || at(left).frozen || at(right).frozen) {
      return;
    }
    const BpeMerge merge = find(at(left), at(right));
    if (merge.known) {
      agenda.push({merge.cost, left, right, at(left).length + at(right).length, merge.id});
    }
  };
  const auto count = static_cast<int32_t>(symbols.size());
  for (int32_t index = 0; index < count; ++index) {
    at(index).previous = index - 1;
    at(index).next = index + 1 < count ? index + 1 : -1;
  }
  for (int32_t index = 1; index < count; ++index) {
    consider(index - 1, index);
  }
  while (!agenda.empty()) {
    const Candidate best = agenda.top();
    agenda.pop();
    BpeSymbol& left = at(best.left);
    BpeSymbol& right = at(best.right);
    if (left.length == 0 || right.length == 0 || left.length + right.length != best.length) {
      continue;  // one of the two was merged elsewhere meanwhile
    }
    if (dropout.probability > 0 && dropout.stream->uniform() < dropout.probability) {
      continue;
    }
    left.length = best.length;
    left.id = best.id;
    left.next = right.next;
    right.length = 0;
    if (left.next >= 0) {
      at(left.next).previous = best.left;
    }
    consider(left.previous, best.left);
    consider(best.left, left.next);
  }
}

}  // namespace heddle
