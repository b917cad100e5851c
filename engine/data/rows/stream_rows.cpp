#include "engine/data/rows/stream_rows.h"

#include <algorithm>

#include "engine/data/permutation.h"

namespace heddle {

TokenStream::TokenStream(const Corpus& corpus, const Documents& documents, uint64_t key) : corpus_(&corpus) {
  const auto count = static_cast<int64_t>(documents.size());
  const Permutation order(count, key);
  documents_.reserve(documents.size());
  begins_ = {0};
  for (int64_t index = 0; index < count; ++index) {
    const uint32_t document = documents[static_cast<size_t>(order(index))];
    documents_.push_back(document);
    const TokenRange text =
        sentenceRange(corpus, corpus.documentBegin(document), corpus.documentBegin(document + 1));
    begins_.push_back(begins_.back() + text.size() + 1);
  }
}

size_t TokenStream::documentAt(int64_t place) const {
  return static_cast<size_t>(std::upper_bound(begins_.begin(), begins_.end(), place) - begins_.begin()) - 1;
}

int64_t TokenStream::sentenceEnd(int64_t place) const {
  const size_t at = documentAt(place);
  const int64_t first = corpus_->sentenceBegin(corpus_->documentBegin(documents_[at]));
  const int64_t sentence = sentenceOfToken(*corpus_, documents_[at], first + place - begins_[at]);
  return sentence + 1 >= corpus_->documentBegin(documents_[at] + 1)
             ? begins_[at + 1]
             : corpus_->sentenceBegin(sentence + 1) - first + begins_[at];
}

int64_t TokenStream::sentenceStart(int64_t place) const {
  const size_t at = documentAt(place);
  const int64_t first = corpus_->sentenceBegin(corpus_->documentBegin(documents_[at]));
  const int64_t sentence = sentenceOfToken(*corpus_, documents_[at], first + place - begins_[at]);
  return corpus_->sentenceBegin(sentence) - first + begins_[at];
}

void TokenStream::append(int64_t begin, int64_t end, int32_t segment, int32_t separator, Row& row) const {
  for (size_t at = documentAt(begin); begin < end; ++at) {
    const uint32_t document = documents_[at];
    const int64_t first = corpus_->sentenceBegin(corpus_->documentBegin(document));
    const int64_t text_end = begins_[at + 1] - 1;
    if (begin < text_end) {
      const int64_t from = first + begin - begins_[at];
      appendText(
          *corpus_,
          {from, first + std::min(end, text_end) - begins_[at], sentenceOfToken(*corpus_, document, from)},
          segment, row);
    }
    if (end > text_end) {
      row.addSpecial(separator, segment);
    }
    begin = begins_[at + 1];
  }
}

int64_t lmRows(const TokenStream& stream, int64_t length) {
  // The last token has no next one to predict.
  return std::max<int64_t>(0, (stream.size() - 1 + length - 1) / length);
}

void buildLm(const RowContext& context, const TokenStream& stream, int64_t index, Row& row) {
  const int64_t begin = index * context.length;
  const int64_t end = std::min(begin + context.length, stream.size());
  stream.append(begin, end, 0, context.special.sep, row);
  if (end < stream.size()) {
    Row next;
    stream.append(end, end + 1, 0, context.special.sep, next);
    row.following = next.tokens.front();
  }
}

int64_t reuseLength(const ObjectiveRecipe& objective, int64_t length) {
  const int64_t wanted = objective.reuse_length > 0 ? objective.reuse_length : length / 2;
  return std::clamp<int64_t>(wanted, 1, length - 5);
}

int64_t xlnetRows(const TokenStream& stream, int64_t reuse_length) {
  return stream.size() < 2 ? 0 : std::max<int64_t>(1, (stream.size() - 1) / reuse_length);
}

void buildXlnet(const RowContext& context, const TokenStream& stream, int64_t index, RandomStream& draws,
                Row& row) {
  const int64_t reuse = reuseLength(context.objective, context.length);
  const int64_t most = context.length - reuse - 3;
  const int64_t begin = index * reuse;
  const int64_t a_begin = std::min(begin + reuse, stream.size() - 1);
  stream.append(begin, a_begin, 0, context.special.sep, row);
  row.reused = row.size();

  // Sentences from there on until they have enough tokens; A ends at one of the bounds between them.
  std::vector<int64_t> cuts;
  int64_t end = stream.sentenceEnd(a_begin);
  while (end - a_begin < most && end < stream.size()) {
    cuts.push_back(end);
    end = stream.sentenceEnd(end);
  }
  const bool random = cuts.empty() || draws.uniform() < 0.5;
  int64_t a_end = cuts.empty() ? end : cuts[draws.below(static_cast<uint32_t>(cuts.size()))];
  int64_t b_begin = a_end;
  int64_t b_end = end;
  if (random) {
    const int64_t wanted = std::min(std::max<int64_t>(1, most - (a_end - a_begin)), stream.size());
    const uint64_t drawn = uint64_t{draws.bits()} << 32 | draws.bits();
    b_begin = static_cast<int64_t>(drawn % static_cast<uint64_t>(stream.size() - wanted + 1));
    b_end = stream.sentenceEnd(b_begin + wanted - 1);
    b_begin = stream.sentenceStart(b_begin);
  }
  // Off the right of the longer one: what precedes a predicted token stays.
  while (a_end - a_begin + b_end - b_begin > most) {
    --(a_end - a_begin > b_end - b_begin ? a_end : b_end);
  }
  stream.append(a_begin, a_end, 0, context.special.sep, row);
  row.addSpecial(context.special.sep, 0);
  stream.append(b_begin, b_end, 1, context.special.sep, row);
  row.addSpecial(context.special.sep, 1);
  row.addSpecial(context.special.cls, 2);
}

}  // namespace heddle
