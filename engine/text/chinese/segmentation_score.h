// How well a segmentation agrees with gold text: the figures of the SIGHAN bakeoffs.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/chinese/chinese_words.h"

namespace heddle {

struct SegmentationScore {
  int64_t gold = 0;              // words of the gold text
  int64_t found = 0;             // words of the segmentation
  int64_t right = 0;             // in both, same place
  int64_t unseen = 0;            // gold words not in the training text
  int64_t unseen_right = 0;      // of these, found
  int64_t units_of_several = 0;  // found words of two or more characters

  // 0 where there is nothing to divide by.
  double precision() const { return ratio(right, found); }
  double recall() const { return ratio(right, gold); }
  double f1() const { return ratio(2 * right, gold + found); }
  double unseenRate() const { return ratio(unseen, gold); }
  double unseenRecall() const { return ratio(unseen_right, unseen); }
  // Share of units of two or more characters among all units, as AMBERT's table 10 counts words.
  double wordRate() const { return ratio(units_of_several, found); }

 private:
  static double ratio(int64_t part, int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

// The words of a text whose words stand between white space.
using WordSet = std::unordered_set<std::string>;
Result<WordSet> readWordSet(const std::filesystem::path& segmented);

// Segments each line of a gold file with the white space taken out and compares. `known` are the words of the
// training text, as written; unseen words are those outside it. Errors name the file: not there, no words.
Result<SegmentationScore> scoreSegmentation(const ChineseWords& words, const std::filesystem::path& gold,
                                            const WordSet& known = {});

}  // namespace heddle
