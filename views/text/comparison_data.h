// What is drawn of several tokenisers over one corpus: finished figures, and the bars, lines and rows that
// they become.

#pragma once

#include <QString>
#include <cstdint>
#include <utility>
#include <vector>

#include "views/common/csv.h"

namespace heddle::ui {

struct ComparisonFigures {
  QString name;
  int64_t size = 0;  // of the vocabulary
  int64_t words = 0;
  int64_t tokens = 0;
  double tokens_per_word = 0;
  double tokens_per_word_type = 0;                     // each different word counted once
  double unknown_rate = 0;                             // share of the tokens
  std::vector<int64_t> length_histogram;               // [characters of a token] -> tokens; the 24th: or more
  std::vector<std::pair<double, double>> frequencies;  // rank from 1, count; by rank
};

struct FrequencyDifference {
  QString token;
  std::vector<int64_t> counts;  // [tokeniser]
};

struct ComparisonData {
  QString corpus;  // what was read, for people
  std::vector<ComparisonFigures> tokenizers;
  std::vector<FrequencyDifference> differences;  // largest difference of frequency first
};

// The shares of tokens by length, in per cent, for lengths 1 .. the last that any tokeniser has (the longest
// ones, together under .1 % of every tokeniser, are one last entry).
struct LengthShares {
  std::vector<std::vector<double>> percent;  // [tokeniser][length - 1]
  bool open_end = false;                     // the last entry stands for its length and all above
};
LengthShares lengthShares(const ComparisonData& data);

// Largest minus smallest frequency of the token in a million tokens.
double differencePerMillion(const ComparisonData& data, const FrequencyDifference& difference);

// One row for each figure of each tokeniser: measure, tokenizer, at, value.
CsvTable comparisonTable(const ComparisonData& data);

}  // namespace heddle::ui
