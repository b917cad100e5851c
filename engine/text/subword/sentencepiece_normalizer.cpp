#include "engine/text/subword/sentencepiece_normalizer.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>

namespace heddle {
namespace {

// A unit of Darts-clone: label, offset to the children, and whether a value hangs below.
bool hasLeaf(uint32_t unit) {
  return ((unit >> 8) & 1) != 0;
}
uint32_t labelOf(uint32_t unit) {
  return unit & ((1U << 31) | 0xFF);
}
uint32_t offsetOf(uint32_t unit) {
  return (unit >> 10) << ((unit & (1U << 9)) >> 6);
}
uint32_t valueOf(uint32_t unit) {
  return unit & ((1U << 31) - 1);
}

}  // namespace

SymbolMatcher::SymbolMatcher(const std::vector<std::string>& symbols) : is_empty_(symbols.empty()) {
  if (!is_empty_) {
    trie_ = PieceTrie(symbols);
  }
}

size_t SymbolMatcher::match(std::string_view text) const {
  if (is_empty_) {
    return 0;
  }
  size_t longest = 0;
  int32_t node = PieceTrie::kRoot;
  for (size_t at = 0; at < text.size() && node != PieceTrie::kNowhere;) {
    node = trie_.step(node, static_cast<uint8_t>(text[at]));
    ++at;
    if (node != PieceTrie::kNowhere && trie_.piece(node) != PieceTrie::kNoPiece) {
      longest = at;
    }
  }
  return longest;
}

Result<SentencePieceNormalizer> SentencePieceNormalizer::make(const SentencePieceFile& file,
                                                              SymbolMatcher symbols,
                                                              std::string_view source) {
  SentencePieceNormalizer normalizer;
  normalizer.symbols_ = std::move(symbols);
  normalizer.add_dummy_prefix_ = file.add_dummy_prefix;
  normalizer.remove_extra_spaces_ = file.remove_extra_spaces;
  normalizer.space_is_suffix_ = file.space_is_suffix;
  normalizer.space_ = file.escape_spaces ? "\xE2\x96\x81" : " ";
  if (file.charsmap.empty()) {
    return normalizer;
  }
  // u32 bytes of the trie, the trie (u32 units, all little-endian), the replacements.
  const std::string_view map = file.charsmap;
  uint32_t trie_bytes = 0;
  if (map.size() > sizeof trie_bytes) {
    std::memcpy(&trie_bytes, map.data(), sizeof trie_bytes);
  }
  if (trie_bytes == 0 || trie_bytes % sizeof(uint32_t) != 0 || trie_bytes >= map.size() - sizeof trie_bytes ||
      map.back() != '\0') {
    return Error{
        "cannot use " + std::string(source) + " as a SentencePiece model: its normalisation map is damaged",
        "fetch or train it again"};
  }
  normalizer.trie_.resize(trie_bytes / sizeof(uint32_t));
  std::memcpy(normalizer.trie_.data(), map.data() + sizeof trie_bytes, trie_bytes);
  normalizer.replacements_ = map.substr(sizeof trie_bytes + trie_bytes);
  return normalizer;
}

SentencePieceNormalizer::Replacement SentencePieceNormalizer::replacePrefix(std::string_view input) const {
  if (const size_t length = symbols_.match(input); length > 0) {
    return {input.substr(0, length), length};
  }
  size_t longest = 0;
  uint32_t value = 0;
  if (!trie_.empty()) {
    uint32_t at = offsetOf(trie_[0]);
    for (size_t index = 0; index < input.size(); ++index) {
      const auto byte = static_cast<uint8_t>(input[index]);
      at ^= byte;
      // A damaged map may lead anywhere.
      if (at >= trie_.size() || labelOf(trie_[at]) != byte) {
        break;
      }
      const uint32_t unit = trie_[at];
      at ^= offsetOf(unit);
      if (at >= trie_.size()) {
        break;
      }
      if (hasLeaf(unit)) {
        longest = index + 1;
        value = valueOf(trie_[at]);
      }
    }
  }
  if (longest > 0 && value < replacements_.size()) {
    return {std::string_view(replacements_.data() + value), longest};
  }
  int32_t length = 0;
  UChar32 c = 0;
  U8_NEXT(reinterpret_cast<const uint8_t*>(input.data()), length,
          static_cast<int32_t>(std::min<size_t>(input.size(), 4)), c);
  if (c < 0) {
    return {"\xEF\xBF\xBD", 1};
  }
  return {input.substr(0, static_cast<size_t>(length)), static_cast<size_t>(length)};
}

void SentencePieceNormalizer::normalize(std::string_view utf8, NormalizedText& out) const {
  std::string& text = out.text;
  std::vector<int32_t>& origin = out.origin;
  text.clear();
  origin.clear();
  text.reserve(utf8.size() + utf8.size() / 2 + 3);
  origin.reserve(utf8.size() + utf8.size() / 2 + 4);
  size_t consumed = 0;
  if (remove_extra_spaces_) {
    while (consumed < utf8.size()) {
      const Replacement next = replacePrefix(utf8.substr(consumed));
      if (next.text != " ") {
        break;
      }
      consumed += next.consumed;
    }
  }
  if (consumed == utf8.size()) {
    origin.push_back(static_cast<int32_t>(consumed));
    return;
  }
  const auto addSpace = [&] {
    text += space_;
    origin.insert(origin.end(), space_.size(), static_cast<int32_t>(consumed));
  };
  if (!space_is_suffix_ && add_dummy_prefix_) {
    addSpace();
  }
  bool after_space = remove_extra_spaces_;
  while (consumed < utf8.size()) {
    const Replacement next = replacePrefix(utf8.substr(consumed));
    std::string_view added = next.text;
    while (after_space && !added.empty() && added.front() == ' ') {
      added.remove_prefix(1);
    }
    if (!added.empty()) {
      for (const char c : added) {
        if (c == ' ') {
          addSpace();
        } else {
          text.push_back(c);
          origin.push_back(static_cast<int32_t>(consumed));
        }
      }
      after_space = remove_extra_spaces_ && added.back() == ' ';
    }
    consumed += next.consumed;
    if (!remove_extra_spaces_) {
      after_space = false;
    }
  }
  if (remove_extra_spaces_) {
    while (text.size() >= space_.size() &&
           std::string_view(text).substr(text.size() - space_.size()) == space_) {
      text.resize(text.size() - space_.size());
      consumed = static_cast<size_t>(origin[text.size()]);
      origin.resize(text.size());
    }
  }
  if (space_is_suffix_ && add_dummy_prefix_) {
    addSpace();
  }
  origin.push_back(static_cast<int32_t>(consumed));
}

}  // namespace heddle
