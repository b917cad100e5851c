#include "engine/data/content_hash.h"

#include <cstring>

namespace heddle {
namespace {

uint64_t rotate(uint64_t value, int bits) {
  return (value << bits) | (value >> (64 - bits));
}

uint64_t finish(uint64_t value) {
  value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCDull;
  value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53ull;
  return value ^ (value >> 33);
}

constexpr uint64_t kFirst = 0x87C37B91114253D5ull;
constexpr uint64_t kSecond = 0x4CF5AD432745937Full;

}  // namespace

std::string ContentHash::hex() const {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const uint64_t part : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      text.push_back(kDigits[(part >> shift) & 15]);
    }
  }
  return text;
}

ContentHash contentHash(std::string_view bytes, uint64_t seed) {
  uint64_t h1 = seed;
  uint64_t h2 = seed;
  const auto mix = [&](uint64_t k1, uint64_t k2, bool whole_block) {
    h1 ^= rotate(k1 * kFirst, 31) * kSecond;
    if (whole_block) {
      h1 = (rotate(h1, 27) + h2) * 5 + 0x52DCE729;
    }
    h2 ^= rotate(k2 * kSecond, 33) * kFirst;
    if (whole_block) {
      h2 = (rotate(h2, 31) + h1) * 5 + 0x38495AB5;
    }
  };
  uint64_t block[2];
  size_t at = 0;
  for (; at + 16 <= bytes.size(); at += 16) {
    std::memcpy(block, bytes.data() + at, 16);
    mix(block[0], block[1], true);
  }
  if (at < bytes.size()) {
    block[0] = block[1] = 0;
    std::memcpy(block, bytes.data() + at, bytes.size() - at);
    mix(block[0], block[1], false);
  }
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 += h2;
  h2 += h1;
  return {h1, h2};
}

void ContentHasher::add(std::string_view bytes) {
  const ContentHash part = contentHash(bytes);
  const uint64_t words[4] = {state_.low, state_.high, part.low, part.high};
  char chained[sizeof words];
  std::memcpy(chained, words, sizeof words);
  state_ = contentHash({chained, sizeof chained}, bytes.size());
}

void ContentHasher::add(int64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  add(std::string_view(bytes, sizeof bytes));
}

}  // namespace heddle
