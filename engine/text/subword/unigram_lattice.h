// Segmentations under a unigram model: the best one, the n best, or one drawn at random.
// Kudo 2018, "Subword regularization", https://arxiv.org/abs/1804.10959

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/text/piece_trie.h"
#include "engine/text/subword/tokenizer.h"

namespace heddle {

struct Segment {
  int32_t id = 0;
  int32_t length = 0;  // bytes
  friend bool operator==(const Segment&, const Segment&) = default;
};

// What the pieces of a unigram model are worth. Pieces are those that text may be cut into: normal ones and
// user-defined symbols.
struct UnigramPieces {
  PieceTrie trie;              // its pieces are indices into the two vectors
  std::vector<int32_t> ids;    // of the model
  std::vector<double> scores;  // log-probabilities
  int32_t unknown = 0;         // id of <unk>, which covers one character
  float unknown_score = 0;
};

class UnigramLattice {
 public:
  // Borrows the pieces.
  explicit UnigramLattice(const UnigramPieces& pieces) : pieces_(pieces) {}

  // Appends the best segmentation, with the arithmetic of SentencePiece's optimised encoder, since rounding
  // decides ties: the score of the best way to a place is a float, and what would replace it a double. Memory
  // grows with the longest stretch without a place that no piece crosses, not with the text.
  void best(std::string_view text, std::vector<Segment>& out) const;

  // Appends a segmentation drawn as `sampling` says. Texts over kStretch bytes are drawn in stretches, cut
  // where no piece crosses: no difference where all segmentations take part; the n best are those of each
  // stretch.
  void sample(std::string_view text, const Sampling& sampling, RandomStream& stream,
              std::vector<Segment>& out) const;

  struct Path {
    std::vector<Segment> segments;
    double score = 0;  // log-probability
  };
  // At most `count` segmentations of the stretch that the text begins with, best first, and the bytes of that
  // stretch; the text must not be empty.
  std::vector<Path> nBest(std::string_view text, int32_t count, size_t& size) const;

  static constexpr size_t kStretch = 8192;

 private:
  struct Edge {
    int32_t begin;
    int32_t end;
    int32_t id;
    double score;
  };
  // Edges that leave the start of `text`: true if one of them covers just its first character.
  template <typename Visit>
  bool visitPieces(std::string_view text, Visit&& visit) const;
  // The edges of the text from its start to the first cut behind kStretch bytes, by end; what they span.
  size_t collectEdges(std::string_view text, std::vector<Edge>& edges) const;

  const UnigramPieces& pieces_;
};

}  // namespace heddle
