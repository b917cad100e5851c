// WordPiece with the exact rules of google-research/bert (tokenization.py): clean, space out CJK, split at
// whitespace, lower-case and strip accents, split at punctuation, then greedy longest match. Pieces carry
// byte offsets into the text as it was given.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

struct Piece {
  int32_t id = 0;
  int32_t begin = 0;  // bytes of the original text
  int32_t end = 0;
  friend bool operator==(const Piece&, const Piece&) = default;
};

struct SpecialIds {
  int32_t pad = 0;
  int32_t unk = 0;
  int32_t cls = 0;
  int32_t sep = 0;
  int32_t mask = 0;
};

struct WordList;

// Immutable after loading: one object serves any number of threads. Copies share the tables.
class WordPiece {
 public:
  // Longer words are [UNK], counted in code points after normalisation.
  static constexpr int kMaxWordCharacters = 200;

  // A vocab.txt: one piece per line, its line number (from 0) is its id; surrounding white space is stripped.
  // Errors name the file and the line: those of readVocabularyText(), an empty line, a piece twice, a missing
  // special piece.
  static Result<WordPiece> load(const std::filesystem::path& vocabulary, bool lowercase);

  // The same from pieces at hand; `source` stands for the file in errors.
  static Result<WordPiece> fromVocabulary(std::vector<std::string> pieces, bool lowercase,
                                          std::string_view source = "the vocabulary");

  // No [CLS] and [SEP] are added. Invalid UTF-8 is skipped. Texts up to 2 GiB.
  std::vector<Piece> encode(std::string_view utf8) const;
  // The same appended to `out`; allocates nothing once `out` has room.
  void encode(std::string_view utf8, std::vector<Piece>& out) const;
  // The same from words that splitWords() has split with lowercase().
  void encode(const WordList& words, std::vector<Piece>& out) const;

  int32_t size() const;
  bool lowercase() const;
  const SpecialIds& special() const;
  // The piece as the vocabulary spells it ("##ing"); `id` must be in 0 .. size() - 1.
  const std::string& text(int32_t id) const;
  std::optional<int32_t> id(std::string_view piece) const;

 private:
  struct Tables;
  explicit WordPiece(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

  std::shared_ptr<const Tables> tables_;
};

}  // namespace heddle
