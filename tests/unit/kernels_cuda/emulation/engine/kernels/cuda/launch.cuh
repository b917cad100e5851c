// Takes the place of engine/kernels/cuda/launch.cuh: starts kernels in the emulator.

#pragma once

#include <cuda_runtime.h>

namespace heddle::cuda {

template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t shared_bytes, cudaStream_t,
            const Arguments&... arguments) {
  emulation::run({grid.x, grid.y, grid.z}, {block.x, block.y, block.z}, shared_bytes,
                 [&] { kernel(static_cast<Parameters>(arguments)...); });
}

inline unsigned char* dynamicShared() {
  return emulation::sharedMemory();
}

}  // namespace heddle::cuda
