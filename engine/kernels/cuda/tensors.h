// How tensors become the arguments of kernels.h: for the _cuda.cpp files alone.

#pragma once

#include <ATen/core/Tensor.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include <bit>
#include <cstdint>
#include <limits>

#include "engine/kernels/cuda/kernels.h"
#include "engine/kernels/dropout_mask.h"

namespace heddle::cuda {

inline Type typeOf(const at::Tensor& x) {
  TORCH_CHECK(x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16,
              "A fused CUDA operation was given a tensor of type ", x.scalar_type(),
              "; it takes fp32 and bf16");
  return x.scalar_type() == at::kFloat ? Type::kFloat : Type::kBf16;
}

inline DropoutSettings dropoutOf(double p, int64_t key, int64_t step) {
  return {std::bit_cast<uint64_t>(key), static_cast<uint32_t>(step), dropoutThreshold(p), dropoutScale(p)};
}

// The tensor itself where it starts on 16 bytes, as fresh tensors do, else a copy: views may start anywhere.
inline at::Tensor onVectors(const at::Tensor& x) {
  return reinterpret_cast<uintptr_t>(x.const_data_ptr()) % 16 == 0 ? x : x.clone();
}

inline int asInt(int64_t x) {
  TORCH_CHECK(x >= 0 && x <= std::numeric_limits<int>::max(), "A fused CUDA operation was given the size ", x,
              "; the largest is ", std::numeric_limits<int>::max());
  return static_cast<int>(x);
}

// The device and stream of a call's kernels; finish() throws c10::Error if one of them could not be started.
class Launcher {
 public:
  explicit Launcher(const at::Tensor& on)
      : guard_(on.device()), stream_(c10::cuda::getCurrentCUDAStream(on.device().index())) {}
  cudaStream_t stream() const { return stream_.stream(); }
  void finish() const { C10_CUDA_KERNEL_LAUNCH_CHECK(); }

 private:
  c10::cuda::CUDAGuard guard_;
  c10::cuda::CUDAStream stream_;
};

}  // namespace heddle::cuda
