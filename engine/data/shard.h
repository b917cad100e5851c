// A packed corpus: token ids of all sentences one after the other, with the bounds of sentences and
// documents. One file, memory-mapped.
//
// Format, version 1, little-endian; each part starts at a multiple of 8 bytes:
//   header     128 bytes  magic "HEDSHARD", version u32, bytes per id u32 (2 or 4), vocabulary size u64,
//   tokens u64, sentences u64,
//                         documents u64, held-out documents u64, file bytes u64, vocabulary hash 2 x u64,
//                         zeros, hash of the 120 bytes before it u64
//   tokens     ids, without [CLS] and [SEP]
//   sentences  u64 x (sentences + 1): sentence s is tokens [s] .. [s + 1]
//   documents  u64 x (documents + 1): document d is sentences [d] .. [d + 1]
//   heldout    u8 x documents: 1 = never trained on

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/result.h"
#include "engine/data/content_hash.h"

namespace heddle {

// Writes a shard sentence by sentence; nothing is at `path` before finish() succeeds. Not thread-safe.
class ShardWriter {
 public:
  static Result<std::unique_ptr<ShardWriter>> create(const std::filesystem::path& path, int64_t vocab_size,
                                                     const ContentHash& vocabulary_hash);

  // Sentences without tokens are left out. A write that fails here is reported by the next call that can.
  void addSentence(std::span<const int32_t> ids);
  // Closes the document that the sentences since the last call make up; without any it is left out.
  Status endDocument();
  // heldout [documents()]: 1 = never trained on.
  Status finish(std::span<const uint8_t> heldout);

  int64_t tokens() const { return static_cast<int64_t>(token_count_); }
  int64_t sentences() const { return static_cast<int64_t>(sentences_.size()) - 1; }
  int64_t documents() const { return static_cast<int64_t>(documents_.size()) - 1; }

 private:
  ShardWriter() = default;
  void flush();

  AtomicFile file_;
  Status status_;
  int64_t vocab_size_ = 0;
  ContentHash vocabulary_hash_;
  std::string buffer_;
  uint64_t token_count_ = 0;
  std::vector<uint64_t> sentences_ = {0};
  std::vector<uint64_t> documents_ = {0};
};

// An open shard. Move-only; spans are valid while it lives. Any number of threads may read.
class Shard {
 public:
  // Refuses a foreign file, another version, a damaged header, a truncated file and bounds out of order: each
  // in one sentence.
  static Result<Shard> open(const std::filesystem::path& path);

  int64_t vocabSize() const { return vocab_size_; }
  const ContentHash& vocabularyHash() const { return vocabulary_hash_; }
  int64_t tokens() const { return static_cast<int64_t>(sentences_.back()); }
  int64_t sentences() const { return static_cast<int64_t>(sentences_.size()) - 1; }
  int64_t documents() const { return static_cast<int64_t>(documents_.size()) - 1; }
  int64_t heldoutDocuments() const { return heldout_documents_; }

  bool heldout(int64_t document) const { return heldout_[static_cast<size_t>(document)] != 0; }
  // First sentence of a document; document = documents() gives the end of the last one.
  int64_t documentBegin(int64_t document) const {
    return static_cast<int64_t>(documents_[static_cast<size_t>(document)]);
  }
  // First token of a sentence; sentence = sentences() gives the end of the last one.
  int64_t sentenceBegin(int64_t sentence) const {
    return static_cast<int64_t>(sentences_[static_cast<size_t>(sentence)]);
  }
  // The document that a sentence belongs to.
  int64_t documentOf(int64_t sentence) const;
  // Appends tokens begin .. end.
  void appendTokens(int64_t begin, int64_t end, std::vector<int32_t>& out) const;

 private:
  MappedFile map_;
  int64_t vocab_size_ = 0;
  ContentHash vocabulary_hash_;
  int64_t heldout_documents_ = 0;
  std::span<const uint16_t> narrow_;  // one of the two is empty
  std::span<const uint32_t> wide_;
  std::span<const uint64_t> sentences_;
  std::span<const uint64_t> documents_;
  std::span<const uint8_t> heldout_;
};

}  // namespace heddle
