#include "engine/data/reading/document_format.h"

#include <algorithm>

#include "engine/text/unicode.h"

namespace heddle {
namespace {

constexpr size_t kLargestDocument = 64 << 20;
constexpr std::string_view kWikiBegin = "<doc ";
constexpr std::string_view kWikiEnd = "</doc>";

bool isWikiBegin(std::string_view line) {
  return line.starts_with(kWikiBegin) && line.ends_with(">");
}

Error tooLarge(const LineReader& lines, int64_t first_line) {
  return lines.errorAt(first_line, "begins a document of more than 64 MB",
                       "put a blank line between documents, or split the file");
}

// The next line, checked to be text.
Result<bool> nextText(LineReader& lines, std::string_view& line) {
  Result<bool> more = lines.next(line);
  if (more.ok() && *more) {
    if (const Status checked = lines.checkText(line); !checked.ok()) {
      return checked.error();
    }
    line = stripSpace(line);
  }
  return more;
}

// Plain text asked for by name is refused where it plainly is another format: its marks would be learnt as
// text.
class Plain final : public DocumentFormat {
 public:
  Plain(bool guessed, bool whole_file) : guessed_(guessed), whole_file_(whole_file) {}

  Result<bool> next(LineReader& lines, std::vector<std::string>& paragraphs) override {
    paragraphs.clear();
    size_t bytes = 0;
    int64_t first_line = 0;
    std::string_view line;
    for (;;) {
      const Result<bool> more = nextText(lines, line);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more) {
        return !paragraphs.empty();
      }
      if (line.empty()) {
        if (!paragraphs.empty() && !whole_file_) {
          return true;
        }
        continue;
      }
      if (!checked_) {
        if (const Status fits = check(lines, line); !fits.ok()) {
          return fits.error();
        }
      }
      first_line = paragraphs.empty() ? lines.line() : first_line;
      if (!appendParagraph(line, paragraphs, bytes)) {
        return tooLarge(lines, first_line);
      }
    }
  }

 private:
  Status check(const LineReader& lines, std::string_view line) {
    checked_ = true;
    if (guessed_) {
      return {};
    }
    const char* found = isWikiBegin(line) ? "WikiExtractor" : isJsonObject(line) ? "JSON" : nullptr;
    if (found == nullptr) {
      return {};
    }
    const std::string name = isWikiBegin(line) ? "wikiextractor" : "jsonl";
    return lines.error(std::string("is ") + found + " where plain text was asked for",
                       "set format = \"" + name + "\", or \"auto\"");
  }

  bool guessed_;
  bool whole_file_;
  bool checked_ = false;
};

// The value of title="..." with the entities that WikiExtractor writes.
std::string titleOf(std::string_view line) {
  constexpr std::string_view kTitle = " title=\"";
  const size_t at = line.find(kTitle);
  if (at == std::string_view::npos) {
    return {};
  }
  std::string title(line.substr(at + kTitle.size()));
  title.resize(std::min(title.size(), title.rfind("\">")));
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&quot;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&#39;", "'"}, {"&amp;", "&"}};
  for (const auto& [entity, character] : kEntities) {
    for (size_t found = title.find(entity); found != std::string::npos;
         found = title.find(entity, found + character.size())) {
      title.replace(found, entity.size(), character);
    }
  }
  return title;
}

class WikiExtractor final : public DocumentFormat {
 public:
  explicit WikiExtractor(bool guessed) : guessed_(guessed) {}

  Result<bool> next(LineReader& lines, std::vector<std::string>& paragraphs) override {
    paragraphs.clear();
    std::string_view line;
    for (;;) {
      const Result<bool> more = nextText(lines, line);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more) {
        return false;
      }
      if (line.empty()) {
        continue;
      }
      if (!isWikiBegin(line)) {
        return lines.error("lies outside <doc ...> and </doc>",
                           guessed_
                               ? "set format = \"plain\" if this is no output of WikiExtractor"
                               : "set format = \"auto\", or give the output of WikiExtractor as it wrote it");
      }
      if (const Status read = readDocument(lines, titleOf(line), paragraphs); !read.ok()) {
        return read.error();
      }
      if (!paragraphs.empty()) {
        return true;
      }
    }
  }

 private:
  static Status readDocument(LineReader& lines, const std::string& title,
                             std::vector<std::string>& paragraphs) {
    const int64_t first_line = lines.line();
    size_t bytes = 0;
    bool title_possible = true;
    std::string_view line;
    for (;;) {
      const Result<bool> more = nextText(lines, line);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more || isWikiBegin(line)) {
        return lines.errorAt(first_line, "begins a <doc> that no </doc> ends",
                             "the file is incomplete: run WikiExtractor again, or remove that document");
      }
      // Some versions write the end behind the last words.
      const bool ends = line.ends_with(kWikiEnd);
      if (ends) {
        line = stripSpace(line.substr(0, line.size() - kWikiEnd.size()));
      }
      const bool is_title = title_possible && !line.empty() && line == title;
      title_possible = title_possible && line.empty();
      if (!is_title && !appendParagraph(line, paragraphs, bytes)) {
        return tooLarge(lines, first_line);
      }
      if (ends) {
        return {};
      }
    }
  }

  bool guessed_;
};

}  // namespace

bool appendParagraph(std::string_view line, std::vector<std::string>& paragraphs, size_t& bytes) {
  const std::string_view text = stripSpace(line);
  if (!text.empty()) {
    paragraphs.emplace_back(text);
    bytes += std::max(text.size(), sizeof(std::string));
  }
  return bytes <= kLargestDocument;
}

CorpusFormat guessFormat(const std::filesystem::path& path, std::string_view beginning) {
  std::filesystem::path name = path.filename();
  if (name.extension() == ".gz" || name.extension() == ".zst") {
    name = name.stem();
  }
  if (name.extension() == ".jsonl" || name.extension() == ".ndjson" || name.extension() == ".json") {
    return CorpusFormat::kJsonLines;
  }
  const std::string_view text = stripSpace(beginning);
  const std::string_view first = stripSpace(text.substr(0, text.find('\n')));
  if (isWikiBegin(first)) {
    return CorpusFormat::kWikiExtractor;
  }
  if (first.starts_with("{") && stripSpace(first.substr(1)).starts_with("\"")) {
    return CorpusFormat::kJsonLines;
  }
  return CorpusFormat::kPlain;
}

std::unique_ptr<DocumentFormat> makeDocumentFormat(CorpusFormat format, bool guessed,
                                                   const std::string& json_key) {
  switch (format) {
    case CorpusFormat::kJsonLines:
      return makeJsonLines(guessed, json_key);
    case CorpusFormat::kWikiExtractor:
      return std::make_unique<WikiExtractor>(guessed);
    case CorpusFormat::kAuto:
    case CorpusFormat::kPlain:
    case CorpusFormat::kDocuments:
      break;
  }
  return std::make_unique<Plain>(guessed, /*whole_file=*/format == CorpusFormat::kDocuments);
}

}  // namespace heddle
