// WordPiece as Hugging Face's BertTokenizerFast does it (tokenizers, normalizers/bert.rs), which differs from
// google-research/bert: private-use characters are dropped too, CJK extension E starts at U+2B920 (a slip of
// the pen that is part of the behaviour), accents are stripped before lower-casing, which goes character by
// character, words over 100 characters are [UNK], and special pieces that stand in a text are themselves.

#pragma once

#include <filesystem>

#include "engine/base/result.h"
#include "engine/text/piece_trie.h"
#include "engine/text/subword/tokenizer.h"

namespace heddle {

class HfWordPiece final : public Tokenizer {
 public:
  static constexpr int kMaxWordCharacters = 100;

  // A vocab.txt; errors as WordPiece::load(). `lowercase` also strips accents.
  static Result<std::unique_ptr<HfWordPiece>> load(const std::filesystem::path& vocabulary, bool lowercase);
  // The rules over a vocabulary at hand, whose `lowercase` holds.
  explicit HfWordPiece(WordPiece vocabulary);

  using Tokenizer::encode;
  // Invalid UTF-8 is skipped. [PAD], [UNK], [CLS], [SEP] and [MASK] in the text become those pieces.
  void encode(std::string_view utf8, std::vector<Piece>& out) const override;
  std::optional<bool> lowercase() const override { return vocabulary_.lowercase(); }
  int32_t size() const override { return vocabulary_.size(); }
  const std::string& text(int32_t id) const override { return vocabulary_.text(id); }
  std::optional<int32_t> id(std::string_view piece) const override { return vocabulary_.id(piece); }
  const SpecialIds& special() const override { return vocabulary_.special(); }
  std::string_view kind() const override { return "wordpiece-hf"; }

 private:
  struct Word;
  void encodePlain(std::string_view text, int32_t offset, Word& word, std::vector<Piece>& out) const;
  void encodeWord(Word& word, std::vector<Piece>& out) const;

  WordPiece vocabulary_;
  PieceTrie trie_;
  int32_t continuation_ = PieceTrie::kNowhere;
};

}  // namespace heddle
