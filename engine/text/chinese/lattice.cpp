#include "engine/text/chinese/lattice.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace heddle::chinese {
namespace {

constexpr int32_t kImpossible = std::numeric_limits<int32_t>::min() / 2;
// A word that nobody has asked the dictionary for yet.
constexpr uint32_t kUnresolvedWord = kMaxIds;
// Features reach one symbol over the edges of a stretch, and from there two more.
constexpr int32_t kPadding = 3;

using Scores = std::array<int32_t, kTags>;

// The scores of a symbol's tags in one register.
using ScoreVector = int32_t __attribute__((vector_size(sizeof(Scores))));
using WeightVector = int16_t __attribute__((vector_size(sizeof(int16_t) * kTags)));

// Rows of weights to rows of scores.
template <size_t kRows>
void add(ScoreVector* scores, const int16_t (&weights)[kRows][kTags]) {
  for (size_t row = 0; row < kRows; ++row) {
    WeightVector from;
    std::memcpy(&from, weights[row], sizeof(from));
    scores[row] += __builtin_convertvector(from, ScoreVector);
  }
}

}  // namespace

void Lattice::decode(const Tables& tables, std::span<const uint16_t> stretch, std::vector<int32_t>& ends) {
  const size_t size = stretch.size();
  size_ = static_cast<int32_t>(size);
  symbols_.assign(size + 5, kOutside);
  std::copy(stretch.begin(), stretch.end(), symbols_.begin() + 2);
  boundaries_.assign(size + 1, kOpen);
  if (tables.parameters().has_tagger != 0) {
    scoreTags(tables);
    findBoundaries(tables.parameters());
  } else {
    tag_scores_.assign(size + size_t{kPadding}, {});
  }
  boundaries_[0] = boundaries_[size] = kCertain;
  next_.resize(size);
  Next next{size_, size_, size_};
  for (size_t at = size; at-- > 0;) {
    next_[at] = next;
    const auto here = static_cast<int32_t>(at);
    next.open = boundaries_[at] >= kOpen ? here : next.open;
    next.likely = boundaries_[at] >= kLikely ? here : next.likely;
    next.certain = boundaries_[at] >= kCertain ? here : next.certain;
  }
  const Scores* scores = tag_scores_.data() + kPadding;
  middle_before_.resize(size + 1);
  middle_before_[0] = 0;
  for (size_t at = 0; at < size; ++at) {
    middle_before_[at + 1] = middle_before_[at] + scores[at][kMiddle];
  }

  findEdges(tables);
  scoreEdges(tables);
  readPath(tables, ends);
}

void Lattice::scoreTags(const Tables& tables) {
  const uint16_t* symbols = symbols_.data() + 2;
  const auto& pairs = tables.pairs();
  const auto& triples = tables.triples();
  const auto& skips = tables.skips();
  // First where all weights are, so that they are on their way while others are looked for.
  features_.resize(static_cast<size_t>(size_) + 3);
  Features* features = features_.data() + 1;
  for (int32_t at = -1; at <= size_ + 1; ++at) {
    const uint16_t before = symbols[at - 1];
    const uint16_t after = symbols[at + 1];
    Features& here = features[at];
    here.pair = pairs.find(static_cast<uint32_t>(pairKey(before, symbols[at])));
    here.triple = triples.find(tripleKey(before, symbols[at], after));
    here.skip = skips.find(static_cast<uint32_t>(pairKey(before, after)));
    __builtin_prefetch(&pairs[here.pair]);
    __builtin_prefetch(&triples[here.triple]);
    __builtin_prefetch(&skips[here.skip]);
  }
  tag_scores_.resize(static_cast<size_t>(size_) + kPadding);
  Scores* scores = tag_scores_.data() + kPadding;
  // Of two symbols before the current one to two after it; the first is complete.
  ScoreVector window[5] = {};
  add(window, tables.symbolWeights(symbols[-2]).at);
  for (int32_t at = -1; at <= size_ + 1; ++at) {
    std::copy(window + 1, window + 5, window);
    window[4] = ScoreVector{};
    const Features& here = features[at];
    add(window, tables.symbolWeights(symbols[at]).at);
    add(window, pairs[here.pair].at);
    add(window + 1, triples[here.triple].at);
    add(window + 2, skips[here.skip].at);
    std::memcpy(scores[at - 2].data(), &window[0], sizeof(Scores));
  }
}

