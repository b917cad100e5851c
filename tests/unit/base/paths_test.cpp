#include "engine/base/paths.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <optional>

namespace heddle {
namespace {

// Puts the variables back that a test changes.
class DefaultWorkspace : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"HEDDLE_WORKSPACE", "XDG_DATA_HOME", "HOME"}) {
      const char* value = std::getenv(name);
      before_[name] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
      ::unsetenv(name);
    }
  }
  void TearDown() override {
    for (const auto& [name, value] : before_) {
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    }
  }
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(DefaultWorkspace, IsTheOneNamedElseInTheUsersDataFolder) {
  ::setenv("HOME", "/home/ada", 1);
  EXPECT_EQ(defaultWorkspace(), "/home/ada/.local/share/heddle");
  ::setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(defaultWorkspace(), "/data/heddle");
  ::setenv("HEDDLE_WORKSPACE", "/runs", 1);
  EXPECT_EQ(defaultWorkspace(), "/runs");
}

TEST_F(DefaultWorkspace, IsInTheAccountsHomeWithoutAHomeVariable) {
  const passwd* user = ::getpwuid(::getuid());
  const std::filesystem::path home = user == nullptr ? "/" : user->pw_dir;
  EXPECT_EQ(defaultWorkspace(), home / ".local/share/heddle");
  EXPECT_TRUE(defaultWorkspace().is_absolute());
}

}  // namespace
}  // namespace heddle
