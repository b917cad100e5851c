// Cuts text into phrases and single pre-tokens, from left to right, the longest phrase first: the coarse
// grain of English. Li et al. 2021, "AMBERT: a pre-trained language model with multi-grained tokenization",
// section 3.1.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/text/phrases/phrase_dictionary.h"
#include "engine/text/unicode.h"

namespace heddle {

// A coarse unit: a run of whole pre-tokens.
struct PhraseUnit {
  static constexpr int32_t kNoPhrase = -1;

  int32_t phrase = kNoPhrase;  // its place in the dictionary; kNoPhrase: one pre-token
  int32_t begin = 0;           // bytes of the original text
  int32_t end = 0;
  int32_t first_word = 0;  // pre-tokens of the text, as splitWords() gives them
  int32_t words = 1;
  friend bool operator==(const PhraseUnit&, const PhraseUnit&) = default;
};

// Immutable: one object serves any number of threads. Copies share the tables.
class PhraseTokenizer {
 public:
  explicit PhraseTokenizer(const PhraseDictionary& dictionary);

  // Replaces `out` by the units of a paragraph: every pre-token is in exactly one. Allocates nothing once
  // `out` has room. Texts up to 2 GiB.
  void split(std::string_view utf8, std::vector<PhraseUnit>& out) const;
  // The same from pre-tokens at hand, split with lowercase().
  void split(const WordList& words, std::vector<PhraseUnit>& out) const;

  bool lowercase() const;
  // Phrases in the dictionary.
  int32_t size() const;

 private:
  struct Tables;
  std::shared_ptr<const Tables> tables_;
};

}  // namespace heddle
