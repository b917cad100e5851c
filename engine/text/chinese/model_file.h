// The tables of a Chinese word model and the file they are kept in. A trained model is an image of bytes in
// memory as in the file; the tagger's weights are laid out anew when it is read.
//
// Format 1, little-endian: magic "HDLZHWRD", u32 version, u32 sections, u64 bytes of the file, u64 checksum
// of everything after these 32 bytes; then per section u64 offset and u64 bytes; then the sections in the
// order of Section, each at a multiple of 64. Slots of hash tables are probed linearly from hashKey(key); an
// unused slot has all bits of its key set.

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/chinese/perfect_hash.h"
#include "engine/text/chinese/pretokens.h"

namespace heddle::chinese {

inline constexpr uint32_t kModelVersion = 1;

// Symbols are what pre-tokens are to the model: these, then every character and every run it has learnt.
enum Symbol : uint16_t {
  kOutside = 0,  // before the first and after the last pre-token
  kUnknownIdeograph,
  kUnknownMark,
  kOneDigit,
  kTwoDigits,
  kThreeDigits,
  kFourDigits,
  kManyDigits,
  kLetter,
  kLetters,
  kUnknownRun,
  kFirstLearntSymbol
};

enum Tag { kBegin = 0, kMiddle, kEnd, kSingle, kTags };

// Words of the dictionary start at kFirstWord.
inline constexpr uint32_t kUnknownWord = 0;
inline constexpr uint32_t kBoundaryWord = 1;  // start and end of a stretch
inline constexpr uint32_t kFirstWord = 2;
inline constexpr uint32_t kMaxIds = 1u << 24;  // of words and of trie nodes

enum Section {
  kParameters,
  kCharacters,
  kRuns,
  kTrie,
  kWords,
  kBigrams,
  kSymbolWeights,
  kPairSlots,
  kPairWeights,
  kTripleWeights,
  kSkipWeights,
  kSections
};

struct Parameters {
  std::array<std::array<int32_t, kTags>, kTags> transitions{};  // from, to
  std::array<int32_t, kTags> first{};                           // of the first tag of a stretch
  int32_t unknown_word = 0;                                     // cost of a word outside the dictionary
  int32_t unknown_symbol = 0;                                   // and of each of its symbols
  int32_t certain = 0;  // by how much the tagger must prefer or reject a boundary to decide it alone
  int32_t has_tagger = 0;
};

struct LearntCharacter {
  uint32_t code_point = 0;  // folded
  uint32_t symbol = 0;
};

struct LearntRun {
  uint64_t value = 0;  // PreToken::value
  uint64_t symbol = 0;
};

struct WordCost {
  int32_t unigram = 0;   // of this word after any word it was not seen after
  int32_t back_off = 0;  // of leaving this word for one it was not seen before
};

// Weights of a symbol for the tags of the position two before it .. two after it.
struct SymbolWeights {
  int16_t at[5][kTags];
};

// Of a pair of neighbours for the position before it, its first, its second, and the position after it.
struct PairWeights {
  int16_t at[4][kTags];
};

// Of three neighbours for the tags of each.
struct TripleWeights {
  int16_t at[3][kTags];
};

// Of the two neighbours of a position.
struct SkipWeights {
  int16_t at[1][kTags];
};

// As they lie in the file.
struct TripleSlot {
  uint64_t key = ~0ull;
  TripleWeights weights;
};
struct SkipSlot {
  uint64_t key = ~0ull;
  SkipWeights weights;
};

// Bounds of what a file may hold, so that sums over a stretch stay inside 32 bits.
inline constexpr int32_t kMaxParameter = 1 << 16;

inline uint64_t hashKey(uint64_t key) {
  key *= 0x9E3779B97F4A7C15ull;
  return key ^ (key >> 32);
}
inline uint64_t pairKey(uint16_t a, uint16_t b) {
  return static_cast<uint64_t>(a) << 16 | b;
}
inline uint64_t tripleKey(uint16_t a, uint16_t b, uint16_t c) {
  return pairKey(a, b) << 16 | c;
}

// Read-only tables inside an image of bytes, and lookups in them. Lives as long as the image does.
class Tables {
 public:
  static constexpr uint32_t kRoot = kMaxIds - 1;
  static constexpr uint32_t kNowhere = ~0u;

