#include "engine/text/chinese/model_file.h"

#include <algorithm>
#include <cstring>

namespace heddle::chinese {
namespace {

constexpr std::string_view kMagic = "HDLZHWRD";
constexpr size_t kHeaderBytes = 32;
constexpr size_t kAlignment = 64;

uint64_t checksum(std::span<const std::byte> bytes) {
  uint64_t hash = 0xCBF29CE484222325ull;
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  for (; at < bytes.size(); ++at) {
    hash = (hash ^ static_cast<uint8_t>(bytes[at])) * 0x100000001B3ull;
  }
  return hash;
}

template <typename T>
T readAt(std::span<const std::byte> bytes, size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

// A table that is probed must be a power of two long and have an unused slot, or a search might not end.
template <typename Slot, typename Unused>
bool canBeProbed(std::span<const Slot> slots, Unused unused) {
  return !slots.empty() && (slots.size() & (slots.size() - 1)) == 0 &&
         std::any_of(slots.begin(), slots.end(), unused);
}

bool layOutPairs(std::span<const uint64_t> slots, std::span<const PairWeights> rows,
                 PerfectTable<uint32_t, PairWeights>& out) {
  std::vector<uint64_t> keys;
  std::vector<PairWeights> weights;
  for (const uint64_t slot : slots) {
    if (slot != ~0ull) {
      keys.push_back(slot >> 32);
      weights.push_back(rows[static_cast<uint32_t>(slot)]);
    }
  }
  return out.build(keys, std::span<const PairWeights>(weights));
}

template <typename Slot, typename Key, typename Weights>
bool layOut(std::span<const Slot> slots, PerfectTable<Key, Weights>& out) {
  std::vector<uint64_t> keys;
  std::vector<Weights> weights;
  for (const Slot& slot : slots) {
    if (slot.key != ~0ull) {
      keys.push_back(slot.key);
      weights.push_back(slot.weights);
    }
  }
  return out.build(keys, std::span<const Weights>(weights));
}

bool small(int32_t value) {
  return value >= -kMaxParameter && value <= kMaxParameter;
}

}  // namespace

uint16_t Tables::symbol(const PreToken& token) const {
  const auto run = [this](const PreToken& of, Symbol unknown) {
    const auto at =
        std::lower_bound(runs_.begin(), runs_.end(), of.value,
                         [](const LearntRun& learnt, uint64_t value) { return learnt.value < value; });
    return at != runs_.end() && at->value == of.value ? static_cast<uint16_t>(at->symbol)
                                                      : static_cast<uint16_t>(unknown);
  };
  switch (token.kind) {
    case PreTokenKind::kDigits:
      return static_cast<uint16_t>(kOneDigit + std::min<uint64_t>(token.value, 5) - 1);
    case PreTokenKind::kLetters:
      return run(token, token.single ? kLetter : kLetters);
    case PreTokenKind::kOther:
      return run(token, kUnknownRun);
    case PreTokenKind::kIdeograph:
    case PreTokenKind::kMark:
      break;
  }
  uint16_t symbol = 0;
  if (token.value < plane_.size()) {
    symbol = plane_[token.value];
  } else {
    const auto at = std::lower_bound(
        other_planes_.begin(), other_planes_.end(), token.value,
        [](const LearntCharacter& learnt, uint64_t value) { return learnt.code_point < value; });
    symbol =
        at != other_planes_.end() && at->code_point == token.value ? static_cast<uint16_t>(at->symbol) : 0;
  }
  if (symbol != 0) {
    return symbol;
  }
  return token.kind == PreTokenKind::kMark ? kUnknownMark : kUnknownIdeograph;
}

Result<Tables> readTables(std::span<const std::byte> image, std::string_view source) {
  const std::string what = "Reading the Chinese word model " + std::string(source) + ": ";
  const auto damaged = [&what](const std::string& found) {
    return Error{what + found, "train it again or take it from a backup"};
  };
  if (image.size() < kMagic.size() || std::memcmp(image.data(), kMagic.data(), kMagic.size()) != 0) {
    return Error{what + "this is no such model", "give a file that was written by training Chinese words"};
  }
  if (image.size() < kHeaderBytes) {
    return damaged("the file ends inside its header");
  }
  if (const auto version = readAt<uint32_t>(image, 8); version != kModelVersion) {
    return Error{what + "it has format " + std::to_string(version) + ", this program reads format " +
                     std::to_string(kModelVersion),
                 "use a newer program or train the model again"};
  }
  if (const auto bytes = readAt<uint64_t>(image, 16); bytes != image.size()) {
    return damaged("it should have " + std::to_string(bytes) + " bytes and has " +
                   std::to_string(image.size()));
  }
  if (readAt<uint64_t>(image, 24) != checksum(image.subspan(kHeaderBytes))) {
    return damaged("its checksum does not fit its contents");
  }
  const Error inconsistent = damaged("its tables contradict each other");
  if (readAt<uint32_t>(image, 12) != kSections || image.size() < kHeaderBytes + kSections * 16) {
    return inconsistent;
  }
  bool fits = true;
  const auto section = [&]<typename T>(Section which, std::span<const T>& out) {
    const auto offset = readAt<uint64_t>(image, kHeaderBytes + which * 16);
    const auto bytes = readAt<uint64_t>(image, kHeaderBytes + which * 16 + 8);
    if (offset % kAlignment != 0 || offset > image.size() || bytes > image.size() - offset ||
        bytes % sizeof(T) != 0) {
      fits = false;
      return;
    }
    out = {reinterpret_cast<const T*>(image.data() + offset), bytes / sizeof(T)};
  };
  Tables tables;
  std::span<const Parameters> parameters;
  std::span<const LearntCharacter> characters;
  std::span<const uint64_t> pair_slots;  // pairKey 32 bits, index into pair_weights 32
  std::span<const PairWeights> pair_weights;
  std::span<const TripleSlot> triple_slots;
  std::span<const SkipSlot> skip_slots;
  section(kParameters, parameters);
  section(kCharacters, characters);
  section(kRuns, tables.runs_);
  section(kTrie, tables.trie_);
  section(kWords, tables.words_);
  section(kBigrams, tables.bigrams_);
  section(kSymbolWeights, tables.symbol_weights_);
  section(kPairSlots, pair_slots);
  section(kPairWeights, pair_weights);
  section(kTripleWeights, triple_slots);
  section(kSkipWeights, skip_slots);
  const auto unused = [](uint64_t slot) { return slot == ~0ull; };
  const auto unusedKey = [](const auto& slot) { return slot.key == ~0ull; };
  if (!fits || parameters.size() != 1 || tables.words_.size() < kFirstWord ||
      tables.words_.size() >= kMaxIds || tables.trie_.size() >= kMaxIds ||
      tables.symbol_weights_.size() < kFirstLearntSymbol || tables.symbol_weights_.size() >= 0x10000 ||
      !canBeProbed(tables.trie_, unused) || !canBeProbed(tables.bigrams_, unused) ||
      !canBeProbed(pair_slots, unused) || !canBeProbed(triple_slots, unusedKey) ||
      !canBeProbed(skip_slots, unusedKey)) {
    return inconsistent;
  }
  const Parameters& read = parameters.front();
  fits = small(read.unknown_word) && small(read.unknown_symbol) && read.certain >= 0 && small(read.certain) &&
         std::all_of(read.first.begin(), read.first.end(), small);
  for (const auto& row : read.transitions) {
    fits = fits && std::all_of(row.begin(), row.end(), small);
  }
  const size_t symbols = tables.symbol_weights_.size();
  const size_t words = tables.words_.size();
  fits = fits && std::all_of(characters.begin(), characters.end(), [symbols](const LearntCharacter& learnt) {
           return learnt.symbol < symbols && learnt.code_point <= 0x10FFFF;
         });
  fits = fits && std::all_of(tables.runs_.begin(), tables.runs_.end(),
                             [symbols](const LearntRun& run) { return run.symbol < symbols; });
  fits = fits && std::all_of(tables.trie_.begin(), tables.trie_.end(), [words](uint64_t slot) {
           return slot == ~0ull || (slot & (kMaxIds - 1)) < words;
         });
  fits = fits && std::all_of(tables.words_.begin(), tables.words_.end(), [](const WordCost& word) {
           return small(word.unigram) && small(word.back_off);
         });
  fits =
      fits && std::all_of(pair_slots.begin(), pair_slots.end(), [rows = pair_weights.size()](uint64_t slot) {
        return slot == ~0ull || static_cast<uint32_t>(slot) < rows;
      });
  fits = fits && layOutPairs(pair_slots, pair_weights, tables.pairs_) &&
         layOut(triple_slots, tables.triples_) && layOut(skip_slots, tables.skips_);
  if (!fits) {
    return inconsistent;
  }
  tables.parameters_ = &read;
  tables.trie_mask_ = tables.trie_.size() - 1;
  tables.bigram_mask_ = tables.bigrams_.size() - 1;
  for (size_t symbol = 0; symbol < symbols; ++symbol) {
    tables.starts_.push_back(tables.step(Tables::kRoot, static_cast<uint16_t>(symbol)));
  }
  tables.plane_.assign(0x10000, 0);
  for (const LearntCharacter& learnt : characters) {
    if (learnt.code_point < tables.plane_.size()) {
      tables.plane_[learnt.code_point] = static_cast<uint16_t>(learnt.symbol);
    } else {
      tables.other_planes_.push_back(learnt);
    }
  }
  return tables;
}

std::string writeTables(const std::array<std::string, kSections>& sections) {
  std::string image(kHeaderBytes + kSections * 16, '\0');
  const auto put = [&image](size_t at, auto value) { std::memcpy(image.data() + at, &value, sizeof(value)); };
  for (size_t which = 0; which < kSections; ++which) {
    image.resize((image.size() + kAlignment - 1) / kAlignment * kAlignment, '\0');
    put(kHeaderBytes + which * 16, static_cast<uint64_t>(image.size()));
    put(kHeaderBytes + which * 16 + 8, static_cast<uint64_t>(sections[which].size()));
    image += sections[which];
  }
  std::memcpy(image.data(), kMagic.data(), kMagic.size());
  put(8, kModelVersion);
  put(12, static_cast<uint32_t>(kSections));
  put(16, static_cast<uint64_t>(image.size()));
  put(24, checksum(std::as_bytes(std::span(image)).subspan(kHeaderBytes)));
  return image;
}

void sealImage(std::span<std::byte> image) {
  if (image.size() >= kHeaderBytes) {
    const uint64_t sum = checksum(image.subspan(kHeaderBytes));
    std::memcpy(image.data() + 24, &sum, sizeof(sum));
  }
}

}  // namespace heddle::chinese
