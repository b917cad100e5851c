#include "engine/base/json.h"

#include <string>

namespace heddle {

Result<Json> parseJson(std::string_view text, std::string_view what) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::exception& problem) {
    return Error{"cannot read " + std::string(what) + " as JSON: " + problem.what()};
  }
}

std::string dumpJson(const Json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace heddle
