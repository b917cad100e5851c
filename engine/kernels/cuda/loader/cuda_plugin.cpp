#include "engine/kernels/cuda/loader/cuda_plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "engine/base/paths.h"

namespace heddle {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPluginName = "libheddle-cuda.so";
constexpr const char* kHint = "run packaging/setup --cuda and build again, or set device = \"cpu\"";

// Of the driver interface (cuda.h), which is only there where a driver is installed.
using InitCall = int (*)(unsigned);
using CountCall = int (*)(int*);

// The folder of the program or library that this code was linked into.
fs::path ownFolder() {
  Dl_info info{};
  return dladdr(reinterpret_cast<void*>(&loadCudaPlugin), &info) != 0 && info.dli_fname != nullptr
             ? fs::path(info.dli_fname).parent_path()
             : fs::path{};
}

std::vector<fs::path> candidates() {
  if (const char* chosen = std::getenv("HEDDLE_CUDA_PLUGIN"); chosen != nullptr && *chosen != '\0') {
    return {chosen};
  }
  const fs::path program = programFolder();
  return {program / kPluginName, ownFolder() / kPluginName, program.parent_path() / "lib" / kPluginName};
}

Status findAndLoad() {
  if (const std::string missing = missingGpu(); !missing.empty()) {
    return Error{"A GPU was asked for, but " + missing, "install the NVIDIA driver, or set device = \"cpu\""};
  }
  const std::vector<fs::path> files = candidates();
  for (const fs::path& file : files) {
    std::error_code code;
    if (fs::exists(file, code)) {
      return loadCudaPluginFile(file);
    }
  }
  return loadCudaPluginFile(files.front());
}

}  // namespace

std::string missingGpu() {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (driver == nullptr) {
    return "no NVIDIA driver is installed (libcuda.so.1 was not found)";
  }
  const auto init = reinterpret_cast<InitCall>(dlsym(driver, "cuInit"));
  const auto count = reinterpret_cast<CountCall>(dlsym(driver, "cuDeviceGetCount"));
  if (init == nullptr || count == nullptr) {
    return "the installed libcuda.so.1 is not an NVIDIA driver";
  }
  if (const int code = init(0); code != 0) {
    return "the NVIDIA driver refuses to start (cuInit gave error " + std::to_string(code) + ")";
  }
  int devices = 0;
  if (const int code = count(&devices); code != 0 || devices == 0) {
    return "the NVIDIA driver knows of no GPU";
  }
  return {};
}

Status loadCudaPluginFile(const fs::path& file) {
  std::error_code code;
  if (!fs::exists(file, code)) {
    return Error{"A GPU was asked for, but there is no CUDA plug-in at " + file.string(), kHint};
  }
  // Never closed: the dispatcher keeps pointers into it. Global, so that LibTorch finds its CUDA library's
  // symbols.
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* reason = dlerror();
    return Error{"The CUDA plug-in " + file.string() +
                     " could not be loaded: " + (reason == nullptr ? "no reason given" : reason),
                 kHint};
  }
  return {};
}

Status loadCudaPlugin() {
  static const Status first = findAndLoad();
  return first;
}

}  // namespace heddle
