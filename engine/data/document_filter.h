// Which documents of a corpus are kept: by their length, and without those that repeat an earlier one. Counts
// what was dropped and keeps a few examples for the corpus's report.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/data/near_duplicates.h"

namespace heddle {

struct DocumentFilterOptions {
  int64_t min_characters = 0;  // code points of all paragraphs
  int64_t max_characters = 0;  // 0 = no limit
  bool deduplicate = false;    // drops exact and near duplicates
  double similarity = 0.8;     // Jaccard, of runs of five words; estimated
  // For what is remembered of documents, whatever the size of the corpus: 930,000 of them.
  int64_t memory_bytes = 256 << 20;
};

enum class DocumentFate { kKept, kTooShort, kTooLong, kDuplicate, kNearDuplicate };
inline constexpr size_t kDocumentFates = 5;

// "kept", "too short", "too long", "duplicate", "near duplicate".
const char* fateName(DocumentFate fate);

struct FilterReport {
  struct Example {
    DocumentFate fate = DocumentFate::kKept;
    int64_t document = 0;   // its number in the order of reading, from 0
    int64_t earlier = -1;   // the one it repeats
    double similarity = 0;  // with that one
    std::string beginning;  // some 80 bytes of the text
  };

  std::array<int64_t, kDocumentFates> documents{};  // by DocumentFate
  std::vector<Example> examples;                    // up to three of each reason
  int64_t compared = 0;                             // documents that later ones were compared with
  bool memory_reached = false;  // so some repetitions of documents that came later may have been kept

  int64_t of(DocumentFate fate) const { return documents[static_cast<size_t>(fate)]; }
};

// {"kept": 1, "too_short": 0, ..., "compared": 1, "memory_reached": false, "examples": [{"fate", "document",
// "earlier", "similarity", "beginning"}, ...]}
Json toJson(const FilterReport& report);
// The report in sentences, one per line.
std::string describe(const FilterReport& report);

class DocumentFilter {
 public:
  // What deciding needs of a document's text; this is where the time goes, and any thread may do it.
  struct Traits {
    int64_t characters = 0;
    DocumentSignature signature;  // only with `deduplicate`
  };

  explicit DocumentFilter(const DocumentFilterOptions& options);

  Traits examine(const std::vector<std::string>& paragraphs) const;

  // Decides about the next document; to be asked in the order of reading, by one thread.
  DocumentFate take(const std::vector<std::string>& paragraphs, const Traits& traits);
  DocumentFate take(const std::vector<std::string>& paragraphs) {
    return take(paragraphs, examine(paragraphs));
  }

  FilterReport report() const;

 private:
  DocumentFilterOptions options_;
  NearDuplicates duplicates_;
  FilterReport report_;
  int64_t next_document_ = 0;
};

}  // namespace heddle
