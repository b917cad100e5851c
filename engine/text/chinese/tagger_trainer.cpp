#include "engine/text/chinese/tagger_trainer.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/base/random.h"

namespace heddle::chinese {
namespace {

constexpr int32_t kImpossible = std::numeric_limits<int32_t>::min() / 2;
constexpr int32_t kNoRow = -1;

// Weights with the sums that averaging needs: average = now - weighted / steps.
struct Weights {
  std::vector<int32_t> now;
  std::vector<int64_t> weighted;

  void resize(size_t size) {
    now.assign(size, 0);
    weighted.assign(size, 0);
  }
  void add(size_t at, int32_t delta, int64_t step) {
    now[at] += delta;
    weighted[at] += delta * step;
  }
  std::vector<int32_t> average(int64_t steps) const {
    std::vector<int32_t> out(now.size());
    for (size_t at = 0; at < now.size(); ++at) {
      // In whole numbers, rounded to nearest.
      const int64_t scaled = (now[at] * steps - weighted[at]) * kWeightUnit;
      out[at] = static_cast<int32_t>((2 * scaled + (scaled >= 0 ? steps : -steps)) / (2 * steps));
    }
    return out;
  }
};

struct Features {
  std::vector<uint64_t> keys;
  Weights weights;
  size_t width = 0;

  void build(std::vector<uint64_t> seen, int min_count, size_t of_width) {
    std::sort(seen.begin(), seen.end());
    for (size_t at = 0; at < seen.size();) {
      size_t next = at;
      while (next < seen.size() && seen[next] == seen[at]) {
        ++next;
      }
      if (next - at >= static_cast<size_t>(min_count)) {
        keys.push_back(seen[at]);
      }
      at = next;
    }
    width = of_width;
    weights.resize(keys.size() * width);
  }
  int32_t row(uint64_t key) const {
    const auto at = std::lower_bound(keys.begin(), keys.end(), key);
    return at != keys.end() && *at == key ? static_cast<int32_t>(at - keys.begin()) : kNoRow;
  }
};

// Sentences with two kOutside on either side, and the rows of their features.
struct Text {
  std::vector<uint16_t> symbols;
  std::vector<uint8_t> tags;
  std::vector<int32_t> pairs, triples, skips;  // of the pair that starts, the triple and skip centred here
  std::vector<size_t> begins;                  // of sentences' first symbols
  std::vector<int32_t> sizes;

  explicit Text(const TaggedText& from) {
    for (size_t sentence = 0; sentence < from.sentences(); ++sentence) {
      symbols.insert(symbols.end(), 2, kOutside);
      tags.insert(tags.end(), 2, 0);
      begins.push_back(symbols.size());
      sizes.push_back(static_cast<int32_t>(from.begins[sentence + 1] - from.begins[sentence]));
      bool inside = false;
      for (size_t at = from.begins[sentence]; at < from.begins[sentence + 1]; ++at) {
        const bool ends = from.word_ends[at] != 0;
        symbols.push_back(from.symbols[at]);
        tags.push_back(ends ? (inside ? kEnd : kSingle) : (inside ? kMiddle : kBegin));
        inside = !ends;
      }
      symbols.insert(symbols.end(), 2, kOutside);
      tags.insert(tags.end(), 2, 0);
    }
  }

  template <typename Take>
  void forEachPlace(Take take) const {
    for (size_t sentence = 0; sentence < begins.size(); ++sentence) {
      for (size_t at = begins[sentence] - 2; at < begins[sentence] + static_cast<size_t>(sizes[sentence]) + 1;
           ++at) {
        take(at, at + 2 > begins[sentence]);
      }
    }
  }
};

class Trainer {
 public:
  Trainer(size_t symbol_count, const TaggerOptions& options) : options_(options) {
    symbols_.resize(symbol_count * 5 * kTags);
    transitions_.resize(kTags * kTags);
  }

  void build(Text& text) {
    std::vector<uint64_t> pairs, triples, skips;
    text.forEachPlace([&](size_t at, bool has_left) {
      const uint16_t* s = text.symbols.data() + at;
      pairs.push_back(pairKey(s[0], s[1]));
      if (has_left) {
        triples.push_back(tripleKey(s[-1], s[0], s[1]));
        skips.push_back(pairKey(s[-1], s[1]));
      }
    });
    pairs_.build(std::move(pairs), 1, 4 * kTags);
    triples_.build(std::move(triples), options_.min_triple_count, 3 * kTags);
    skips_.build(std::move(skips), 1, kTags);
    text.pairs.assign(text.symbols.size(), kNoRow);
    text.triples.assign(text.symbols.size(), kNoRow);
    text.skips.assign(text.symbols.size(), kNoRow);
    text.forEachPlace([&](size_t at, bool has_left) {
      const uint16_t* s = text.symbols.data() + at;
      text.pairs[at] = pairs_.row(pairKey(s[0], s[1]));
      if (has_left) {
        text.triples[at] = triples_.row(tripleKey(s[-1], s[0], s[1]));
        text.skips[at] = skips_.row(pairKey(s[-1], s[1]));
      }
    });
  }

