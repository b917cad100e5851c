// Documents that repeat earlier ones, found through MinHash and banded locality-sensitive hashing (Broder
// 1997; Indyk and Motwani 1998) over runs of five words; a Chinese or Japanese character counts as a word.
// One hash per run: one-permutation hashing with optimal densification (Shrivastava 2017).

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace heddle {

// Bands of six bins: two documents meet in some band with probability 1 - (1 - J^6)^21, which is .5 at a
// Jaccard similarity J of .56 and .998 at .8.
inline constexpr size_t kSignatureBands = 21;
inline constexpr size_t kSignatureRows = 6;
inline constexpr size_t kSignatureBins = kSignatureBands * kSignatureRows;

// What is kept of a document.
struct DocumentSignature {
  uint64_t content = 0;  // hash of the text, byte for byte
  std::array<uint8_t, kSignatureBins> bins{};
};

DocumentSignature signatureOf(const std::vector<std::string>& paragraphs);

// The Jaccard similarity of the two sets of runs, estimated: in most of all pairs within .08.
double estimatedSimilarity(const DocumentSignature& a, const DocumentSignature& b);

class NearDuplicates {
 public:
  struct Match {
    int64_t document = 0;  // the earlier one, by the number it was given
    double similarity = 0;
    bool exact = false;  // the same text, byte for byte
  };

  // Documents are alike from the estimated `similarity` on. New documents are remembered as long as
  // `memory_bytes` hold them, at 264 to 384 bytes each; later ones are then only compared with those. Never
  // more memory is taken, however many documents there are.
  NearDuplicates(double similarity, int64_t memory_bytes);

  // An earlier document that this one repeats, or nothing; then it is remembered under its number.
  std::optional<Match> add(const DocumentSignature& signature, int64_t document);

  int64_t remembered() const { return static_cast<int64_t>(remembered_); }
  // A document could not be remembered.
  bool full() const { return full_; }

 private:
  struct Entry {
    DocumentSignature signature;
    int64_t document = 0;
  };
  // Blocks never move, so that growing needs no second copy.
  static constexpr size_t kBlock = 64;
  using Block = std::array<Entry, kBlock>;

  const Entry& entry(size_t index) const { return (*blocks_[index / kBlock])[index % kBlock]; }
  std::optional<Match> find(const DocumentSignature& signature) const;
  void insert(uint32_t index);
  bool makeRoom();

  double similarity_;
  int64_t memory_bytes_;
  bool full_ = false;
  std::vector<std::unique_ptr<Block>> blocks_;
  size_t remembered_ = 0;
  // Open addressing, all bands in one table: the index of an entry + 1, or 0.
  std::vector<uint32_t> slots_;
  size_t used_ = 0;
};

}  // namespace heddle
