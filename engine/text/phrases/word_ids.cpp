#include "engine/text/phrases/word_ids.h"

#include <algorithm>
#include <cstring>

namespace heddle::ngram {
namespace {

constexpr size_t kFirstBlockBytes = 1 << 10;
constexpr size_t kLargestBlockBytes = 1 << 16;
// Of a node, its bucket and its allocation in std::unordered_map.
constexpr int64_t kBytesPerWord = 72;

}  // namespace

std::string_view WordIds::keep(Shard& shard, std::string_view text) {
  if (shard.block_used + text.size() > shard.block_size) {
    const size_t wanted = std::clamp(2 * shard.block_size, kFirstBlockBytes, kLargestBlockBytes);
    shard.block_size = std::max(wanted, text.size());
    shard.block_used = 0;
    shard.blocks.push_back(std::make_unique<char[]>(shard.block_size));
    bytes_.fetch_add(static_cast<int64_t>(shard.block_size), std::memory_order_relaxed);
  }
  char* const place = shard.blocks.back().get() + shard.block_used;
  std::memcpy(place, text.data(), text.size());
  shard.block_used += text.size();
  return {place, text.size()};
}

WordIds::Word WordIds::of(std::string_view text, uint64_t hash) {
  Shard& shard = shards_[hash >> 58];
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.ids.find(text);
  if (found != shard.ids.end()) {
    return {found->first, found->second};
  }
  const uint32_t id = next_.fetch_add(1, std::memory_order_relaxed);
  if (id >= kWordLimit) {
    next_.store(kWordLimit, std::memory_order_relaxed);
    return {};
  }
  const std::string_view kept = keep(shard, text);
  shard.ids.emplace(kept, id);
  bytes_.fetch_add(kBytesPerWord, std::memory_order_relaxed);
  return {kept, id};
}

std::vector<std::string_view> WordIds::texts() const {
  std::vector<std::string_view> texts(end());
  for (const Shard& shard : shards_) {
    for (const auto& [text, id] : shard.ids) {
      texts[id] = text;
    }
  }
  return texts;
}

}  // namespace heddle::ngram
