// The text that a command is given: files, folders, a recipe's corpora, or the sample text; documents, data
// sets and lines.

#pragma once

#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/corpus_source.h"
#include "engine/recipes/recipe.h"
#include "engine/text/grains/learn.h"

namespace heddle {

class TextInput {
 public:
  // Files as CorpusReader takes them; none: the sample text. Errors: an unknown format, a path that is not
  // there.
  static Result<TextInput> open(const std::vector<std::string>& files, const std::string& format,
                                const std::string& json_key);
  // What a recipe trains on, with its formats and filters, held-out documents included. Errors: a recipe that
  // cannot be read, files that are not there.
  static Result<TextInput> ofRecipe(const std::filesystem::path& path);

  // Refers to this object.
  DocumentSource documents();

  // Calls take(paragraph) for all, one over kStretchBytes in several parts; `progress` gets 0 .. 1.
  Status forEachParagraph(const std::function<void(std::string_view)>& take,
                          const std::function<void(double)>& progress);

 private:
  static Result<TextInput> of(Recipe recipe);
  Status rewind();
  Result<bool> next(std::vector<std::string>& paragraphs);
  double fraction() const;

  std::unique_ptr<Recipe> recipe_;  // the sources refer to it
  std::vector<CorpusSource> sources_;
  size_t current_ = 0;  // of the sources
};

// Longer lines are refused: a line is shown whole, and each of its pieces takes hundreds of bytes.
inline constexpr size_t kMaxLineBytes = size_t{1} << 20;

// The next line without its end, "\n" or "\r\n"; false at the end. Error: a line over kMaxLineBytes, of which
// no more is held.
Result<bool> readLine(std::istream& in, std::string& line, int64_t number);

// The path, or WORKSPACE/tokenizers/NAME where there is no such path and there is such a folder.
std::filesystem::path tokenizerPath(const std::string& name, const std::string& workspace);

}  // namespace heddle
