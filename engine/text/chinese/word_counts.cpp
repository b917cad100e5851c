#include "engine/text/chinese/word_counts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace heddle::chinese {
namespace {

constexpr uint32_t kEdge = ~0u;

// Discount by Good-Turing's estimate from how many were seen once and twice.
double discountOf(const std::vector<double>& counts) {
  double once = 0;
  double twice = 0;
  for (const double count : counts) {
    once += count <= 1 ? 1 : 0;
    twice += count > 1 && count <= 2 ? 1 : 0;
  }
  return once > 0 ? std::clamp(once / (once + 2 * twice), 0.1, 0.9) : 0.5;
}

template <typename T>
std::string bytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

void put(std::vector<uint64_t>& slots, uint64_t key, uint64_t slot) {
  const uint64_t mask = slots.size() - 1;
  uint64_t at = hashKey(key) & mask;
  while (slots[at] != ~0ull) {
    at = (at + 1) & mask;
  }
  slots[at] = slot;
}

// Of words in ascending order, so that a prefix comes right before what it starts.
size_t countNodes(const std::vector<const std::u16string*>& words) {
  size_t nodes = 0;
  for (size_t at = 0; at < words.size(); ++at) {
    size_t shared = 0;
    if (at > 0) {
      const std::u16string& before = *words[at - 1];
      const size_t most = std::min(before.size(), words[at]->size());
      while (shared < most && before[shared] == (*words[at])[shared]) {
        ++shared;
      }
    }
    nodes += words[at]->size() - shared;
  }
  return nodes;
}

// The same words.
std::vector<uint64_t> buildTrie(const std::vector<const std::u16string*>& words) {
  std::vector<uint64_t> slots(slotCount(countNodes(words)), ~0ull);
  const uint64_t mask = slots.size() - 1;
  for (size_t word = 0; word < words.size(); ++word) {
    uint64_t node = Tables::kRoot;
    for (const char16_t symbol : *words[word]) {
      const uint64_t key = node << 16 | symbol;
      uint64_t at = hashKey(key) & mask;
      while (slots[at] != ~0ull && slots[at] >> 24 != key) {
        at = (at + 1) & mask;
      }
      if (slots[at] == ~0ull) {
        slots[at] = key << 24 | kUnknownWord;
      }
      node = at;
    }
    slots[node] = (slots[node] & ~static_cast<uint64_t>(kMaxIds - 1)) | (kFirstWord + word);
  }
  return slots;
}

}  // namespace

size_t slotCount(size_t entries) {
  size_t slots = 8;
  while (slots < entries * 2) {
    slots *= 2;
  }
  return slots;
}

uint32_t WordCounts::number(const std::u16string& word) {
  const auto [at, added] = numbers_.try_emplace(word, static_cast<uint32_t>(words_.size()));
  if (added) {
    words_.push_back(word);
    counts_.push_back(0);
  }
  return at->second;
}

void WordCounts::add(const TaggedText& text) {
  std::u16string word;
  for (size_t sentence = 0; sentence < text.sentences(); ++sentence) {
    uint32_t before = kEdge;
    for (size_t at = text.begins[sentence]; at < text.begins[sentence + 1]; ++at) {
      word.push_back(static_cast<char16_t>(text.symbols[at]));
      if (text.word_ends[at] == 0) {
        continue;
      }
      const uint32_t now = number(word);
      counts_[now] += 1;
      bigrams_[static_cast<uint64_t>(before) << 32 | now] += 1;
      before = now;
      word.clear();
    }
    bigrams_[static_cast<uint64_t>(before) << 32 | kEdge] += 1;
    stretches_ += 1;
  }
}

void WordCounts::add(const std::u16string& word, double count) {
  counts_[number(word)] += count;
}

std::vector<uint32_t> WordCounts::sortedNumbers() const {
  std::vector<uint32_t> order(words_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) { return words_[a] < words_[b]; });
  return order;
}

bool WordCounts::fits() const {
  std::vector<const std::u16string*> sorted;
  for (const uint32_t number : sortedNumbers()) {
    sorted.push_back(&words_[number]);
  }
  return slotCount(countNodes(sorted)) < kMaxIds;
}

void WordCounts::write(const Scale& scale, size_t symbol_count, std::array<std::string, kSections>& sections,
                       Parameters& parameters) const {
  std::vector<uint32_t> ids(words_.size());
  std::vector<const std::u16string*> sorted;
  for (const uint32_t number : sortedNumbers()) {
    ids[number] = kFirstWord + static_cast<uint32_t>(sorted.size());
    sorted.push_back(&words_[number]);
  }
  const auto idOf = [&ids](uint32_t number) { return number == kEdge ? kBoundaryWord : ids[number]; };
  const auto costOf = [&scale](double probability) {
    return static_cast<int32_t>(
        std::lround(std::clamp(-std::log(probability) * scale.cost_per_nat, 0.0, 65535.0)));
  };

  // Single words; what the discount frees goes to words outside the dictionary, spelt at random.
  const double discount = discountOf(counts_);
  const double total = std::max(std::accumulate(counts_.begin(), counts_.end(), stretches_), 1.0);
  double freed = 0;
  std::vector<double> single(kFirstWord + words_.size());
  for (uint32_t number = 0; number < words_.size(); ++number) {
    const double cut = std::min(discount, counts_[number] * discount);
    single[ids[number]] = (counts_[number] - cut) / total;
    freed += cut / total;
  }
  single[kBoundaryWord] = std::max(stretches_, 1.0) / total;
  parameters.unknown_word = static_cast<int32_t>(std::clamp(
      (scale.unknown_nats - std::log(std::max(freed, 1e-6))) * scale.cost_per_nat, -65535.0, 65535.0));
  parameters.unknown_symbol = costOf(1.0 / static_cast<double>(symbol_count));

  // Pairs, in a fixed order: sums and places in the table must not depend on that of a hash map.
  struct Pair {
    uint64_t key;
    double count;
  };
  std::vector<Pair> pairs;
  std::vector<double> pair_counts;
  for (const auto& [key, count] : bigrams_) {
    pairs.push_back({static_cast<uint64_t>(idOf(static_cast<uint32_t>(key >> 32))) << 24 |
                         idOf(static_cast<uint32_t>(key)),
                     count});
    pair_counts.push_back(count);
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.key < b.key; });
  const double pair_discount = discountOf(pair_counts);
  std::vector<double> after(
      single.size());  // how often anything followed, and what the discount leaves to others
  std::vector<double> left(single.size());
  for (const Pair& pair : pairs) {
    after[pair.key >> 24] += pair.count;
    left[pair.key >> 24] += std::min(pair_discount, pair.count * pair_discount);
  }
  std::vector<WordCost> costs(single.size());
  for (size_t word = kBoundaryWord; word < single.size(); ++word) {
    costs[word].unigram = costOf(single[word]);
    costs[word].back_off = after[word] > 0 ? costOf(left[word] / after[word]) : 0;
  }
  std::vector<uint64_t> slots(slotCount(pairs.size()), ~0ull);
  for (const Pair& pair : pairs) {
    const size_t before = pair.key >> 24;
    const size_t word = pair.key & (kMaxIds - 1);
    const double probability =
        (pair.count - std::min(pair_discount, pair.count * pair_discount)) / after[before] +
        left[before] / after[before] * single[word];
    put(slots, pair.key, pair.key << 16 | static_cast<uint64_t>(costOf(probability)));
  }
  sections[kTrie] = bytesOf(buildTrie(sorted));
  sections[kWords] = bytesOf(costs);
  sections[kBigrams] = bytesOf(slots);
}

}  // namespace heddle::chinese
