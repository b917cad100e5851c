// Lines of a corpus, one after the other: what the trainers read, so that the corpus need not be in memory.

#pragma once

#include <functional>
#include <string>

#include "engine/base/result.h"

namespace heddle {

// Replaces `line` by the next one; false at the end. An error ends the training and becomes its error.
using LineSource = std::function<Result<bool>(std::string& line)>;

}  // namespace heddle
