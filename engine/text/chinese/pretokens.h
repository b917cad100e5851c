// Text to pre-tokens, the smallest things a Chinese word is made of: an ideograph, a punctuation mark, or a
// run of anything else (Latin letters, digits, kana). Every word of splitWords() lies inside one pre-token,
// so units made of whole pre-tokens never cross a fine token.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace heddle::chinese {

enum class PreTokenKind : uint8_t { kIdeograph, kMark, kDigits, kLetters, kOther };

// Full-width forms count as the ASCII they stand for, capitals as small letters.
struct PreToken {
  int32_t begin = 0;  // bytes of the text
  int32_t end = 0;
  // kIdeograph, kMark: the code point. kDigits: how many. Else a hash of the run's code points.
  uint64_t value = 0;
  PreTokenKind kind = PreTokenKind::kOther;
  bool single = false;  // one code point
};

// The longest stretch that is decided at once; bounds memory and the sums of scores.
inline constexpr size_t kMaxStretch = 2048;

// Replaces `out` by the pre-tokens of the next stretch of text at or after byte `at`, and returns where the
// one after it starts. A stretch holds no white space; one that would be longer than kMaxStretch pre-tokens
// ends after its last full stop where it has one. What WordPiece drops (controls, invalid bytes) belongs to
// the pre-token before it, at the start of a stretch to the one after it. `out` is empty at the end of the
// text only.
size_t nextStretch(std::string_view utf8, size_t at, std::vector<PreToken>& out);

}  // namespace heddle::chinese
