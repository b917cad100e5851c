// What all tokenisers have in common: text to pieces with ids and byte offsets into the text as it was given.
// Immutable once made: one object serves any number of threads.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/wordpiece.h"

namespace heddle {

// The id of a special piece that a vocabulary does not have.
inline constexpr int32_t kNoSpecial = -1;

// A random segmentation in place of the best one, as an augmentation.
struct Sampling {
  // Unigram: the inverse temperature (0 makes all segmentations equal, large values prefer the best).
  // BPE: the probability that a merge is skipped (BPE dropout), 0 .. 1.
  double alpha = 0.1;
  // Unigram only: draw among the `nbest` best segmentations; below 0 among all, by forward filtering and
  // backward sampling; 0 and 1 give the best one. At most kMaxNbest.
  int32_t nbest = -1;
  static constexpr int32_t kMaxNbest = 512;
};

// A file as it is published: its usual name and its bytes.
struct TokenizerFile {
  std::string name;
  std::string bytes;
};

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Appends the pieces of the text, none of them [CLS] or [SEP] added. Text that is no UTF-8 never fails:
  // what stands for it depends on the kind. Texts up to 2 GiB.
  virtual void encode(std::string_view utf8, std::vector<Piece>& out) const = 0;
  std::vector<Piece> encode(std::string_view utf8) const;

  // What splitWords() is asked for before this kind matches pieces; nullopt where the model's own
  // normalisation decides about capitals.
  virtual std::optional<bool> lowercase() const { return std::nullopt; }
  // encode() from words that splitWords() has split with lowercase(), so that nobody splits twice. False, and
  // nothing is appended, by kinds that do not build on splitWords().
  virtual bool encodeWords(const WordList& /*words*/, std::vector<Piece>& /*out*/) const { return false; }

  // Whether sample() differs from encode().
  virtual bool canSample() const { return false; }
  // As encode(), with a segmentation drawn at random: a pure function of text, sampling and seed. Kinds that
  // cannot sample encode.
  virtual void sample(std::string_view utf8, const Sampling& sampling, uint64_t seed,
                      std::vector<Piece>& out) const;
  std::vector<Piece> sample(std::string_view utf8, const Sampling& sampling, uint64_t seed) const;

  virtual int32_t size() const = 0;
  // The piece as the vocabulary spells it; `id` must be in 0 .. size() - 1.
  virtual const std::string& text(int32_t id) const = 0;
  virtual std::optional<int32_t> id(std::string_view piece) const = 0;
  // Members are kNoSpecial where the vocabulary has no such piece; `unk` alone is always there, except in
  // byte-level vocabularies, which leave nothing unknown.
  virtual const SpecialIds& special() const = 0;
  bool isSpecial(int32_t id) const;

  // "wordpiece", "wordpiece-hf", "words", "characters", "unigram", "bpe", "byte-bpe".
  virtual std::string_view kind() const = 0;

  // What load() of this kind reads: "vocab.txt" with one piece per line, "spiece.model", "vocab.json" and
  // "merges.txt".
  virtual std::vector<TokenizerFile> files() const;
};

// The WordPiece of google-research/bert behind the common interface.
std::unique_ptr<Tokenizer> makeTokenizer(WordPiece wordpiece);

// Narrows the pieces to what they cover without white space at the ends: SentencePiece and byte-level BPE
// count the space before a word as part of its first piece, which would make pieces cross words. A piece of
// nothing but white space becomes empty, at its end.
void trimOffsets(std::string_view utf8, std::vector<Piece>& pieces);

}  // namespace heddle
