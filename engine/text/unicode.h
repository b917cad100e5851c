// Text to normalised words, as BasicTokenizer of google-research/bert does it, with the way back to the
// original bytes. Rules: https://github.com/google-research/bert/blob/master/tokenization.py

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

// The words of one text. Reused from text to text, it stops allocating.
struct WordList {
  struct Word {
    int32_t offset = 0;      // bytes into `plain`, or into `mapped` when is_mapped
    int32_t length = 0;      // bytes
    int32_t characters = 0;  // code points
    bool is_mapped = false;  // normalisation may have moved bytes: ask begins and ends
  };

  std::vector<Word> words;
  std::string plain;            // the text with ASCII letters lower-cased: same offsets as the original
  std::string mapped;           // words that needed more than that
  std::vector<int32_t> begins;  // for each byte of `mapped`: the original character it came from, first byte
  std::vector<int32_t> ends;    // and one past its last byte, accents that were stripped after it included

  std::string_view text(const Word& word) const {
    const std::string& from = word.is_mapped ? mapped : plain;
    return {from.data() + word.offset, static_cast<size_t>(word.length)};
  }
  // Bytes first .. last (one past) of a word, as bytes of the original text.
  int32_t sourceBegin(const Word& word, int32_t first) const {
    return word.is_mapped ? begins[static_cast<size_t>(word.offset + first)] : word.offset + first;
  }
  int32_t sourceEnd(const Word& word, int32_t last) const {
    return word.is_mapped ? ends[static_cast<size_t>(word.offset + last - 1)] : word.offset + last;
  }
};

// Replaces the contents of `out` by the words of the text. `lowercase` also strips accents, as in the
// published uncased models. Invalid UTF-8 is skipped.
void splitWords(std::string_view utf8, bool lowercase, WordList& out);

// CJK ideographs as the published rules list them: each is a word of its own.
bool isIdeograph(int32_t c);

// Bytes of the character that starts with `lead`, by its first bits alone.
inline int32_t characterLength(char lead) {
  constexpr char kLengths[] = "\1\1\1\1\1\1\1\1\1\1\1\1\2\2\3\4";
  return kLengths[static_cast<uint8_t>(lead) >> 4];
}

// Takes the next stretch off the front of a long text: at most `limit` bytes (at least 4), up to the last
// space where there is one, else between two characters. Empty when the text is used up.
std::string_view takeStretch(std::string_view& text, size_t limit);

// What is read or counted of a long text at a time, so that memory stays small whatever its length.
inline constexpr size_t kStretchBytes = size_t{1} << 20;

// Without white space (Unicode's) at both ends, as Python's str.strip().
std::string_view stripSpace(std::string_view utf8);

// Offset of the first byte that is not part of valid UTF-8, or npos.
size_t findInvalidUtf8(std::string_view bytes);

}  // namespace heddle
