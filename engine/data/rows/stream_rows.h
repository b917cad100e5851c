// Rows that follow one another: all documents as one stream of tokens with a [SEP] after each, cut into
// consecutive stretches for language models, and into XLNet's rows with recurrence (zihangdai/xlnet,
// data_utils.py).

#pragma once

#include <vector>

#include "engine/data/permutation.h"
#include "engine/data/rows/chunk_rows.h"

namespace heddle {

// Kept is a byte a document: where every 8th one begins.
class TokenStream {
 public:
  // The documents in a random order. Both must outlive the stream.
  TokenStream(const Corpus& corpus, const Documents& documents, uint64_t key);

  // One document's part: the places begin .. end, the last of which is the separator.
  struct Part {
    int64_t index = -1;  // in the random order
    int64_t document = 0;
    int64_t token = 0;  // of the corpus, at `begin`
    int64_t begin = 0;
    int64_t end = 0;
  };

  // Tokens, separators included.
  int64_t size() const { return size_; }
  // The end and the start of the sentence that the place is in; a document's last sentence ends after its
  // separator. `part`: an earlier answer, which spares looking for the same document again.
  int64_t sentenceEnd(int64_t place, Part& part) const;
  int64_t sentenceStart(int64_t place, Part& part) const;
  // Appends the places begin .. end.
  void append(int64_t begin, int64_t end, int32_t segment, int32_t separator, Row& row) const;

 private:
  static constexpr int64_t kStride = 8;
  Part partOf(int64_t index, int64_t begin) const;
  // Makes `part` the one that holds the place.
  void seek(int64_t place, Part& part) const;

  const Corpus* corpus_;
  const Documents* documents_;
  Permutation order_;
  int64_t size_ = 0;
  std::vector<int64_t> begins_;  // of the parts 0, 8, 16, ...
};

int64_t lmRows(const TokenStream& stream, int64_t length);
// The next row begins where this one ends; row.following is its first token.
void buildLm(const RowContext& context, const TokenStream& stream, int64_t index, Row& row);

// objective.reuse_length, or half of the row; at least 1, and with room for two segments.
int64_t reuseLength(const ObjectiveRecipe& objective, int64_t length);
int64_t xlnetRows(const TokenStream& stream, int64_t reuse_length);
// reused A [SEP] B [SEP] [CLS], segments 0 0 0 1 1 2. The next row's reused tokens follow this one's in the
// stream. B is what follows A half of the time, otherwise a random stretch; nothing is to be told about it.
void buildXlnet(const RowContext& context, const TokenStream& stream, int64_t index, RandomStream& draws,
                Row& row);

}  // namespace heddle
