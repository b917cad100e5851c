// The program behind main(): command line, theme, window.

#pragma once

namespace heddle::ui {

// Returns the program's exit code: 0, or 2 for a command line that makes no sense.
int runApplication(int argc, char** argv);

}  // namespace heddle::ui
