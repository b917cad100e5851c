// What phrases are made of: which pre-tokens are words, and a quick hash of their text.

#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/text/unicode.h"

namespace heddle {

// True of pre-tokens that phrases may hold: they begin with a letter or digit that is no ideograph, and have
// at most WordPiece::kMaxWordCharacters characters. False of punctuation and symbols.
bool isPhraseWord(const WordList& words, const WordList::Word& word);

// Well mixed in all 64 bits. The same on every little-endian machine; never written to files.
inline uint64_t hashWord(std::string_view text) {
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15ull;
  uint64_t hash = kFactor ^ text.size();
  const char* bytes = text.data();
  size_t left = text.size();
  for (; left >= 8; bytes += 8, left -= 8) {
    uint64_t part = 0;
    std::memcpy(&part, bytes, 8);
    hash = (hash ^ part) * kFactor;
    hash ^= hash >> 29;
  }
  uint64_t part = 0;
  for (size_t index = 0; index < left; ++index) {
    part |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[index])) << (8 * index);
  }
  hash = (hash ^ part) * kFactor;
  hash ^= hash >> 32;
  hash *= kFactor;
  return hash ^ (hash >> 29);
}

}  // namespace heddle
