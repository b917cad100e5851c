#include "engine/text/decomposition.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf16.h>

#include <algorithm>

namespace heddle {
namespace {

const icu::Normalizer2& decomposer() {
  static const icu::Normalizer2* const instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFDInstance(status);
  }();
  return *instance;
}

// Marks between two characters that start anew, in the order of their classes.
void orderMarks(std::vector<SourceCharacter>& characters) {
  const auto starts = [](const SourceCharacter& character) { return u_getCombiningClass(character.c) == 0; };
  for (auto at = characters.begin(); at != characters.end();) {
    const auto first = std::find_if_not(at, characters.end(), starts);
    at = std::find_if(first, characters.end(), starts);
    if (at - first > 1) {
      std::stable_sort(first, at, [](const SourceCharacter& a, const SourceCharacter& b) {
        return u_getCombiningClass(a.c) < u_getCombiningClass(b.c);
      });
    }
  }
}

}  // namespace

bool isNormalised(int32_t c) {
  icu::UnicodeString ignored;
  return u_tolower(c) != c || u_getCombiningClass(c) != 0 || decomposer().getDecomposition(c, ignored);
}

void stripAccents(const std::vector<SourceCharacter>& characters, std::vector<SourceCharacter>& out) {
  thread_local icu::UnicodeString decomposition;
  out.clear();
  for (const SourceCharacter& character : characters) {
    if (character.c < 128 || !decomposer().getDecomposition(character.c, decomposition)) {
      out.push_back(character);
      continue;
    }
    for (int32_t at = 0; at < decomposition.length();) {
      const UChar32 c = decomposition.char32At(at);
      out.push_back({c, character.begin, character.end});
      at += U16_LENGTH(c);
    }
  }
  orderMarks(out);
  size_t kept = 0;
  for (const SourceCharacter& character : out) {
    if (u_charType(character.c) != U_NON_SPACING_MARK) {
      out[kept++] = character;
    } else if (kept > 0) {
      out[kept - 1].end = std::max(out[kept - 1].end, character.end);
    }
  }
  out.resize(kept);
}

}  // namespace heddle
