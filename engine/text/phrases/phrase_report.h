// What a phrase dictionary does to data sets: phrase rates as in table 10 of AMBERT, and the phrases
// themselves.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/text/phrases/phrase_tokenizer.h"

namespace heddle {

struct PhraseRate {
  std::string name;
  int64_t bytes = 0;
  int64_t words = 0;    // pre-tokens, punctuation included
  int64_t units = 0;    // coarse units: phrases and single pre-tokens
  int64_t phrases = 0;  // units of two or more words

  // Share of phrases among the units, 0 .. 1; 0 without units.
  double rate() const { return units == 0 ? 0.0 : static_cast<double>(phrases) / static_cast<double>(units); }
};

struct PhraseReport {
  struct Use {
    std::string text;
    int64_t count = 0;  // units of the data sets
    double share = 0;   // of all phrases there, 0 .. 1
  };

  PhraseThresholds thresholds;
  int64_t dictionary_size = 0;
  std::array<int64_t, kLongestPhrase + 1> sizes{};  // [n] = phrases of n words in the dictionary
  int64_t used = 0;                                 // different phrases found in the data sets
  std::vector<PhraseRate> data_sets;
  double mean_rate = 0;      // plain mean over the data sets, as published
  PhraseRate pooled;         // all data sets as one
  std::vector<Use> longest;  // of those found: most words first, then most letters
  std::vector<Use> most_frequent;
};

// Counts over any number of texts. One object per thread.
class PhraseMeter {
 public:
  explicit PhraseMeter(const PhraseDictionary& dictionary);

  // What add() gets from now on belongs to this data set.
  void startDataSet(std::string name);
  // One paragraph; what is longer than kStretchBytes is cut at a space. Before the first startDataSet() the
  // data set is called "text".
  void add(std::string_view utf8);
  // With at most `listed` phrases in each list. `dictionary` is the one given before.
  PhraseReport report(const PhraseDictionary& dictionary, size_t listed = 20) const;

 private:
  PhraseTokenizer tokenizer_;
  std::vector<PhraseRate> data_sets_;
  std::vector<int64_t> uses_;  // by phrase
  std::vector<PhraseUnit> units_;
};

// For people: a table of rates and two lists.
std::string phraseReportText(const PhraseReport& report);
// The same numbers for programs; members are named as the fields, rates as shares.
Json phraseReportJson(const PhraseReport& report);

}  // namespace heddle
