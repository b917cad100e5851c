// Learns the weights of the character tagger: an averaged structured perceptron (Collins 2002) over symbols
// in a window of five. Whole numbers throughout, so equal text gives equal weights on every machine.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/text/chinese/model_file.h"

namespace heddle::chinese {

// Sentences to learn from: symbols, 1 where a word ends after one, and where sentences begin (one more at the
// end).
struct TaggedText {
  std::vector<uint16_t> symbols;
  std::vector<uint8_t> word_ends;
  std::vector<size_t> begins;
  size_t sentences() const { return begins.empty() ? 0 : begins.size() - 1; }
};

// Weights per tag in the order of model_file.h, averaged, in 1 / kWeightUnit.
inline constexpr int kWeightUnit = 256;
struct TaggerWeights {
  struct Table {
    std::vector<uint64_t> keys;    // ascending
    std::vector<int32_t> weights;  // `width` per key
    size_t width = 0;
  };
  std::vector<int32_t> symbols;  // 5 * kTags per symbol
  Table pairs, triples, skips;
  std::array<std::array<int32_t, kTags>, kTags> transitions{};
};

struct TaggerOptions {
  int epochs = 10;
  uint64_t seed = 1;
  // Triples seen less often are left out.
  int min_triple_count = 2;
};

// `symbol_count` bounds the symbols of the text. `progress` gets 0 .. 1; false cancels, and false comes back.
bool trainTagger(const TaggedText& text, size_t symbol_count, const TaggerOptions& options,
                 const std::function<bool(double)>& progress, TaggerWeights& out);

}  // namespace heddle::chinese
