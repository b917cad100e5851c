// The rows of one side of a corpus at one length, numbered. Kept is a byte a row: where every 8th row begins;
// the rows between are cut from the text again whenever they are asked for.

#pragma once

#include <cstdint>
#include <vector>

#include "engine/data/rows/passage.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// What all cutters read. Nothing is owned.
struct Cutting {
  const Corpus& corpus;
  const Documents& documents;
  const ObjectiveRecipe& objective;  // with published defaults
  int64_t length;                    // most tokens of a row's text
  uint64_t key;                      // of the draws of rows that are to be shorter
};

// Where a row begins.
struct RowPlace {
  int64_t rank = 0;      // of the document among those that rows are made of
  int64_t sentence = 0;  // of the corpus
  int64_t skip = 0;      // tokens of the sentence that earlier rows hold
};

// Moves on to a sentence of the place's document; `end` is the document's last one's, and behind it comes the
// next document, or the end of all: rank == documents.size().
void moveTo(const Cutting& cutting, int64_t sentence, int64_t end, RowPlace& place);

// Cuts the row that begins at the place, which moves on to the next row. A pure function of both.
using CutRow = Instance (*)(const Cutting& cutting, RowPlace& place);

class RowTable {
 public:
  // Walks all documents once. What `cutting` names must outlive the table.
  RowTable(const Cutting& cutting, CutRow cut);

  int64_t size() const { return size_; }
  // 0 .. size() - 1.
  Instance row(int64_t index) const;

 private:
  static constexpr int64_t kStride = 8;
  struct Mark {
    uint32_t sentence = 0;
    uint32_t skip = 0;
  };

  Cutting cutting_;
  CutRow cut_;
  int64_t size_ = 0;
  std::vector<Mark> marks_;
};

}  // namespace heddle
