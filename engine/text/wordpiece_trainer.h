// Learns a WordPiece vocabulary from word counts by merging pairs of pieces, best first. Deterministic: equal
// counts give an equal vocabulary, whatever their order.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

// Counts of normalised words (after cleaning, lower-casing and splitting at punctuation).
class WordCounter {
 public:
  explicit WordCounter(bool lowercase) : lowercase_(lowercase) {}

  // Adds the words of a text.
  void add(std::string_view utf8);
  // Adds another counter's words.
  void merge(const WordCounter& other);

  const std::unordered_map<std::string, int64_t>& counts() const { return counts_; }

 private:
  bool lowercase_;
  std::unordered_map<std::string, int64_t> counts_;
};

struct WordPieceTrainerOptions {
  int64_t vocab_size = 8000;    // pieces in all, specials and alphabet included
  int64_t max_alphabet = 1000;  // the rarest characters beyond this many are left to [UNK]
  int64_t min_pair_count = 2;   // pairs seen less often are never merged
};

// The vocabulary: [PAD] [UNK] [CLS] [SEP] [MASK], the alphabet (each character alone and as a continuation),
// then merged pieces in the order they were learnt. Fewer than vocab_size pieces when the text has no more
// pairs to merge. Errors: no words at all; vocab_size too small for the specials and the alphabet. `progress`
// gets 0 .. 1 and returns false to cancel, which is an error too.
Result<std::vector<std::string>> trainWordPiece(const std::unordered_map<std::string, int64_t>& words,
                                                const WordPieceTrainerOptions& options,
                                                const std::function<bool(double)>& progress = {});

}  // namespace heddle