void Lattice::findBoundaries(const Parameters& parameters) {
  const Scores* scores = tag_scores_.data() + kPadding;
  const auto& t = parameters.transitions;
  const auto size = static_cast<size_t>(size_);
  forward_.resize(size);
  Scores score = {scores[0][kBegin] + parameters.first[kBegin], kImpossible, kImpossible,
                  scores[0][kSingle] + parameters.first[kSingle]};
  forward_[0] = score;
  for (size_t at = 1; at < size; ++at) {
    const Scores& here = scores[at];
    score = {
        std::max(score[kEnd] + t[kEnd][kBegin], score[kSingle] + t[kSingle][kBegin]) + here[kBegin],
        std::max(score[kBegin] + t[kBegin][kMiddle], score[kMiddle] + t[kMiddle][kMiddle]) + here[kMiddle],
        std::max(score[kBegin] + t[kBegin][kEnd], score[kMiddle] + t[kMiddle][kEnd]) + here[kEnd],
        std::max(score[kEnd] + t[kEnd][kSingle], score[kSingle] + t[kSingle][kSingle]) + here[kSingle]};
    forward_[at] = score;
  }
  Scores rest = {kImpossible, kImpossible, 0, 0};  // best tagging after a symbol, by its tag
  for (size_t at = size - 1; at > 0; --at) {
    const Scores& so_far = forward_[at];
    const int32_t with = std::max(so_far[kBegin] + rest[kBegin], so_far[kSingle] + rest[kSingle]);
    const int32_t without = std::max(so_far[kMiddle] + rest[kMiddle], so_far[kEnd] + rest[kEnd]);
    const int64_t margin = static_cast<int64_t>(with) - without;
    boundaries_[at] = static_cast<Boundary>((margin >= -parameters.certain ? kOpen - kClosed : 0) +
                                            (margin >= 0 ? kLikely - kOpen : 0) +
                                            (margin > parameters.certain ? kCertain - kLikely : 0));
    Scores on;
    for (size_t tag = 0; tag < kTags; ++tag) {
      on[tag] = rest[tag] + scores[at][tag];
    }
    rest = {std::max(t[kBegin][kMiddle] + on[kMiddle], t[kBegin][kEnd] + on[kEnd]),
            std::max(t[kMiddle][kMiddle] + on[kMiddle], t[kMiddle][kEnd] + on[kEnd]),
            std::max(t[kEnd][kBegin] + on[kBegin], t[kEnd][kSingle] + on[kSingle]),
            std::max(t[kSingle][kBegin] + on[kBegin], t[kSingle][kSingle] + on[kSingle])};
  }
}

void Lattice::findEdges(const Tables& tables) {
  edges_.assign(1, {0, 0, kBoundaryWord, 0, -1, -1});
  last_edge_.assign(static_cast<size_t>(size_) + 1, -1);
  last_edge_[0] = 0;
  int32_t furthest = 0;
  for (int32_t begin = 0; begin < size_; ++begin) {
    const int32_t before = last_edge_[static_cast<size_t>(begin)];
    if (before < 0) {
      continue;
    }
    const int32_t next = next_[static_cast<size_t>(begin)].open;
    if (furthest == begin && edges_[static_cast<size_t>(before)].sibling < 0 &&
        boundaries_[static_cast<size_t>(next)] == kCertain) {
      // One way in and one way on: what this word costs, all ways cost.
      last_edge_[static_cast<size_t>(next)] = static_cast<int32_t>(edges_.size());
      edges_.push_back({begin, next, kUnresolvedWord, 0, before, -1});
      furthest = next;
      begin = next - 1;
      continue;
    }
    const size_t first = edges_.size();
    addWords(tables, begin);
    for (size_t at = first; at < edges_.size(); ++at) {
      furthest = std::max(furthest, edges_[at].end);
    }
  }
}

void Lattice::addWords(const Tables& tables, int32_t begin) {
  const uint16_t* symbols = symbols_.data() + 2;
  // Never at a loss for a way on: the shortest word that may be, and the tagger's.
  const auto [shortest, likely, most] = next_[static_cast<size_t>(begin)];
  bool has_shortest = false;
  bool has_likely = tables.parameters().has_tagger == 0 || likely == shortest;
  uint32_t node = tables.start(symbols[begin]);
  for (int32_t end = begin + 1; node != Tables::kNowhere; node = tables.step(node, symbols[end++])) {
    const uint32_t word = tables.word(node);
    if (word != kUnknownWord && boundaries_[static_cast<size_t>(end)] != kClosed) {
      addEdge(tables, begin, end, word);
      has_shortest = has_shortest || end == shortest;
      has_likely = has_likely || end == likely;
    }
    if (end == most) {
      break;
    }
  }
  if (!has_shortest) {
    addEdge(tables, begin, shortest, kUnknownWord);
  }
  if (!has_likely) {
    addEdge(tables, begin, likely, kUnknownWord);
  }
}

