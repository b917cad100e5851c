// What several tokenisers make of the same texts: tokens per word, unknown tokens, lengths, frequencies, and
// the tokens in which they differ most.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/text/grains/grains.h"
#include "engine/text/wordpiece_trainer.h"

namespace heddle {

// One side of a comparison. `coarse` looks at the coarse grain.
struct ComparedTokenizer {
  std::string name;
  Grains grains;
  bool coarse = false;
};

struct TokenizerFigures {
  std::string name;
  std::string kind;  // as Tokenizer::kind(), with " + phrases" or " + words" for a coarse grain
  int64_t size = 0;  // of the vocabulary
  int64_t tokens = 0;
  int64_t unknown = 0;           // tokens that are <unk>
  int64_t used = 0;              // different tokens found
  int64_t word_type_tokens = 0;  // tokens of all word types, each encoded once and by itself
  // [n] = tokens that cover n characters of text, white space at the ends not counted; the last entry is of
  // kLongestToken or more. [0]: tokens that cover nothing but white space or part of a character's bytes.
  std::vector<int64_t> length_histogram;
  // Rank from 1 and count of tokens, most frequent first, thinned out evenly on a logarithmic scale.
  std::vector<std::pair<int64_t, int64_t>> frequency_profile;
  std::vector<int64_t> counts;  // by id; in JSON where asked for
};
inline constexpr size_t kLongestToken = 24;

// A token as its letters, whatever mark its vocabulary puts at the beginning or inside of words.
struct TokenDifference {
  std::string token;
  std::vector<int64_t> counts;  // by tokeniser
  double difference = 0;        // largest less smallest share of a tokeniser's tokens
  friend bool operator==(const TokenDifference&, const TokenDifference&) = default;
};

struct TokenizerComparison {
  int64_t bytes = 0;
  int64_t words = 0;       // pre-tokens, punctuation included, the same for all tokenisers
  int64_t word_types = 0;  // different ones, capitals told apart
  std::vector<TokenizerFigures> tokenizers;
  std::vector<TokenDifference> differences;  // largest first

  double tokensPerWord(size_t tokenizer) const;
  double tokensPerWordType(size_t tokenizer) const;
  double unknownRate(size_t tokenizer) const;  // 0 .. 1

  // Members are named as the fields, with "tokens_per_word", "tokens_per_word_type" and "unknown_rate" beside
  // them; "counts" of the tokenisers only if `with_counts`.
  Json toJson(bool with_counts = false) const;
  // Errors: members that are missing or of another type.
  static Result<TokenizerComparison> fromJson(const Json& json);
};

// Counts over any number of texts. One object per thread.
class TokenizerComparer {
 public:
  explicit TokenizerComparer(std::vector<ComparedTokenizer> tokenizers);

  // One paragraph. Memory grows with the different words; what is longer than kStretchBytes is cut at a
  // space.
  void add(std::string_view utf8);
  // With at most `listed` differences; none for a single tokeniser.
  TokenizerComparison finish(size_t listed = 50) const;

 private:
  void addStretch(std::string_view utf8);

  std::vector<ComparedTokenizer> tokenizers_;
  TokenizerComparison figures_;
  WordCounts words_;
  // Buffers.
  WordList list_;
  GrainedText grained_;
};

// The letters of a token: without "##", "▁" and "Ġ", bytes of byte-level vocabularies as text.
std::string tokenLetters(const Grains& grains, int32_t id);

}  // namespace heddle
