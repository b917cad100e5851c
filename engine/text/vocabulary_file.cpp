#include "engine/text/vocabulary_file.h"

#include <algorithm>

#include "engine/base/file.h"
#include "engine/text/unicode.h"

namespace heddle {
namespace {

Error refuse(const std::filesystem::path& path, const std::string& found, const char* hint) {
  return {"cannot use " + path.string() + " as a vocabulary: " + found, hint};
}

}  // namespace

Result<std::string> readVocabularyFile(const std::filesystem::path& path) {
  std::error_code code;
  if (const uintmax_t bytes = std::filesystem::file_size(path, code); !code && bytes > kMaxVocabularyBytes) {
    return refuse(path, "it has " + std::to_string(bytes) + " bytes, and no vocabulary has over 64 MB",
                  "name the file of a tokeniser, not a text");
  }
  Result<std::string> bytes = readFile(path);
  if (bytes.ok() && bytes->empty()) {
    return refuse(path, "it is empty", "fetch or train it again");
  }
  return bytes;
}

Result<std::string> readVocabularyText(const std::filesystem::path& path) {
  Result<std::string> text = readVocabularyFile(path);
  if (!text.ok()) {
    return text;
  }
  if (text->find('\0') != std::string::npos) {
    return refuse(path, "it is a binary file", "a vocabulary of this kind is a text file");
  }
  if (text->compare(0, 3, "\xEF\xBB\xBF") == 0) {
    return refuse(path, "it starts with a byte order mark", "save it as UTF-8 without BOM");
  }
  if (const size_t at = findInvalidUtf8(*text); at != std::string::npos) {
    const auto line = std::count(text->begin(), text->begin() + static_cast<ptrdiff_t>(at), '\n') + 1;
    return refuse(path, "line " + std::to_string(line) + " is not UTF-8", "save it as UTF-8");
  }
  return text;
}

}  // namespace heddle
