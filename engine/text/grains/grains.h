// The two grains of a text: fine tokens with offsets, and the coarse units that nest them (Li et al. 2021,
// "AMBERT"). With one grain the units are words (Chinese: characters), for whole-word masking.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/chinese/chinese_words.h"
#include "engine/text/phrases/phrase_dictionary.h"
#include "engine/text/subword/tokenizer.h"

namespace heddle {

// What stands for the coarse id of a unit outside the coarse vocabulary.
inline constexpr int32_t kFallsBack = -1;

// A run of whole pre-tokens made of whole fine tokens. The units of a text cover all fine tokens, in order,
// without overlap.
struct Unit {
  int32_t first = 0;            // fine tokens first .. first + count
  int32_t count = 0;            // 1 or more
  int32_t coarse = kFallsBack;  // id from fineSize() up, or kFallsBack: its fine tokens in both grains
  friend bool operator==(const Unit&, const Unit&) = default;
};

// Reused from text to text, it stops allocating.
struct GrainedText {
  std::vector<Piece> fine;  // offsets without white space at the ends, as trimOffsets() leaves them
  std::vector<Unit> units;
};

// kNone: units are pre-tokens. kPhrases: the longest phrases of a dictionary. kWords: Chinese words.
enum class CoarseKind { kNone, kPhrases, kWords };
std::string_view coarseKindName(CoarseKind kind);  // "none", "phrases", "words"

// Immutable: one object serves any number of threads. Copies share the tables.
class Grains {
 public:
  // One grain. `lowercase` matters for kinds whose Tokenizer::lowercase() is nullopt: how pre-tokens are
  // compared with the coarse vocabulary.
  explicit Grains(std::shared_ptr<const Tokenizer> fine, bool lowercase = false);
  // Error: phrases learnt with capitals for a fine grain without them, or the other way round.
  static Result<Grains> withPhrases(std::shared_ptr<const Tokenizer> fine, PhraseDictionary phrases);
  // `vocabulary` are the coarse words in the order of their ids, as splitWords(lowercase) spells them with
  // nothing between two pre-tokens. Errors: a word that is empty, of one pre-token, spelt otherwise, or there
  // twice.
  static Result<Grains> withWords(std::shared_ptr<const Tokenizer> fine, ChineseWords words,
                                  std::vector<std::string> vocabulary, bool lowercase = false);

  // Replaces `out`. A cut between two coarse units that would fall inside a fine token is dropped, and the
  // unit falls back. Tokens of text that is no pre-token (what splitWords() drops) belong to the unit after
  // them, at the end to the last one. Any bytes are taken; texts up to 2 GiB.
  void encode(std::string_view utf8, GrainedText& out) const;
  // The same with Tokenizer::sample() for the fine tokens.
  void sample(std::string_view utf8, const Sampling& sampling, uint64_t seed, GrainedText& out) const;

  const Tokenizer& fine() const;
  const std::shared_ptr<const Tokenizer>& sharedFine() const;
  CoarseKind coarseKind() const;
  bool lowercase() const;
  int32_t fineSize() const;    // fine ids: 0 .. fineSize() - 1
  int32_t coarseSize() const;  // coarse ids: 0 .. coarseSize() - 1, the fine ones among them
  // The fine piece, or the phrase or word; `id` must be in 0 .. coarseSize() - 1.
  const std::string& coarseText(int32_t id) const;

  // Null unless coarseKind() is kPhrases, kWords.
  const PhraseDictionary* phrases() const;
  const ChineseWords* words() const;
  // The coarse words in the order of their ids; empty unless coarseKind() is kWords.
  const std::vector<std::string>& wordVocabulary() const;

 private:
  struct Tables;
  explicit Grains(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}
  template <typename EncodeFine>
  void encodeWith(std::string_view utf8, GrainedText& out, EncodeFine&& encode_fine) const;

  std::shared_ptr<const Tables> tables_;
};

// Appends the tokens of the coarse grain: the coarse id of each unit, or its fine ids where it falls back.
// `units`, where given, gets the number of the unit of each token appended.
void appendCoarse(const GrainedText& text, std::vector<int32_t>& ids, std::vector<int32_t>* units = nullptr);

}  // namespace heddle
