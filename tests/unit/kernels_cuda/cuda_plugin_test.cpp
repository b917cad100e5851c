// A GPU asked for where there is none, or a plug-in that cannot be loaded: one sentence each, never a crash.

#include "engine/kernels/cuda/loader/cuda_plugin.h"

#include <dlfcn.h>
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

TEST_F(PluginFile, ThatIsAnotherLibraryIsRefused) {
  const Status status = loadCudaPluginFile(HEDDLE_FAKE_DRIVER);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("is of no known version"), std::string::npos) << status.error().text;
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

// A library with a driver's interface whose answers the test sets.
class FakeDriver : public ::testing::Test {
 protected:
  void SetUp() override {
    library = dlopen(HEDDLE_FAKE_DRIVER, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    set("fake_init", 0);
    set("fake_version", 13000);
    set("fake_count", 2);
    set("fake_major", 9);
    set("fake_minor", 0);
  }
  void TearDown() override { dlclose(library); }
  void set(const char* name, int value) { *static_cast<int*>(dlsym(library, name)) = value; }
  void* library = nullptr;
};

TEST_F(FakeDriver, WithAGpuOfTodayIsNeitherMissingNorUnfit) {
  EXPECT_EQ(missingGpu(HEDDLE_FAKE_DRIVER), "");
  EXPECT_EQ(unfitGpu(0, HEDDLE_FAKE_DRIVER), "");
  set("fake_version", 13020);
  set("fake_major", 8);
  EXPECT_EQ(unfitGpu(1, HEDDLE_FAKE_DRIVER), "");
}

TEST_F(FakeDriver, WithoutAGpuIsMissingOne) {
  set("fake_count", 0);
  EXPECT_EQ(missingGpu(HEDDLE_FAKE_DRIVER), "the NVIDIA driver knows of no GPU");
  // What drivers answer at the start where there is none, or none is visible.
  set("fake_init", 100);
  EXPECT_EQ(missingGpu(HEDDLE_FAKE_DRIVER), "the NVIDIA driver knows of no GPU");
}

TEST_F(FakeDriver, ThatDoesNotStartIsQuoted) {
  set("fake_init", 803);
  EXPECT_EQ(missingGpu(HEDDLE_FAKE_DRIVER), "") << "there may be one";
  EXPECT_EQ(unfitGpu(0, HEDDLE_FAKE_DRIVER),
            "the NVIDIA driver refuses to start: what went wrong (error 803)");
}

TEST_F(FakeDriver, OfAnOlderCudaIsNamedWithItsVersion) {
  set("fake_version", 12040);
  EXPECT_EQ(unfitGpu(0, HEDDLE_FAKE_DRIVER),
            "the NVIDIA driver knows CUDA 12.4, too old for CUDA 13.0 (R580 or later is needed)");
}

TEST_F(FakeDriver, OfAGpuWithoutBf16ProductsNamesTheGpu) {
  set("fake_major", 7);
  set("fake_minor", 5);
  EXPECT_EQ(unfitGpu(1, HEDDLE_FAKE_DRIVER),
            "GPU 1, Fake 1, has the compute capability 7.5, and 8.0 or later is needed");
  EXPECT_EQ(unfitGpu(2, HEDDLE_FAKE_DRIVER), "") << "there is no such GPU; another check says so";
}

}  // namespace
}  // namespace heddle
