// SentencePiece's normalisation: replacements by longest prefix from a compiled map, spaces collapsed and
// written as U+2581, with the way back to the original bytes.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/piece_trie.h"
#include "engine/text/subword/sentencepiece_file.h"

namespace heddle {

// Finds user-defined symbols, which are taken as they stand.
class SymbolMatcher {
 public:
  SymbolMatcher() = default;
  explicit SymbolMatcher(const std::vector<std::string>& symbols);

  // Bytes of the longest symbol that `text` starts with, 0 without one.
  size_t match(std::string_view text) const;

 private:
  PieceTrie trie_;
  bool is_empty_ = true;
};

struct NormalizedText {
  std::string text;
  std::vector<int32_t> origin;  // [text.size() + 1]: where each byte came from, bytes of the original
};

class SentencePieceNormalizer {
 public:
  // Errors name `source`: a compiled map that is damaged.
  static Result<SentencePieceNormalizer> make(const SentencePieceFile& file, SymbolMatcher symbols,
                                              std::string_view source);

  // Replaces the contents of `out`. Each byte that is not UTF-8 becomes U+FFFD.
  void normalize(std::string_view utf8, NormalizedText& out) const;

 private:
  struct Replacement {
    std::string_view text;  // of the map, or of the input itself
    size_t consumed = 0;
  };
  Replacement replacePrefix(std::string_view input) const;

  std::vector<uint32_t> trie_;  // double-array of the Darts-clone library
  std::string replacements_;    // ended by NUL each
  SymbolMatcher symbols_;
  bool add_dummy_prefix_ = true;
  bool remove_extra_spaces_ = true;
  bool space_is_suffix_ = false;
  std::string_view space_;
};

}  // namespace heddle
