#include "engine/data/rows/passage.h"

#include <algorithm>

#include "engine/text/grains/grains.h"

namespace heddle {

int64_t sentenceOfToken(const Corpus& corpus, int64_t document, int64_t token) {
  int64_t low = corpus.documentBegin(document);
  int64_t high = corpus.documentBegin(document + 1);
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    (corpus.sentenceBegin(middle) <= token ? low : high) = middle;
  }
  return low;
}

void appendText(const Corpus& corpus, const TokenRange& range, int32_t segment, Row& row) {
  if (range.size() <= 0) {
    return;
  }
  corpus.appendTokens(range.begin, range.end, row.tokens);
  row.segments.resize(row.tokens.size(), segment);
  int64_t sentence = range.sentence;
  while (corpus.sentenceBegin(sentence + 1) <= range.begin) {
    ++sentence;
  }
  int64_t unit = corpus.unitBegin(sentence);
  for (int64_t at = corpus.sentenceBegin(sentence); at < range.end; ++unit) {
    const int64_t end = at + corpus.unitTokens(unit);
    const int64_t inside = std::min(end, range.end) - std::max(at, range.begin);
    if (inside > 0) {
      const bool whole = inside == end - at;
      row.units.insert(row.units.end(), static_cast<size_t>(inside), static_cast<int32_t>(row.coarse.size()));
      row.coarse.push_back(whole ? corpus.unitCoarse(unit) : kFallsBack);
    }
    at = end;
  }
}

}  // namespace heddle
