#include "engine/cli/tokenizer/reporter.h"

#include <cstdio>

namespace heddle {

bool Reporter::progress(double share, std::string_view text) {
  const int now = static_cast<int>(share * 100);
  const bool is_new = doing_ != text;
  if (json_ && (is_new || now != percent_)) {
    out_ << dumpJson({{"kind", "progress"}, {"share", share}, {"text", text}}) << std::endl;
  } else if (!json_ && is_new) {
    err_ << text << std::endl;
  }
  doing_ = text;
  percent_ = now;
  return true;
}

void Reporter::result(Json object) {
  object["kind"] = "result";
  out_ << dumpJson(object) << '\n';
}

int Reporter::fail(const Error& error, int code) {
  if (json_) {
    out_ << dumpJson({{"kind", "failure"}, {"text", error.text}, {"hint", error.hint}}) << '\n';
  } else {
    err_ << "heddle-engine: " << error.message() << '\n';
  }
  return code;
}

std::string percent(double share) {
  return decimal(100 * share, 1) + " %";
}

std::string decimal(double value, int places) {
  char digits[48];
  std::snprintf(digits, sizeof digits, "%.*f", places, value);
  return digits;
}

}  // namespace heddle
