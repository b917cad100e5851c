// Packed attention by type, and the dot products that its backward pass starts from.

#include "engine/kernels/cuda/attention.cuh"

#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {
namespace {

constexpr int kWarps = 4;

// One warp a (token, head) pair.
template <typename T>
__global__ void __launch_bounds__(kWarps * 32)
    deltaKernel(const T* out, const T* grad_out, float* delta, int64_t tokens, int heads, int head_dim) {
  const int64_t pair = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.x / 32;
  if (pair >= tokens * heads) {
    return;
  }
  float sum = 0.0f;
  for (int d = static_cast<int>(threadIdx.x) % 32; d < head_dim; d += 32) {
    sum += toFloat(out[pair * head_dim + d]) * toFloat(grad_out[pair * head_dim + d]);
  }
  sum = warpSum(sum);
  if (threadIdx.x % 32 == 0) {
    delta[pair % heads * tokens + pair / heads] = sum;
  }
}

template <typename T>
void computeDelta(const AttentionCall& call, const void* grad_out, float* delta, cudaStream_t stream) {
  const int64_t pairs = call.tokens * call.heads;
  launch(deltaKernel<T>, dim3(static_cast<unsigned>((pairs + kWarps - 1) / kWarps)), dim3(kWarps * 32), 0,
         stream, static_cast<const T*>(call.out), static_cast<const T*>(grad_out), delta, call.tokens,
         call.heads, call.head_dim);
}

bool nothingToDo(const AttentionCall& call) {
  return call.tokens == 0 || call.batch == 0;
}

}  // namespace

void attentionForward(const AttentionCall& call, cudaStream_t stream) {
  if (nothingToDo(call)) {
    return;
  }
  if (call.type == Type::kBf16) {
    attentionForwardBf16(call, stream);
  } else {
    attentionForwardFloat(call, stream);
  }
}

void attentionBackward(const AttentionCall& call, const void* grad_out, void* grad_qkv, float* delta,
                       cudaStream_t stream) {
  if (nothingToDo(call)) {
    return;
  }
  if (call.type == Type::kBf16) {
    computeDelta<Bf16>(call, grad_out, delta, stream);
    attentionBackwardBf16(call, grad_out, grad_qkv, delta, stream);
  } else {
    computeDelta<float>(call, grad_out, delta, stream);
    attentionBackwardFloat(call, grad_out, grad_qkv, delta, stream);
  }
}

}  // namespace heddle::cuda
