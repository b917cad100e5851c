// `heddle-engine corpus build | list | report | rows`: packed corpora made, listed, described and shown as
// training rows.

#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "engine/recipes/recipe.h"

namespace heddle {

enum class CorpusAction { kBuild, kList, kReport, kRows };

struct CorpusOptions {
  CorpusAction action = CorpusAction::kBuild;
  std::string workspace;  // empty = defaultWorkspace()
  bool json = false;

  // build, rows: a recipe with settings ("key=value") over it; rows: or a run's.
  std::string recipe;
  std::vector<std::string> settings;
  std::string run;

  // build without a recipe.
  CorpusRecipe corpus;             // without files: the sample text
  std::vector<std::string> files;  // of the corpus
  std::string tokenizer;           // a path, or a name in WORKSPACE/tokenizers; empty = a WordPiece is learnt

  std::string name;  // report: a folder, or a name in WORKSPACE/corpora

  int64_t step = 0;  // rows
  int64_t count = 8;
};

// Returns 0; 1 when something failed on the way; 2 when the request itself is wrong. Without --json errors go
// to `err`, one sentence each, and so does what is being done.
//
// With --json one object a line goes to `out`: {"kind": "progress", "share": 0 .. 1, "text": "..."} while it
// works; then
//   build   {"kind": "result", "tokenizer": folder, "corpora": [{"name", "folder", "samples": [folder, ...],
//           ... as corpus.json}]}
//   list    {"kind": "result", "corpora": [{"folder", "title", "bytes_on_disk", ... as corpus.json, or
//           "problem" of one that is unfinished or broken}]}, the newest first
//   report  {"kind": "result", "folder", ... as corpus.json}
//   rows    {"kind": "row", ...} (inspection.h) for each row, then {"kind": "result", "rows": count}
// or {"kind": "failure", "text": "...", "hint": "..."}.
int corpusCommand(const CorpusOptions& options, std::ostream& out, std::ostream& err);

}  // namespace heddle
