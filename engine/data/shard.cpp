#include "engine/data/shard.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace heddle {
namespace {

constexpr uint32_t kVersion = 2;
constexpr char kMagic[8] = {'H', 'E', 'D', 'S', 'H', 'A', 'R', 'D'};
constexpr uint64_t kLargestCount = UINT32_MAX - 1;  // bounds inside a part have 32 bits
constexpr uint64_t kLargestVocabulary = INT32_MAX;

// NOTE: the layout is the format on disk.
struct Header {
  char magic[8];
  uint32_t version;
  uint32_t bytes_per_id;
  uint32_t bytes_per_coarse_id;
  uint32_t zero;
  uint64_t fine_size;
  uint64_t coarse_size;
  uint64_t vocabulary_hash[2];
  uint64_t tokens;
  uint64_t sentences;
  uint64_t documents;
  uint64_t units;
  uint64_t coarse_units;
  uint64_t long_units;
  uint64_t coarse_tokens;
  uint64_t source_documents;
  uint64_t file_bytes;
  uint64_t zeros[7];
  uint64_t header_hash;
};
static_assert(sizeof(Header) == 192);

uint64_t hashOf(const Header& header) {
  return contentHash({reinterpret_cast<const char*>(&header), offsetof(Header, header_hash)}).low;
}

uint32_t idBytes(uint64_t ids) {
  return ids <= 65536 ? 2 : 4;
}

uint64_t padded(uint64_t bytes) {
  return (bytes + 7) / 8 * 8;
}

// Where the sections of a file lie. Counts must be at most kLargestCount: no sum overflows then.
struct Layout {
  uint64_t sentences, sentence_units, documents, unit_tokens, long_units, coarse_flags, coarse_ranks,
      coarse_ids, end;

  explicit Layout(const Header& header) {
    const uint64_t words = header.coarse_size > header.fine_size ? (header.units + 63) / 64 : 0;
    sentences = sizeof(Header) + padded(header.tokens * header.bytes_per_id);
    sentence_units = sentences + padded(4 * (header.sentences + 1));
    documents = sentence_units + padded(4 * (header.sentences + 1));
    unit_tokens = documents + padded(4 * (header.documents + 1));
    long_units = unit_tokens + padded(header.units);
    coarse_flags = long_units + 8 * header.long_units;
    coarse_ranks = coarse_flags + 8 * words;
    coarse_ids = coarse_ranks + padded(4 * words);
    end = coarse_ids + padded(header.coarse_units * header.bytes_per_coarse_id);
  }
};

template <typename T>
std::string_view bytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// Ids in as many bytes as they need. Little-endian: the low bytes come first.
std::string packedIds(std::span<const int32_t> ids, uint32_t width) {
  std::string bytes(ids.size() * width, '\0');
  for (size_t at = 0; at < ids.size(); ++at) {
    std::memcpy(bytes.data() + at * width, &ids[at], width);
  }
  return bytes;
}

Error shardError(const std::filesystem::path& path, const std::string& found) {
  return {"cannot use " + path.string() + " as a packed corpus: " + found,
          "delete its folder: it is made anew from the text at the next start"};
}

template <typename T>
std::span<const T> part(std::span<const std::byte> bytes, uint64_t offset, uint64_t count) {
  return {reinterpret_cast<const T*>(bytes.data() + offset), static_cast<size_t>(count)};
}

bool spansAll(std::span<const uint32_t> bounds, int64_t last) {
  return bounds.front() == 0 && bounds.back() == last;
}

bool ascends(std::span<const uint32_t> bounds) {
  return std::adjacent_find(bounds.begin(), bounds.end(), std::greater_equal<>()) == bounds.end();
}

template <typename T>
int64_t idAt(std::span<const std::byte> bytes, size_t index) {
  T id;
  std::memcpy(&id, bytes.data() + index * sizeof id, sizeof id);
  return id;
}

template <typename T>
void appendIds(std::span<const std::byte> bytes, T most, std::vector<int32_t>& out) {
  const T* ids = reinterpret_cast<const T*>(bytes.data());
  const size_t begin = out.size();
  const size_t count = bytes.size() / sizeof(T);
  out.resize(begin + count);
  std::transform(ids, ids + count, out.begin() + static_cast<ptrdiff_t>(begin),
                 [most](T id) { return static_cast<int32_t>(std::min(id, most)); });
}

}  // namespace

