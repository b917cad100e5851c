// The command line of `heddle-engine tokenizer`.

#pragma once

#include <optional>
#include <string>

#include "engine/cli/tokenizer/tokenizer_command.h"

namespace CLI {
class App;
}

namespace heddle {

// Lives as long as the app that it was added to.
class TokenizerArguments {
 public:
  void addTo(CLI::App& app);
  // After parsing: whether the command was named, and what it is asked for.
  bool parsed() const;
  TokenizerOptions options() const;

 private:
  void addText(CLI::App* command, bool positional);
  void addThresholds(CLI::App* command);

  CLI::App* tokenizer_ = nullptr;
  TokenizerOptions options_;
  std::string tokenizer_name_;  // of the commands that take one
  bool cased_ = false;
  bool uncased_ = false;
  std::optional<double> alpha_;
  int32_t nbest_ = -1;
};

}  // namespace heddle
