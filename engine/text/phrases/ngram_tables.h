// The second and third pass: from sorted n-grams to the counts, numbers of left neighbours and follower
// statistics that the estimates need, kept for frequent n-grams only.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/phrases/kneser_ney.h"
#include "engine/text/phrases/ngram_key.h"
#include "engine/text/phrases/phrase_counts.h"
#include "engine/text/phrases/sorted_runs.h"

namespace heddle::ngram {

// A frequent n-gram of words, as an n-gram and as a context.
struct Entry {
  Key key = 0;
  uint64_t count = 0;
  uint64_t left = 0;          // different left neighbours
  Followers followers;        // of counts; their total is `count`
  Followers lower_followers;  // of numbers of left neighbours
};

struct Tables {
  std::array<std::vector<Entry>, kMaxLength + 1> entries;         // [n], by key
  Followers lower_words;                                          // of the empty context
  std::array<CountsOfCounts, kMaxLength + 1> counts_of_counts{};  // [n], 2 .. longest
  std::array<CountsOfCounts, kMaxLength + 1> lower_counts{};      // [n], 1 .. longest - 1
  std::array<int64_t, kMaxLength + 1> different{};
  int64_t corpus_words = 0;
};

// Errors and `progress` as countPhrases(). Equal texts give equal tables but for the word ids.
Result<Tables> makeTables(const RunFile& runs, const PhraseCountOptions& options, int threads,
                          const std::function<bool(double)>& progress);

// Estimates for the entries of one length, 2 .. longest: p(last | before), in the order of the entries.
using Estimates = std::array<std::vector<double>, kMaxLength + 1>;
Estimates estimate(const Tables& tables, const std::array<Discounts, kMaxLength + 1>& discounts,
                   const std::array<Discounts, kMaxLength + 1>& lower, int longest, int64_t types);

}  // namespace heddle::ngram
