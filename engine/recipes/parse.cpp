#include "engine/recipes/parse.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "engine/base/file.h"
#include "engine/recipes/fields.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

std::string inQuotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos
             ? std::string()
             : std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::vector<std::string> splitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (true) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return lines;
    }
    text.remove_prefix(end + 1);
  }
}

std::string joinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

// A table of this name stands where a broken header was, so that the keys below do not fall into the table
// above.
constexpr std::string_view kBrokenTable = "heddle-broken-header-";

struct SyntaxError {
  int line = 0;
  std::string text;
};

std::optional<SyntaxError> readToml(const std::string& text, toml::table& root) {
  try {
    root = toml::parse(text);
    return std::nullopt;
  } catch (const toml::parse_error& error) {
    return SyntaxError{static_cast<int>(error.source().begin.line), std::string(error.description())};
  }
}

std::string syntaxHint(const std::string& content) {
  if (content.empty()) {
    return "a bracket or a quote above is still open";
  }
  return content[0] == '[' ? "tables look like [model] or [[phase]]"
                           : "settings look like key = value, texts stand in double quotes";
}

// toml++ stops at the first error. A line that is broken in itself is taken out and the rest read again, so
// that one slip does not hide the others; an error that hangs on more than its own line (an open bracket, an
// open string) ends the search.
toml::table readWithRecovery(std::string_view text, std::vector<RecipeProblem>& problems) {
  std::vector<std::string> lines = splitLines(text);
  toml::table root;
  while (const auto error = readToml(joinLines(lines), root)) {
    const int line = std::clamp(error->line, 1, static_cast<int>(lines.size()));
    if (error->text.find("utf-8") != std::string::npos) {
      problems.push_back({.line = line,
                          .key = {},
                          .text = "This line is not UTF-8 text",
                          .hint = "a recipe is a text file; save it as UTF-8"});
      return {};
    }
    std::string& broken = lines[static_cast<size_t>(line - 1)];
    const std::string content = trimmed(broken);
    problems.push_back(
        {.line = line, .key = {}, .text = "This is not TOML: " + error->text, .hint = syntaxHint(content)});
    toml::table alone;
    const bool repeated = error->text.find("redefine") != std::string::npos;
    if (content.empty() || (!repeated && !readToml(content, alone))) {
      return {};
    }
    broken = content[0] == '[' ? "[" + std::string(kBrokenTable) + std::to_string(line) + "]" : "";
  }
  return root;
}

// ~ is the user's folder; everything else relative is relative to `base`, or left alone where there is none.
std::string resolvedPath(const std::string& text, const fs::path& base) {
  if (text.empty()) {
    return text;
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && (text == "~" || text.rfind("~/", 0) == 0)) {
    return (fs::path(home) / text.substr(std::min<size_t>(2, text.size()))).lexically_normal().string();
  }
  return base.empty() ? text : (base / text).lexically_normal().string();
}

void resolvePaths(const Field& field, FieldValue& value, const fs::path& base) {
  if (field.type == FieldType::kPath) {
    auto& text = std::get<std::string>(value);
    text = resolvedPath(text, base);
  } else if (field.type == FieldType::kPathList) {
    for (std::string& text : std::get<std::vector<std::string>>(value)) {
      text = resolvedPath(text, base);
    }
  }
}

std::string typeName(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or time";
  }
}

std::string wantedType(const Field& field) {
  switch (field.type) {
    case FieldType::kInteger:
    case FieldType::kSeed:
      return "an integer, like 100";
    case FieldType::kReal:
      return "a number, like 0.1";
    case FieldType::kBoolean:
      return "true or false, without quotes";
    case FieldType::kPathList:
      return "a list of paths, like [\"a.txt\", \"folder\"]";
    default:
      return "a text in double quotes";
  }
}

// The node as the field's type; nothing when it is of another one. Integers may be written 1e6, reals without
// a point.
std::optional<FieldValue> valueOf(const Field& field, const toml::node& node) {
  switch (field.type) {
    case FieldType::kInteger:
    case FieldType::kSeed:
      if (const auto whole = node.value_exact<int64_t>()) {
        return *whole;
      }
      if (const auto real = node.value_exact<double>();
          real && std::abs(*real) <= 9e15 && *real == std::floor(*real)) {
        return static_cast<int64_t>(*real);
      }
      return std::nullopt;
    case FieldType::kReal:
      if (const auto whole = node.value_exact<int64_t>()) {
        return static_cast<double>(*whole);
      }
      if (const auto real = node.value_exact<double>()) {
        return *real;
      }
      return std::nullopt;
    case FieldType::kBoolean:
      if (const auto flag = node.value_exact<bool>()) {
        return *flag;
      }
      return std::nullopt;
    case FieldType::kPathList: {
      const toml::array* items = node.as_array();
      if (items == nullptr) {
        return std::nullopt;
      }
      std::vector<std::string> texts;
      for (const toml::node& item : *items) {
        const auto text = item.value_exact<std::string>();
        if (!text) {
          return std::nullopt;
        }
        texts.push_back(*text);
      }
      return texts;
    }
    default:
      if (const auto text = node.value_exact<std::string>()) {
        return *text;
      }
      return std::nullopt;
  }
}

