// Learns a WordPiece vocabulary from word counts by merging pairs of neighbouring pieces, best first.
// Deterministic: equal counts give an equal vocabulary, in whatever order they were counted.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/unicode.h"

namespace heddle {

// Lets a map of strings be asked with a string_view.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using WordCounts = std::unordered_map<std::string, int64_t, TextHash, std::equal_to<>>;

// One more of the word; makes a string of it only where it is new.
inline void countWord(std::string_view word, WordCounts& counts) {
  if (const auto found = counts.find(word); found != counts.end()) {
    ++found->second;
  } else {
    counts.emplace(word, 1);
  }
}

// Counts words after normalisation: cleaned, lower-cased and split at punctuation, as the tokeniser will see
// them.
class WordCounter {
 public:
  explicit WordCounter(bool lowercase) : lowercase_(lowercase) {}

  void add(std::string_view utf8);
  // Takes over the counts, leaving none.
  WordCounts take() { return std::exchange(counts_, {}); }

 private:
  bool lowercase_;
  WordList words_;
  WordCounts counts_;
};

struct WordPieceTrainerOptions {
  int64_t vocab_size = 8000;   // pieces in all, specials and alphabet included
  int64_t min_pair_count = 2;  // pairs seen less often are never merged
};

// The vocabulary: [PAD] [UNK] [CLS] [SEP] [MASK]; the alphabet, most frequent first (each character as the
// start of a word and, where it occurs inside words, as a continuation); then the merged pieces in the order
// they were learnt. The alphabet takes at most half of the vocabulary and none seen less than once in a
// million characters; the others are left to [UNK]. Fewer than vocab_size pieces come back when no pair is
// left to merge. Errors: no words; vocab_size below kMinVocabSize. `progress` gets 0 .. 1; false cancels,
// which is an error too.
Result<std::vector<std::string>> trainWordPiece(const WordCounts& words,
                                                const WordPieceTrainerOptions& options,
                                                const std::function<bool(double)>& progress = {});

inline constexpr int64_t kMinVocabSize = 32;

}  // namespace heddle
