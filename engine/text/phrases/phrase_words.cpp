#include "engine/text/phrases/phrase_words.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "engine/text/wordpiece.h"

namespace heddle {

bool isPhraseWord(const WordList& words, const WordList::Word& word) {
  const std::string_view text = words.text(word);
  if (word.characters > WordPiece::kMaxWordCharacters) {
    return false;
  }
  const auto byte = static_cast<uint8_t>(text.front());
  if (byte < 128) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  }
  int32_t at = 0;
  UChar32 first = 0;
  U8_NEXT(reinterpret_cast<const uint8_t*>(text.data()), at, static_cast<int32_t>(text.size()), first);
  return first >= 0 && u_isalnum(first) && !u_hasBinaryProperty(first, UCHAR_IDEOGRAPHIC);
}

}  // namespace heddle
