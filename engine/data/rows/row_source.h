// The rows of one side of a corpus (the documents to train on, or those held out) at every length, numbered:
// which text is row i. Pure in (corpus, documents, objective, key, row number, draws).
//
// Another kind of rows is an enumerator and a name in recipes/objective, a cutter and a builder beside those
// of its family (chunk_rows, segment_rows, stream_rows), and its cases here.

#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "engine/data/rows/chunk_rows.h"
#include "engine/data/rows/stream_rows.h"
#include "engine/recipes/objective.h"

namespace heddle {

class RowSource {
 public:
  // `corpus` must outlive the source. `objective` has its published defaults filled in.
  RowSource(const Corpus& corpus, Documents documents, ObjectiveRecipe objective, SpecialIds special,
            uint64_t key);

  // Rows of an epoch. Thread-safe; the first call at a new length walks the documents once.
  int64_t rows(int64_t length) const;
  // Makes row number `index`, 0 .. rows(length) - 1, before masking. Thread-safe.
  void build(int64_t index, int64_t length, RandomStream& draws, Row& row) const;

  const Documents& documents() const { return documents_; }
  uint64_t key() const { return key_; }

 private:
  const RowTable& table(int64_t length) const;
  const TokenStream& stream() const;

  const Corpus* corpus_;
  Documents documents_;
  ObjectiveRecipe objective_;
  RowKind kind_;
  SpecialIds special_;
  uint64_t key_;

  // Guards the members below, not what they point to, which never changes.
  mutable std::mutex mutex_;
  mutable std::map<int64_t, std::unique_ptr<const RowTable>> tables_;
  mutable std::unique_ptr<const TokenStream> stream_;
};

}  // namespace heddle
