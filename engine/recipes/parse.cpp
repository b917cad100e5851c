#include "engine/recipes/parse.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/base/file.h"
#include "engine/recipes/fields.h"
#include "engine/recipes/toml_recovery.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

std::string inQuotes(std::string_view text) {
  return '"' + std::string(text) + '"';
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

struct FormerKey {
  std::string_view key;
  std::string_view successor;
};
constexpr FormerKey kFormerKeys[] = {
    {"objective.next_sentence", "objective.rows = \"sentence_pair\" for true, \"doc_sentences\" for false"},
    {"text.files", "[[corpus]] with files"}};

// "[optimizer]", "[[phase]]"
std::string headerOf(std::string_view group) {
  const FieldGroup* found = findGroup(group);
  const std::string header = "[" + std::string(group) + "]";
  return found != nullptr && found->isList() ? "[" + header + "]" : header;
}

// "did you mean learning_rate of [optimizer]?"
std::string didYouMean(std::string_view group, std::string_view key) {
  const Field* near = nearestField(group, key);
  if (near == nullptr) {
    return "a written recipe lists every key with its meaning";
  }
  return "did you mean " + std::string(near->key) +
         (near->group == group || near->group.empty() ? "?" : " of " + headerOf(near->group) + "?");
}

class Reader {
 public:
  Reader(ParsedRecipe& parsed, fs::path base) : parsed_(parsed), base_(std::move(base)) {}

  void readRoot(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      const int line = static_cast<int>(key.source().begin.line);
      if (name.rfind(kBrokenHeader, 0) == 0) {
        continue;
      }
      const FieldGroup* group = name.empty() ? nullptr : findGroup(name);
      if (group != nullptr && group->isList()) {
        readList(*group, node, line);
      } else if (group != nullptr) {
        readGroup(name, node, line);
      } else {
        readKey("", 0, key, node);
      }
    }
  }

 private:
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

  void readList(const FieldGroup& group, const toml::node& node, int line) {
    const std::string name(group.name);
    const toml::array* items = node.as_array();
    if (items == nullptr || items->empty() || !items->is_homogeneous<toml::table>()) {
      report(line, name, name + " is " + typeName(node) + ", not a list of tables",
             "write [[" + name + "]], one for each " + name);
      return;
    }
    group.resize(parsed_.recipe, 0);
    group.resize(parsed_.recipe, items->size());
    for (size_t index = 0; index < items->size(); ++index) {
      const toml::table& table = *items->get_as<toml::table>(index);
      parsed_.lines[name + "." + std::to_string(index)] = static_cast<int>(table.source().begin.line);
      for (const auto& [key, value] : table) {
        readKey(name, index, key, value);
      }
    }
  }

  void readKey(const std::string& group, size_t item, const toml::key& toml_key, const toml::node& node) {
    const std::string key(toml_key.str());
    const int line = static_cast<int>(toml_key.source().begin.line);
    const std::string path = group.empty() ? key : group + "." + key;
    const std::string place =
        findGroup(group)->isList() ? group + "." + std::to_string(item) + "." + key : path;
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
    field->set(parsed_.recipe, item, *value);
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
    if (const std::string_view successor = successorOf(place); !successor.empty()) {
      report(line, place, "Recipes no longer have the key " + place,
             "write " + std::string(successor) + " in its place");
      return;
    }
    report(line, place,
           group.empty() ? "There is no key " + inQuotes(key) + " outside of tables"
                         : "There is no key " + inQuotes(key) + " in " + headerOf(group),
           didYouMean(group, key));
  }

  ParsedRecipe& parsed_;
  fs::path base_;
};

}  // namespace

ParsedRecipe parseRecipe(std::string_view toml, const std::string& source) {
  ParsedRecipe parsed;
  const toml::table root = readTomlWithRecovery(toml, parsed.problems);
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

std::string_view successorOf(std::string_view key) {
  for (const FormerKey& former : kFormerKeys) {
    if (former.key == key) {
      return former.successor;
    }
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
