// Learns both grains from documents: the fine vocabulary, and phrases or Chinese words above it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/grains/grains.h"
#include "engine/text/phrases/phrase_dictionary.h"

namespace heddle {

// Documents as paragraphs, read from the first to the last as often as learning needs.
struct DocumentSource {
  // Replaces the contents by the next document's paragraphs; false at the end.
  std::function<Result<bool>(std::vector<std::string>&)> next;
  // Back to the first document.
  std::function<Status()> rewind;
  // Share handed out since then, 0 .. 1; may be empty.
  std::function<double()> fraction = {};
};

struct LearnSettings {
  std::string kind = "wordpiece";  // as Tokenizer::kind()
  std::filesystem::path vocabulary =
      {};  // a tokeniser that is there, as openTokenizer() takes it; empty: learnt
  int64_t vocab_size = 8000;
  bool lowercase = true;               // SentencePiece: case is folded
  double character_coverage = 0.9995;  // SentencePiece
  // SentencePiece learns from paragraphs drawn evenly where there is more text: it needs some 25 bytes of
  // memory and two microseconds for each byte.
  int64_t sampled_bytes = int64_t{32} << 20;

  CoarseKind coarse = CoarseKind::kNone;
  // Phrases: a dictionary. Words: a words model, or a list of words with or without counts. Empty: learnt, or
  // as `vocabulary` has it.
  std::filesystem::path coarse_file = {};
  PhraseThresholds phrases = {};
  // Where given, the thresholds are searched for them: see phrase_search.h.
  std::optional<int64_t> phrase_count = {};
  std::optional<double> phrase_rate = {};             // share of the units, above 0 and below 1
  std::vector<std::filesystem::path> segmented = {};  // word-segmented text to learn words from
  int64_t coarse_vocab_size = 0;                      // most words kept, the most frequent; 0: all found

  int threads = 0;  // 0: one per core; SentencePiece, whose result they may change: one
  int64_t memory_bytes = int64_t{1} << 30;
  std::filesystem::path temporary = {};  // for phrase counts; empty: the system's
  uint64_t seed = 1;
};

struct LearnReport {
  int64_t documents = 0;
  PhraseThresholds phrases = {};  // reached
  double phrase_rate = 0;         // of a sample of the documents; 0 unless a rate was searched
  std::string shortfall = {};     // how far a search stayed from its target; empty: it met it
  int64_t word_types = 0;         // Chinese words of two or more pre-tokens found in the documents
  double heldout_f1 = 0;          // of a words model that was learnt; 0 where nothing was held out
};

// Equal documents and settings give equal grains. Errors: the documents' own; no text; what the trainers
// refuse (a vocabulary smaller than the alphabet, thresholds that cannot be); kinds that cannot be learnt;
// files that do not fit. `progress` gets 0 .. 1 and what is being done; false cancels, which is an error too.
// While SentencePiece learns nobody is asked: about a minute with the settings as they are.
Result<Grains> learnGrains(const DocumentSource& documents, const LearnSettings& settings,
                           const std::function<bool(double, std::string_view)>& progress = {},
                           LearnReport* report = nullptr);

// The phrases alone, for a fine grain that is lower-cased or not as the settings say.
Result<PhraseDictionary> learnPhrases(const DocumentSource& documents, const LearnSettings& settings,
                                      const std::function<bool(double, std::string_view)>& progress = {},
                                      LearnReport* report = nullptr);

}  // namespace heddle
