// Where and in which precision a run computes.

#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/model/parameters.h"
#include "engine/recipes/recipe.h"

namespace heddle {

struct ComputePlace {
  at::Device device = at::kCPU;
  std::string device_text;           // "cpu (2 threads)", "cuda:0"
  double fp32_flops_per_second = 0;  // of a large product, measured now
  double bf16_flops_per_second = 0;
};

// Sets the CPU threads, loads the CUDA plug-in where the recipe asks for a GPU (device "auto" takes one if there is one that
// the model fits), and times products. Errors: CUDA asked for where there is none, or cuda:N out of range.
Result<ComputePlace> choosePlace(const RunRecipe& run, const ModelRecipe& model);

// Resident bytes of this process on the CPU, allocated bytes of the device's caching allocator on a GPU.
double memoryInUse(const at::Device& device);

// Waits until the device has done all that was asked of it. Nothing to wait for on a CPU.
void synchronize(const at::Device& device);

}  // namespace heddle
