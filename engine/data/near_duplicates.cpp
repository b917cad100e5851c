#include "engine/data/near_duplicates.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "engine/base/random.h"
#include "engine/data/content_hash.h"

namespace heddle {
namespace {

constexpr size_t kRun = 5;  // words
// Boilerplate puts thousands of documents into one band; more of them than this are not looked at.
constexpr int kLongestChain = 32;
constexpr uint64_t kMultiplier = 0x9FB21C651E98DF25ull;
constexpr size_t kFirstSlots = 1 << 12;

constexpr uint64_t power(uint64_t base, size_t exponent) {
  uint64_t result = 1;
  for (; exponent > 0; --exponent) {
    result *= base;
  }
  return result;
}

bool isWordByItself(UChar32 c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

// Takes the words of a document one after another and keeps the least hash of each bin.
class Bins {
 public:
  Bins() { least_.fill(UINT64_MAX); }

  void addWord(uint64_t word) {
    uint64_t& oldest = last_[words_ % kRun];
    rolling_ = (rolling_ - oldest * power(kMultiplier, kRun - 1)) * kMultiplier + word;
    oldest = word;
    ++words_;
    if (words_ >= kRun) {
      addRun(rolling_);
    }
  }

  // A document of fewer words is one run; `content` stands for one without any.
  std::array<uint8_t, kSignatureBins> finish(uint64_t content) {
    if (words_ < kRun) {
      addRun(words_ == 0 ? content : rolling_);
    }
    std::array<uint8_t, kSignatureBins> bins{};
    for (size_t bin = 0; bin < kSignatureBins; ++bin) {
      // An empty bin takes the value of another one, the same for all documents that have that one.
      size_t from = bin;
      for (uint64_t attempt = 1; least_[from] == UINT64_MAX; ++attempt) {
        from = static_cast<size_t>(mixKey(bin, attempt) % kSignatureBins);
      }
      bins[bin] = static_cast<uint8_t>(mixKey(least_[from], 0) >> 56);
    }
    return bins;
  }

 private:
  void addRun(uint64_t run) {
    const uint64_t hash = mixKey(run, 1);
    uint64_t& least = least_[static_cast<size_t>(((hash >> 32) * kSignatureBins) >> 32)];
    least = std::min(least, hash & 0xFFFFFFFFu);
  }

  std::array<uint64_t, kSignatureBins> least_{};
  std::array<uint64_t, kRun> last_{};
  uint64_t rolling_ = 0;
  size_t words_ = 0;
};

constexpr std::array<uint8_t, 128> kLowercase = [] {
  std::array<uint8_t, 128> lower{};  // 0 = not part of a word
  for (uint8_t c = '0'; c <= '9'; ++c) {
    lower[c] = c;
  }
  for (uint8_t c = 'a'; c <= 'z'; ++c) {
    lower[c] = c;
    lower[static_cast<size_t>(c - 'a' + 'A')] = c;
  }
  return lower;
}();

void addWords(std::string_view text, Bins& bins) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const size_t size = text.size();
  uint64_t word = 0;  // 0 = between words
  const auto append = [&word](uint64_t c) { word = (word ^ (c + 0x9E3779B97F4A7C15ull)) * kMultiplier; };
  const auto end = [&word, &bins] {
    if (word != 0) {
      bins.addWord(word ^ (word >> 32));
      word = 0;
    }
  };
  for (size_t at = 0; at < size;) {
    if (bytes[at] < 0x80) {
      const uint8_t lower = kLowercase[bytes[at++]];
      lower != 0 ? append(lower) : end();
      continue;
    }
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0 || !u_isalnum(c)) {
      end();
    } else if (isWordByItself(c)) {
      end();
      append(static_cast<uint64_t>(c));
      end();
    } else {
      append(static_cast<uint64_t>(u_tolower(c)));
    }
  }
  end();
}

uint64_t bandKey(const DocumentSignature& signature, size_t band) {
  uint64_t key = 0;
  std::memcpy(&key, signature.bins.data() + band * kSignatureRows, kSignatureRows);
  return mixKey(key, band);
}

bool sameBand(const DocumentSignature& a, const DocumentSignature& b, size_t band) {
  return std::memcmp(a.bins.data() + band * kSignatureRows, b.bins.data() + band * kSignatureRows,
                     kSignatureRows) == 0;
}

}  // namespace

