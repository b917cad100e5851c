// Loads the CUDA plug-in into the running program. Knows no Torch: the plug-in registers its kernels with
// LibTorch's dispatcher when it is loaded, and brings LibTorch's own CUDA library with it.

#pragma once

#include <filesystem>
#include <string>

#include "engine/base/result.h"

namespace heddle {

// Loads libheddle-cuda.so once for the life of the program: $HEDDLE_CUDA_PLUGIN (a file) where it is set,
// else beside the program, beside the library that this code is in, or in ../lib. Call it before the first
// tensor, since LibTorch asks only once whether there is CUDA; from any thread, later calls repeat the first
// answer. Fails with a sentence where there is no NVIDIA driver, no GPU, no plug-in, or where a library that
// the plug-in needs is missing.
Status loadCudaPlugin();

// Loads one file as the plug-in, without asking for a driver or a GPU first; asked anew at every call.
Status loadCudaPluginFile(const std::filesystem::path& file);

constexpr const char* kNvidiaDriver = "libcuda.so.1";

// "" where an NVIDIA driver answers with at least one GPU, else the reason, as part of a sentence. `driver`
// is what dlopen() is asked for.
std::string missingGpu(const char* driver = kNvidiaDriver);

// "" where GPU number `index` can run the plug-in, else the reason, as part of a sentence: a driver that does
// not start or is too old, a GPU too old. To be asked where missingGpu() has found one; no answer for an
// index that does not exist.
std::string unfitGpu(int index, const char* driver = kNvidiaDriver);

}  // namespace heddle
