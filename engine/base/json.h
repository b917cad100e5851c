// JSON through nlohmann::json without exceptions leaving us.

#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/base/result.h"

namespace heddle {

using Json = nlohmann::json;

// Parses one JSON value; the error says where it broke. `what` names the source in the error ("events.jsonl
// line 7").
Result<Json> parseJson(std::string_view text, std::string_view what);

// One line of JSON; invalid UTF-8 inside strings is replaced by U+FFFD instead of failing.
std::string dumpJson(const Json& value);

// The member `key` if it is there and of a fitting type, else `fallback`: events of newer programs may lack
// or change members.
template <typename T>
T jsonValue(const Json& object, const char* key, T fallback) {
  const auto it = object.find(key);
  if (it == object.end() || it->is_null()) {
    return fallback;
  }
  if constexpr (std::is_same_v<T, std::string>) {
    return it->is_string() ? it->template get<T>() : fallback;
  } else if constexpr (std::is_same_v<T, bool>) {
    return it->is_boolean() ? it->template get<T>() : fallback;
  } else {
    return it->is_number() ? it->template get<T>() : fallback;
  }
}

}  // namespace heddle
