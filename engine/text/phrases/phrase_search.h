// Finds the thresholds that give a phrase dictionary of a wanted size, texts of a wanted phrase rate, or
// both.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/phrases/phrase_dictionary.h"

namespace heddle {

// For one target alone, one of c and tau is searched and the other stays as given.
enum class SearchedThreshold { kProbability, kCount };

// With both targets c and tau are searched together: of all pairs that give the size, the one that gives the
// rate.
struct PhraseTarget {
  std::optional<int64_t> size;  // phrases in the dictionary
  std::optional<double> rate;   // phrase rate of `sample`, above 0 and below 1
  SearchedThreshold searched = SearchedThreshold::kProbability;
};

// Errors: no target, or one out of range.
Status checkTarget(const PhraseTarget& target);

struct PhraseChoice {
  PhraseDictionary dictionary;  // its thresholds are the pair that was reached
  double rate = 0;              // phrase rate of the sample; 0 without a sample
  // Empty where the target was met (sizes: equal counts or probabilities apart; rates: within .1 percentage
  // points). Otherwise a sentence that says how near it came.
  std::string shortfall;
};

// `fixed` holds the longest length and the threshold that is not searched. `sample` are paragraphs; it is
// needed for a rate. The choice is the nearest that can be reached. Errors: as choosePhrases() and
// checkTarget(); a rate without a sample; no n-gram that the fixed threshold lets through. `progress` gets
// 0 .. 1; false cancels, which is an error too.
Result<PhraseChoice> searchPhrases(const PhraseCounts& counts, const PhraseTarget& target,
                                   const PhraseThresholds& fixed, const std::vector<std::string>& sample = {},
                                   const std::function<bool(double)>& progress = {});

}  // namespace heddle
