// Text from a grammar written for this project: the data that is always there. Documents are short connected
// accounts (people and things recur, pronouns refer, time moves on) with agreement, relative clauses and
// multi-word expressions, in English or Chinese, and their true structure is known. A document is a pure
// function of (seed, index).

#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
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

// The languages there are grammars for: "en", "zh".
const std::vector<std::string>& sampleLanguages();

// Document `index` of the endless collection `seed`; one without text where there is no grammar for the
// language.
SampleDocument generateDocument(uint64_t seed, int64_t index, std::string_view language = "en");

// The sentences of a paragraph, a space between two where the language writes one.
std::string paragraphText(const std::vector<SampleSentence>& sentences);

// The document as the program reads text: one paragraph per line.
std::string documentText(const SampleDocument& document);

// The words of a sentence, a space between two: what word segmenters are trained on.
std::string segmentedText(const SampleSentence& sentence);

// All documents, a blank line between two. With `gold`, also one JSON line per sentence:
//   {"document": 0, "paragraph": 0, "sentence": 0, "text": "...", "words": [[begin, end, "NOUN"], ...],
//   "phrases": [[first, last, "np"], ...]}
// With `segmented`, also one line of segmentedText() per sentence.
// Errors: a language there is no grammar for; a stream that takes no more (a full disk).
Status writeSampleText(const SampleOptions& options, std::ostream& text, std::ostream* gold = nullptr,
                       std::ostream* segmented = nullptr);

// Every fixed expression of the grammar in its base form, for checks of learnt dictionaries: in English of
// several words, in Chinese also idioms that are one word.
std::vector<std::string> sampleExpressions(std::string_view language = "en");

}  // namespace heddle
