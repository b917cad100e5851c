// 128-bit hashes of contents, to name corpora and vocabularies by what they are made of. Not for secrets.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heddle {

struct ContentHash {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const ContentHash&, const ContentHash&) = default;

  // 32 hexadecimal digits.
  std::string hex() const;
};

// MurmurHash3 x64-128 (Austin Appleby, public domain algorithm) of bytes at hand.
ContentHash contentHash(std::string_view bytes, uint64_t seed = 0);

// The same idea for contents that come in pieces: the hash depends on the pieces' contents and lengths, in
// order.
class ContentHasher {
 public:
  void add(std::string_view bytes);
  void add(int64_t value);
  ContentHash hash() const { return state_; }

 private:
  ContentHash state_;
};

}  // namespace heddle
