// What both profiles of WordPiece share of Unicode normalisation: canonical decomposition without accents,
// with the way back to the original bytes.

#pragma once

#include <cstdint>
#include <vector>

namespace heddle {

struct SourceCharacter {
  int32_t c = 0;      // code point
  int32_t begin = 0;  // bytes of the original text
  int32_t end = 0;
};

// Whether lower-casing or decomposition may change a character or its place.
bool isNormalised(int32_t c);

// Replaces `out` by the characters decomposed (NFD) and without non-spacing marks; what a mark covered in the
// original goes to the character before it.
void stripAccents(const std::vector<SourceCharacter>& characters, std::vector<SourceCharacter>& out);

}  // namespace heddle
