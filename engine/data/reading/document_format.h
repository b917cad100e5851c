// How documents lie in the lines of one file: one class per format of corpus_reader.h.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/corpus_reader.h"
#include "engine/data/reading/line_reader.h"

namespace heddle {

// Reads one file and is thrown away with it.
class DocumentFormat {
 public:
  virtual ~DocumentFormat() = default;

  // Replaces `paragraphs` by the next document's, which has some; false at the end of the file.
  virtual Result<bool> next(LineReader& lines, std::vector<std::string>& paragraphs) = 0;
};

// The format of a file by its name and its beginning: kPlain, kJsonLines or kWikiExtractor.
CorpusFormat guessFormat(const std::filesystem::path& path, std::string_view beginning);

// The reader of a format, which is not kAuto. `guessed`: an error may say that the guess was wrong.
std::unique_ptr<DocumentFormat> makeDocumentFormat(CorpusFormat format, bool guessed,
                                                   const std::string& json_key);

// In json_lines.cpp, which alone needs simdjson's headers.
std::unique_ptr<DocumentFormat> makeJsonLines(bool guessed, std::string key);
// Whether a line is one whole JSON object.
bool isJsonObject(std::string_view line);

// Appends a line's text without white space at its ends, if there is some. False when the document then takes
// more than 64 MB, short paragraphs counted as large as they lie in memory.
bool appendParagraph(std::string_view line, std::vector<std::string>& paragraphs, size_t& bytes);

}  // namespace heddle
