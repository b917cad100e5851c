// The AdamW step in one pass over flat buffers, and the norm that clipping needs.

#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kAdamBlocks = 2048;
constexpr int kNormBlocks = kNormSlots - 1;

__device__ __forceinline__ void step(const AdamCall& call, float grad, float& param, float& m, float& v) {
  grad *= call.grad_scale;
  m = call.beta1 * m + call.one_minus_beta1 * grad;
  v = call.beta2 * v + call.one_minus_beta2 * grad * grad;
  const float update =
      m / call.correction1 / (sqrtf(v / call.correction2) + call.epsilon) + call.weight_decay * param;
  param -= call.learning_rate * update;
}

__global__ void __launch_bounds__(kThreads) adamKernel(AdamCall call, bool aligned) {
  const int64_t stride = static_cast<int64_t>(gridDim.x) * kThreads;
  const int64_t thread = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  const int64_t whole = aligned ? call.size / 4 : 0;
  Bf16* half = static_cast<Bf16*>(call.half);
  for (int64_t i = thread; i < whole; i += stride) {
    float4 param = reinterpret_cast<float4*>(call.param)[i];
    const float4 grad = reinterpret_cast<const float4*>(call.grad)[i];
    float4 m = reinterpret_cast<float4*>(call.m)[i];
    float4 v = reinterpret_cast<float4*>(call.v)[i];
    step(call, grad.x, param.x, m.x, v.x);
    step(call, grad.y, param.y, m.y, v.y);
    step(call, grad.z, param.z, m.z, v.z);
    step(call, grad.w, param.w, m.w, v.w);
    reinterpret_cast<float4*>(call.param)[i] = param;
    reinterpret_cast<float4*>(call.grad)[i] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    reinterpret_cast<float4*>(call.m)[i] = m;
    reinterpret_cast<float4*>(call.v)[i] = v;
    if (half != nullptr) {
      reinterpret_cast<uint2*>(half)[i] = make_uint2(packBf16(param.x, param.y), packBf16(param.z, param.w));
    }
  }
  for (int64_t i = whole * 4 + thread; i < call.size; i += stride) {
    step(call, call.grad[i], call.param[i], call.m[i], call.v[i]);
    call.grad[i] = 0.0f;
    if (half != nullptr) {
      store(half + i, call.param[i]);
    }
  }
}

// Block b leaves the sum of its share in total[1 + b].
__global__ void __launch_bounds__(kThreads)
    squaresKernel(const float* x, int64_t size, bool aligned, double* total) {
  __shared__ double scratch[kThreads / 32];
  const int64_t stride = static_cast<int64_t>(gridDim.x) * kThreads;
  const int64_t thread = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  const int64_t whole = aligned ? size / 4 : 0;
  double sum = 0.0;
  for (int64_t i = thread; i < whole; i += stride) {
    const float4 four = reinterpret_cast<const float4*>(x)[i];
    sum += static_cast<double>(four.x) * four.x + static_cast<double>(four.y) * four.y;
    sum += static_cast<double>(four.z) * four.z + static_cast<double>(four.w) * four.w;
  }
  for (int64_t i = whole * 4 + thread; i < size; i += stride) {
    sum += static_cast<double>(x[i]) * x[i];
  }
  sum = blockSum(sum, scratch);
  if (threadIdx.x == 0) {
    total[1 + blockIdx.x] = sum;
  }
}

__global__ void __launch_bounds__(kThreads) totalKernel(double* total) {
  __shared__ double scratch[kThreads / 32];
  double sum = 0.0;
  for (int i = static_cast<int>(threadIdx.x); i < kNormBlocks; i += kThreads) {
    sum += total[1 + i];
  }
  sum = blockSum(sum, scratch);
  if (threadIdx.x == 0) {
    total[0] = sum;
  }
}

}  // namespace

void adamStep(const AdamCall& call, cudaStream_t stream) {
  if (call.size == 0) {
    return;
  }
  const uintptr_t bits = reinterpret_cast<uintptr_t>(call.param) | reinterpret_cast<uintptr_t>(call.grad) |
                         reinterpret_cast<uintptr_t>(call.m) | reinterpret_cast<uintptr_t>(call.v);
  const bool aligned = bits % 16 == 0 && reinterpret_cast<uintptr_t>(call.half) % 8 == 0;
  const int64_t blocks = (call.size + 4 * kThreads - 1) / (4 * kThreads);
  launch(adamKernel, dim3(static_cast<unsigned>(blocks < kAdamBlocks ? blocks : kAdamBlocks)), dim3(kThreads),
         0, stream, call, aligned);
}

void sumOfSquares(const float* x, int64_t size, double* total, cudaStream_t stream) {
  launch(squaresKernel, dim3(kNormBlocks), dim3(kThreads), 0, stream, x, size,
         reinterpret_cast<uintptr_t>(x) % 16 == 0, total);
  launch(totalKernel, dim3(1), dim3(kThreads), 0, stream, total);
}

}  // namespace heddle::cuda
