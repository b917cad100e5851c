// The search for the best words of one stretch of text. Buffers are kept from stretch to stretch.
//
// The tagger alone decides boundaries it is certain of, for or against, by its max-marginals: the best of all
// taggings with a boundary there against the best without. Between them, every dictionary word and every word
// the tagger would make is an edge, and the best path counts both the tagger's scores and the bigram model's
// costs.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/text/chinese/model_file.h"

namespace heddle::chinese {

class Lattice {
 public:
  // Replaces `ends` by where each word of a stretch ends, counted in symbols. 1 .. kMaxStretch symbols.
  void decode(const Tables& tables, std::span<const uint16_t> stretch, std::vector<int32_t>& ends);

 private:
  // Whether a word may start at a symbol: never, perhaps, in the tagger's best path, always.
  enum Boundary : uint8_t { kClosed, kOpen, kLikely, kCertain };

  // The next places after a symbol's start where a word may start, does in the tagger's best path, always
  // does.
  struct Next {
    int32_t open = 0;
    int32_t likely = 0;
    int32_t certain = 0;
  };

  // Where the tables have the weights of a symbol's neighbourhood.
  struct Features {
    uint32_t pair = 0;    // it and the one before
    uint32_t triple = 0;  // it and those on either side
    uint32_t skip = 0;    // those on either side
  };

  // A word on its best way from the start of the stretch.
  struct Edge {
    int32_t begin = 0;  // in symbols
    int32_t end = 0;
    uint32_t word = 0;
    int32_t score = 0;     // higher is better
    int32_t before = -1;   // the edge before it on that way
    int32_t sibling = -1;  // another edge with the same end
  };

  void scoreTags(const Tables& tables);
  void findBoundaries(const Parameters& parameters);
  void findEdges(const Tables& tables);
  void addWords(const Tables& tables, int32_t begin);
  void addEdge(const Tables& tables, int32_t begin, int32_t end, uint32_t word);
  void scoreEdges(const Tables& tables);
  uint32_t wordOf(const Tables& tables, Edge& edge) const;
  int32_t tagScore(const Parameters& parameters, int32_t begin, int32_t end) const;
  void readPath(const Tables& tables, std::vector<int32_t>& ends);

  int32_t size_ = 0;
  std::vector<uint16_t> symbols_;                       // with two kOutside on either side
  std::vector<std::array<int32_t, kTags>> tag_scores_;  // per symbol, with padding before the first
  std::vector<Features> features_;                      // around a symbol, from one before the first
  std::vector<std::array<int32_t, kTags>> forward_;     // best tagging up to a symbol, by its tag
  std::vector<int32_t> middle_before_;                  // sum of scores of kMiddle before a symbol
  std::vector<Boundary> boundaries_;                    // before a symbol; one more at the end
  std::vector<Next> next_;                              // after a symbol's start
  std::vector<Edge> edges_;
  std::vector<int32_t> last_edge_;  // of those that end before a symbol, or -1
};

}  // namespace heddle::chinese