// "lr" for learning_rate.
bool areInitials(std::string_view word, std::string_view key) {
  std::string initials;
  for (size_t i = 0; i < key.size(); ++i) {
    if (i == 0 || key[i - 1] == '_') {
      initials += key[i];
    }
  }
  return word.size() > 1 && word == initials;
}

// The field that was probably meant by `key` of `group`, or nullptr: the same key elsewhere, then likely
// spellings, those of the group first.
const Field* nearestField(std::string_view group, std::string_view key) {
  std::vector<std::string_view> here;
  std::vector<std::string_view> everywhere;
  for (const Field& field : recipeFields()) {
    if (field.key == key) {
      return &field;
    }
    everywhere.push_back(field.key);
    if (field.group == group) {
      here.push_back(field.key);
    }
  }
  std::string_view best = nearestWord(key, here);
  if (!best.empty()) {
    return findField(group.empty() ? std::string(best) : std::string(group) + "." + std::string(best));
  }
  best = nearestWord(key, everywhere);
  for (const Field& field : recipeFields()) {
    const bool alike =
        areInitials(key, field.key) || (key.size() > 3 && field.key.find(key) != std::string_view::npos);
    if (best.empty() ? alike && (group.empty() || field.group == group) : field.key == best) {
      return &field;
    }
  }
  return nullptr;
}

// "did you mean learning_rate of [optimizer]?"
std::string didYouMean(std::string_view group, std::string_view key) {
  const Field* near = nearestField(group, key);
  if (near == nullptr) {
    return "a written recipe lists every key with its meaning";
  }
  return "did you mean " + std::string(near->key) +
         (near->group == group || near->group.empty() ? "?" : " of [" + std::string(near->group) + "]?");
}

class Reader {
 public:
  Reader(ParsedRecipe& parsed, fs::path base) : parsed_(parsed), base_(std::move(base)) {}

  void readRoot(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      const int line = static_cast<int>(key.source().begin.line);
      if (name.rfind(kBrokenTable, 0) == 0) {
        continue;
      }
      if (name == "phase") {
        readPhases(node, line);
      } else if (isGroup(name)) {
        readGroup(name, node, line);
      } else {
        readKey("", 0, key, node);
      }
    }
  }

 private:
  static bool isGroup(std::string_view name) {
    const auto groups = recipeGroups();
    return !name.empty() && std::any_of(groups.begin(), groups.end(),
                                        [&](const FieldGroup& group) { return group.name == name; });
  }

  void report(int line, std::string key, std::string text, std::string hint) {
    parsed_.problems.push_back(
        {.line = line, .key = std::move(key), .text = std::move(text), .hint = std::move(hint)});
  }

  void readGroup(const std::string& name, const toml::node& node, int line) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      report(line, name, name + " is " + typeName(node) + ", not a table", "write [" + name + "]");
      return;
    }
    // The preset fills what the other keys of the model then override, and a TOML table has no order of its
    // own.
    if (name == "model" && table->contains("preset")) {
      const auto preset = table->find("preset");
      readKey(name, 0, preset->first, preset->second);
      applyPreset(parsed_.recipe.model, parsed_.recipe.model.preset);
    }
    for (const auto& [key, value] : *table) {
      if (name != "model" || key.str() != "preset") {
        readKey(name, 0, key, value);
      }
    }
  }

  void readPhases(const toml::node& node, int line) {
    const toml::array* phases = node.as_array();
    if (phases == nullptr || phases->empty() || !phases->is_homogeneous<toml::table>()) {
      report(line, "phase", "phase is " + typeName(node) + ", not a list of tables",
             "write [[phase]], one for each phase");
      return;
    }
    parsed_.recipe.phases.assign(phases->size(), PhaseRecipe{});
    for (size_t index = 0; index < phases->size(); ++index) {
      const toml::table& table = *phases->get_as<toml::table>(index);
      parsed_.lines["phase." + std::to_string(index)] = static_cast<int>(table.source().begin.line);
      for (const auto& [key, value] : table) {
        readKey("phase", index, key, value);
      }
    }
  }

  void readKey(const std::string& group, size_t phase, const toml::key& toml_key, const toml::node& node) {
    const std::string key(toml_key.str());
    const int line = static_cast<int>(toml_key.source().begin.line);
    const std::string path = group.empty() ? key : group + "." + key;
    const std::string place = group == "phase" ? "phase." + std::to_string(phase) + "." + key : path;
    const Field* field = findField(path);
    if (field == nullptr) {
      reportUnknown(group, key, place, node, line);
      return;
    }
    parsed_.lines[place] = line;
    std::optional<FieldValue> value = valueOf(*field, node);
    if (!value) {
      report(line, place, place + " is " + typeName(node) + ", not " + wantedType(*field),
             std::string(field->help));
      return;
    }
    if (const Status checked = checkFieldValue(*field, *value); !checked) {
      report(line, place, checked.error().text, checked.error().hint);
      return;
    }
    resolvePaths(*field, *value, base_);
    field->set(parsed_.recipe, phase, *value);
  }

  void reportUnknown(const std::string& group, const std::string& key, const std::string& place,
                     const toml::node& node, int line) {
    if (group.empty() && (node.is_table() || node.is_array())) {
      std::vector<std::string_view> names;
      for (const FieldGroup& known : recipeGroups()) {
        names.push_back(known.name);
      }
      const std::string_view near = nearestWord(key, names);
      report(line, place, "There is no table " + inQuotes(key),
             near.empty() ? "a written recipe lists every table and key"
                          : "did you mean " + inQuotes(near) + "?");
      return;
    }
    report(line, place,
           group.empty() ? "There is no key " + inQuotes(key) + " outside of tables"
                         : "There is no key " + inQuotes(key) + " in [" + group + "]",
           didYouMean(group, key));
  }

  ParsedRecipe& parsed_;
  fs::path base_;
};

