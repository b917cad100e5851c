// The arguments of a dropout mask, as the dispatcher carries them, in the form of the kernels.

#pragma once

#include <cstdint>

#include "engine/kernels/cpu/kernel_table.h"
#include "engine/kernels/dropout_mask.h"

namespace heddle::cpu {

inline Mask makeMask(double p, int64_t key, int64_t step) {
  return {static_cast<uint64_t>(key), static_cast<uint32_t>(step), dropoutThreshold(p), dropoutScale(p)};
}

}  // namespace heddle::cpu
