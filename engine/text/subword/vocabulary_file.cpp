#include "engine/text/subword/vocabulary_file.h"

#include <algorithm>

#include "engine/base/file.h"
#include "engine/text/unicode.h"

namespace heddle {

Result<std::string> readVocabularyText(const std::filesystem::path& path) {
  Result<std::string> text = readFile(path);
  if (!text.ok()) {
    return text;
  }
  const auto refuse = [&path](const std::string& found, const char* hint) {
    return Error{"cannot use " + path.string() + " as a vocabulary: " + found, hint};
  };
  if (text->empty()) {
    return refuse("it is empty", "fetch or train it again");
  }
  if (text->find('\0') != std::string::npos) {
    return refuse("it is a binary file", "a vocabulary of this kind is a text file");
  }
  if (text->compare(0, 3, "\xEF\xBB\xBF") == 0) {
    return refuse("it starts with a byte order mark", "save it as UTF-8 without BOM");
  }
  if (const size_t at = findInvalidUtf8(*text); at != std::string_view::npos) {
    const auto line = std::count(text->begin(), text->begin() + static_cast<ptrdiff_t>(at), '\n') + 1;
    return refuse("line " + std::to_string(line) + " is not UTF-8", "save it as UTF-8");
  }
  return text;
}

Result<WordPiece> loadVocabulary(const std::filesystem::path& path, bool lowercase) {
  if (const Result<std::string> text = readVocabularyText(path); !text.ok()) {
    return text.error();
  }
  return WordPiece::load(path, lowercase);
}

Status saveVocabulary(const Tokenizer& tokenizer, const std::filesystem::path& path) {
  return writeFileAtomic(path, tokenizer.Tokenizer::files().front().bytes);
}

}  // namespace heddle
