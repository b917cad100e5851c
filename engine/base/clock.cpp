#include "engine/base/clock.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace heddle {
namespace {

std::string formatUtc(double wall_seconds, const char* format) {
  const auto seconds = static_cast<std::time_t>(wall_seconds);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, format, &parts));
}

}  // namespace

double wallSeconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double monotonicSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string isoTime(double wall_seconds) {
  return formatUtc(wall_seconds, "%Y-%m-%dT%H:%M:%SZ");
}

std::string compactTime(double wall_seconds) {
  return formatUtc(wall_seconds, "%Y%m%d-%H%M%S");
}

std::string humanDuration(double seconds) {
  if (!std::isfinite(seconds)) {
    return "unknown";
  }
  char text[48];
  if (seconds < 59.95) {
    std::snprintf(text, sizeof text, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
    return text;
  }
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 3600) {
    std::snprintf(text, sizeof text, "%lld min %lld s", whole / 60, whole % 60);
  } else if (whole < 86400) {
    std::snprintf(text, sizeof text, "%lld h %lld min", whole / 3600, whole / 60 % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld d %lld h", whole / 86400, whole / 3600 % 24);
  }
  return text;
}

}  // namespace heddle
