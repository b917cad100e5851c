// Stretches of a packed corpus, and how their tokens and units come into a row.

#pragma once

#include <cstdint>

#include "engine/data/documents.h"
#include "engine/data/rows/row.h"

namespace heddle {

// Tokens begin .. end of a corpus.
struct TokenRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t sentence = 0;  // the one that token `begin` is in, or an earlier one
  int64_t size() const { return end - begin; }
};

// What one row is made of: consecutive sentences.
struct Instance {
  uint32_t sentence = 0;  // the first
  uint32_t sentences = 0;
  uint32_t target = 0;  // tokens the row aims at
  uint32_t skip = 0;    // tokens left out in front: later windows of a stretch longer than a row
};

inline TokenRange sentenceRange(const Corpus& corpus, int64_t first, int64_t end) {
  return {corpus.sentenceBegin(first), corpus.sentenceBegin(end), first};
}

// The sentence of a document that holds the token.
int64_t sentenceOfToken(const Corpus& corpus, int64_t document, int64_t token);

// Appends the text of the range to the row, with its units.
void appendText(const Corpus& corpus, const TokenRange& range, int32_t segment, Row& row);

}  // namespace heddle
