// Where the Text view takes text from: what a run is trained on, files, or the embedded sample. All of it is
// read as training reads it: the same formats, compressed or not, and the same filters.

#pragma once

#include <QString>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/recipes/recipe.h"

namespace heddle::ui {

struct TextSource {
  QString name;                            // for people
  std::filesystem::path recipe = {};       // of a run: the rest is read from it; empty = as given here
  std::vector<CorpusRecipe> corpora = {};  // none = the sample text
  TextRecipe text = {};                    // only what it says of the sample counts
};

TextSource fileSource(const QString& path);
TextSource sampleSource(const QString& name, const std::string& language);

// The source with its recipe read. Errors: a recipe that is missing or cannot be read.
Result<TextSource> resolved(const TextSource& source);

// A resolved source as a recipe that the engine can read. Error: `file` cannot be written.
Status writeAsRecipe(const TextSource& source, const std::filesystem::path& file);

// A document that `draw` (any number) decides on; at most `most_bytes` of it, whole characters. A corpus is
// drawn by its weight, or by its size on the disk where corpora have none, a file by its size, and one of the
// file's documents with equal chances; what lies behind the first 128 MB of a file's text is not reached. A
// document that repeats another one stands for that one: repetitions are not looked for. The source is
// resolved. Errors: those of CorpusReader; no document that the filters keep.
Result<std::string> takeDocument(const TextSource& source, uint64_t draw, size_t most_bytes);

// Hands out every paragraph of the documents that the filters keep, with the share that was read, 0 .. 1,
// until `take` returns false. Errors: those of CorpusReader.
Status readParagraphs(const TextSource& source,
                      const std::function<bool(std::string_view paragraph, double done)>& take);

// At most `most` bytes of `text`, cut before a character.
std::string cutTo(std::string text, size_t most);

}  // namespace heddle::ui
