// Matrix products over all cores, and the scratch memory of the threads that compute them.

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/kernels/cpu/kernel_table.h"

namespace heddle::cpu {

// 64-byte aligned scratch of the calling thread, at least `count` floats; kept for the thread's life, so its
// pages are touched once. Valid until the thread's next call.
float* threadScratch(int64_t count);

// The product, cut into blocks of C over the cores. The result does not depend on the number of threads.
void parallelGemm(const Gemm& product);

// `tensor` itself, or its values as fp32.
at::Tensor asFloat(const at::Tensor& tensor);

}  // namespace heddle::cpu
