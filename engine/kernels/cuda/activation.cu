// activation(x + bias) and its gradients. A thread owns eight neighbouring columns and walks down the rows,
// so the bias is read once and its gradient is summed in registers. Hendrycks & Gimpel 2016, "Gaussian error
// linear units".

#include "engine/kernels/cuda/columns.cuh"
#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kMaxRowBlocks = 4096;

struct Gelu {
  static __device__ __forceinline__ float value(float x) {
    return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f));
  }
  static __device__ __forceinline__ float slope(float x) {
    const float density = 0.39894228040143268f * expf(-0.5f * x * x);
    return 0.5f * (1.0f + erff(x * 0.70710678118654752f)) + x * density;
  }
};
struct GeluTanh {
  static __device__ __forceinline__ float inner(float x) {
    return 0.79788456080286536f * (x + 0.044715f * x * x * x);
  }
  static __device__ __forceinline__ float value(float x) { return 0.5f * x * (1.0f + tanhf(inner(x))); }
  static __device__ __forceinline__ float slope(float x) {
    const float t = tanhf(inner(x));
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * 0.79788456080286536f * (1.0f + 0.134145f * x * x);
  }
};
struct Relu {
  static __device__ __forceinline__ float value(float x) { return x > 0.0f ? x : 0.0f; }
  static __device__ __forceinline__ float slope(float x) { return x > 0.0f ? 1.0f : 0.0f; }
};

__device__ __forceinline__ int ownColumn() {
  return (static_cast<int>(blockIdx.x) * kThreads + static_cast<int>(threadIdx.x)) * 8;
}

template <typename T, typename Function>
__global__ void __launch_bounds__(kThreads)
    forwardKernel(const T* x, const T* bias, int64_t rows, int width, bool aligned, T* out) {
  const int column = ownColumn();
  if (column >= width) {
    return;
  }
  float offset[8];
  loadEight(bias, column, width, aligned, offset);
  for (int64_t row = blockIdx.y; row < rows; row += gridDim.y) {
    float values[8];
    loadEight(x + row * width, column, width, aligned, values);
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      values[i] = Function::value(values[i] + offset[i]);
    }
    storeEight(out + row * width, column, width, aligned, values);
  }
}

template <typename T, typename Function>
__global__ void __launch_bounds__(kThreads)
    backwardKernel(const T* grad_out, const T* x, const T* bias, int64_t rows, int width, bool aligned,
                   T* grad_x, float* partial) {
  const int column = ownColumn();
  if (column >= width) {
    return;
  }
  float offset[8];
  loadEight(bias, column, width, aligned, offset);
  float sums[8] = {};
  for (int64_t row = blockIdx.y; row < rows; row += gridDim.y) {
    float values[8];
    float grads[8];
    loadEight(x + row * width, column, width, aligned, values);
    loadEight(grad_out + row * width, column, width, aligned, grads);
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      grads[i] *= Function::slope(values[i] + offset[i]);
      sums[i] += grads[i];
    }
    storeEight(grad_x + row * width, column, width, aligned, grads);
  }
  storeEight(partial + static_cast<int64_t>(blockIdx.y) * width, column, width, false, sums);
}

bool alignedAll(int width, const void* a, const void* b, const void* c, const void* d) {
  const uintptr_t bits = reinterpret_cast<uintptr_t>(a) | reinterpret_cast<uintptr_t>(b) |
                         reinterpret_cast<uintptr_t>(c) | reinterpret_cast<uintptr_t>(d);
  return width % 8 == 0 && bits % 16 == 0;
}

unsigned columnBlocks(int width) {
  return static_cast<unsigned>((width + kThreads * 8 - 1) / (kThreads * 8));
}

template <typename T, typename Function>
void runForward(const void* x, const void* bias, int64_t rows, int width, void* out, cudaStream_t stream) {
  const auto row_blocks = static_cast<unsigned>(rows < kMaxRowBlocks ? rows : kMaxRowBlocks);
  launch(forwardKernel<T, Function>, dim3(columnBlocks(width), row_blocks), dim3(kThreads), 0, stream,
         static_cast<const T*>(x), static_cast<const T*>(bias), rows, width,
         alignedAll(width, x, bias, out, out), static_cast<T*>(out));
}

template <typename T, typename Function>
void runBackward(const void* grad_out, const void* x, const void* bias, int64_t rows, int width, void* grad_x,
                 float* partial, cudaStream_t stream) {
  launch(backwardKernel<T, Function>, dim3(columnBlocks(width), static_cast<unsigned>(columnParts(rows))),
         dim3(kThreads), 0, stream, static_cast<const T*>(grad_out), static_cast<const T*>(x),
         static_cast<const T*>(bias), rows, width, alignedAll(width, grad_out, x, bias, grad_x),
         static_cast<T*>(grad_x), partial);
}

template <typename Function>
void forward(Type type, const void* x, const void* bias, int64_t rows, int width, void* out,
             cudaStream_t stream) {
  type == Type::kBf16 ? runForward<Bf16, Function>(x, bias, rows, width, out, stream)
                      : runForward<float, Function>(x, bias, rows, width, out, stream);
}

template <typename Function>
void backward(Type type, const void* grad_out, const void* x, const void* bias, int64_t rows, int width,
              void* grad_x, float* partial, cudaStream_t stream) {
  type == Type::kBf16 ? runBackward<Bf16, Function>(grad_out, x, bias, rows, width, grad_x, partial, stream)
                      : runBackward<float, Function>(grad_out, x, bias, rows, width, grad_x, partial, stream);
}

}  // namespace

void biasActivationForward(Type type, const void* x, const void* bias, int activation, int64_t rows,
                           int width, void* out, cudaStream_t stream) {
  if (rows == 0 || width == 0) {
    return;
  }
  switch (activation) {
    case 0:
      return forward<Gelu>(type, x, bias, rows, width, out, stream);
    case 1:
      return forward<GeluTanh>(type, x, bias, rows, width, out, stream);
    default:
      return forward<Relu>(type, x, bias, rows, width, out, stream);
  }
}

void biasActivationBackward(Type type, const void* grad_out, const void* x, const void* bias, int activation,
                            int64_t rows, int width, void* grad_x, float* partial, float* grad_bias,
                            cudaStream_t stream) {
  if (rows > 0 && width > 0) {
    switch (activation) {
      case 0:
        backward<Gelu>(type, grad_out, x, bias, rows, width, grad_x, partial, stream);
        break;
      case 1:
        backward<GeluTanh>(type, grad_out, x, bias, rows, width, grad_x, partial, stream);
        break;
      default:
        backward<Relu>(type, grad_out, x, bias, rows, width, grad_x, partial, stream);
        break;
    }
  }
  sumParts(partial, columnParts(rows), width, width, false, grad_bias, stream);
}

}  // namespace heddle::cuda
