// How a kernel is started and finds its dynamic shared memory: the two things whose spelling is not C++.

#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace heddle::cuda {

constexpr size_t kPlainSharedBytes = 48 * 1024;  // what a block gets without asking

// Failures (too much shared memory for the device, an impossible grid) are left in cudaGetLastError().
template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t shared_bytes, cudaStream_t stream,
            const Arguments&... arguments) {
  if (shared_bytes > kPlainSharedBytes) {
    cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes));
  }
  kernel<<<grid, block, shared_bytes, stream>>>(arguments...);
}

// The block's dynamic shared memory, 16-byte aligned.
__device__ __forceinline__ unsigned char* dynamicShared() {
  extern __shared__ __align__(16) unsigned char heddle_dynamic_shared[];
  return heddle_dynamic_shared;
}

}  // namespace heddle::cuda
