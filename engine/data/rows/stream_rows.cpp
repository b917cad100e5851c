#include "engine/data/rows/stream_rows.h"

#include <algorithm>

namespace heddle {

TokenStream::TokenStream(const Corpus& corpus, const Documents& documents, uint64_t key)
    : corpus_(&corpus), documents_(&documents), order_(documents.size(), key) {
  for (int64_t index = 0; index < documents.size(); ++index) {
    if (index % kStride == 0) {
      begins_.push_back(size_);
    }
    size_ = partOf(index, size_).end;
  }
  begins_.shrink_to_fit();
}

TokenStream::Part TokenStream::partOf(int64_t index, int64_t begin) const {
  const int64_t document = documents_->at(order_(index));
  const TokenRange text =
      sentenceRange(*corpus_, corpus_->documentBegin(document), corpus_->documentBegin(document + 1));
  return {index, document, text.begin, begin, begin + text.size() + 1};
}

void TokenStream::seek(int64_t place, Part& part) const {
  if (part.index >= 0 && place >= part.begin && place < part.end) {
    return;
  }
  if (part.index < 0 || place != part.end) {
    const auto mark = std::upper_bound(begins_.begin(), begins_.end(), place) - begins_.begin() - 1;
    part = partOf(mark * kStride, begins_[static_cast<size_t>(mark)]);
  }
  while (part.end <= place) {
    part = partOf(part.index + 1, part.end);
  }
}

int64_t TokenStream::sentenceEnd(int64_t place, Part& part) const {
  seek(place, part);
  const int64_t sentence = sentenceOfToken(*corpus_, part.document, part.token + place - part.begin);
  return sentence + 1 >= corpus_->documentBegin(part.document + 1)
             ? part.end
             : corpus_->sentenceBegin(sentence + 1) - part.token + part.begin;
}

int64_t TokenStream::sentenceStart(int64_t place, Part& part) const {
  seek(place, part);
  const int64_t sentence = sentenceOfToken(*corpus_, part.document, part.token + place - part.begin);
  return corpus_->sentenceBegin(sentence) - part.token + part.begin;
}

void TokenStream::append(int64_t begin, int64_t end, int32_t segment, int32_t separator, Row& row) const {
  for (Part part; begin < end; begin = part.end) {
    seek(begin, part);
    const int64_t text_end = part.end - 1;
    if (begin < text_end) {
      const int64_t from = part.token + begin - part.begin;
      appendText(*corpus_,
                 {from, part.token + std::min(end, text_end) - part.begin,
                  sentenceOfToken(*corpus_, part.document, from)},
                 segment, row);
    }
    if (end > text_end) {
      row.addSpecial(separator, segment);
    }
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
  TokenStream::Part part;
  int64_t end = stream.sentenceEnd(a_begin, part);
  while (end - a_begin < most && end < stream.size()) {
    cuts.push_back(end);
    end = stream.sentenceEnd(end, part);
  }
  const bool random = cuts.empty() || draws.uniform() < 0.5;
  int64_t a_end = cuts.empty() ? end : cuts[draws.below(static_cast<uint32_t>(cuts.size()))];
  int64_t b_begin = a_end;
  int64_t b_end = end;
  if (random) {
    const int64_t wanted = std::min(std::max<int64_t>(1, most - (a_end - a_begin)), stream.size());
    const uint64_t drawn = uint64_t{draws.bits()} << 32 | draws.bits();
    b_begin = static_cast<int64_t>(drawn % static_cast<uint64_t>(stream.size() - wanted + 1));
    b_end = stream.sentenceEnd(b_begin + wanted - 1, part);
    b_begin = stream.sentenceStart(b_begin, part);
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
