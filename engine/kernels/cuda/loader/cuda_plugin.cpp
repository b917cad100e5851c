#include "engine/kernels/cuda/loader/cuda_plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "engine/base/paths.h"
#include "heddle_version.h"

namespace heddle {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPluginName = "libheddle-cuda.so";
constexpr const char* kHint = "run packaging/setup --cuda and build again, or set device = \"cpu\"";

// What the plug-in and LibTorch are compiled for: CUDA 13, and GPUs whose tensor cores take bf16.
constexpr int kDriverVersion = 13000;
constexpr int kCapabilityMajor = 8;

// The part of the driver interface (cuda.h) that is asked here. It is only there where a driver is installed.
struct Driver {
  static constexpr int kNoDevice = 100;                             // CUDA_ERROR_NO_DEVICE
  static constexpr int kMajorAttribute = 75, kMinorAttribute = 76;  // of the compute capability

  int (*init)(unsigned) = nullptr;
  int (*version)(int*) = nullptr;
  int (*count)(int*) = nullptr;
  int (*attribute)(int*, int, int) = nullptr;
  int (*name)(char*, int, int) = nullptr;
  int (*errorText)(int, const char**) = nullptr;

  bool complete() const {
    return init != nullptr && version != nullptr && count != nullptr && attribute != nullptr &&
           name != nullptr && errorText != nullptr;
  }
};

template <typename Call>
void find(void* library, const char* name, Call& call) {
  call = reinterpret_cast<Call>(dlsym(library, name));
}

// Incomplete where there is none of that name.
Driver openDriver(const char* file) {
  Driver driver;
  // Never closed: LibTorch uses the same one.
  if (void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL); library != nullptr) {
    find(library, "cuInit", driver.init);
    find(library, "cuDriverGetVersion", driver.version);
    find(library, "cuDeviceGetCount", driver.count);
    find(library, "cuDeviceGetAttribute", driver.attribute);
    find(library, "cuDeviceGetName", driver.name);
    find(library, "cuGetErrorString", driver.errorText);
  }
  return driver;
}

std::string errorOf(const Driver& driver, int code) {
  const char* text = nullptr;
  const bool known = driver.errorText(code, &text) == 0 && text != nullptr;
  return (known ? text : "unknown error") + std::string(" (error ") + std::to_string(code) + ")";
}

// 13020 is CUDA 13.2.
std::string versionText(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

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

std::string missingGpu(const char* driver_file) {
  const Driver driver = openDriver(driver_file);
  if (!driver.complete()) {
    return std::string("no NVIDIA driver is installed (") + driver_file + " was not found or is not one)";
  }
  const int started = driver.init(0);
  int devices = 0;
  if (started == Driver::kNoDevice || (started == 0 && driver.count(&devices) == 0 && devices == 0)) {
    return "the NVIDIA driver knows of no GPU";
  }
  return {};
}

std::string unfitGpu(int index, const char* driver_file) {
  const Driver driver = openDriver(driver_file);
  if (!driver.complete()) {
    return missingGpu(driver_file);
  }
  if (const int code = driver.init(0); code != 0) {
    return "the NVIDIA driver refuses to start: " + errorOf(driver, code);
  }
  int version = 0;
  if (driver.version(&version) == 0 && version < kDriverVersion) {
    return "the NVIDIA driver knows CUDA " + versionText(version) + ", too old for CUDA " +
           versionText(kDriverVersion) + " (R580 or later is needed)";
  }
  int major = 0;
  int minor = 0;
  char name[128] = "";
  if (driver.attribute(&major, Driver::kMajorAttribute, index) == 0 &&
      driver.attribute(&minor, Driver::kMinorAttribute, index) == 0 && major < kCapabilityMajor &&
      driver.name(name, sizeof name, index) == 0) {
    return "GPU " + std::to_string(index) + ", " + name + ", has the compute capability " +
           std::to_string(major) + "." + std::to_string(minor) + ", and " + std::to_string(kCapabilityMajor) +
           ".0 or later is needed";
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
  void* plugin = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (plugin == nullptr) {
    const char* reason = dlerror();
    return Error{"The CUDA plug-in " + file.string() +
                     " could not be loaded: " + (reason == nullptr ? "no reason given" : reason),
                 kHint};
  }
  const auto version = reinterpret_cast<const char* (*)()>(dlsym(plugin, "heddleCudaPluginVersion"));
  if (version == nullptr || std::string(version()) != kVersion) {
    return Error{"The CUDA plug-in " + file.string() + " is of " +
                     (version == nullptr ? "no known version" : std::string("version ") + version()) +
                     ", this program of version " + kVersion,
                 kHint};
  }
  return {};
}

Status loadCudaPlugin() {
  static const Status first = findAndLoad();
  return first;
}

}  // namespace heddle
