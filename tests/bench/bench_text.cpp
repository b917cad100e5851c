#include "tests/bench/bench_text.h"

#include <algorithm>
#include <cstdlib>

#include "engine/base/file.h"
#include "engine/text/sample_text.h"

namespace heddle {

const std::string& benchText() {
  static const std::string text = [] {
    if (const char* path = std::getenv("HEDDLE_BENCH_TEXT"); path != nullptr) {
      return readFile(path).value();
    }
    std::string sample;
    for (int64_t index = 0; index < 2000; ++index) {
      sample += documentText(generateDocument(1, index)) + "\n";
    }
    return sample;
  }();
  return text;
}

const std::vector<std::string_view>& benchLines() {
  static const std::vector<std::string_view> lines = [] {
    std::vector<std::string_view> all;
    for (std::string_view rest = benchText(); !rest.empty();) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      if (end > 0) {
        all.push_back(rest.substr(0, end));
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return all;
  }();
  return lines;
}

}  // namespace heddle
