// Which corpus a row of training is from, and which documents a corpus is cut down to: pure functions, no
// state.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/documents.h"

namespace heddle {

// `total` in parts by weight, rounded by the largest remainder; a weight above 0 gets at least 1 where there
// is enough for all. At least one weight is above 0.
std::vector<int64_t> sharesOf(std::span<const double> weights, int64_t total);

// Rows fall into blocks of 1024: each holds exactly the corpora's shares, in an order of its own. A corpus's
// rows are numbered through all blocks, so each of its epochs visits each of its rows once.
class MixtureSchedule {
 public:
  static constexpr int64_t kBlock = 1024;

  struct Place {
    size_t corpus = 0;
    int64_t row = 0;  // of all rows that this corpus gives, from 0
  };

  MixtureSchedule(std::span<const double> weights, uint64_t key);

  Place at(int64_t row) const;

 private:
  std::vector<int64_t> begins_;  // of the corpora in a block; [corpora + 1]
  uint64_t key_;
};

// The documents to train on: all that are not held out, or, with `max_tokens` above 0, those first in a
// random order that is the same for every size, as long as they hold at most so many tokens: smaller subsets
// are part of larger ones. Error: fewer tokens to train on than max_tokens, or a first document longer than
// it.
Result<Documents> trainingDocuments(const Corpus& corpus, int64_t max_tokens);

}  // namespace heddle
