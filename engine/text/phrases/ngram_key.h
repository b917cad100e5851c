// An n-gram as one number: up to five word ids of 25 bits, first word highest, so that numeric order is the
// order of the words and every prefix is a range. The three highest bits are free for a tag.

#pragma once

#include <cstdint>

namespace heddle::ngram {

__extension__ typedef unsigned __int128 Key;

inline constexpr int kMaxLength = 5;
inline constexpr int kWordBits = 25;

// Ids of no word: nothing at all (n-grams shorter than five), and the edge of a run of words (punctuation,
// the end of the paragraph). Words follow.
inline constexpr uint32_t kNothing = 0;
inline constexpr uint32_t kEdge = 1;
inline constexpr uint32_t kFirstWord = 2;
inline constexpr uint32_t kWordLimit = uint32_t{1} << kWordBits;

constexpr int shiftOf(int place) {
  return kWordBits * (kMaxLength - 1 - place);
}
constexpr Key at(uint32_t word, int place) {
  return static_cast<Key>(word) << shiftOf(place);
}
constexpr uint32_t wordAt(Key key, int place) {
  return static_cast<uint32_t>(key >> shiftOf(place)) & (kWordLimit - 1);
}
// The first `length` words, 0 .. 5, without the tag.
constexpr Key prefix(Key key, int length) {
  const Key all = (static_cast<Key>(1) << (kWordBits * kMaxLength)) - 1;
  return length == 0 ? 0 : (key & all) >> shiftOf(length - 1) << shiftOf(length - 1);
}
// Without the first word.
constexpr Key suffix(Key key) {
  return prefix(key << kWordBits, kMaxLength);
}
constexpr int lengthOf(Key key) {
  int length = 0;
  while (length < kMaxLength && wordAt(key, length) != kNothing) {
    ++length;
  }
  return length;
}

constexpr Key tagged(Key key, int tag) {
  return key | static_cast<Key>(static_cast<unsigned>(tag)) << (kWordBits * kMaxLength);
}
constexpr int tagOf(Key key) {
  return static_cast<int>(key >> (kWordBits * kMaxLength));
}

}  // namespace heddle::ngram