void ShardWriter::addSentence(std::span<const int32_t> ids, std::span<const Unit> units) {
  if (ids.empty()) {
    return;
  }
  tokens_.insert(tokens_.end(), ids.begin(), ids.end());
  sentences_.push_back(static_cast<uint32_t>(tokens_.size()));
  const bool has_coarse = vocabulary_.coarse_size > vocabulary_.fine_size;
  for (const Unit& unit : units) {
    const size_t index = unit_tokens_.size();
    const bool is_long = unit.count > UINT8_MAX;
    unit_tokens_.push_back(is_long ? 0 : static_cast<uint8_t>(unit.count));
    if (is_long) {
      long_units_.insert(long_units_.end(),
                         {static_cast<uint32_t>(index), static_cast<uint32_t>(unit.count)});
    }
    if (has_coarse && index % 64 == 0) {
      coarse_flags_.push_back(0);
      coarse_ranks_.push_back(static_cast<uint32_t>(coarse_ids_.size()));
    }
    const bool is_coarse = has_coarse && unit.coarse != kFallsBack;
    coarse_tokens_ += is_coarse ? 1 : unit.count;
    if (is_coarse) {
      coarse_flags_.back() |= uint64_t{1} << (index % 64);
      coarse_ids_.push_back(unit.coarse - static_cast<int32_t>(vocabulary_.fine_size));
    }
  }
  sentence_units_.push_back(static_cast<uint32_t>(unit_tokens_.size()));
}

void ShardWriter::endDocument() {
  ++source_documents_;
  if (documents_.back() != sentences_.size() - 1) {
    documents_.push_back(static_cast<uint32_t>(sentences_.size() - 1));
  }
}

Status ShardWriter::finish(const std::filesystem::path& path) {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.fine_size = static_cast<uint64_t>(vocabulary_.fine_size);
  header.coarse_size = static_cast<uint64_t>(vocabulary_.coarse_size);
  header.bytes_per_id = idBytes(header.fine_size);
  header.bytes_per_coarse_id = idBytes(header.coarse_size - header.fine_size);
  header.vocabulary_hash[0] = vocabulary_.hash.low;
  header.vocabulary_hash[1] = vocabulary_.hash.high;
  header.tokens = tokens_.size();
  header.sentences = sentences_.size() - 1;
  header.documents = documents_.size() - 1;
  header.units = unit_tokens_.size();
  header.coarse_units = coarse_ids_.size();
  header.long_units = long_units_.size() / 2;
  header.coarse_tokens = static_cast<uint64_t>(coarse_tokens_);
  header.source_documents = static_cast<uint64_t>(source_documents_);
  if (std::max({header.tokens, header.units, header.source_documents}) > kLargestCount) {
    return Error{"cannot write " + path.string() + ": a part of a corpus holds less than 2^32 tokens",
                 "split the longest document"};
  }
  header.file_bytes = Layout(header).end;
  header.header_hash = hashOf(header);

  AtomicFile file;
  Status status = file.open(path);
  const auto add = [&](std::string_view bytes) {
    constexpr std::string_view kZeros("\0\0\0\0\0\0\0", 7);
    status = status.ok() ? file.write(bytes) : status;
    status = status.ok() ? file.write(kZeros.substr(0, padded(bytes.size()) - bytes.size())) : status;
  };
  add({reinterpret_cast<const char*>(&header), sizeof header});
  add(packedIds(tokens_, header.bytes_per_id));
  add(bytesOf(sentences_));
  add(bytesOf(sentence_units_));
  add(bytesOf(documents_));
  add(bytesOf(unit_tokens_));
  add(bytesOf(long_units_));
  add(bytesOf(coarse_flags_));
  add(bytesOf(coarse_ranks_));
  add(packedIds(coarse_ids_, header.bytes_per_coarse_id));
  *this = ShardWriter(vocabulary_);
  return status.ok() ? file.commit() : status;
}

