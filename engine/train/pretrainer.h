// One pretraining run from its recipe to its last checkpoint: prepares the text, trains, evaluates, saves,
// and says everything as events. The files of the run are the only result.

#pragma once

#include <functional>

#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/events/event.h"
#include "engine/recipes/recipe.h"

namespace heddle {

struct PretrainingOptions {
  Recipe recipe;  // passed checkRecipe()
  Workspace workspace;
  RunFolder folder;                            // exists, with recipe.toml
  std::function<void(const Event&)> observer;  // also sees every event; called from several threads
};

// Trains until the recipe's end or until asked to stop, from the newest usable checkpoint of the folder if
// there is one. Problems end the run with a RunFailed event and are returned.
Result<StopReason> pretrain(const PretrainingOptions& options);

}  // namespace heddle
