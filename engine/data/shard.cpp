#include "engine/data/shard.h"

#include <algorithm>
#include <cstring>

namespace heddle {
namespace {

constexpr uint32_t kVersion = 1;
constexpr char kMagic[8] = {'H', 'E', 'D', 'S', 'H', 'A', 'R', 'D'};

// NOTE: the layout is the format on disk.
struct Header {
  char magic[8];
  uint32_t version;
  uint32_t bytes_per_id;
  uint64_t vocab_size;
  uint64_t tokens;
  uint64_t sentences;
  uint64_t documents;
  uint64_t heldout_documents;
  uint64_t file_bytes;
  uint64_t vocabulary_hash[2];
  uint64_t zeros[5];
  uint64_t header_hash;
};
static_assert(sizeof(Header) == 128);

uint64_t hashOf(const Header& header) {
  return contentHash({reinterpret_cast<const char*>(&header), offsetof(Header, header_hash)}).low;
}

uint64_t padded(uint64_t bytes) {
  return (bytes + 7) / 8 * 8;
}

struct Layout {
  uint64_t sentences, documents, heldout, end;

  explicit Layout(const Header& header) {
    sentences = sizeof(Header) + padded(header.tokens * header.bytes_per_id);
    documents = sentences + 8 * (header.sentences + 1);
    heldout = documents + 8 * (header.documents + 1);
    end = heldout + padded(header.documents);
  }
};

template <typename T>
std::string_view bytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

Error shardError(const std::filesystem::path& path, const std::string& found) {
  return {"cannot use " + path.string() + " as a packed corpus: " + found,
          "delete its folder: it is made anew from the text at the next start"};
}

template <typename T>
std::span<const T> part(std::span<const std::byte> bytes, uint64_t offset, uint64_t count) {
  return {reinterpret_cast<const T*>(bytes.data() + offset), static_cast<size_t>(count)};
}

bool ascending(std::span<const uint64_t> bounds, uint64_t last) {
  return bounds.front() == 0 && bounds.back() == last &&
         std::adjacent_find(bounds.begin(), bounds.end(), std::greater_equal<>()) == bounds.end();
}

}  // namespace

Result<std::unique_ptr<ShardWriter>> ShardWriter::create(const std::filesystem::path& path,
                                                         int64_t vocab_size,
                                                         const ContentHash& vocabulary_hash) {
  std::unique_ptr<ShardWriter> writer(new ShardWriter);
  writer->vocab_size_ = vocab_size;
  writer->vocabulary_hash_ = vocabulary_hash;
  if (const Status status = writer->file_.open(path); !status.ok()) {
    return status.error();
  }
  writer->buffer_.assign(sizeof(Header), '\0');  // its place; finish() fills it in
  return writer;
}

void ShardWriter::addSentence(std::span<const int32_t> ids) {
  if (ids.empty()) {
    return;
  }
  const size_t width = vocab_size_ <= 65536 ? 2 : 4;
  const size_t begin = buffer_.size();
  buffer_.resize(begin + ids.size() * width);
  for (size_t at = 0; at < ids.size(); ++at) {
    std::memcpy(buffer_.data() + begin + at * width, &ids[at],
                width);  // little-endian: the low bytes come first
  }
  token_count_ += ids.size();
  sentences_.push_back(token_count_);
  constexpr size_t kFlushBytes = 1 << 20;
  if (buffer_.size() >= kFlushBytes) {
    flush();
  }
}

Status ShardWriter::endDocument() {
  if (documents_.back() != sentences_.size() - 1) {
    documents_.push_back(sentences_.size() - 1);
  }
  return status_;
}

void ShardWriter::flush() {
  if (status_.ok()) {
    status_ = file_.write(buffer_);
  }
  buffer_.clear();
}

Status ShardWriter::finish(std::span<const uint8_t> heldout) {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.bytes_per_id = vocab_size_ <= 65536 ? 2 : 4;
  header.vocab_size = static_cast<uint64_t>(vocab_size_);
  header.tokens = token_count_;
  header.sentences = sentences_.size() - 1;
  header.documents = documents_.size() - 1;
  header.heldout_documents = static_cast<uint64_t>(std::count(heldout.begin(), heldout.end(), 1));
  header.vocabulary_hash[0] = vocabulary_hash_.low;
  header.vocabulary_hash[1] = vocabulary_hash_.high;
  header.file_bytes = Layout(header).end;
  header.header_hash = hashOf(header);

  const uint64_t token_bytes = header.tokens * header.bytes_per_id;
  buffer_.append(padded(token_bytes) - token_bytes, '\0');
  flush();
  std::vector<uint8_t> flags(heldout.begin(), heldout.end());
  flags.resize(padded(flags.size()));
  for (const std::string_view bytes : {bytesOf(sentences_), bytesOf(documents_), bytesOf(flags)}) {
    status_ = status_.ok() ? file_.write(bytes) : status_;
  }
  if (status_.ok()) {
    status_ = file_.overwrite(0, {reinterpret_cast<const char*>(&header), sizeof header});
  }
  return status_.ok() ? file_.commit() : status_;
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
  if (bytes.size() < sizeof header) {
    return shardError(path, "it ends inside its header, after " + std::to_string(bytes.size()) + " bytes");
  }
  if (header.version != kVersion) {
    return shardError(path, "its format has version " + std::to_string(header.version) +
                                ", this program reads version " + std::to_string(kVersion));
  }
  if (header.header_hash != hashOf(header)) {
    return shardError(path, "its header is damaged");
  }
  const Layout layout(header);
  if (layout.end != header.file_bytes || bytes.size() != header.file_bytes) {
    return shardError(path, "it has " + std::to_string(bytes.size()) + " bytes where its header says " +
                                std::to_string(header.file_bytes));
  }
  Shard shard;
  shard.vocab_size_ = static_cast<int64_t>(header.vocab_size);
  shard.vocabulary_hash_ = {header.vocabulary_hash[0], header.vocabulary_hash[1]};
  shard.heldout_documents_ = static_cast<int64_t>(header.heldout_documents);
  if (header.bytes_per_id == 2) {
    shard.narrow_ = part<uint16_t>(bytes, sizeof header, header.tokens);
  } else {
    shard.wide_ = part<uint32_t>(bytes, sizeof header, header.tokens);
  }
  shard.sentences_ = part<uint64_t>(bytes, layout.sentences, header.sentences + 1);
  shard.documents_ = part<uint64_t>(bytes, layout.documents, header.documents + 1);
  shard.heldout_ = part<uint8_t>(bytes, layout.heldout, header.documents);
  if (!ascending(shard.sentences_, header.tokens) || !ascending(shard.documents_, header.sentences)) {
    return shardError(path, "its sentences or documents are out of order");
  }
  shard.map_ = std::move(*map);
  return shard;
}

int64_t Shard::documentOf(int64_t sentence) const {
  const auto after = std::upper_bound(documents_.begin(), documents_.end(), static_cast<uint64_t>(sentence));
  return after - documents_.begin() - 1;
}

void Shard::appendTokens(int64_t begin, int64_t end, std::vector<int32_t>& out) const {
  const auto first = static_cast<size_t>(begin);
  const auto count = static_cast<size_t>(end - begin);
  if (!narrow_.empty()) {
    const auto tokens = narrow_.subspan(first, count);
    out.insert(out.end(), tokens.begin(), tokens.end());
  } else {
    const auto tokens = wide_.subspan(first, count);
    out.insert(out.end(), tokens.begin(), tokens.end());
  }
}

}  // namespace heddle
