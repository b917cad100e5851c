#include "engine/text/chinese/chinese_words.h"

#include <string>

#include "engine/base/file.h"
#include "engine/text/chinese/lattice.h"

namespace heddle {

struct ChineseWords::Model {
  MappedFile file;  // one of these two holds the tables
  std::string bytes;
  chinese::Tables tables;

  std::span<const std::byte> image() const {
    return bytes.empty() ? file.bytes() : std::as_bytes(std::span(bytes));
  }
};

Result<ChineseWords> ChineseWords::load(const std::filesystem::path& path) {
  auto file = MappedFile::open(path);
  if (!file.ok()) {
    return file.error();
  }
  auto model = std::make_shared<Model>();
  model->file = std::move(*file);
  auto tables = chinese::readTables(model->image(), path.string());
  if (!tables.ok()) {
    return tables.error();
  }
  model->tables = std::move(*tables);
  return ChineseWords(std::move(model));
}

Result<ChineseWords> ChineseWords::fromBytes(std::string bytes, std::string_view source) {
  auto model = std::make_shared<Model>();
  model->bytes = std::move(bytes);
  auto tables = chinese::readTables(model->image(), source);
  if (!tables.ok()) {
    return tables.error();
  }
  model->tables = std::move(*tables);
  return ChineseWords(std::move(model));
}

Status ChineseWords::save(const std::filesystem::path& path) const {
  const auto image = model_->image();
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
