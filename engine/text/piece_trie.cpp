#include "engine/text/piece_trie.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace heddle {

PieceTrie::PieceTrie(const std::vector<std::string>& pieces) {
  std::vector<int32_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&pieces](int32_t a, int32_t b) {
    return pieces[static_cast<size_t>(a)] < pieces[static_cast<size_t>(b)];
  });

  // A node still to be expanded: the sorted pieces first .. last share their first `depth` bytes.
  struct Pending {
    int32_t node;
    size_t first, last, depth;
  };
  std::vector<Pending> pending = {{kRoot, 0, pieces.size(), 0}};
  std::vector<std::pair<uint8_t, size_t>> children;  // byte, first sorted piece
  nodes_.resize(512);
  nodes_[kRoot].parent = kRoot;  // taken; no byte leads here since bases are at least 1
  size_t first_free = 1;
  // Where the search for so many children starts: a stretch that was tried in vain once is not tried by every
  // node again, which would make the time quadratic. Fewer children fill its holes.
  constexpr size_t kLongSearch = 256;
  std::array<size_t, 9> starts{};
  while (!pending.empty()) {
    const Pending now = pending.back();
    pending.pop_back();
    children.clear();
    for (size_t at = now.first; at < now.last; ++at) {
      const auto id = order[at];
      const std::string& piece = pieces[static_cast<size_t>(id)];
      if (piece.size() == now.depth) {
        nodes_[static_cast<size_t>(now.node)].piece = id;
        continue;
      }
      const auto byte = static_cast<uint8_t>(piece[now.depth]);
      if (children.empty() || children.back().first != byte) {
        children.emplace_back(byte, at);
      }
    }
    if (children.empty()) {
      nodes_[static_cast<size_t>(now.node)].base = 0;
      continue;
    }
    while (nodes_[first_free].parent != kNowhere) {
      ++first_free;
    }
    // A low place where all children are free; slot 0 is the root's.
    size_t& start = starts[std::min(children.size(), starts.size() - 1)];
    const size_t from = std::max({first_free, start, children.front().first + size_t{1}});
    size_t base = from - children.front().first;
    const auto fits = [&](size_t candidate) {
      return std::all_of(children.begin(), children.end(), [&](const auto& child) {
        return nodes_[candidate + child.first].parent == kNowhere;
      });
    };
    while (!fits(base)) {
      ++base;
      if (base + 512 > nodes_.size()) {
        nodes_.resize(nodes_.size() * 2);
      }
    }
    if (base + 512 > nodes_.size()) {
      nodes_.resize(nodes_.size() * 2);
    }
    if (base + children.front().first - from > kLongSearch) {
      start = base + children.front().first;
    }
    nodes_[static_cast<size_t>(now.node)].base = static_cast<int32_t>(base);
    for (size_t child = 0; child < children.size(); ++child) {
      const auto [byte, first] = children[child];
      const size_t last = child + 1 < children.size() ? children[child + 1].second : now.last;
      const auto node = static_cast<int32_t>(base + byte);
      nodes_[static_cast<size_t>(node)].parent = now.node;
      pending.push_back({node, first, last, now.depth + 1});
    }
  }
}

int32_t PieceTrie::find(std::string_view text) const {
  int32_t node = kRoot;
  for (const char c : text) {
    node = step(node, static_cast<uint8_t>(c));
    if (node == kNowhere) {
      return kNowhere;
    }
  }
  return node;
}

}  // namespace heddle
