// The command line of `heddle-engine corpus`.

#pragma once

#include "engine/cli/corpus/corpus_command.h"

namespace CLI {
class App;
}

namespace heddle {

// Lives as long as the app that it was added to.
class CorpusArguments {
 public:
  void addTo(CLI::App& app);
  // After parsing: whether the command was named, and what it is asked for.
  bool parsed() const;
  CorpusOptions options() const;

 private:
  CLI::App* corpus_ = nullptr;
  CorpusOptions options_;
};

}  // namespace heddle
