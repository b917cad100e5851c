#include "engine/text/subword/unigram_lattice.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/text/unicode.h"

namespace heddle {
namespace {

int32_t firstCharacter(std::string_view text) {
  return std::min(characterLength(text.front()), static_cast<int32_t>(text.size()));
}

// log(exp(a) + exp(b)).
double addLogs(double a, double b) {
  const double larger = std::max(a, b);
  return std::isinf(larger) ? larger : larger + std::log1p(std::exp(std::min(a, b) - larger));
}

// Longer paths are counted anew from here, so that float keeps telling small differences.
constexpr float kRebaseScore = 100000;

constexpr double kImpossible = -std::numeric_limits<double>::infinity();

// Index drawn with probabilities proportional to exp(logs).
size_t drawIndex(const std::vector<double>& logs, RandomStream& stream) {
  const double largest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double value : logs) {
    sum += std::exp(value - largest);
  }
  double left = stream.uniform() * sum;
  for (size_t index = 0; index < logs.size(); ++index) {
    left -= std::exp(logs[index] - largest);
    if (left < 0) {
      return index;
    }
  }
  return static_cast<size_t>(std::max_element(logs.begin(), logs.end()) - logs.begin());
}

}  // namespace

template <typename Visit>
bool UnigramLattice::visitPieces(std::string_view text, Visit&& visit) const {
  const int32_t first = firstCharacter(text);
  bool covers_first = false;
  int32_t node = PieceTrie::kRoot;
  for (size_t at = 0; at < text.size();) {
    node = pieces_.trie.step(node, static_cast<uint8_t>(text[at]));
    ++at;
    if (node == PieceTrie::kNowhere) {
      break;
    }
    if (const int32_t piece = pieces_.trie.piece(node); piece != PieceTrie::kNoPiece) {
      visit(static_cast<size_t>(piece), static_cast<int32_t>(at));
      covers_first = covers_first || static_cast<int32_t>(at) == first;
    }
  }
  return covers_first;
}

void UnigramLattice::best(std::string_view text, std::vector<Segment>& out) const {
  struct Arrival {
    int32_t begin = -1;
    int32_t id = -1;
    float score = 0;
  };
  thread_local std::vector<Arrival> arrivals;
  thread_local std::vector<Segment> backwards;
  arrivals.assign(1, {});
  size_t base = 0;  // where arrivals start: no piece crosses it
  const auto flush = [&](size_t end) {
    backwards.clear();
    for (auto at = static_cast<int32_t>(end - base); at > 0;) {
      const Arrival& arrival = arrivals[static_cast<size_t>(at)];
      backwards.push_back({arrival.id, at - arrival.begin});
      at = arrival.begin;
    }
    out.insert(out.end(), backwards.rbegin(), backwards.rend());
    arrivals.assign(1, {-1, -1, arrivals[end - base].score});
    base = end;
  };
  for (size_t at = 0; at < text.size();) {
    if (at > base && at - base + 1 == arrivals.size()) {
      flush(at);
    }
    const auto begin = static_cast<int32_t>(at - base);
    const float score_here = arrivals[static_cast<size_t>(begin)].score;
    if (std::abs(score_here) > kRebaseScore) {
      for (size_t open = static_cast<size_t>(begin); open < arrivals.size(); ++open) {
        arrivals[open].score -=
            arrivals[open].begin >= 0 || open == static_cast<size_t>(begin) ? score_here : 0;
      }
    }
    const float before = arrivals[static_cast<size_t>(begin)].score;
    const auto arrive = [&](int32_t length, int32_t id, double candidate) {
      const auto end = static_cast<size_t>(begin + length);
      if (end >= arrivals.size()) {
        arrivals.resize(end + 1);
      }
      Arrival& arrival = arrivals[end];
      if (arrival.begin < 0 || candidate > arrival.score) {
        arrival = {begin, id, static_cast<float>(candidate)};
      }
    };
    const std::string_view rest = text.substr(at);
    const bool covers_first = visitPieces(rest, [&](size_t piece, int32_t length) {
      arrive(length, pieces_.ids[piece], pieces_.scores[piece] + before);
    });
    const int32_t first = firstCharacter(rest);
    if (!covers_first) {
      arrive(first, pieces_.unknown, pieces_.unknown_score + before);
    }
    at += static_cast<size_t>(first);
  }
  if (text.size() > base) {
    flush(text.size());
  }
}

