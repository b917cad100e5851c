#include <charconv>
#include <filesystem>
#include <utility>

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
  resolvePaths(field, *value, std::filesystem::current_path(ignored));
  if (field.ofPhase() && target->second == recipe.phases.size()) {
    recipe.phases.emplace_back();
  }
  field.set(recipe, target->second, *value);
  if (field.path == "model.preset") {
    applyPreset(recipe.model, recipe.model.preset);
  }
  return {};
}

}  // namespace heddle
