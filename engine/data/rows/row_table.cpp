#include "engine/data/rows/row_table.h"

namespace heddle {

void moveTo(const Cutting& cutting, int64_t sentence, int64_t end, RowPlace& place) {
  place.sentence = sentence;
  place.skip = 0;
  if (sentence == end && ++place.rank < cutting.documents.size()) {
    place.sentence = cutting.corpus.documentBegin(cutting.documents.at(place.rank));
  }
}

RowTable::RowTable(const Cutting& cutting, CutRow cut) : cutting_(cutting), cut_(cut) {
  const int64_t documents = cutting.documents.size();
  RowPlace place;
  if (documents > 0) {
    place.sentence = cutting.corpus.documentBegin(cutting.documents.at(0));
  }
  for (; place.rank < documents; ++size_) {
    if (size_ % kStride == 0) {
      marks_.push_back({static_cast<uint32_t>(place.sentence), static_cast<uint32_t>(place.skip)});
    }
    cut(cutting_, place);
  }
  marks_.shrink_to_fit();
}

Instance RowTable::row(int64_t index) const {
  const Mark& mark = marks_[static_cast<size_t>(index / kStride)];
  RowPlace place{cutting_.documents.rankOf(cutting_.corpus.documentOf(mark.sentence)), mark.sentence,
                 mark.skip};
  for (int64_t before = index % kStride; before > 0; --before) {
    cut_(cutting_, place);
  }
  return cut_(cutting_, place);
}

}  // namespace heddle