// "phase.3.steps" -> the field and 3; other keys have no index.
Result<std::pair<const Field*, size_t>> settingTarget(const Recipe& recipe, std::string_view key) {
  size_t phase = 0;
  std::string path(key);
  constexpr std::string_view kPhase = "phase.";
  if (key.substr(0, kPhase.size()) == kPhase) {
    const std::string_view rest = key.substr(kPhase.size());
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), phase);
    if (read.ec != std::errc() || read.ptr == rest.data() + rest.size() || *read.ptr != '.') {
      return Error{"The setting " + inQuotes(key) + " names no phase",
                   "write phase.0.steps for the first phase"};
    }
    if (phase > recipe.phases.size()) {
      return Error{"The setting " + inQuotes(key) + " names a phase beyond the " +
                       std::to_string(recipe.phases.size()) + " of the recipe",
                   "phases count from 0; phase." + std::to_string(recipe.phases.size()) + " adds one"};
    }
    path = std::string(kPhase) + std::string(read.ptr + 1, rest.data() + rest.size());
  }
  if (const Field* field = findField(path)) {
    return std::pair(field, phase);
  }
  const size_t dot = path.find('.');
  const std::string group = dot == std::string::npos ? "" : path.substr(0, dot);
  const Field* near = nearestField(group, dot == std::string::npos ? path : path.substr(dot + 1));
  if (near == nullptr) {
    return Error{"There is no setting " + inQuotes(key), "a written recipe lists every key with its meaning"};
  }
  const std::string meant = near->ofPhase() ? "phase." + std::to_string(phase) + "." + std::string(near->key)
                                            : std::string(near->path);
  return Error{"There is no setting " + inQuotes(key), "did you mean " + meant + "?"};
}

}  // namespace

ParsedRecipe parseRecipe(std::string_view toml, const std::string& source) {
  ParsedRecipe parsed;
  const toml::table root = readWithRecovery(toml, parsed.problems);
  std::error_code ignored;
  const fs::path base = source.empty() ? fs::path() : fs::absolute(source, ignored).parent_path();
  Reader(parsed, base).readRoot(root);
  std::stable_sort(parsed.problems.begin(), parsed.problems.end(),
                   [](const RecipeProblem& a, const RecipeProblem& b) { return a.line < b.line; });
  return parsed;
}

ParsedRecipe readRecipe(const fs::path& path) {
  const Result<std::string> text = readFile(path);
  if (!text) {
    ParsedRecipe parsed;
    parsed.problems.push_back({.line = 0, .key = {}, .text = text.error().text, .hint = text.error().hint});
    return parsed;
  }
  return parseRecipe(*text, path.string());
}

Status applySetting(Recipe& recipe, std::string_view setting) {
  const size_t equals = setting.find('=');
  if (equals == std::string_view::npos) {
    return Error{"The setting " + inQuotes(setting) + " has no value",
                 "write key=value, as in optimizer.learning_rate=1e-3"};
  }
  const auto target = settingTarget(recipe, trimmed(setting.substr(0, equals)));
  if (!target) {
    return target.error();
  }
  const Field& field = *target->first;
  Result<FieldValue> value = fieldValueFromText(field, setting.substr(equals + 1));
  if (!value) {
    return value.error();
  }
  std::error_code ignored;
  resolvePaths(field, *value, fs::current_path(ignored));
  if (field.ofPhase() && target->second == recipe.phases.size()) {
    recipe.phases.emplace_back();
  }
  field.set(recipe, target->second, *value);
  if (field.path == "model.preset") {
    applyPreset(recipe.model, recipe.model.preset);
  }
  return {};
}

std::string problemsText(std::span<const RecipeProblem> problems, std::string_view source) {
  std::string text;
  for (const RecipeProblem& problem : problems) {
    text += source;
    text += problem.line > 0 ? ":" + std::to_string(problem.line) + ": " : source.empty() ? "" : ": ";
    text += problem.text + (problem.hint.empty() ? "" : " (" + problem.hint + ")") + "\n";
  }
  return text;
}

}  // namespace heddle
