// The commands that need LibTorch, behind two C functions of libheddle-engine.so. heddle-engine loads that
// library on demand, so `--help`, `--version` and `runs` answer at once and need no LibTorch at all.

#pragma once

#include <filesystem>

#include "engine/base/paths.h"
#include "engine/recipes/recipe.h"

namespace heddle {

enum class ConsoleStyle { kTerminal, kPlain, kJson };

struct TrainCommand {
  Recipe recipe;
  Workspace workspace;
  RunFolder folder;
  ConsoleStyle style = ConsoleStyle::kPlain;
};

// Exit codes of heddle-engine.
inline constexpr int kExitDone = 0;        // finished, or stopped and saved
inline constexpr int kExitFailed = 1;      // the run or the request failed
inline constexpr int kExitBadRequest = 2;  // wrong arguments or recipe: nothing was started
inline constexpr int kExitNoEngine = 3;    // libheddle-engine.so or LibTorch cannot be loaded

}  // namespace heddle

extern "C" {
// Each returns an exit code.
int heddleTrain(const heddle::TrainCommand* command);
// Answers requests on standard input until it ends.
int heddleServe();
}
