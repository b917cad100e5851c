// A fresh folder for each test, removed afterwards.

#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/base/paths.h"

namespace heddle {

class WorkspaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    root = std::filesystem::path(testing::TempDir()) /
           ("heddle_" + std::string(info->test_suite_name()) + "_" + info->name());
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root / "text");
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }

  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path path = root / "text" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  Workspace workspace() const { return {root / "workspace"}; }

  std::filesystem::path root;
};

}  // namespace heddle
