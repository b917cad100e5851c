// Byte-level BPE as GPT-2 and RoBERTa publish it: `vocab.json` and `merges.txt`. Every byte has a piece, so
// nothing is unknown.

#pragma once

#include <filesystem>

#include "engine/base/result.h"
#include "engine/text/subword/tokenizer.h"

namespace heddle {

struct ByteBpeOptions {
  // Puts a space before a text that does not start with one, so that its first word is spelt as any other.
  // Off in GPT-2 and RoBERTa as published.
  bool add_prefix_space = false;
};

class ByteBpe final : public Tokenizer {
 public:
  // Errors name the file and the line or piece: broken JSON, something other than pieces with ids, ids that
  // are not 0 .. size - 1, a byte without a piece; a merge that is not two pieces, a merge there twice, a
  // merge of or into a piece that the vocabulary lacks; BOM, binary, not UTF-8.
  static Result<std::unique_ptr<ByteBpe>> load(const std::filesystem::path& vocab_json,
                                               const std::filesystem::path& merges_txt,
                                               const ByteBpeOptions& options = {});
  // The same from texts at hand.
  static Result<std::unique_ptr<ByteBpe>> fromTexts(std::string_view vocab_json, std::string_view merges_txt,
                                                    const ByteBpeOptions& options = {},
                                                    std::string_view vocab_source = "vocab.json",
                                                    std::string_view merges_source = "merges.txt");
  ~ByteBpe() override;

  using Tokenizer::encode;
  using Tokenizer::sample;
  // The space before a word belongs to the word's first piece (trimOffsets() takes it off); the added space
  // covers nothing. Pieces may end inside a character. Names of special pieces in the text are plain text.
  void encode(std::string_view utf8, std::vector<Piece>& out) const override;
  bool canSample() const override { return true; }
  // BPE dropout.
  void sample(std::string_view utf8, const Sampling& sampling, uint64_t seed,
              std::vector<Piece>& out) const override;
  int32_t size() const override;
  // With each byte written as a printable character, as in vocab.json.
  const std::string& text(int32_t id) const override;
  std::optional<int32_t> id(std::string_view piece) const override;
  // <pad>, <unk>, <s>, </s>, <mask>; <|endoftext|> stands for <s> and </s> where they are missing.
  const SpecialIds& special() const override;
  std::string_view kind() const override { return "byte-bpe"; }
  std::vector<TokenizerFile> files() const override;

 private:
  struct Tables;
  explicit ByteBpe(std::unique_ptr<const Tables> tables);
  template <typename MergeWord>
  void visitWords(std::string_view utf8, MergeWord&& merge_word) const;

  std::unique_ptr<const Tables> tables_;
};

// The bytes that a piece of a byte-level vocabulary stands for, which writes each as a printable character:
// Latin-1 that can be seen as itself, the others as U+0100 and after. Nullopt where a character stands for
// none.
std::optional<std::string> byteLevelBytes(std::string_view piece);

}  // namespace heddle
