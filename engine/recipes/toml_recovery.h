// TOML read past its mistakes. toml++ stops at the first error; a line that is broken in itself is taken out
// here and the rest read again, so that one slip does not hide the others.

#pragma once

#include <toml++/toml.h>

#include <string_view>
#include <vector>

#include "engine/recipes/parse.h"

namespace heddle {

// A table whose name begins so stands where a broken header was: the keys below must not fall into the table
// above.
inline constexpr std::string_view kBrokenHeader = "heddle-broken-header-";

// Adds one problem per broken line, 20 at most. An error that hangs on more than its own line (an open
// bracket, an open string) ends the search: the result is empty then.
toml::table readTomlWithRecovery(std::string_view text, std::vector<RecipeProblem>& problems);

}  // namespace heddle
