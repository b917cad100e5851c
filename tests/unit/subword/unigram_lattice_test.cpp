#include "engine/text/subword/unigram_lattice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace heddle {
namespace {

UnigramPieces smallPieces() {
  UnigramPieces pieces;
  pieces.trie = PieceTrie({"a", "b", "ab", "ba", "aba", "c"});
  pieces.ids = {10, 11, 12, 13, 14, 15};
  pieces.scores = {-2.F, -2.5F, -3.F, -3.25F, -4.F, -1.F};
  pieces.unknown = 0;
  pieces.unknown_score = -14.F;
  return pieces;
}

// Every segmentation with its score, by trying all of them.
void enumerate(const UnigramPieces& pieces, std::string_view text, std::vector<int32_t>& ids, double score,
               std::map<std::vector<int32_t>, double>& out) {
  if (text.empty()) {
    out[ids] = score;
    return;
  }
  for (size_t length = 1; length <= text.size(); ++length) {
    const int32_t node = pieces.trie.find(text.substr(0, length));
    const int32_t piece = node == PieceTrie::kNowhere ? PieceTrie::kNoPiece : pieces.trie.piece(node);
    if (piece != PieceTrie::kNoPiece) {
      ids.push_back(pieces.ids[static_cast<size_t>(piece)]);
      enumerate(pieces, text.substr(length), ids, score + pieces.scores[static_cast<size_t>(piece)], out);
      ids.pop_back();
    }
  }
}

std::vector<int32_t> idsOf(const std::vector<Segment>& segments) {
  std::vector<int32_t> ids;
  for (const Segment& segment : segments) {
    ids.push_back(segment.id);
  }
  return ids;
}

TEST(UnigramLatticeTest, TheBestIsTheBestOfAll) {
  const UnigramPieces pieces = smallPieces();
  const UnigramLattice lattice(pieces);
  for (const char* text : {"a", "ab", "ababa", "bababca", "aababbab"}) {
    std::map<std::vector<int32_t>, double> all;
    std::vector<int32_t> ids;
    enumerate(pieces, text, ids, 0, all);
    const auto best = std::max_element(all.begin(), all.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    std::vector<Segment> segments;
    lattice.best(text, segments);
    EXPECT_DOUBLE_EQ(all.at(idsOf(segments)), best->second) << text;
  }
}

TEST(UnigramLatticeTest, TheNBestAreAllInOrder) {
  const UnigramPieces pieces = smallPieces();
  std::map<std::vector<int32_t>, double> all;
  std::vector<int32_t> ids;
  enumerate(pieces, "ababab", ids, 0, all);
  size_t size = 0;
  const std::vector<UnigramLattice::Path> paths = UnigramLattice(pieces).nBest("ababab", 500, size);
  EXPECT_EQ(size, 6u);
  ASSERT_EQ(paths.size(), all.size());
  for (size_t rank = 0; rank < paths.size(); ++rank) {
    EXPECT_NEAR(paths[rank].score, all.at(idsOf(paths[rank].segments)), 1e-6);
    EXPECT_TRUE(rank == 0 || paths[rank - 1].score >= paths[rank].score);
  }
  EXPECT_EQ(UnigramLattice(pieces).nBest("ababab", 3, size).size(), 3u);
}

TEST(UnigramLatticeTest, DrawsWithTheProbabilitiesOfTheModel) {
  const UnigramPieces pieces = smallPieces();
  const UnigramLattice lattice(pieces);
  std::map<std::vector<int32_t>, double> all;
  std::vector<int32_t> ids;
  enumerate(pieces, "ababa", ids, 0, all);
  const Sampling everything{.alpha = .5, .nbest = -1};
  const Sampling top{.alpha = .5, .nbest = static_cast<int32_t>(all.size())};
  double sum = 0;
  for (const auto& [path, score] : all) {
    sum += std::exp(.5 * score);
  }
  constexpr int kDraws = 20000;
  for (const Sampling& sampling : {everything, top}) {
    std::map<std::vector<int32_t>, int> counts;
    for (uint32_t draw = 0; draw < kDraws; ++draw) {
      RandomStream stream(1, draw, 0);
      std::vector<Segment> segments;
      lattice.sample("ababa", sampling, stream, segments);
      ++counts[idsOf(segments)];
    }
    for (const auto& [path, score] : all) {
      const double expected = std::exp(.5 * score) / sum;
      const double deviation = std::sqrt(expected * (1 - expected) / kDraws);
      EXPECT_NEAR(counts[path] / static_cast<double>(kDraws), expected, 4.5 * deviation);
    }
  }
}

TEST(UnigramLatticeTest, UnknownCharactersTakeTheirPlace) {
  UnigramPieces pieces = smallPieces();
  pieces.scores[4] = 0;  // "aba"
  std::vector<Segment> segments;
  UnigramLattice(pieces).best("aba\xE7\xBB\x87x", segments);
  EXPECT_EQ(segments, (std::vector<Segment>{{14, 3}, {0, 3}, {0, 1}}));
}

TEST(UnigramLatticeTest, LongTextsAreCutWhereNoPieceCrosses) {
  const UnigramPieces pieces = smallPieces();
  const UnigramLattice lattice(pieces);
  std::string text;
  for (int word = 0; word < 20000; ++word) {
    text += "cababa";
  }
  std::vector<Segment> best;
  lattice.best(text, best);
  std::vector<Segment> word;
  lattice.best("cababa", word);
  ASSERT_EQ(best.size(), 20000 * word.size());
  for (const int32_t nbest : {-1, 4}) {
    RandomStream stream(1, 2, 3);
    std::vector<Segment> drawn;
    lattice.sample(text, {.alpha = .2, .nbest = nbest}, stream, drawn);
    size_t length = 0;
    for (const Segment& segment : drawn) {
      length += static_cast<size_t>(segment.length);
    }
    EXPECT_EQ(length, text.size());
  }
}

}  // namespace
}  // namespace heddle
