// `heddle-engine tokenizer train | encode | info | compare | phrases | words`: from text to both grains, as
// tables for people and JSON Lines for programs.

#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/text/grains/learn.h"

namespace heddle {

enum class TokenizerAction { kTrain, kEncode, kInfo, kCompare, kPhrases, kWords };

struct TokenizerOptions {
  TokenizerAction action = TokenizerAction::kInfo;
  std::string workspace;  // empty = defaultWorkspace()
  bool json = false;

  // Text: files and folders as CorpusReader takes them; empty = the sample text.
  std::vector<std::string> files;
  std::string format = "auto";
  std::string json_key = "text";
  std::string recipe;  // compare: the text that it trains on, in place of files

  // Tokenisers: paths, or names of folders in WORKSPACE/tokenizers.
  std::vector<std::string> tokenizers;
  std::string kind;               // of published files; empty = told from the files
  std::optional<bool> lowercase;  // the same; of learning: true where it is empty
  bool coarse = false;            // compare: the coarse grain too, where there is one

  LearnSettings learn;  // train; phrases and words: the coarse half of it
  std::string coarse_name = "none";
  std::string out;  // train: the folder; phrases, words: the file to keep; empty: train: in the workspace

  std::vector<std::string> texts;  // encode: empty = the lines of standard input
  std::optional<Sampling> sampling;
  uint64_t seed = 1;

  bool with_counts = false;  // compare: every token's count in the JSON
  bool list = false;         // info: all pieces
  int64_t listed = 20;       // rows of lists

  std::vector<std::string> learn_from;  // phrases: text to learn from; words: segmented text
  std::string dictionary;               // phrases: a dictionary to report on; words: a list of words
  std::string model;                    // words: a words.model to report on
  std::vector<std::string> gold;        // words: segmented text to measure agreement with
};

// Returns 0; 1 when something failed on the way; 2 when the request itself is wrong. Without --json errors go
// to `err`, one sentence each, and so does what is being done. A signal ends the program at once: what train,
// phrases and words write is written when all is learnt.
//
// With --json one object a line goes to `out`: {"kind": "progress", "share": 0 .. 1, "text": "..."} while it
// works; then {"kind": "result", ...} (encode: one for each text), or {"kind": "failure", "text": "...",
// "hint": "..."}. Results:
//   train: "folder", "name", "documents", "shortfall", "phrase_rate", "word_types", "heldout_f1", "seconds",
//          and the members of info but "specials" and "pieces"
//   encode: "text", "fine": [{"id", "text", "begin", "end", "unit"}], "units": [{"first", "count",
//          "coarse": id or null, "text"}], "coarse": [ids]
//   info: "tokenizer_kind", "lowercase", "size", "coarse", "coarse_size", "thresholds" of phrases,
//          "specials": {...}, "pieces": [...] where asked for
//   compare: a TokenizerComparison, see comparison.h
//   phrases: a PhraseReport, see phrase_report.h, with "published" and "shortfall"
//   words: "gold": [{"name", "f1", ...}], "data_sets": [...], "mean_rate", "pooled", "published"
int tokenizerCommand(const TokenizerOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace heddle
