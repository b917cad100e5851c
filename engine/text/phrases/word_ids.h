// Numbers for words while several threads read text: the same word gets the same number in every thread.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/text/phrases/ngram_key.h"
#include "engine/text/phrases/phrase_words.h"

namespace heddle::ngram {

// Ids count up from kFirstWord in the order of the first requests, so they differ from run to run.
class WordIds {
 public:
  struct Word {
    std::string_view text;  // lives as long as the table
    uint32_t id = 0;
  };

  // Any thread. kNothing as id: there is no number left.
  Word of(std::string_view text, uint64_t hash);
  // Numbers given, as ids one past the last.
  uint32_t end() const { return next_.load(std::memory_order_relaxed); }
  // An estimate that errs upwards.
  int64_t memoryBytes() const { return bytes_.load(std::memory_order_relaxed); }
  // Texts by id; no other thread may be asking for words.
  std::vector<std::string_view> texts() const;

 private:
  struct Hash {
    size_t operator()(std::string_view text) const { return static_cast<size_t>(hashWord(text)); }
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string_view, uint32_t, Hash> ids;
    std::vector<std::unique_ptr<char[]>> blocks;
    size_t block_used = 0;
    size_t block_size = 0;
  };
  std::string_view keep(Shard& shard, std::string_view text);

  std::array<Shard, 64> shards_;
  std::atomic<uint32_t> next_{kFirstWord};
  std::atomic<int64_t> bytes_{0};
};

// One thread's view of the table: the words it saw last are answered without a lock.
class WordIdCache {
 public:
  explicit WordIdCache(WordIds& ids) : ids_(ids), slots_(kSlots) {}

  // As WordIds::of().
  uint32_t of(std::string_view text) {
    const uint64_t hash = hashWord(text);
    WordIds::Word& slot = slots_[hash & (kSlots - 1)];
    if (slot.text != text) {
      slot = ids_.of(text, hash);
    }
    return slot.id;
  }

 private:
  static constexpr size_t kSlots = size_t{1} << 15;
  WordIds& ids_;
  std::vector<WordIds::Word> slots_;
};

}  // namespace heddle::ngram
