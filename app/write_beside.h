// Writes beside the window's thread: a disk that does not answer must not stop the window.

#pragma once

#include <QObject>
#include <functional>

#include "engine/base/result.h"

namespace heddle::ui {

// Runs `work` on the thread pool, then `failed` on the thread of the application if it came to an error and
// `context` still lives. The application waits for what is under way before it ends.
void writeBeside(std::function<Status()> work, QObject* context, std::function<void(const Error&)> failed);

}  // namespace heddle::ui
