// The documents of a recipe's corpus, or of the embedded sample text, as training sees them: read and
// filtered, from the first to the last, as often as needed.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/content_hash.h"
#include "engine/data/corpus_reader.h"
#include "engine/data/document_filter.h"
#include "engine/data/ordered_work.h"
#include "engine/data/packing.h"
#include "engine/recipes/recipe.h"

namespace heddle {

class CorpusSource {
 public:
  // Without `corpus` the sample text. Both must outlive the source.
  CorpusSource(const TextRecipe& text, const CorpusRecipe* corpus) : text_(text), corpus_(corpus) {}

  // Back to the first document. Errors: as CorpusReader::open().
  Status rewind();
  // Replaces `document` by the next one that is kept; false at the end. Until a whole reading has ended,
  // documents are filtered one by one; later readings remember what was kept, a bit a document. Errors: as
  // CorpusReader::next(), and at the end of a later reading, text that is not what the first one read.
  Result<bool> next(Paragraphs& document);
  // Share of the text read, 0 .. 1.
  double fraction() const;

  // Of the kept documents, once a whole reading has ended.
  int64_t documents() const { return documents_; }
  const ContentHash& hash() const { return hash_; }
  // Whether a later reading has found other text.
  bool changed() const { return changed_; }
  // Nothing where the corpus has no filters.
  const std::optional<FilterReport>& filtered() const { return filtered_; }

  // For errors: "the corpus wiki (a.txt and 2 more)".
  std::string name() const;

 private:
  Result<bool> read(Paragraphs& document);
  // Documents on their way through the filter, which takes all cores.
  struct Portion {
    std::vector<Paragraphs> documents;
    std::vector<DocumentFilter::Traits> traits;
    size_t bytes = 0;
    size_t next = 0;
  };
  Result<bool> survey(Paragraphs& document);
  // The next document in order, with what the filter has found out about it.
  Result<bool> readExamined(Paragraphs& document, DocumentFilter::Traits& traits);
  Status readAhead();
  void hashDocument(const Paragraphs& document);

  const TextRecipe& text_;
  const CorpusRecipe* corpus_;
  std::unique_ptr<CorpusReader> reader_;
  int64_t next_document_ = 0;  // of those read, kept or not

  bool surveyed_ = false;
  bool changed_ = false;
  std::unique_ptr<DocumentFilter> filter_;
  std::unique_ptr<OrderedWork<Portion>> examined_;  // after the filter, which its threads use
  std::unique_ptr<Portion> portion_;
  size_t bytes_ahead_ = 0;
  bool at_end_ = false;  // of reading ahead
  ContentHasher hasher_;
  std::vector<bool> kept_;  // empty: all
  int64_t documents_ = 0;
  ContentHash hash_;
  std::optional<FilterReport> filtered_;
};

}  // namespace heddle
