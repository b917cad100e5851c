// The documents that rows are made of, ascending: those to train on or those held out, all or some of them.
// All of a side take no memory, however many they are.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/data/corpus.h"

namespace heddle {

class Documents {
 public:
  enum class Side { kTraining, kHeldout };

  // All of a side.
  Documents(const HeldoutDocuments& split, Side side) : split_(split), side_(side) {}
  // These, which ascend: 4 bytes each.
  explicit Documents(std::vector<uint32_t> some) : some_(std::move(some)) {}

  int64_t size() const;
  // Number `rank`, 0 .. size() - 1.
  int64_t at(int64_t rank) const;
  // How many come before one of them.
  int64_t rankOf(int64_t document) const;

 private:
  HeldoutDocuments split_;
  Side side_ = Side::kTraining;
  std::optional<std::vector<uint32_t>> some_;
};

// Fine tokens of the documents, without [CLS] and [SEP].
int64_t tokensOf(const Corpus& corpus, const Documents& documents);

}  // namespace heddle