Result<Shard> Shard::open(const std::filesystem::path& path) {
  Result<MappedFile> map = MappedFile::open(path);
  if (!map.ok()) {
    return map.error();
  }
  const std::span<const std::byte> bytes = map->bytes();
  Header header{};
  if (!bytes.empty()) {
    std::memcpy(&header, bytes.data(), std::min(bytes.size(), sizeof header));
  }
  if (bytes.size() < sizeof kMagic || std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    return shardError(path, "it is another kind of file");
  }
  if (bytes.size() >= offsetof(Header, bytes_per_id) && header.version != kVersion) {
    return shardError(path, "its format has version " + std::to_string(header.version) +
                                ", this program reads version " + std::to_string(kVersion));
  }
  if (bytes.size() < sizeof header) {
    return shardError(path, "it ends inside its header, after " + std::to_string(bytes.size()) + " bytes");
  }
  const bool sound =
      header.header_hash == hashOf(header) && header.fine_size >= 1 &&
      header.fine_size <= header.coarse_size && header.coarse_size <= kLargestVocabulary &&
      header.bytes_per_id == idBytes(header.fine_size) &&
      header.bytes_per_coarse_id == idBytes(header.coarse_size - header.fine_size) &&
      std::max({header.tokens, header.sentences, header.documents, header.units, header.coarse_units,
                header.long_units, header.source_documents}) <= kLargestCount &&
      header.coarse_tokens <= header.tokens;
  if (!sound) {
    return shardError(path, "its header is damaged");
  }
  const Layout layout(header);
  if (layout.end != header.file_bytes || bytes.size() != header.file_bytes) {
    return shardError(path, "it has " + std::to_string(bytes.size()) + " bytes where its header says " +
                                std::to_string(header.file_bytes));
  }
  Shard shard;
  shard.path_ = path;
  shard.vocabulary_ = {.fine_size = static_cast<int64_t>(header.fine_size),
                       .coarse_size = static_cast<int64_t>(header.coarse_size),
                       .hash = {header.vocabulary_hash[0], header.vocabulary_hash[1]}};
  shard.tokens_ = static_cast<int64_t>(header.tokens);
  shard.coarse_units_ = static_cast<int64_t>(header.coarse_units);
  shard.coarse_tokens_ = static_cast<int64_t>(header.coarse_tokens);
  shard.source_documents_ = static_cast<int64_t>(header.source_documents);
  shard.wide_ids_ = header.bytes_per_id == 4;
  shard.wide_coarse_ids_ = header.bytes_per_coarse_id == 4;
  shard.ids_ = bytes.subspan(sizeof header, header.tokens * header.bytes_per_id);
  shard.sentences_ = part<uint32_t>(bytes, layout.sentences, header.sentences + 1);
  shard.sentence_units_ = part<uint32_t>(bytes, layout.sentence_units, header.sentences + 1);
  shard.documents_ = part<uint32_t>(bytes, layout.documents, header.documents + 1);
  shard.unit_tokens_ = part<uint8_t>(bytes, layout.unit_tokens, header.units);
  shard.long_units_ = part<uint32_t>(bytes, layout.long_units, 2 * header.long_units);
  if (shard.hasCoarse()) {
    const uint64_t words = (header.units + 63) / 64;
    shard.coarse_flags_ = part<uint64_t>(bytes, layout.coarse_flags, words);
    shard.coarse_ranks_ = part<uint32_t>(bytes, layout.coarse_ranks, words);
    shard.coarse_ids_ = bytes.subspan(layout.coarse_ids, header.coarse_units * header.bytes_per_coarse_id);
  }
  if (!spansAll(shard.sentences_, shard.tokens_) || !spansAll(shard.sentence_units_, shard.units()) ||
      !spansAll(shard.documents_, shard.sentences())) {
    return shardError(path, "its sentences or documents are out of order");
  }
  shard.map_ = std::move(*map);
  return shard;
}

