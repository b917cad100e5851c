#include "app/run_id.h"

#include <system_error>

#include "engine/base/clock.h"

namespace heddle::ui {

std::string slug(std::string_view name) {
  constexpr size_t kLongest = 40;
  std::string result;
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain) {
      result += lower;
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
    if (result.size() == kLongest) {
      break;
    }
  }
  while (!result.empty() && result.back() == '-') {
    result.pop_back();
  }
  return result.empty() ? "run" : result;
}

std::string newRunId(const std::filesystem::path& runs, std::string_view name, double wall_seconds) {
  const std::string base = compactTime(wall_seconds) + "-" + slug(name);
  std::string id = base;
  std::error_code ignored;
  for (int n = 2; std::filesystem::exists(runs / id, ignored); ++n) {
    id = base + "-" + std::to_string(n);
  }
  return id;
}

}  // namespace heddle::ui
