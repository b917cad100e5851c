// `heddle-engine run` and `resume`: from arguments to a run's folder, everything that can be refused without
// LibTorch.

#pragma once

#include <string>
#include <vector>

#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/cli/torch_commands.h"

namespace heddle {

struct RunArguments {
  std::string recipe;  // path of a TOML file
  std::string workspace;
  std::string id;                     // empty = time and name
  std::vector<std::string> settings;  // "key=value"
};

// Reads and checks the whole recipe, creates the run's folder with the resolved recipe.toml. On failure
// nothing has been created, and every problem of the recipe is named, one a line.
Result<TrainCommand> prepareRun(const RunArguments& arguments);

// The same for a run that exists: its recipe.toml, checked again.
Result<TrainCommand> prepareResume(const std::string& id, const std::string& workspace);

// "BERT-mini, Wikipedia" -> "bert-mini-wikipedia".
std::string slug(const std::string& name);

}  // namespace heddle
