#include "engine/data/corpus_reader.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/data/reading/document_format.h"
#include "engine/data/reading/line_reader.h"

namespace heddle {
namespace {

constexpr std::array<std::pair<std::string_view, CorpusFormat>, 5> kFormats = {{
    {"auto", CorpusFormat::kAuto},
    {"plain", CorpusFormat::kPlain},
    {"documents", CorpusFormat::kDocuments},
    {"jsonl", CorpusFormat::kJsonLines},
    {"wikiextractor", CorpusFormat::kWikiExtractor},
}};

bool hidden(const std::filesystem::path& path) {
  return path.filename().string().starts_with(".");
}

Status listFolder(const std::filesystem::path& folder, std::vector<std::filesystem::path>& out) {
  std::error_code code;
  std::vector<std::filesystem::path> found;
  std::filesystem::recursive_directory_iterator entries(folder, code);
  for (; !code && entries != std::filesystem::recursive_directory_iterator(); entries.increment(code)) {
    std::error_code ignored;
    if (hidden(entries->path())) {
      entries.disable_recursion_pending();
    } else if (entries->is_regular_file(ignored)) {
      found.push_back(entries->path());
    }
  }
  if (code) {
    return textError(folder, code.message(), "check the permissions of the folder");
  }
  if (found.empty()) {
    return textError(folder, "the folder holds no files", "put text files there, or name another folder");
  }
  std::sort(found.begin(), found.end());
  out.insert(out.end(), found.begin(), found.end());
  return {};
}

}  // namespace

Result<CorpusFormat> corpusFormat(std::string_view name) {
  std::string names;
  for (const auto& [known, format] : kFormats) {
    if (known == name) {
      return format;
    }
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  return Error{"there is no text format \"" + std::string(name) + "\"", "the formats are: " + names};
}

struct CorpusReader::Impl {
  explicit Impl(CorpusReaderOptions given) : options(std::move(given)) {}

  Status openNext() {
    Result<LineReader> opened = LineReader::open(files[next_file++]);
    if (!opened.ok()) {
      return opened.error();
    }
    lines.emplace(std::move(*opened));
    CorpusFormat kind = options.format;
    if (kind == CorpusFormat::kAuto) {
      const Result<std::string_view> beginning = lines->beginning();
      if (!beginning.ok()) {
        return beginning.error();
      }
      kind = guessFormat(lines->path(), *beginning);
    }
    format = makeDocumentFormat(kind, /*guessed=*/options.format == CorpusFormat::kAuto, options.json_key);
    return {};
  }

  CorpusReaderOptions options;
  std::vector<std::filesystem::path> files;
  int64_t total_bytes = 0;
  int64_t earlier_bytes = 0;  // of the files before the open one
  size_t next_file = 0;
  std::optional<LineReader> lines;         // of the open file
  std::unique_ptr<DocumentFormat> format;  // of the open file
};

CorpusReader::CorpusReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CorpusReader::CorpusReader(CorpusReader&&) noexcept = default;
CorpusReader& CorpusReader::operator=(CorpusReader&&) noexcept = default;
CorpusReader::~CorpusReader() = default;

Result<CorpusReader> CorpusReader::open(CorpusReaderOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  for (const std::filesystem::path& path : impl->options.files) {
    std::error_code code;
    const std::filesystem::file_status status = std::filesystem::status(path, code);
    if (status.type() == std::filesystem::file_type::not_found) {
      return textError(path, "there is no such file or folder", "check the files that the recipe names");
    }
    if (std::filesystem::is_directory(status)) {
      if (const Status listed = listFolder(path, impl->files); !listed.ok()) {
        return listed.error();
      }
    } else {
      impl->files.push_back(path);
    }
  }
  for (const std::filesystem::path& path : impl->files) {
    std::error_code code;
    const auto bytes = std::filesystem::file_size(path, code);
    impl->total_bytes += code ? 0 : static_cast<int64_t>(bytes);
  }
  return CorpusReader(std::move(impl));
}

const std::vector<std::filesystem::path>& CorpusReader::files() const {
  return impl_->files;
}

double CorpusReader::fraction() const {
  const int64_t read = impl_->earlier_bytes + (impl_->lines ? impl_->lines->consumed() : 0);
  return impl_->total_bytes == 0
             ? 1.0
             : std::min(1.0, static_cast<double>(read) / static_cast<double>(impl_->total_bytes));
}

Result<bool> CorpusReader::next(std::vector<std::string>& paragraphs) {
  for (;;) {
    if (!impl_->lines) {
      if (impl_->next_file == impl_->files.size()) {
        paragraphs.clear();
        return false;
      }
      if (const Status opened = impl_->openNext(); !opened.ok()) {
        return opened.error();
      }
    }
    const Result<bool> more = impl_->format->next(*impl_->lines, paragraphs);
    if (!more.ok() || *more) {
      return more;
    }
    impl_->earlier_bytes += impl_->lines->consumed();
    impl_->lines.reset();
  }
}

}  // namespace heddle
