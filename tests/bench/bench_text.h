// The text that benchmarks read: HEDDLE_BENCH_TEXT (a UTF-8 file), else sample documents.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heddle {

const std::string& benchText();
// Those lines of benchText() that have text.
const std::vector<std::string_view>& benchLines();

}  // namespace heddle
