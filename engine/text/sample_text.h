// Text from a grammar written for this project: the data that is always there. Documents are short connected
// accounts (people and things recur, pronouns refer, time moves on) with agreement, relative clauses and
// multi-word expressions, and their true structure is known. A document is a pure function of (seed, index).

#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

struct SampleWord {
  int32_t begin = 0;  // bytes of the sentence
  int32_t end = 0;
  const char* part_of_speech =
      "";  // Universal POS: NOUN PROPN PRON VERB AUX ADJ ADV ADP DET NUM CCONJ SCONJ PART PUNCT
};

struct SamplePhrase {
  int32_t first = 0;  // words of the sentence, last one included
  int32_t last = 0;
  const char* kind = "";  // "expression" (a fixed multi-word unit), "np", "vp", "relative", "clause"
};

struct SampleSentence {
  std::string text;
  std::vector<SampleWord> words;
  std::vector<SamplePhrase> phrases;  // by first word, longer ones first
};

struct SampleDocument {
  std::vector<std::vector<SampleSentence>> paragraphs;
};

struct SampleOptions {
  int64_t documents = 2000;
  uint64_t seed = 1;
  std::string language = "en";
};

// Document `index` of the endless collection `seed`, in English.
SampleDocument generateDocument(uint64_t seed, int64_t index);

// The sentences of a paragraph, a space between two.
std::string paragraphText(const std::vector<SampleSentence>& sentences);

// The document as the program reads text: one paragraph per line.
std::string documentText(const SampleDocument& document);

// All documents, a blank line between two. With `gold`, also one JSON line per sentence:
//   {"document": 0, "paragraph": 0, "sentence": 0, "text": "...", "words": [[begin, end, "NOUN"], ...],
//   "phrases": [[first, last, "np"], ...]}
// Errors: a language there is no grammar for; a stream that takes no more (a full disk).
Status writeSampleText(const SampleOptions& options, std::ostream& text, std::ostream* gold = nullptr);

// Every multi-word expression of the grammar in its base form, for checks of learnt phrase dictionaries.
std::vector<std::string> sampleExpressions();

}  // namespace heddle