  uint16_t symbol(const PreToken& token) const;

  // The trie's node of a word's first symbol, or kNowhere.
  uint32_t start(uint16_t symbol) const { return starts_[symbol]; }
  // The trie's node one symbol further, or kNowhere.
  uint32_t step(uint32_t node, uint16_t next) const {
    const uint64_t key = static_cast<uint64_t>(node) << 16 | next;
    for (uint64_t at = hashKey(key) & trie_mask_;; at = (at + 1) & trie_mask_) {
      const uint64_t slot = trie_[at];
      if (slot >> 24 == key) {
        return static_cast<uint32_t>(at);
      }
      if (slot == ~0ull) {
        return kNowhere;
      }
    }
  }
  // The word that ends at a node, or kUnknownWord.
  uint32_t word(uint32_t node) const { return static_cast<uint32_t>(trie_[node]) & (kMaxIds - 1); }

  // Cost of a word after another; smaller is likelier. Neither is kUnknownWord.
  int32_t cost(uint32_t previous, uint32_t word) const {
    const uint64_t key = static_cast<uint64_t>(previous) << 24 | word;
    for (uint64_t at = hashKey(key) & bigram_mask_;; at = (at + 1) & bigram_mask_) {
      const uint64_t slot = bigrams_[at];
      if (slot >> 16 == key) {
        return static_cast<int32_t>(slot & 0xFFFF);
      }
      if (slot == ~0ull) {
        return words_[previous].back_off + words_[word].unigram;
      }
    }
  }
  // Brings what the cost is looked for in nearer.
  void prefetchCost(uint32_t previous, uint32_t word) const {
    const uint64_t key = static_cast<uint64_t>(previous) << 24 | word;
    __builtin_prefetch(&bigrams_[hashKey(key) & bigram_mask_]);
    __builtin_prefetch(&words_[word]);
  }
  const WordCost& wordCost(uint32_t word) const { return words_[word]; }
  size_t words() const { return words_.size(); }

  const Parameters& parameters() const { return *parameters_; }
  const SymbolWeights& symbolWeights(uint16_t symbol) const { return symbol_weights_[symbol]; }
  // Of a key that has no weights, the place is 0 and all weights there are.
  const PerfectTable<uint32_t, PairWeights>& pairs() const { return pairs_; }        // by pairKey
  const PerfectTable<uint64_t, TripleWeights>& triples() const { return triples_; }  // by tripleKey
  const PerfectTable<uint32_t, SkipWeights>& skips() const { return skips_; }        // by pairKey

 private:
  friend Result<Tables> readTables(std::span<const std::byte> image, std::string_view source);

  const Parameters* parameters_ = nullptr;
  std::vector<uint16_t> plane_;                // symbol of every character below U+10000
  std::vector<LearntCharacter> other_planes_;  // by code point
  std::span<const LearntRun> runs_;            // by value
  std::span<const uint64_t> trie_;             // parent 24 bits, symbol 16, word 24
  std::span<const WordCost> words_;
  std::span<const uint64_t> bigrams_;  // previous word 24 bits, word 24, cost 16
  std::span<const SymbolWeights> symbol_weights_;
  PerfectTable<uint32_t, PairWeights> pairs_;
  PerfectTable<uint64_t, TripleWeights> triples_;
  PerfectTable<uint32_t, SkipWeights> skips_;
  std::vector<uint32_t> starts_;  // step(kRoot, symbol) of every symbol
  uint64_t trie_mask_ = 0, bigram_mask_ = 0;
};

// Checks an image whole and points into it; nothing that passes can make a lookup leave the tables. Errors
// name `source`: not such a model, one of a newer program, cut short, damaged.
Result<Tables> readTables(std::span<const std::byte> image, std::string_view source);

// Sections to an image, with header and checksum.
std::string writeTables(const std::array<std::string, kSections>& sections);

// Makes the checksum fit an image that was changed, so that tests reach what lies behind it.
void sealImage(std::span<std::byte> image);

}  // namespace heddle::chinese
