// Every key of a recipe, once: its name, what it means, what it may be, when it has an effect, and where it
// lies in `Recipe`. The parser, the writer, `--set`, the checks and the window's form all walk this table, so
// adding a key is adding one line to fields.cpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/recipes/recipe.h"

namespace heddle {

enum class FieldType { kInteger, kReal, kBoolean, kText, kChoice, kPath, kPathList, kSeed };

// What a field holds: kInteger and kSeed int64_t, kReal double, kBoolean bool, kText, kChoice and kPath one
// string, kPathList several. Paths are UTF-8.
using FieldValue = std::variant<int64_t, double, bool, std::string, std::vector<std::string>>;

// Of numbers; an open end does not belong to the range.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;
  bool high_open = false;

  bool contains(double value) const {
    return (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
  }
};

// What must hold for a key to have an effect: another key has one of some values, is given or is left empty.
struct Condition {
  std::string_view path;  // of a key, in the same item where both are of one list; or the name of a list
  std::vector<std::string_view> values;  // one of these; where there are none:
  bool given = true;                     // whether there must be something
};

struct Field {
  std::string_view path;   // "optimizer.learning_rate"; keys of lists of tables: "phase.length"
  std::string_view group;  // "optimizer"; "" for the keys above all tables
  std::string_view key;    // "learning_rate"
  std::string_view label;  // for people: "Learning rate"
  std::string_view help;   // one sentence
  FieldType type = FieldType::kText;
  Bounds bounds;
  std::vector<std::string_view> choices;  // all that kChoice takes; of kText: suggestions
  std::vector<Condition> used_when;       // all of them; none: always
  std::string_view section;               // of its group, for people: "Coarse grain"; "" = the group itself

  // `item` is the index in a list of tables and is ignored by keys of single ones. Set expects the
  // alternative of the type.
  FieldValue (*get)(const Recipe& recipe, size_t item) = nullptr;
  void (*set)(Recipe& recipe, size_t item, const FieldValue& value) = nullptr;
};

// A table of the recipe file, in the order in which it is written and shown; or a list of them, [[phase]].
struct FieldGroup {
  std::string_view name;   // "optimizer"
  std::string_view label;  // "Optimiser"

  // Of lists alone.
  std::string_view item_label = {};  // of one: "Phase"
  std::string_view without = {};     // what a recipe without any means; empty = there must be one
  size_t (*size)(const Recipe& recipe) = nullptr;
  // Keeps the first items and adds fresh ones.
  void (*resize)(Recipe& recipe, size_t items) = nullptr;
  // A copy of an item behind it; or takes it out.
  void (*duplicate)(Recipe& recipe, size_t item) = nullptr;
  void (*remove)(Recipe& recipe, size_t item) = nullptr;

  bool isList() const { return size != nullptr; }
  // How many tables there are: 1 unless it is a list.
  size_t count(const Recipe& recipe) const { return isList() ? size(recipe) : 1; }
};

// All keys, group by group. model.preset stands before the sizes that it fills.
std::span<const Field> recipeFields();
std::span<const FieldGroup> recipeGroups();
// The names of those that decide how text is prepared.
std::span<const std::string_view> textGroups();

// The group of that name, or nullptr.
const FieldGroup* findGroup(std::string_view name);
// The key as problems and settings name it: "optimizer.learning_rate", "phase.0.length".
std::string fieldKey(const Field& field, size_t item);

// Whether the key has an effect in this recipe.
bool isUsed(const Field& field, const Recipe& recipe, size_t item);
// The conditions in words: "text.coarse = phrases, no text.coarse_file"; "" for keys that always count.
std::string usedWhen(const Field& field);

// The field of that path, or nullptr.
const Field* findField(std::string_view path);
// The field that was probably meant by the unknown `key` of `group`, or nullptr: the same key in another
// group, then likely spellings, those of the group first.
const Field* nearestField(std::string_view group, std::string_view key);
// The known word nearest to `word` by edit distance, or "" when none is near enough to be meant.
std::string_view nearestWord(std::string_view word, std::span<const std::string_view> known);

// Ok when the value is of the field's type, inside its bounds and among its choices; the error says what
// would be.
Status checkFieldValue(const Field& field, const FieldValue& value);

// Text as typed by people ("1e-3", "true", "a.txt, b.txt") to a checked value; relative paths stay relative.
Result<FieldValue> fieldValueFromText(const Field& field, std::string_view text);
// The reverse, exact: reals in the shortest digits that give the same double back; lists with commas.
std::string fieldValueText(const FieldValue& value);

// Paths of the value: ~ is the user's folder, everything else relative is relative to `base`, or left alone
// where that is empty. Values of other types stay as they are.
void resolvePaths(const Field& field, FieldValue& value, const std::filesystem::path& base);

// Sets one field from text. model.preset fills the sizes of the model, as in a recipe file. The recipe is
// untouched on error.
Status setField(Recipe& recipe, const Field& field, size_t item, std::string_view text);

// The published BERT sizes of that name: hidden_size, num_hidden_layers, num_attention_heads and
// intermediate_size are set, nothing else. False when there is no such preset. tiny to small: Turc et al.
// 2019; base and large: Devlin et al. 2018.
bool applyPreset(ModelRecipe& model, std::string_view preset);
std::span<const std::string_view> presetNames();

}  // namespace heddle
