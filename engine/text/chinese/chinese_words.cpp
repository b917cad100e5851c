#include "engine/text/chinese/chinese_words.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

#include "engine/base/file.h"
#include "engine/text/chinese/lattice.h"

namespace heddle {

namespace {

// Memory in large pages: lookups are scattered, and finding small pages costs more than the lookups
// themselves.
class LargePages {
 public:
  static constexpr size_t kPage = size_t{2} << 20;

  explicit LargePages(std::span<const std::byte> bytes) : size_(bytes.size()) {
    const size_t rounded = (size_ / kPage + 1) * kPage;
    data_.reset(static_cast<std::byte*>(std::aligned_alloc(kPage, rounded)));
    if (data_ == nullptr) {
      throw std::bad_alloc();
    }
    madvise(data_.get(), rounded, MADV_HUGEPAGE);  // a wish: without it, all works, slower
    std::copy(bytes.begin(), bytes.end(), data_.get());
  }
  std::span<const std::byte> bytes() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* data) const { std::free(data); }
  };
  std::unique_ptr<std::byte, Free> data_;
  size_t size_;
};

}  // namespace

struct ChineseWords::Model {
  explicit Model(std::span<const std::byte> bytes) : memory(bytes) {}

  LargePages memory;
  chinese::Tables tables;
};

Result<ChineseWords> ChineseWords::load(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  if (!file.ok()) {
    return file.error();
  }
  return fromBytes(file->bytes(), path.string());
}

Result<ChineseWords> ChineseWords::fromBytes(std::span<const std::byte> bytes, std::string_view source) {
  auto model = std::make_shared<Model>(bytes);
  auto tables = chinese::readTables(model->memory.bytes(), source);
  if (!tables.ok()) {
    return tables.error();
  }
  model->tables = std::move(*tables);
  return ChineseWords(std::move(model));
}

Status ChineseWords::save(const std::filesystem::path& path) const {
  const auto image = model_->memory.bytes();
  return writeFileAtomic(path, {reinterpret_cast<const char*>(image.data()), image.size()});
}

std::vector<WordSpan> ChineseWords::segment(std::string_view utf8) const {
  std::vector<WordSpan> words;
  segment(utf8, words);
  return words;
}

void ChineseWords::segment(std::string_view utf8, std::vector<WordSpan>& out) const {
  thread_local std::vector<chinese::PreToken> stretch;
  thread_local std::vector<uint16_t> symbols;
  thread_local std::vector<int32_t> ends;
  thread_local chinese::Lattice lattice;
  for (size_t at = 0; at < utf8.size();) {
    at = chinese::nextStretch(utf8, at, stretch);
    if (stretch.empty()) {
      continue;
    }
    symbols.clear();
    for (const chinese::PreToken& token : stretch) {
      symbols.push_back(model_->tables.symbol(token));
    }
    lattice.decode(model_->tables, symbols, ends);
    size_t first = 0;
    for (const int32_t end : ends) {
      const auto last = static_cast<size_t>(end) - 1;
      out.push_back({stretch[first].begin, stretch[last].end, static_cast<int32_t>(last + 1 - first)});
      first = last + 1;
    }
  }
}

bool ChineseWords::contains(std::string_view word) const {
  std::vector<chinese::PreToken> stretch;
  if (chinese::nextStretch(word, 0, stretch) != word.size() || stretch.empty()) {
    return false;
  }
  uint32_t node = chinese::Tables::kRoot;
  for (const chinese::PreToken& token : stretch) {
    node = model_->tables.step(node, model_->tables.symbol(token));
    if (node == chinese::Tables::kNowhere) {
      return false;
    }
  }
  return model_->tables.word(node) != chinese::kUnknownWord;
}

int64_t ChineseWords::dictionarySize() const {
  return static_cast<int64_t>(model_->tables.words()) - chinese::kFirstWord;
}

bool ChineseWords::hasTagger() const {
  return model_->tables.parameters().has_tagger != 0;
}

}  // namespace heddle
