// Learns a ChineseWords from word-segmented text, from dictionaries, or from both.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/chinese/chinese_words.h"

namespace heddle {

struct ChineseTraining {
  // One sentence per line, words separated by white space; what counts as a word is learnt from here.
  std::vector<std::filesystem::path> segmented;
  // One word per line, then white space and its count if it is known. Alone, they give a model without
  // tagger.
  std::vector<std::filesystem::path> dictionaries;
  int epochs = 10;
  uint64_t seed = 1;
};

struct ChineseTrainingReport {
  int64_t sentences = 0;  // of `segmented`
  int64_t words = 0;      // of `segmented`
  int64_t dictionary = 0;
  int64_t bytes = 0;  // of the model
  // The two settings that a tenth of the text, held out, was tried with; the defaults where there is too
  // little.
  double word_weight = 0;   // of a nat of the bigram model, in units of the tagger's scores
  double unknown_nats = 0;  // what a word outside the dictionary costs beside its spelling
  double heldout_f1 = 0;    // 0 where nothing was held out
};

// Equal files and settings give an equal model, byte for byte. `progress` gets 0 .. 1 and what is being done;
// false cancels, which is an error too. Errors name the file and the line; no file at all; epochs out of 1 ..
// 100; more words than the format can number.
Result<ChineseWords> trainChineseWords(const ChineseTraining& training,
                                       const std::function<bool(double, std::string_view)>& progress = {},
                                       ChineseTrainingReport* report = nullptr);

}  // namespace heddle
