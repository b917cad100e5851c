// The dictionary with its counts, and the costs of the bigram model made from them: absolute discounting,
// interpolated with single words (Ney, Essen, Kneser 1994).

#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/text/chinese/model_file.h"
#include "engine/text/chinese/tagger_trainer.h"

namespace heddle::chinese {

class WordCounts {
 public:
  // Counts every word and every pair of neighbours.
  void add(const TaggedText& text);
  // Counts a word of a dictionary, without neighbours.
  void add(const std::u16string& word, double count);

  size_t size() const { return words_.size(); }
  // Whether the format can number the words and what they start with.
  bool fits() const;

  // `cost_per_nat`: what one nat of surprise costs; `unknown_nats` is added for words outside the dictionary.
  struct Scale {
    double cost_per_nat = kWeightUnit;
    double unknown_nats = 0;
  };
  // Fills kTrie, kWords and kBigrams, and the costs of unknown words.
  void write(const Scale& scale, size_t symbol_count, std::array<std::string, kSections>& sections,
             Parameters& parameters) const;

 private:
  uint32_t number(const std::u16string& word);
  // Numbers of the words in ascending order.
  std::vector<uint32_t> sortedNumbers() const;

  std::unordered_map<std::u16string, uint32_t> numbers_;
  std::vector<std::u16string> words_;
  std::vector<double> counts_;
  double stretches_ = 0;
  std::unordered_map<uint64_t, double>
      bigrams_;  // number of the word before in the upper half; kEdge for none
};

// Slots of a table that is probed, twice as many as entries at least.
size_t slotCount(size_t entries);

}  // namespace heddle::chinese
