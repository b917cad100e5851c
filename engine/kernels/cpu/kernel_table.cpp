#include "engine/kernels/cpu/kernel_table.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace heddle::cpu {
namespace {

const char* levelName(SimdLevel level) {
  constexpr const char* kNames[] = {"scalar", "avx2", "avx512"};
  return kNames[static_cast<int>(level)];
}

SimdLevel startLevel() {
  SimdLevel best = SimdLevel::kScalar;
  for (const SimdLevel level : {SimdLevel::kAvx2, SimdLevel::kAvx512}) {
    best = supported(level) ? level : best;
  }
  const char* asked = std::getenv("HEDDLE_SIMD");
  for (const SimdLevel level : {SimdLevel::kScalar, SimdLevel::kAvx2, SimdLevel::kAvx512}) {
    if (asked != nullptr && std::string_view(asked) == levelName(level) && supported(level)) {
      return level;
    }
  }
  return best;
}

std::atomic<SimdLevel>& current() {
  static std::atomic<SimdLevel> level = startLevel();
  return level;
}

}  // namespace

bool supported(SimdLevel level) {
#if defined(__x86_64__)
  switch (level) {
    case SimdLevel::kScalar:
      return true;
    case SimdLevel::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case SimdLevel::kAvx512:
      return supported(SimdLevel::kAvx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
  }
#endif
  return level == SimdLevel::kScalar;
}

SimdLevel simdLevel() {
  return current();
}

SimdLevel setSimdLevel(SimdLevel level) {
  TORCH_CHECK(supported(level), "Cannot use SIMD level ", levelName(level), ": this CPU does not have it");
  return current().exchange(level);
}

const KernelTable& kernels() {
#if defined(__x86_64__)
  switch (simdLevel()) {
    case SimdLevel::kScalar:
      return kScalarKernels;
    case SimdLevel::kAvx2:
      return kAvx2Kernels;
    case SimdLevel::kAvx512:
      return kAvx512Kernels;
  }
#endif
  return kScalarKernels;
}

}  // namespace heddle::cpu