Status Shard::check() const {
  if (!ascends(sentences_) || !ascends(sentence_units_) || !ascends(documents_)) {
    return shardError(path_, "its sentences or documents are out of order");
  }
  int64_t coarse_before = 0;
  for (size_t word = 0; word < coarse_flags_.size(); ++word) {
    if (coarse_ranks_[word] != coarse_before) {
      return shardError(path_, "its coarse units are out of order");
    }
    coarse_before += std::popcount(coarse_flags_[word]);
  }
  if (coarse_before != coarse_units_) {
    return shardError(path_, "its coarse units are out of order");
  }
  for (int64_t sentence = 0; sentence < sentences(); ++sentence) {
    int64_t covered = 0;
    for (int64_t unit = unitBegin(sentence); unit < unitBegin(sentence + 1); ++unit) {
      covered += unitTokens(unit);
    }
    if (covered != sentenceBegin(sentence + 1) - sentenceBegin(sentence)) {
      return shardError(path_, "the units of its sentence " + std::to_string(sentence) + " do not cover it");
    }
  }
  return {};
}

int64_t Shard::documentOf(int64_t sentence) const {
  const auto after =
      std::upper_bound(documents_.begin(), documents_.end() - 1, static_cast<uint64_t>(sentence));
  return std::max<int64_t>(after - documents_.begin() - 1, 0);
}

int32_t Shard::unitTokens(int64_t unit) const {
  const uint8_t tokens = unit_tokens_[static_cast<size_t>(unit)];
  if (tokens != 0) {
    return tokens;
  }
  size_t low = 0;
  size_t high = long_units_.size() / 2;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (long_units_[2 * middle] < static_cast<uint64_t>(unit)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (2 * low >= long_units_.size() || long_units_[2 * low] != static_cast<uint64_t>(unit)) {
    return 1;
  }
  return static_cast<int32_t>(std::clamp<int64_t>(long_units_[2 * low + 1], 1, tokens_));
}

void Shard::countCoarse(std::span<int64_t> counts) const {
  for (size_t rank = 0; rank < static_cast<size_t>(hasCoarse() ? coarse_units_ : 0); ++rank) {
    const size_t id =
        wide_coarse_ids_ ? idAt<uint32_t>(coarse_ids_, rank) : idAt<uint16_t>(coarse_ids_, rank);
    ++counts[std::min(id, counts.size() - 1)];
  }
}

int32_t Shard::unitCoarse(int64_t unit) const {
  const auto index = static_cast<size_t>(unit);
  if (index / 64 >= coarse_flags_.size()) {
    return kFallsBack;
  }
  const uint64_t flags = coarse_flags_[index / 64];
  const uint64_t own = uint64_t{1} << (index % 64);
  if ((flags & own) == 0) {
    return kFallsBack;
  }
  const size_t rank = coarse_ranks_[index / 64] + static_cast<size_t>(std::popcount(flags & (own - 1)));
  if (rank >= static_cast<size_t>(coarse_units_)) {
    return kFallsBack;
  }
  const int64_t id = wide_coarse_ids_ ? idAt<uint32_t>(coarse_ids_, rank) : idAt<uint16_t>(coarse_ids_, rank);
  return static_cast<int32_t>(std::min(vocabulary_.fine_size + id, vocabulary_.coarse_size - 1));
}

void Shard::appendTokens(int64_t begin, int64_t end, std::vector<int32_t>& out) const {
  if (begin >= end) {
    return;
  }
  const size_t width = wide_ids_ ? 4 : 2;
  const auto bytes =
      ids_.subspan(static_cast<size_t>(begin) * width, static_cast<size_t>(end - begin) * width);
  if (wide_ids_) {
    appendIds<uint32_t>(bytes, static_cast<uint32_t>(vocabulary_.fine_size - 1), out);
  } else {
    appendIds<uint16_t>(bytes, static_cast<uint16_t>(vocabulary_.fine_size - 1), out);
  }
}

}  // namespace heddle
