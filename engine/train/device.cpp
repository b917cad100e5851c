#include "engine/train/device.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "engine/base/clock.h"
#include "engine/kernels/cuda/loader/cuda_plugin.h"
#include "engine/kernels/memory.h"
#include "engine/kernels/ops.h"
#include "engine/recipes/check.h"

namespace heddle {
namespace {

// Cores this process may run on: schedulers of clusters give a job fewer than the machine has.
int usableCores() {
  cpu_set_t cores;
  return ::sched_getaffinity(0, sizeof cores, &cores) == 0
             ? CPU_COUNT(&cores)
             : static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
}

// "cuda" or "cuda:N" to a device that exists, with the plug-in loaded.
Result<at::Device> openCuda(const std::string& word) {
  int index = 0;
  if (word.size() > 5) {
    std::from_chars(word.data() + 5, word.data() + word.size(), index);
  }
  // Before the plug-in is loaded: LibTorch would only say that there is no GPU.
  if (missingGpu().empty()) {
    if (const std::string reason = unfitGpu(index); !reason.empty()) {
      return Error{"cannot compute on " + word + ": " + reason,
                   "update the driver, choose another GPU, or set run.device = \"cpu\""};
    }
  }
  if (const Status loaded = loadCudaPlugin(); !loaded.ok()) {
    return Error{"cannot compute on " + word + ": " + loaded.error().text, loaded.error().hint};
  }
  const int count = at::detail::getCUDAHooks().hasCUDA() ? at::detail::getCUDAHooks().getNumGPUs() : 0;
  if (count == 0) {
    return Error{"cannot compute on " + word + ": LibTorch found no NVIDIA GPU",
                 "check the driver with nvidia-smi, or set run.device = \"cpu\""};
  }
  if (index < 0 || index >= count) {
    return Error{"cannot compute on " + word + ": this machine has " + std::to_string(count) +
                     " GPU(s), counted from 0",
                 "set run.device to one of them"};
  }
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

}  // namespace

Result<ComputePlace> choosePlace(const RunRecipe& run, const ModelRecipe& model) {
  at::set_num_threads(run.threads > 0 ? static_cast<int>(run.threads) : usableCores());
  ComputePlace place;
  if (run.device == "auto") {
    if (missingGpu().empty()) {
      const Result<at::Device> cuda =
          headsFitGpu(model)
              ? openCuda("cuda")
              : Error{"attention on a GPU takes heads of a width of 32, 64 or 128, the model's are " +
                      std::to_string(model.hidden_size / model.num_attention_heads) + " wide"};
      if (cuda) {
        place.device = *cuda;
      } else {
        place.left_out = cuda.error().message();
      }
    }
  } else if (run.device != "cpu") {
    const auto cuda = openCuda(run.device);
    if (!cuda) {
      return cuda.error();
    }
    place.device = *cuda;
  }
  place.device_text = place.device.is_cpu() ? "cpu (" + std::to_string(at::get_num_threads()) +
                                                  (at::get_num_threads() == 1 ? " thread)" : " threads)")
                                            : place.device.str();
  return place;
}

double productRate(const at::Device& device, ComputeType type) {
  const int64_t size = device.is_cpu() ? 512 : 4096;
  const auto options =
      at::TensorOptions().device(device).dtype(type == ComputeType::kBf16 ? at::kBFloat16 : at::kFloat);
  const at::Tensor a = at::ones({size, size}, options);
  const at::Tensor b = at::ones({size, size}, options);
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const double start = monotonicSeconds();
    const at::Tensor product = linearNoBias(a, b);
    synchronize(device);
    const double seconds = monotonicSeconds() - start;
    best = std::max(best, 2.0 * static_cast<double>(size * size * size) / std::max(seconds, 1e-9));
  }
  return best;
}

double memoryInUse(const at::Device& device) {
  if (device.is_cuda()) {
    auto* allocator = at::getDeviceAllocator(device.type());
    const auto stats = allocator->getDeviceStats(device.index());
    return static_cast<double>(
        stats.allocated_bytes[static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak);
  }
  double total_pages = 0;
  double resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void forgetFreedMemory(const at::Device& device) {
  if (device.is_cuda()) {
    auto* allocator = at::getDeviceAllocator(device.type());
    allocator->emptyCache();
    allocator->resetPeakStats(device.index());
  } else {
    returnFreedMemory();
  }
}

void synchronize(const at::Device& device) {
  if (!device.is_cpu()) {
    c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
  }
}

}  // namespace heddle