void Lattice::addEdge(const Tables& tables, int32_t begin, int32_t end, uint32_t word) {
  for (int32_t at = last_edge_[static_cast<size_t>(begin)]; at >= 0;) {
    Edge& before = edges_[static_cast<size_t>(at)];
    tables.prefetchCost(wordOf(tables, before), word);
    at = before.sibling;
  }
  edges_.push_back({begin, end, word, 0, -1, last_edge_[static_cast<size_t>(end)]});
  last_edge_[static_cast<size_t>(end)] = static_cast<int32_t>(edges_.size()) - 1;
}

void Lattice::scoreEdges(const Tables& tables) {
  const Parameters& parameters = tables.parameters();
  for (size_t which = 1; which < edges_.size(); ++which) {
    Edge& edge = edges_[which];
    if (edge.before >= 0) {
      edge.score = edges_[static_cast<size_t>(edge.before)].score;
      continue;
    }
    const int32_t length = edge.end - edge.begin;
    const Tag first = length == 1 ? kSingle : kBegin;
    const int32_t unigram = edge.word == kUnknownWord
                                ? parameters.unknown_word + length * parameters.unknown_symbol
                                : tables.wordCost(edge.word).unigram;
    edge.score = std::numeric_limits<int32_t>::min();
    for (int32_t at = last_edge_[static_cast<size_t>(edge.begin)]; at >= 0;) {
      const Edge& before = edges_[static_cast<size_t>(at)];
      int32_t cost = unigram;
      if (before.word != kUnknownWord) {
        cost = edge.word == kUnknownWord ? tables.wordCost(before.word).back_off + unigram
                                         : tables.cost(before.word, edge.word);
      }
      const Tag last = before.end - before.begin == 1 ? kSingle : kEnd;
      const int32_t joint = edge.begin == 0 ? parameters.first[first] : parameters.transitions[last][first];
      if (const int32_t score = before.score + joint - cost; score > edge.score) {
        edge.score = score;
        edge.before = at;
      }
      at = before.sibling;
    }
    edge.score += tagScore(parameters, edge.begin, edge.end);
  }
}

uint32_t Lattice::wordOf(const Tables& tables, Edge& edge) const {
  if (edge.word == kUnresolvedWord) {
    uint32_t node = tables.start(symbols_[static_cast<size_t>(edge.begin) + 2]);
    for (int32_t at = edge.begin + 1; at < edge.end && node != Tables::kNowhere; ++at) {
      node = tables.step(node, symbols_[static_cast<size_t>(at) + 2]);
    }
    edge.word = node == Tables::kNowhere ? kUnknownWord : tables.word(node);
  }
  return edge.word;
}

int32_t Lattice::tagScore(const Parameters& parameters, int32_t begin, int32_t end) const {
  const Scores* scores = tag_scores_.data() + kPadding;
  const int32_t last = end - 1;
  if (begin == last) {
    return scores[begin][kSingle];
  }
  const auto& t = parameters.transitions;
  const int32_t inside =
      last - begin == 1 ? t[kBegin][kEnd]
                        : t[kBegin][kMiddle] + (last - begin - 2) * t[kMiddle][kMiddle] + t[kMiddle][kEnd];
  return scores[begin][kBegin] + middle_before_[static_cast<size_t>(last)] -
         middle_before_[static_cast<size_t>(begin) + 1] + scores[last][kEnd] + inside;
}

void Lattice::readPath(const Tables& tables, std::vector<int32_t>& ends) {
  int32_t best = last_edge_[static_cast<size_t>(size_)];
  if (edges_[static_cast<size_t>(best)].sibling >= 0) {
    int32_t best_score = std::numeric_limits<int32_t>::min();
    for (int32_t at = best; at >= 0; at = edges_[static_cast<size_t>(at)].sibling) {
      Edge& edge = edges_[static_cast<size_t>(at)];
      const uint32_t word = wordOf(tables, edge);
      const int32_t cost =
          word == kUnknownWord ? tables.wordCost(kBoundaryWord).unigram : tables.cost(word, kBoundaryWord);
      if (edge.score - cost > best_score) {
        best_score = edge.score - cost;
        best = at;
      }
    }
  }
  ends.clear();
  for (int32_t at = best; at > 0; at = edges_[static_cast<size_t>(at)].before) {
    ends.push_back(edges_[static_cast<size_t>(at)].end);
  }
  std::reverse(ends.begin(), ends.end());
}

}  // namespace heddle::chinese
