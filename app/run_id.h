// Names of run folders: the time first, so that they sort by age, then the run's name in plain letters.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace heddle::ui {

// Lower-case ASCII letters and digits, everything else as single dashes, at most 40 characters; "run" when
// nothing is left.
std::string slug(std::string_view name);

// "20261121-040506-bert-mini", with "-2", "-3" ... behind it while `runs` already has such a folder.
std::string newRunId(const std::filesystem::path& runs, std::string_view name, double wall_seconds);

}  // namespace heddle::ui
