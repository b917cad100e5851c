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

// How the pair of c and tau is found:
//   size alone  The given pair is the least. c is raised as far as enough phrases are left, then tau as the
//               size asks: of many phrases those that cover most of a text. Where the given pair lets too few
//               through, tau is lowered at the given c.
//   rate alone  tau is searched at the given c.
//   both        Of all pairs that give the size, the one that gives the rate; the given pair plays no part.
struct PhraseTarget {
  std::optional<int64_t> size;  // phrases in the dictionary
  std::optional<double> rate;   // phrase rate of `sample`, above 0 and below 1
};

// Errors: no target, or one out of range.
Status checkTarget(const PhraseTarget& target);

struct PhraseChoice {
  PhraseDictionary dictionary;  // its thresholds are the pair that was reached
  double rate = 0;              // phrase rate of the sample; 0 without a sample
  // Empty where the target was met (sizes: equal probabilities apart; rates: within .1 percentage points).
  // Otherwise a sentence that says how near it came.
  std::string shortfall;
};

// `given` also holds the longest length. `sample` are paragraphs; it is needed for a rate. The choice is the
// nearest that can be reached. Errors: as choosePhrases() and checkTarget(); a rate without a sample; no
// n-gram as frequent as the given count. `progress` gets 0 .. 1; false cancels, which is an error too.
Result<PhraseChoice> searchPhrases(const PhraseCounts& counts, const PhraseTarget& target,
                                   const PhraseThresholds& given, const std::vector<std::string>& sample = {},
                                   const std::function<bool(double)>& progress = {});

}  // namespace heddle
