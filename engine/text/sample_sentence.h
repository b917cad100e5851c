// What the grammars of all languages share: words gathered into a sentence, and choosing among words.

#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/text/sample_lexicon.h"
#include "engine/text/sample_text.h"

namespace heddle::sample {

inline constexpr const char* kExpression = "expression";
inline constexpr const char* kNounPhrase = "np";
inline constexpr const char* kVerbPhrase = "vp";
inline constexpr const char* kRelative = "relative";
inline constexpr const char* kClause = "clause";

// Items early in a list come up more often: real text has frequent and rare words.
template <typename T>
const T& pickEarly(RandomStream& draws, const std::vector<T>& items) {
  const auto size = static_cast<uint32_t>(items.size());
  return items[std::min(draws.below(size), draws.below(size))];
}

// Collects words with their parts of speech and the phrases around them, and spells the sentence in the end.
class SentenceBuilder {
 public:
  void word(std::string text, const char* part_of_speech);
  void expression(const Expression& expression);
  size_t open() const { return words_.size(); }
  // Everything added since `first` is a phrase.
  void close(size_t first, const char* kind);
  // As English is written: capital, full stop, "a" or "an", spaces.
  SampleSentence finishEnglish();
  // As Chinese is written: without spaces. Its marks are words that were added.
  SampleSentence finishChinese();

 private:
  SampleSentence take(std::string text, std::vector<SampleWord> words);

  struct Word {
    std::string text;
    const char* part_of_speech;
  };
  std::vector<Word> words_;
  std::vector<SamplePhrase> phrases_;
};

}  // namespace heddle::sample
