// Counts the n-grams of a corpus of any size on disk, and estimates how surely each one's last word follows
// from the words before it (modified Kneser-Ney). Phrase dictionaries are chosen from the result.

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/phrases/kneser_ney.h"

namespace heddle {

inline constexpr int kLongestPhrase = 5;

// Hands out the corpus; asked from one thread only.
struct TextSource {
  // Replaces the contents by the next document's paragraphs; false at the end. CorpusReader::next() is one.
  std::function<Result<bool>(std::vector<std::string>&)> next;
  // Share handed out so far, 0 .. 1, for the progress; may be empty.
  std::function<double()> fraction = {};
};

struct PhraseCountOptions {
  int longest = 4;                          // words of the longest n-grams, 2 .. kLongestPhrase
  int64_t min_count = 5;                    // rarer n-grams take part in the estimates but are not kept
  bool lowercase = true;                    // as the tokeniser that phrases are for
  int64_t memory_bytes = int64_t{1} << 30;  // at least kLeastPhraseMemory
  int threads = 0;                          // 0: one per core
  std::filesystem::path temporary = {};     // folder for sorted runs; empty: the system's
};
inline constexpr int64_t kLeastPhraseMemory = int64_t{16} << 20;

// An n-gram of two or more words.
struct PhraseCandidate {
  std::array<int32_t, kLongestPhrase> words{};  // indexes into PhraseCounts::words, `length` of them
  int32_t length = 0;
  int64_t count = 0;
  double probability = 0;  // p(last word | words before), nothing known about what stands before those
};

struct PhraseCounts {
  std::vector<std::string> words;           // in order, those of the candidates
  std::vector<PhraseCandidate> candidates;  // most frequent first, equal counts in the order of their words
  int longest = 0;
  int64_t min_count = 0;
  bool lowercase = true;
  int64_t corpus_words = 0;                             // words counted, without punctuation
  int64_t corpus_types = 0;                             // different ones
  std::array<int64_t, kLongestPhrase + 1> different{};  // [n] = different n-grams of n words, all counts
  std::array<Discounts, kLongestPhrase + 1> discounts;  // [n] = of counts of n words, 2 .. longest
  std::array<Discounts, kLongestPhrase + 1> lower;  // [n] = of numbers of left neighbours, 1 .. longest - 1
};

// The words of a candidate with one space between two.
inline std::string phraseText(const PhraseCounts& counts, const PhraseCandidate& candidate) {
  std::string text;
  for (int place = 0; place < candidate.length; ++place) {
    text += place == 0 ? "" : " ";
    text += counts.words[static_cast<size_t>(candidate.words[static_cast<size_t>(place)])];
  }
  return text;
}

// Words are the pre-tokens of splitWords() for which isPhraseWord() holds. Any other pre-token and the end of
// a paragraph are an edge: no n-gram goes across, but an edge can follow a context and can be a left
// neighbour. For each length n <= longest the estimate is that of an n-gram model of just that length:
//   p(w | c) = (count(cw) - D(count(cw))) / count(c) + left(c) q(w | c without its first word)
// where q is the same from numbers of different left neighbours instead of counts, down to single words,
// which are interpolated with 1 / (types + 1). The result depends on the text and on longest, min_count and
// lowercase alone. Errors: options out of range; what the source reports; a folder that takes no temporary
// files, a full disk; more words, or more kept n-grams, than the memory holds. `progress` gets 0 .. 1; false
// cancels, which is an error too. Nothing stays on disk.
Result<PhraseCounts> countPhrases(const TextSource& source, const PhraseCountOptions& options,
                                  const std::function<bool(double)>& progress = {});

}  // namespace heddle
