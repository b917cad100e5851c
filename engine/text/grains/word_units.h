// Chinese words beside the pre-tokens of splitWords(): how coarse vocabularies spell them.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/chinese/chinese_words.h"
#include "engine/text/unicode.h"

namespace heddle {

// The pre-tokens first .. last (one past) with nothing between two. Where their bytes lie one after the
// other, as those of ideographs do, nothing is copied; else the text is that of `buffer`.
std::string_view joinedText(const WordList& words, size_t first, size_t last, std::string& buffer);

// Buffers that stop allocating when they are reused.
struct WordUnitBuffers {
  std::vector<WordSpan> spans;
  std::string joined;
};

// Calls visit(span, pre-tokens in it, spelling) for each word of the text; `words` are its pre-tokens. The
// spelling is valid during the call, and empty for words of one pre-token or none.
template <typename Visit>
void visitWordUnits(const ChineseWords& segmenter, std::string_view utf8, const WordList& words,
                    WordUnitBuffers& buffers, Visit&& visit) {
  buffers.spans.clear();
  segmenter.segment(utf8, buffers.spans);
  size_t first = 0;
  for (const WordSpan& span : buffers.spans) {
    size_t last = first;
    while (last < words.words.size() && words.sourceBegin(words.words[last], 0) < span.end) {
      ++last;
    }
    visit(span, last - first,
          last - first > 1 ? joinedText(words, first, last, buffers.joined) : std::string_view{});
    first = last;
  }
}

}  // namespace heddle
