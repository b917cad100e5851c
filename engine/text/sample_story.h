// What the storytellers of all languages share: a story of two people who are introduced one after the other,
// from morning to night.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/random.h"
#include "engine/text/sample_lexicon.h"
#include "engine/text/sample_sentence.h"
#include "engine/text/sample_text.h"

namespace heddle::sample {

// Tells one story; all that is drawn for it is a function of (seed, language, index).
class Storyteller {
 public:
  virtual ~Storyteller() = default;

  SampleDocument tell();

 protected:
  Storyteller(uint64_t seed, const char* language, int64_t index);

  template <typename T>
  const T& pick(const std::vector<T>& items) {
    return pickEarly(draws_, items);
  }
  bool chance(double probability) { return draws_.uniform() < probability; }
  // One of the women and one of the men, in any order: "she" and "he" always mean one of them. Women come
  // first in `names`, then as many men.
  std::array<Name, 2> drawPeople(const std::vector<Name>& names);

  virtual SampleSentence introduction(int person) = 0;  // 0 or 1
  virtual SampleSentence opening(int time) = 0;         // 0 morning .. 4 night
  virtual SampleSentence middle() = 0;
  virtual SampleSentence ending() = 0;
  virtual void clause(SentenceBuilder& out) = 0;
  void laterClause(SentenceBuilder& out);  // of the same sentence: there a person is named once

  RandomStream draws_;
  bool only_pronouns_ = false;  // for the person last named
  int last_person_ = -1;        // the subject of the sentence before: a pronoun refers to it
};

}  // namespace heddle::sample
