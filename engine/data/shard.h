// A part of a packed corpus: token ids of all its sentences one after the other, the coarse units over them,
// and the bounds of sentences and documents. One file, memory-mapped.
//
// Format, version 2, little-endian; each section starts at a multiple of 8 bytes:
//   header          192 bytes  magic "HEDSHARD", version u32, bytes per id u32, bytes per coarse id u32,
//   zeros u32,
//                              fine size u64, coarse size u64, vocabulary hash 2 x u64, tokens u64, sentences
//                              u64, documents u64, units u64, coarse units u64, long units u64, coarse tokens
//                              u64, source documents u64, file bytes u64, zeros, hash of the 184 bytes before
//                              it u64
//   tokens          fine ids (2 bytes up to a fine size of 65536, else 4), without [CLS] and [SEP]
//   sentences       u32 x (sentences + 1): sentence s is tokens [s] .. [s + 1]
//   sentence units  u32 x (sentences + 1): and units [s] .. [s + 1]
//   documents       u32 x (documents + 1): document d is sentences [d] .. [d + 1]
//   unit tokens     u8 x units: fine tokens of the unit; 0 = see the long units
//   long units      (unit u32, tokens u32) x long units, ascending
//   With a coarse grain also, so that a coarse id costs nothing where the unit falls back:
//   coarse flags    u64 x ceil(units / 64): bit u % 64 of word u / 64 = the unit has a coarse id
//   coarse ranks    u32 x ceil(units / 64): units with a coarse id before the word
//   coarse ids      of the units that have one, less the fine size (2 bytes up to 65536 of them, else 4)

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/result.h"
#include "engine/data/content_hash.h"
#include "engine/text/grains/grains.h"

namespace heddle {

// What the ids of a corpus mean.
struct ShardVocabulary {
  int64_t fine_size = 0;    // fine ids: 0 .. fine_size - 1
  int64_t coarse_size = 0;  // coarse ids: fine_size .. coarse_size - 1; none when the sizes are equal
  ContentHash hash;         // of the tokeniser
  friend bool operator==(const ShardVocabulary&, const ShardVocabulary&) = default;
};

// Collects a part in memory (below 1 GB of it: a part is meant to be some tens of MB of text) and writes it
// whole. Not thread-safe.
class ShardWriter {
 public:
  explicit ShardWriter(const ShardVocabulary& vocabulary) : vocabulary_(vocabulary) {}

  // `units` cover the ids in order; of each only count and coarse are read. Sentences without tokens are left
  // out.
  void addSentence(std::span<const int32_t> ids, std::span<const Unit> units);
  // Closes the document that the sentences since the last call make up; without any it is left out, but
  // counts as read from the source.
  void endDocument();
  // Writes the part; nothing is at `path` before that succeeds. The writer is empty afterwards.
  Status finish(const std::filesystem::path& path);

  int64_t tokens() const { return static_cast<int64_t>(tokens_.size()); }
  int64_t documents() const { return static_cast<int64_t>(documents_.size()) - 1; }
  int64_t sourceDocuments() const { return source_documents_; }

 private:
  ShardVocabulary vocabulary_;
  int64_t source_documents_ = 0;
  int64_t coarse_tokens_ = 0;
  std::vector<int32_t> tokens_;
  std::vector<uint32_t> sentences_ = {0};
  std::vector<uint32_t> sentence_units_ = {0};
  std::vector<uint32_t> documents_ = {0};
  std::vector<uint8_t> unit_tokens_;
  std::vector<uint32_t> long_units_;
  std::vector<uint64_t> coarse_flags_;
  std::vector<uint32_t> coarse_ranks_;
  std::vector<int32_t> coarse_ids_;
};

// An open part. Move-only. Any number of threads may read. Opening takes the same time for every size; what a
// damaged or hostile file says is confined to the file, whatever is asked: check() tells whether it makes
// sense.
class Shard {
 public:
  // Refuses a foreign file, another version, a damaged header, a file of another length than its header says:
  // each in one sentence.
  static Result<Shard> open(const std::filesystem::path& path);

  // Reads all bounds once: an error when they are out of order or units do not cover their sentences.
  Status check() const;

  const ShardVocabulary& vocabulary() const { return vocabulary_; }
  bool hasCoarse() const { return vocabulary_.coarse_size > vocabulary_.fine_size; }
  int64_t tokens() const { return tokens_; }
  int64_t sentences() const { return static_cast<int64_t>(sentences_.size()) - 1; }
  int64_t documents() const { return static_cast<int64_t>(documents_.size()) - 1; }
  int64_t units() const { return static_cast<int64_t>(unit_tokens_.size()); }
  int64_t coarseUnits() const { return coarse_units_; }    // units with a coarse id
  int64_t coarseTokens() const { return coarse_tokens_; }  // tokens of the coarse grain
  int64_t sourceDocuments() const { return source_documents_; }

  // The first sentence of a document, the first token and the first unit of a sentence; documents(),
  // sentences() give the end of the last one.
  int64_t documentBegin(int64_t document) const { return bound(documents_, document, sentences()); }
  int64_t sentenceBegin(int64_t sentence) const { return bound(sentences_, sentence, tokens_); }
  int64_t unitBegin(int64_t sentence) const { return bound(sentence_units_, sentence, units()); }
  // The document that a sentence belongs to.
  int64_t documentOf(int64_t sentence) const;
  int32_t unitTokens(int64_t unit) const;  // 1 or more
  int32_t unitCoarse(int64_t unit) const;  // coarse id, or kFallsBack
  // Adds how often each coarse id occurs; `counts` has coarse_size - fine_size places.
  void countCoarse(std::span<int64_t> counts) const;
  // Appends tokens begin .. end; ids out of the vocabulary come of damage and are cut to its last id.
  void appendTokens(int64_t begin, int64_t end, std::vector<int32_t>& out) const;

 private:
  static int64_t bound(std::span<const uint32_t> bounds, int64_t index, int64_t most) {
    return std::min<int64_t>(bounds[static_cast<size_t>(index)], most);
  }

  MappedFile map_;
  std::filesystem::path path_;
  ShardVocabulary vocabulary_;
  int64_t tokens_ = 0;
  int64_t coarse_units_ = 0;
  int64_t coarse_tokens_ = 0;
  int64_t source_documents_ = 0;
  bool wide_ids_ = false;
  bool wide_coarse_ids_ = false;
  std::span<const std::byte> ids_;
  std::span<const uint32_t> sentences_;
  std::span<const uint32_t> sentence_units_;
  std::span<const uint32_t> documents_;
  std::span<const uint8_t> unit_tokens_;
  std::span<const uint32_t> long_units_;  // pairs
  std::span<const uint64_t> coarse_flags_;
  std::span<const uint32_t> coarse_ranks_;
  std::span<const std::byte> coarse_ids_;
};

}  // namespace heddle
