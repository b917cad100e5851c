#include <algorithm>
#include <charconv>
#include <filesystem>

#include "engine/recipes/fields.h"
#include "engine/recipes/parse.h"

namespace heddle {
namespace {

std::string inQuotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

struct Target {
  const Field* field = nullptr;
  size_t item = 0;
};

// "phase.3.steps" -> the field and 3; keys of single tables have no index.
Result<Target> settingTarget(const Recipe& recipe, std::string_view key) {
  size_t item = 0;
  std::string path(key);
  const size_t dot = key.find('.');
  const std::string name(key.substr(0, dot == std::string_view::npos ? 0 : dot));
  const FieldGroup* group = findGroup(name);
  if (group != nullptr && group->isList()) {
    const std::string_view rest = key.substr(dot + 1);
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), item);
    if (read.ec != std::errc() || read.ptr == rest.data() + rest.size() || *read.ptr != '.') {
      const auto example = std::find_if(recipeFields().begin(), recipeFields().end(),
                                        [&](const Field& field) { return field.group == name; });
      return Error{"The setting " + inQuotes(key) + " names no " + name,
                   "write " + fieldKey(*example, 0) + " for the first " + name};
    }
    const size_t items = group->count(recipe);
    if (item > items) {
      return Error{"The setting " + inQuotes(key) + " names a " + name + " beyond the " +
                       std::to_string(items) + " of the recipe",
                   "they count from 0; " + name + "." + std::to_string(items) + " adds one"};
    }
    path = name + "." + std::string(read.ptr + 1, rest.data() + rest.size());
  }
  if (const Field* field = findField(path)) {
    return Target{field, item};
  }
  const Field* near = nearestField(name, dot == std::string_view::npos ? path : path.substr(name.size() + 1));
  if (near == nullptr) {
    return Error{"There is no setting " + inQuotes(key), "a written recipe lists every key with its meaning"};
  }
  return Error{"There is no setting " + inQuotes(key),
               "did you mean " + fieldKey(*near, near->group == name ? item : 0) + "?"};
}

}  // namespace

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
  const Field& field = *target->field;
  Result<FieldValue> value = fieldValueFromText(field, setting.substr(equals + 1));
  if (!value) {
    return value.error();
  }
  std::error_code ignored;
  resolvePaths(field, *value, std::filesystem::current_path(ignored));
  const FieldGroup& group = *findGroup(field.group);
  if (target->item == group.count(recipe)) {
    group.resize(recipe, target->item + 1);
  }
  field.set(recipe, target->item, *value);
  if (field.path == "model.preset") {
    applyPreset(recipe.model, recipe.model.preset);
  }
  return {};
}

}  // namespace heddle
