// A GPU asked for where there is none, or a plug-in that cannot be loaded: one sentence each, never a crash.

#include "engine/kernels/cuda/loader/cuda_plugin.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace heddle {
namespace {
namespace fs = std::filesystem;

class PluginFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "heddle-plugin-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }
  fs::path folder;
};

TEST_F(PluginFile, ThatDoesNotExistIsNamedWithWhatToDo) {
  const Status status = loadCudaPluginFile(folder / "libheddle-cuda.so");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find((folder / "libheddle-cuda.so").string()), std::string::npos);
  EXPECT_NE(status.error().hint.find("packaging/setup --cuda"), std::string::npos);
  EXPECT_NE(status.error().hint.find("device = \"cpu\""), std::string::npos);
}

TEST_F(PluginFile, ThatIsNoLibraryIsRefusedWithTheLoadersReason) {
  const fs::path file = folder / "libheddle-cuda.so";
  std::ofstream(file) << "not a library";
  const Status status = loadCudaPluginFile(file);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("could not be loaded"), std::string::npos);
  EXPECT_NE(status.error().text.find(file.string()), std::string::npos);
}

TEST(CudaPlugin, AskedForWithoutAGpuSaysWhatIsMissingAndKeepsSayingIt) {
  if (missingGpu().empty()) {
    GTEST_SKIP() << "this machine has a GPU";
  }
  const Status first = loadCudaPlugin();
  ASSERT_FALSE(first.ok());
  EXPECT_EQ(first.error().text, "A GPU was asked for, but " + missingGpu());
  EXPECT_NE(first.error().hint.find("device = \"cpu\""), std::string::npos);
  const Status second = loadCudaPlugin();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().message(), first.error().message());
}

}  // namespace
}  // namespace heddle
