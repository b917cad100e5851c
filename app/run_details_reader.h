// Reads what the inspector shows of a run from its folder.

#pragma once

#include "engine/base/paths.h"
#include "views/runs/run_details.h"

namespace heddle::ui {

// Recipe by group and sizes by part; an unreadable recipe leaves recipe_problem. Checkpoints are left to the
// caller. Reads files: not for the window's thread.
RunDetails readRunDetails(const RunFolder& folder);

}  // namespace heddle::ui
