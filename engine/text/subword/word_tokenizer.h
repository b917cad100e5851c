// Whole words and single characters as tokens: the two plain ends between which subwords lie. Both see text
// as WordPiece does: cleaned, split at white space, punctuation and ideographs, perhaps lower-cased.

#pragma once

#include <filesystem>

#include "engine/base/result.h"
#include "engine/text/subword/line_source.h"
#include "engine/text/subword/tokenizer.h"

namespace heddle {

enum class WordUnit { kWord, kCharacter };

struct WordTokenizerOptions {
  WordUnit unit = WordUnit::kWord;
  bool lowercase = true;      // strips accents too
  int64_t vocab_size = 8000;  // learning: pieces in all, the five specials included
  int64_t min_count = 1;      // learning: units seen less often are left to [UNK]
};

class WordTokenizer final : public Tokenizer {
 public:
  // The most frequent units of the lines behind [PAD] [UNK] [CLS] [SEP] [MASK], equals in the order of their
  // bytes; fewer than vocab_size where the lines hold fewer. Words over WordPiece::kMaxWordCharacters are
  // left to [UNK]. Memory grows with the distinct units. Errors: lines without words, a size that leaves no
  // room beside the specials, the source's own.
  static Result<std::unique_ptr<WordTokenizer>> learn(const LineSource& lines,
                                                      const WordTokenizerOptions& options);
  // From a vocab.txt; vocab_size and min_count play no part. Errors as WordPiece::load().
  static Result<std::unique_ptr<WordTokenizer>> load(const std::filesystem::path& vocabulary,
                                                     const WordTokenizerOptions& options);

  using Tokenizer::encode;
  // A unit outside the vocabulary is [UNK]. Invalid UTF-8 is skipped.
  void encode(std::string_view utf8, std::vector<Piece>& out) const override;
  std::optional<bool> lowercase() const override { return vocabulary_.lowercase(); }
  bool encodeWords(const WordList& words, std::vector<Piece>& out) const override;
  int32_t size() const override { return vocabulary_.size(); }
  const std::string& text(int32_t id) const override { return vocabulary_.text(id); }
  std::optional<int32_t> id(std::string_view piece) const override { return vocabulary_.id(piece); }
  const SpecialIds& special() const override { return vocabulary_.special(); }
  std::string_view kind() const override { return unit_ == WordUnit::kWord ? "words" : "characters"; }

 private:
  WordTokenizer(WordPiece vocabulary, WordUnit unit) : vocabulary_(std::move(vocabulary)), unit_(unit) {}

  WordPiece vocabulary_;  // as a table of pieces; its matching is not used
  WordUnit unit_;
};

}  // namespace heddle