size_t UnigramLattice::collectEdges(std::string_view text, std::vector<Edge>& edges) const {
  edges.clear();
  size_t furthest = 0;
  size_t at = 0;
  while (at < text.size() && (at < kStretch || at < furthest)) {
    const std::string_view rest = text.substr(at);
    const auto begin = static_cast<int32_t>(at);
    const auto add = [&](int32_t length, int32_t id, double score) {
      edges.push_back({begin, begin + length, id, score});
      furthest = std::max(furthest, at + static_cast<size_t>(length));
    };
    const bool covers_first = visitPieces(
        rest, [&](size_t piece, int32_t length) { add(length, pieces_.ids[piece], pieces_.scores[piece]); });
    const int32_t first = firstCharacter(rest);
    if (!covers_first) {
      add(first, pieces_.unknown, pieces_.unknown_score);
    }
    at += static_cast<size_t>(first);
  }
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.end < b.end; });
  return at;
}

std::vector<UnigramLattice::Path> UnigramLattice::nBest(std::string_view text, int32_t count,
                                                        size_t& size) const {
  std::vector<Edge> edges;
  size = collectEdges(text, edges);
  // The `count` best ways to each place, each as an edge and the rank of the way to where that edge begins.
  struct Way {
    double score;
    int32_t edge;
    int32_t rank;
  };
  std::vector<std::vector<Way>> ways(size + 1);
  ways[0] = {{0, -1, 0}};
  for (size_t edge = 0; edge < edges.size(); ++edge) {
    const std::vector<Way>& before = ways[static_cast<size_t>(edges[edge].begin)];
    std::vector<Way>& here = ways[static_cast<size_t>(edges[edge].end)];
    for (size_t rank = 0; rank < before.size(); ++rank) {
      here.push_back(
          {before[rank].score + edges[edge].score, static_cast<int32_t>(edge), static_cast<int32_t>(rank)});
    }
    if (edge + 1 == edges.size() || edges[edge + 1].end != edges[edge].end) {
      std::stable_sort(here.begin(), here.end(),
                       [](const Way& a, const Way& b) { return a.score > b.score; });
      here.resize(std::min(here.size(), static_cast<size_t>(count)));
      here.shrink_to_fit();
    }
  }
  std::vector<Path> paths;
  for (const Way& last : ways[size]) {
    Path& path = paths.emplace_back();
    path.score = last.score;
    for (Way way = last; way.edge >= 0;) {
      const Edge& edge = edges[static_cast<size_t>(way.edge)];
      path.segments.push_back({edge.id, edge.end - edge.begin});
      way = ways[static_cast<size_t>(edge.begin)][static_cast<size_t>(way.rank)];
    }
    std::reverse(path.segments.begin(), path.segments.end());
  }
  return paths;
}

void UnigramLattice::sample(std::string_view text, const Sampling& sampling, RandomStream& stream,
                            std::vector<Segment>& out) const {
  const int32_t count = std::min(sampling.nbest, Sampling::kMaxNbest);
  if (count == 0 || count == 1) {
    best(text, out);
    return;
  }
  std::vector<Edge> edges;
  std::vector<double> logs;
  std::vector<double> forward;
  std::vector<Segment> backwards;
  for (size_t size = 0; !text.empty(); text.remove_prefix(size)) {
    if (count > 1) {
      const std::vector<Path> paths = nBest(text, count, size);
      logs.clear();
      for (const Path& path : paths) {
        logs.push_back(sampling.alpha * path.score);
      }
      const Path& drawn = paths[drawIndex(logs, stream)];
      out.insert(out.end(), drawn.segments.begin(), drawn.segments.end());
    } else {
      size = collectEdges(text, edges);
      forward.assign(size + 1, kImpossible);
      forward[0] = 0;
      for (const Edge& edge : edges) {
        double& here = forward[static_cast<size_t>(edge.end)];
        here = addLogs(here, forward[static_cast<size_t>(edge.begin)] + sampling.alpha * edge.score);
      }
      backwards.clear();
      for (auto last = edges.end(); last != edges.begin();) {
        const int32_t end = backwards.empty() ? static_cast<int32_t>(size) : (last - 1)->end;
        auto first = last;
        logs.clear();
        while (first != edges.begin() && (first - 1)->end == end) {
          --first;
        }
        for (auto edge = first; edge != last; ++edge) {
          logs.push_back(forward[static_cast<size_t>(edge->begin)] + sampling.alpha * edge->score);
        }
        const Edge& drawn = *(first + static_cast<ptrdiff_t>(drawIndex(logs, stream)));
        backwards.push_back({drawn.id, drawn.end - drawn.begin});
        last = std::partition_point(edges.begin(), first,
                                    [&drawn](const Edge& edge) { return edge.end <= drawn.begin; });
      }
      out.insert(out.end(), backwards.rbegin(), backwards.rend());
    }
  }
}

}  // namespace heddle
