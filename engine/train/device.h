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
  std::string device_text;  // "cpu (2 threads)", "cuda:0"
  std::string left_out;     // why device "auto" does not use a GPU that is there, else ""
};

// Sets the CPU threads and loads the CUDA plug-in where the recipe asks for a GPU (device "auto" takes one if
// there is one that the model fits). Errors: CUDA asked for where there is none that can be used, or
// cuda:N out of range.
Result<ComputePlace> choosePlace(const RunRecipe& run, const ModelRecipe& model);

// FLOP/s of one large product as layers compute it, measured now: the best of a few.
double productRate(const at::Device& device, ComputeType type);

// Resident bytes of this process on the CPU; on a GPU the most that tensors have taken up at once so far.
double memoryInUse(const at::Device& device);

// Lets memoryInUse() forget what has been freed by now, so that it tells of training and not of what came
// before.
void forgetFreedMemory(const at::Device& device);

// Waits until the device has done all that was asked of it. Nothing to wait for on a CPU.
void synchronize(const at::Device& device);

}  // namespace heddle
