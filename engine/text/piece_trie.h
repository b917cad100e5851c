// The pieces of a vocabulary as a double-array trie over bytes: one load per byte of a longest-match search.
// Aoe 1989, "An efficient digital search algorithm by using a double-array structure".

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

class PieceTrie {
 public:
  static constexpr int32_t kRoot = 0;
  static constexpr int32_t kNowhere = -1;
  static constexpr int32_t kNoPiece = -1;

  PieceTrie() = default;
  // Pieces must be distinct and not empty; a piece's index is its id.
  explicit PieceTrie(const std::vector<std::string>& pieces);

  // The node one byte further, or kNowhere.
  int32_t step(int32_t node, uint8_t byte) const {
    const int32_t next = nodes_[static_cast<size_t>(node)].base + byte;
    return nodes_[static_cast<size_t>(next)].parent == node ? next : kNowhere;
  }
  // The piece that ends at a node, or kNoPiece.
  int32_t piece(int32_t node) const { return nodes_[static_cast<size_t>(node)].piece; }
  // The node that a text leads to from the root, or kNowhere.
  int32_t find(std::string_view text) const;

 private:
  struct Node {
    int32_t base = 0;
    int32_t parent = kNowhere;
    int32_t piece = kNoPiece;
  };
  std::vector<Node> nodes_;  // always 256 more than any base, so that step() needs no bounds check
};

}  // namespace heddle
