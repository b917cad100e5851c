// The text that a command is given: files, folders, or the sample text; documents, data sets and lines.

#pragma once

#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/corpus_reader.h"
#include "engine/text/grains/learn.h"

namespace heddle {

class TextInput {
 public:
  // Files as CorpusReader takes them; none: the sample text. Errors: an unknown format, a path that is not
  // there.
  static Result<TextInput> open(const std::vector<std::string>& files, const std::string& format,
                                const std::string& json_key);

  // Refers to this object.
  DocumentSource documents();

  // Calls take(paragraph) for all; `progress` gets 0 .. 1, false ends the reading without an error.
  Status forEachParagraph(const std::function<void(const std::string&)>& take,
                          const std::function<bool(double)>& progress = {});

 private:
  Status rewind();
  Result<bool> next(std::vector<std::string>& paragraphs);
  double fraction() const;

  CorpusReaderOptions options_;
  std::unique_ptr<CorpusReader> reader_;
  int64_t sample_index_ = 0;
};

// Longer lines are refused, as the readers of corpora do.
inline constexpr size_t kMaxLineBytes = size_t{64} << 20;

// The next line without its end, of any line ends; false at the end. Error: a line over kMaxLineBytes, of
// which no more is held.
Result<bool> readLine(std::istream& in, std::string& line, int64_t number);

// The path, or WORKSPACE/tokenizers/NAME where there is no such path and there is such a folder.
std::filesystem::path tokenizerPath(const std::string& name, const std::string& workspace);

}  // namespace heddle