  // Calls visit(weights, first of kTags) for every feature of a position.
  template <typename Visit>
  void features(const Text& text, size_t at, Visit visit) {
    for (size_t k = 0; k < 5; ++k) {
      visit(symbols_, (text.symbols[at + 2 - k] * size_t{5} + k) * kTags);
    }
    for (size_t k = 0; k < 4; ++k) {
      if (const int32_t row = text.pairs[at + 1 - k]; row != kNoRow) {
        visit(pairs_.weights, (static_cast<size_t>(row) * 4 + k) * kTags);
      }
    }
    for (size_t k = 0; k < 3; ++k) {
      if (const int32_t row = text.triples[at + 1 - k]; row != kNoRow) {
        visit(triples_.weights, (static_cast<size_t>(row) * 3 + k) * kTags);
      }
    }
    if (const int32_t row = text.skips[at]; row != kNoRow) {
      visit(skips_.weights, static_cast<size_t>(row) * kTags);
    }
  }

  void learn(const Text& text, size_t sentence, int64_t step) {
    const size_t begin = text.begins[sentence];
    const auto size = static_cast<size_t>(text.sizes[sentence]);
    predict(text, begin, size);
    const uint8_t* gold = text.tags.data() + begin;
    for (size_t at = 0; at < size; ++at) {
      const uint8_t right = gold[at];
      const uint8_t wrong = predicted_[at];
      if (right != wrong) {
        features(text, begin + at, [&](Weights& weights, size_t first) {
          weights.add(first + right, 1, step);
          weights.add(first + wrong, -1, step);
        });
      }
      if (at > 0 && (right != wrong || gold[at - 1] != predicted_[at - 1])) {
        transitions_.add(gold[at - 1] * size_t{kTags} + right, 1, step);
        transitions_.add(predicted_[at - 1] * size_t{kTags} + wrong, -1, step);
      }
    }
  }

  TaggerWeights average(int64_t steps) const {
    TaggerWeights out;
    out.symbols = symbols_.average(steps);
    out.pairs = {pairs_.keys, pairs_.weights.average(steps), pairs_.width};
    out.triples = {triples_.keys, triples_.weights.average(steps), triples_.width};
    out.skips = {skips_.keys, skips_.weights.average(steps), skips_.width};
    const std::vector<int32_t> transitions = transitions_.average(steps);
    for (size_t from = 0; from < kTags; ++from) {
      std::copy_n(transitions.begin() + static_cast<ptrdiff_t>(from * kTags), kTags,
                  out.transitions[from].begin());
    }
    return out;
  }

 private:
  void predict(const Text& text, size_t begin, size_t size) {
    predicted_.resize(size);
    before_.resize(size);
    std::array<int32_t, kTags> score{};
    for (size_t at = 0; at < size; ++at) {
      std::array<int32_t, kTags> emission{};
      features(text, begin + at, [&emission](const Weights& weights, size_t first) {
        for (size_t tag = 0; tag < kTags; ++tag) {
          emission[tag] += weights.now[first + tag];
        }
      });
      if (at == 0) {
        score = emission;
        score[kMiddle] = score[kEnd] = kImpossible;
        continue;
      }
      const auto better = [&](Tag a, Tag b, Tag to) {
        const int32_t from_a = score[a] + transitions_.now[a * size_t{kTags} + to];
        const int32_t from_b = score[b] + transitions_.now[b * size_t{kTags} + to];
        before_[at][to] = static_cast<uint8_t>(from_a >= from_b ? a : b);
        return std::max(std::max(from_a, from_b) + emission[to], kImpossible);
      };
      score = {better(kEnd, kSingle, kBegin), better(kBegin, kMiddle, kMiddle), better(kBegin, kMiddle, kEnd),
               better(kEnd, kSingle, kSingle)};
    }
    uint8_t tag = score[kEnd] > score[kSingle] ? kEnd : kSingle;
    for (size_t at = size; at-- > 0;) {
      predicted_[at] = tag;
      tag = before_[at][tag];
    }
  }

  TaggerOptions options_;
  Weights symbols_, transitions_;
  Features pairs_, triples_, skips_;
  std::vector<uint8_t> predicted_;
  std::vector<std::array<uint8_t, kTags>> before_;
};

}  // namespace

bool trainTagger(const TaggedText& from, size_t symbol_count, const TaggerOptions& options,
                 const std::function<bool(double)>& progress, TaggerWeights& out) {
  Text text(from);
  Trainer trainer(symbol_count, options);
  trainer.build(text);
  std::vector<uint32_t> order(text.begins.size());
  std::iota(order.begin(), order.end(), 0u);
  const double all = options.epochs * static_cast<double>(order.size());
  int64_t step = 0;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    RandomStream draws(options.seed, static_cast<uint32_t>(epoch), 0);
    for (size_t left = order.size(); left > 1; --left) {
      std::swap(order[left - 1], order[draws.below(static_cast<uint32_t>(left))]);
    }
    for (const uint32_t sentence : order) {
      if (step % 1024 == 0 && progress && !progress(static_cast<double>(step) / all)) {
        return false;
      }
      trainer.learn(text, sentence, step);
      ++step;
    }
  }
  out = trainer.average(std::max<int64_t>(step, 1));
  return true;
}

}  // namespace heddle::chinese