DocumentSignature signatureOf(const std::vector<std::string>& paragraphs) {
  DocumentSignature signature;
  ContentHasher hasher;
  Bins bins;
  for (const std::string& paragraph : paragraphs) {
    hasher.add(paragraph);
    addWords(paragraph, bins);
  }
  signature.content = hasher.hash().low;
  signature.bins = bins.finish(signature.content);
  return signature;
}

double estimatedSimilarity(const DocumentSignature& a, const DocumentSignature& b) {
  int equal = 0;
  for (size_t bin = 0; bin < kSignatureBins; ++bin) {
    equal += a.bins[bin] == b.bins[bin] ? 1 : 0;
  }
  // Bytes are equal by chance once in 256.
  constexpr double kChance = 1.0 / 256;
  return std::max(0.0, (equal / static_cast<double>(kSignatureBins) - kChance) / (1 - kChance));
}

NearDuplicates::NearDuplicates(double similarity, int64_t memory_bytes)
    : similarity_(similarity), memory_bytes_(memory_bytes) {}

std::optional<NearDuplicates::Match> NearDuplicates::find(const DocumentSignature& signature) const {
  std::optional<Match> best;
  if (slots_.empty()) {
    return best;
  }
  for (size_t band = 0; band < kSignatureBands; ++band) {
    int chain = 0;
    for (size_t slot = bandKey(signature, band) & (slots_.size() - 1);
         slots_[slot] != 0 && chain < kLongestChain; slot = (slot + 1) & (slots_.size() - 1)) {
      const Entry& earlier = entry(slots_[slot] - 1);
      const DocumentSignature& other = earlier.signature;
      if (!sameBand(signature, other, band)) {
        continue;
      }
      ++chain;
      if (other.content == signature.content) {
        return Match{earlier.document, 1.0, true};
      }
      const double similarity = estimatedSimilarity(signature, other);
      if (similarity >= similarity_ && (!best || similarity > best->similarity)) {
        best = Match{earlier.document, similarity, false};
      }
    }
  }
  return best;
}

void NearDuplicates::insert(uint32_t index) {
  const DocumentSignature& signature = entry(index).signature;
  for (size_t band = 0; band < kSignatureBands; ++band) {
    size_t slot = bandKey(signature, band) & (slots_.size() - 1);
    int chain = 0;
    for (; slots_[slot] != 0 && chain < kLongestChain; slot = (slot + 1) & (slots_.size() - 1)) {
      chain += sameBand(signature, entry(slots_[slot] - 1).signature, band) ? 1 : 0;
    }
    if (slots_[slot] == 0) {
      slots_[slot] = index + 1;
      ++used_;
    }
  }
}

bool NearDuplicates::makeRoom() {
  const bool grows = (used_ + kSignatureBands) * 10 > slots_.size() * 7;
  const size_t slots = grows ? std::max(kFirstSlots, slots_.size() * 2) : slots_.size();
  const bool new_block = remembered_ == blocks_.size() * kBlock;
  const size_t blocks = blocks_.size() + (new_block ? 1 : 0);
  const size_t needed = blocks * (sizeof(Block) + sizeof blocks_[0]) + slots * sizeof(uint32_t);
  if (needed > static_cast<size_t>(std::max<int64_t>(0, memory_bytes_))) {
    return false;
  }
  if (new_block) {
    blocks_.push_back(std::make_unique<Block>());
  }
  if (grows) {
    slots_ = {};
    slots_.resize(slots);
    used_ = 0;
    for (size_t index = 0; index < remembered_; ++index) {
      insert(static_cast<uint32_t>(index));
    }
  }
  return true;
}

std::optional<NearDuplicates::Match> NearDuplicates::add(const DocumentSignature& signature,
                                                         int64_t document) {
  std::optional<Match> match = find(signature);
  if (match) {
    return match;
  }
  if (full_ || !makeRoom()) {
    full_ = true;
    return match;
  }
  (*blocks_.back())[remembered_ % kBlock] = {signature, document};
  insert(static_cast<uint32_t>(remembered_++));
  return match;
}

}  // namespace heddle
