#include "engine/base/paths.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "heddle_source_dir.h"

namespace heddle {
namespace fs = std::filesystem;
namespace {

fs::path fromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? fs::path{} : fs::path{value};
}

}  // namespace

fs::path defaultWorkspace() {
  if (fs::path chosen = fromEnvironment("HEDDLE_WORKSPACE"); !chosen.empty()) {
    return chosen;
  }
  if (const fs::path data = fromEnvironment("XDG_DATA_HOME"); data.is_absolute()) {
    return data / "heddle";
  }
  fs::path home = fromEnvironment("HOME");
  if (home.empty()) {
    // Services and bare containers start programs without it.
    const passwd* user = ::getpwuid(::getuid());
    home = user == nullptr ? "/" : user->pw_dir;
  }
  return home / ".local" / "share" / "heddle";
}

fs::path programFolder() {
  std::error_code code;
  const fs::path self = fs::read_symlink("/proc/self/exe", code);
  return code ? fs::path{} : self.parent_path();
}

fs::path resourceFolder() {
  if (fs::path chosen = fromEnvironment("HEDDLE_RESOURCES"); !chosen.empty()) {
    return chosen;
  }
  std::error_code code;
  if (fs::path installed = programFolder().parent_path() / "share" / "heddle";
      fs::is_directory(installed, code)) {
    return installed;
  }
  return fs::path(kSourceFolder) / "resources";
}

}  // namespace heddle
