// How the tokeniser's commands speak: progress, one result, or one sentence of failure; in words or as JSON
// Lines.

#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace heddle {

inline constexpr int kTokenizerDone = 0;
inline constexpr int kTokenizerFailed = 1;
inline constexpr int kTokenizerBadRequest = 2;

class Reporter {
 public:
  Reporter(bool json, std::ostream& out, std::ostream& err) : json_(json), out_(out), err_(err) {}

  // JSON: a line for every percent. Else a line whenever something else is being done. Always true: programs
  // cancel by ending the process.
  bool progress(double share, std::string_view text);
  // A line of JSON with "kind": "result" added.
  void result(Json object);
  int fail(const Error& error, int code = kTokenizerFailed);

  bool json() const { return json_; }
  std::ostream& out() { return out_; }

 private:
  bool json_;
  std::ostream& out_;
  std::ostream& err_;
  std::string doing_;
  int percent_ = -1;
};

// "13.1 %".
std::string percent(double share);
// "1.234".
std::string decimal(double value, int places);

}  // namespace heddle
