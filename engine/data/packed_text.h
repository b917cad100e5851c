// What is packed in a workspace, for lists of it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/data/corpus.h"
#include "engine/text/grains/grains.h"

namespace heddle {

struct PackedCorpus {
  std::filesystem::path folder;
  // The error of one that is unfinished or broken.
  Result<CorpusReport> report;
  bool is_being_packed = false;  // unfinished because a program is at it
  // The one it was packed with; empty: not in the workspace any more.
  std::filesystem::path tokenizer = {};
  std::string tokenizer_kind = {};  // as Tokenizer::kind(); empty without `tokenizer`
  CoarseKind coarse = CoarseKind::kNone;
  int64_t disk_bytes = 0;
  double changed = 0;  // wall seconds, when it was last packed or described
};

// The newest first, without the copies of random segmentations that belong to one of them. Reads reports and
// tokenisers, no parts. A workspace without corpora has an empty list; the error of one that cannot be read.
Result<std::vector<PackedCorpus>> packedCorpora(const Workspace& workspace);

}  // namespace heddle
