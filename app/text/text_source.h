// Where the Text view takes text from: the embedded sample, files, or what a run is trained on. Reads plain
// text and JSON Lines, one paragraph after the other, without holding a file in memory.

#pragma once

#include <QString>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace heddle::ui {

struct TextSource {
  QString name;                              // for people
  std::filesystem::path recipe;              // of a run: the rest is read from it; empty = as given here
  std::vector<std::filesystem::path> files;  // files or folders; empty = the sample text
  uint64_t sample_seed = 1;
  int64_t sample_documents = 2000;
  std::string sample_language = "en";
};

// The source with its recipe read. Errors: a recipe that is missing or cannot be read.
Result<TextSource> resolved(const TextSource& source);

// A resolved source as files alone: the sample text is written to `file`. Error: it cannot be written.
Result<TextSource> asFiles(const TextSource& source, const std::filesystem::path& file);

// A document that `draw` (any number) decides on; at most `most_bytes` of it, whole characters. Of plain text
// a document is what stands between blank lines. The source is resolved. Errors: no file, one that is
// missing, packed or not text.
Result<std::string> takeDocument(const TextSource& source, uint64_t draw, size_t most_bytes);

// Hands out every paragraph with the share that was read, 0 .. 1, until `take` returns false. Errors as
// above.
Status readParagraphs(const TextSource& source,
                      const std::function<bool(std::string_view paragraph, double done)>& take);

// At most `most` bytes of `text`, cut before a character.
std::string cutTo(std::string text, size_t most);

}  // namespace heddle::ui
