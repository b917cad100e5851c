#include "engine/data/rows/row_source.h"

#include <utility>

#include "engine/data/masking/maskers.h"
#include "engine/data/rows/segment_rows.h"

namespace heddle {

RowSource::RowSource(const Corpus& corpus, Documents documents, ObjectiveRecipe objective, SpecialIds special,
                     uint64_t key)
    : corpus_(&corpus),
      documents_(std::move(documents)),
      objective_(std::move(objective)),
      kind_(rowKind(objective_)),
      special_(special),
      key_(key) {}

int64_t RowSource::rows(int64_t length) const {
  switch (kind_) {
    case RowKind::kXlnet:
      return xlnetRows(stream(), reuseLength(objective_, length));
    case RowKind::kLm:
      return lmRows(stream(), length);
    default:
      return table(length).size();
  }
}

void RowSource::build(int64_t index, int64_t length, RandomStream& draws, Row& row) const {
  row.clear();
  const RowContext context{*corpus_, documents_, objective_, special_, length};
  const auto instance = [&] { return table(length).row(index); };
  switch (kind_) {
    case RowKind::kSentencePair:
      return buildSentencePair(context, instance(), draws, row);
    case RowKind::kSentenceOrder:
      return buildSentenceOrder(context, instance(), draws, row);
    case RowKind::kElectra:
      return buildElectra(context, instance(), draws, row);
    case RowKind::kFullSentences:
    case RowKind::kDocSentences:
      return buildSentenceRun(context, instance(), row);
    case RowKind::kSingle:
      return buildWindow(context, instance(), row);
    case RowKind::kT5:
      return buildT5Window(context, instance(), row);
    case RowKind::kXlnet:
      return buildXlnet(context, stream(), index, draws, row);
    case RowKind::kLm:
      return buildLm(context, stream(), index, row);
  }
}

const RowTable& RowSource::table(int64_t length) const {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<const RowTable>& place = tables_[length];
  if (place == nullptr) {
    const uint64_t key = mixKey(mixKey(key_, nameKey("row lengths")), static_cast<uint64_t>(length));
    const auto make = [&](int64_t text_length, CutRow cut) {
      place =
          std::make_unique<const RowTable>(Cutting{*corpus_, documents_, objective_, text_length, key}, cut);
    };
    switch (kind_) {
      case RowKind::kFullSentences:
      case RowKind::kDocSentences:
        make(length - 2, cutSentenceRun);
        break;
      case RowKind::kSingle:
        make(length - 2, cutWindow);
        break;
      case RowKind::kT5:
        make(t5TextLength(objective_, length), cutWindow);
        break;
      case RowKind::kElectra:
        make(length, cutChunk);
        break;
      default:
        make(length - 3, cutChunk);
    }
  }
  return *place;
}

const TokenStream& RowSource::stream() const {
  const std::lock_guard lock(mutex_);
  if (stream_ == nullptr) {
    stream_ = std::make_unique<const TokenStream>(*corpus_, documents_, mixKey(key_, nameKey("stream")));
  }
  return *stream_;
}

}  // namespace heddle
