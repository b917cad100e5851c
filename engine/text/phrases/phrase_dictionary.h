// The phrases that the coarse grain of English knows: chosen from counts by thresholds, kept as a text file.
//
// File, version 1, UTF-8, one line each:
//   heddle phrases 1
//   {"lowercase": true, "longest": 4, "min_count": 10, "min_probability": 0.1, "phrases": 77645, ...}
//   los angeles<TAB>5321<TAB>0.9712
//   ...
// The second line is a JSON object that may also hold corpus_words and corpus_types. Each line after it is a
// phrase, its count and p(last word | words before); a phrase's number is its place, from 0.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/phrases/phrase_counts.h"

namespace heddle {

// The settings c, tau and n: phrases have 2 .. longest words, are seen min_count times or more, and their
// last word has min_probability or more after the words before. The defaults come near the 13.1 % of phrases
// that AMBERT, table 10, gives for English: 11.4 % of 22 MB of Wikipedia, 13.7 % of 185 MB.
struct PhraseThresholds {
  int64_t min_count = 10;
  double min_probability = 0.1;
  int longest = 4;
  friend bool operator==(const PhraseThresholds&, const PhraseThresholds&) = default;
};

// Errors: settings that no phrase or no counting can meet (a count below 1, a probability outside 0 .. 1, a
// length outside 2 .. kLongestPhrase).
Status checkThresholds(const PhraseThresholds& thresholds);

struct Phrase {
  std::string text;  // words with one space between two
  int64_t count = 0;
  double probability = 0;
  friend bool operator==(const Phrase&, const Phrase&) = default;
};

struct PhraseDictionary {
  PhraseThresholds thresholds;
  bool lowercase = true;
  int64_t corpus_words = 0;  // of the text it was learnt from; 0: unknown
  int64_t corpus_types = 0;
  std::vector<Phrase> phrases;  // most frequent first, equal counts in the order of their words
  friend bool operator==(const PhraseDictionary&, const PhraseDictionary&) = default;
};

// True of candidates that the thresholds let through.
bool passes(const PhraseCandidate& candidate, const PhraseThresholds& thresholds);

// checkThresholds(), and an error for thresholds below what was counted (a smaller count, a greater length).
Status checkAgainst(const PhraseCounts& counts, const PhraseThresholds& thresholds);

// Errors as checkAgainst(). An empty dictionary is no error.
Result<PhraseDictionary> choosePhrases(const PhraseCounts& counts, const PhraseThresholds& thresholds);

// Complete or absent. Errors: as the disk has them.
Status savePhrases(const PhraseDictionary& dictionary, const std::filesystem::path& path);

// Errors name the file and the line: no such file, another format or version, a broken header, impossible
// thresholds, a line without its three parts, a phrase that the tokeniser would split otherwise or that holds
// punctuation, too few or too many words, a count or probability outside the thresholds, a phrase twice,
// fewer or more lines than the header says.
Result<PhraseDictionary> loadPhrases(const std::filesystem::path& path);

// The same from bytes at hand; `source` stands for the file in errors.
Result<PhraseDictionary> parsePhrases(std::string_view bytes, std::string_view source = "the phrases");

}  // namespace heddle
