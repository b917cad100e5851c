// SentencePiece models, unigram and BPE: `.model` files as published, encoded as the original library does,
// with offsets and with sampling that depends on a seed alone.
// Kudo and Richardson 2018, https://arxiv.org/abs/1808.06226

#pragma once

#include <filesystem>

#include "engine/base/result.h"
#include "engine/text/subword/tokenizer.h"
#include "engine/text/subword/unigram_lattice.h"

namespace heddle {

class SentencePiece final : public Tokenizer {
 public:
  // Errors name the file and what is wrong with it: see readVocabularyFile(), parseSentencePieceFile().
  static Result<std::unique_ptr<SentencePiece>> load(const std::filesystem::path& model);
  // The same from the bytes of a model; `source` stands for the file in errors.
  static Result<std::unique_ptr<SentencePiece>> fromBytes(std::string_view bytes,
                                                          std::string_view source = "the model");
  ~SentencePiece() override;

  using Tokenizer::encode;
  using Tokenizer::sample;
  // The space before a word belongs to the word's first piece (trimOffsets() takes it off); the prefix that
  // models put before a text covers nothing. A run of unknown characters is one piece. With byte fallback
  // the last byte's piece covers the character, the others nothing.
  void encode(std::string_view utf8, std::vector<Piece>& out) const override;
  bool canSample() const override { return true; }
  void sample(std::string_view utf8, const Sampling& sampling, uint64_t seed,
              std::vector<Piece>& out) const override;

  int32_t size() const override;
  const std::string& text(int32_t id) const override;
  std::optional<int32_t> id(std::string_view piece) const override;
  // By name: [PAD] or <pad>; [CLS], <cls> or <s>; [SEP], <sep> or </s>; [MASK] or <mask>. `unk` by its type.
  const SpecialIds& special() const override;
  std::string_view kind() const override;
  std::vector<TokenizerFile> files() const override;

 private:
  struct Tables;
  explicit SentencePiece(std::unique_ptr<const Tables> tables);
  void bpe(std::string_view text, double dropout, uint64_t seed, std::vector<Segment>& out) const;
  void segment(std::string_view normalized, const Sampling* sampling, uint64_t seed,
               std::vector<Segment>& out) const;
  void encodeWith(std::string_view utf8, const Sampling* sampling, uint64_t seed,
                  std::vector<Piece>& out) const;

  std::unique_ptr<const Tables> tables_;
};

}  // namespace heddle
