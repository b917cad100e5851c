#include "engine/cli/tokenizer/text_input.h"

#include "engine/base/paths.h"
#include "engine/text/sample_text.h"

namespace heddle {
namespace {

constexpr int64_t kSampleDocuments = 2000;

}  // namespace

Result<TextInput> TextInput::open(const std::vector<std::string>& files, const std::string& format,
                                  const std::string& json_key) {
  TextInput input;
  input.options_.files.assign(files.begin(), files.end());
  input.options_.json_key = json_key;
  const Result<CorpusFormat> known = corpusFormat(format);
  if (!known.ok()) {
    return known.error();
  }
  input.options_.format = *known;
  if (const Status opened = input.rewind(); !opened.ok()) {
    return opened.error();
  }
  return input;
}

Status TextInput::rewind() {
  sample_index_ = 0;
  if (options_.files.empty()) {
    return {};
  }
  Result<CorpusReader> reader = CorpusReader::open(options_);
  if (!reader.ok()) {
    return reader.error();
  }
  reader_ = std::make_unique<CorpusReader>(std::move(*reader));
  return {};
}

Result<bool> TextInput::next(std::vector<std::string>& paragraphs) {
  if (reader_ != nullptr) {
    return reader_->next(paragraphs);
  }
  paragraphs.clear();
  if (sample_index_ == kSampleDocuments) {
    return false;
  }
  for (const std::vector<SampleSentence>& sentences : generateDocument(1, sample_index_++).paragraphs) {
    paragraphs.push_back(paragraphText(sentences));
  }
  return true;
}

double TextInput::fraction() const {
  return reader_ != nullptr ? reader_->fraction()
                            : static_cast<double>(sample_index_) / static_cast<double>(kSampleDocuments);
}

DocumentSource TextInput::documents() {
  return {[this](std::vector<std::string>& paragraphs) { return next(paragraphs); },
          [this] { return rewind(); }, [this] { return fraction(); }};
}

Status TextInput::forEachParagraph(const std::function<void(const std::string&)>& take,
                                   const std::function<bool(double)>& progress) {
  if (const Status opened = rewind(); !opened.ok()) {
    return opened;
  }
  std::vector<std::string> paragraphs;
  for (int64_t count = 0;; ++count) {
    if (progress && count % 64 == 0 && !progress(fraction())) {
      return {};
    }
    const Result<bool> more = next(paragraphs);
    if (!more.ok()) {
      return more.error();
    }
    if (!*more) {
      return {};
    }
    for (const std::string& paragraph : paragraphs) {
      take(paragraph);
    }
  }
}

Result<bool> readLine(std::istream& in, std::string& line, int64_t number) {
  line.clear();
  std::streambuf& buffer = *in.rdbuf();
  using Traits = std::streambuf::traits_type;
  for (auto c = buffer.sbumpc();; c = buffer.sbumpc()) {
    if (c == Traits::eof()) {
      return !line.empty();
    }
    if (c == '\n') {
      if (line.ends_with('\r')) {
        line.pop_back();
      }
      return true;
    }
    if (line.size() == kMaxLineBytes) {
      return Error{"cannot encode line " + std::to_string(number) + ": it is longer than 64 MB",
                   "put a line end behind each paragraph"};
    }
    line.push_back(Traits::to_char_type(c));
  }
}

std::filesystem::path tokenizerPath(const std::string& name, const std::string& workspace) {
  std::error_code code;
  const Workspace space{workspace.empty() ? defaultWorkspace() : std::filesystem::path(workspace)};
  const std::filesystem::path kept = space.tokenizers() / name;
  return !std::filesystem::exists(name, code) && std::filesystem::exists(kept, code)
             ? kept
             : std::filesystem::path(name);
}

}  // namespace heddle
