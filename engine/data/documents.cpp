#include "engine/data/documents.h"

#include <algorithm>

namespace heddle {

int64_t Documents::size() const {
  if (some_) {
    return static_cast<int64_t>(some_->size());
  }
  return side_ == Side::kHeldout ? split_.count() : split_.documents() - split_.count();
}

int64_t Documents::at(int64_t rank) const {
  if (some_) {
    return (*some_)[static_cast<size_t>(rank)];
  }
  return side_ == Side::kHeldout ? split_.heldoutAt(rank) : split_.trainingAt(rank);
}

int64_t Documents::rankOf(int64_t document) const {
  if (some_) {
    return std::lower_bound(some_->begin(), some_->end(), document) - some_->begin();
  }
  const int64_t heldout = split_.heldoutBefore(document);
  return side_ == Side::kHeldout ? heldout : document - heldout;
}

int64_t tokensOf(const Corpus& corpus, const Documents& documents) {
  int64_t tokens = 0;
  for (int64_t rank = 0; rank < documents.size(); ++rank) {
    const int64_t document = documents.at(rank);
    tokens += corpus.sentenceBegin(corpus.documentBegin(document + 1)) -
              corpus.sentenceBegin(corpus.documentBegin(document));
  }
  return tokens;
}

}  // namespace heddle
