// Recipes between TOML and `Recipe`. Reading reports everything that is wrong at once, each with its line;
// writing spells out every default, so that a written recipe means the same to every later version.
//
// The file: keys of fields.h. `name` and `seed` stand above the tables [model] [text] [objective] [optimizer]
// [checkpoint] [evaluation] [run]; each corpus is a [[corpus]], each phase a [[phase]]. A file without phases
// has the one of `Recipe`.

#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/recipes/recipe.h"

namespace heddle {

struct RecipeProblem {
  int line = 0;      // 1-based; 0 = of no line of the file
  std::string key;   // "optimizer.learning_rate", "phase.0.length" (phases count from 0); "" for broken TOML
  std::string text;  // one sentence: what is wrong
  std::string hint;  // what to do; may be empty
};

// Where each key stood in the file: "phase.0.length" -> 12.
using KeyLines = std::map<std::string, int>;

struct ParsedRecipe {
  Recipe recipe;                        // whatever could be read; defaults elsewhere
  std::vector<RecipeProblem> problems;  // by line
  KeyLines lines;

  bool ok() const { return problems.empty(); }
};

// `source` is the path of the recipe's file: relative paths in the recipe are relative to its folder. Empty:
// they stay as they are. [model] preset fills the sizes first, whatever the order of the keys; explicit sizes
// win.
ParsedRecipe parseRecipe(std::string_view toml, const std::string& source);
// The same from a file; a file that cannot be read is the one problem then.
ParsedRecipe readRecipe(const std::filesystem::path& path);

// What a key that recipes of earlier versions had is written as today: "[[corpus]] with files" for
// text.files;
// "" for every other key.
std::string_view successorOf(std::string_view key);

// One "key=value" of the command line: "optimizer.learning_rate=1e-3", "phase.0.steps=500",
// "corpus.0.files=a.txt,b.txt". The index may be one past the last phase (corpus), which adds one. Relative
// paths are relative to the current folder. The recipe is untouched on error.
Status applySetting(Recipe& recipe, std::string_view setting);

// Every key with its value, in groups, with the help text as comments; `header` lines come first as comments.
// `groups`: these alone, by name; none = all.
// parseRecipe(writeRecipe(r), "").recipe == r for every recipe with at least one phase and all values in
// bounds.
std::string writeRecipe(const Recipe& recipe, std::span<const std::string> header = {},
                        std::span<const std::string_view> groups = {});

// "recipe.toml:12: text (hint)", one line per problem; the texts name their keys.
std::string problemsText(std::span<const RecipeProblem> problems, std::string_view source);

}  // namespace heddle
