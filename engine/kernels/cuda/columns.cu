// Sums over rows: the first stage for plain matrices, the second for all.

#include "engine/kernels/cuda/columns.cuh"

#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {
namespace {

constexpr int kLanes = 32;    // columns of a block
constexpr int kStripes = 16;  // parts summed side by side
constexpr int kThreads = 128;
constexpr int kMaxParts = 256;

__global__ void __launch_bounds__(kLanes* kStripes)
    sumPartsKernel(const float* partial, int parts, int columns, int64_t stride, bool accumulate,
                   float* sums) {
  __shared__ float stripes[kStripes][kLanes + 1];
  const int lane = static_cast<int>(threadIdx.x) % kLanes;
  const int stripe = static_cast<int>(threadIdx.x) / kLanes;
  const int column = static_cast<int>(blockIdx.x) * kLanes + lane;
  float sum = 0.0f;
  if (column < columns) {
    for (int p = stripe; p < parts; p += kStripes) {
      sum += partial[p * stride + column];
    }
  }
  stripes[stripe][lane] = sum;
  __syncthreads();
  if (stripe == 0 && column < columns) {
    for (int s = 1; s < kStripes; ++s) {
      sum += stripes[s][lane];
    }
    sums[column] = accumulate ? sums[column] + sum : sum;
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    columnSumKernel(const T* x, int64_t rows, int width, int64_t stride, bool aligned, float* partial) {
  const int column = (static_cast<int>(blockIdx.x) * kThreads + static_cast<int>(threadIdx.x)) * 8;
  if (column >= width) {
    return;
  }
  float sums[8] = {};
  for (int64_t row = blockIdx.y; row < rows; row += gridDim.y) {
    float values[8];
    loadEight(x + row * stride, column, width, aligned && column + 8 <= width, values);
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      sums[i] += values[i];
    }
  }
  storeEight(partial + static_cast<int64_t>(blockIdx.y) * width, column, width, false, sums);
}

}  // namespace

void sumParts(const float* partial, int parts, int columns, int64_t stride, bool accumulate, float* sums,
              cudaStream_t stream) {
  if (columns > 0) {
    launch(sumPartsKernel, dim3(static_cast<unsigned>((columns + kLanes - 1) / kLanes)),
           dim3(kLanes * kStripes), 0, stream, partial, parts, columns, stride, accumulate, sums);
  }
}

int columnParts(int64_t rows) {
  return static_cast<int>(rows < kMaxParts ? rows : kMaxParts);
}

void columnSum(Type type, const void* x, int64_t rows, int width, int64_t stride, float* partial,
               bool accumulate, float* sums, cudaStream_t stream) {
  const int parts = columnParts(rows);
  const dim3 grid(static_cast<unsigned>((width + kThreads * 8 - 1) / (kThreads * 8)),
                  static_cast<unsigned>(parts));
  const bool aligned = stride % 8 == 0 && reinterpret_cast<uintptr_t>(x) % 16 == 0;
  if (rows > 0 && width > 0) {
    if (type == Type::kBf16) {
      launch(columnSumKernel<Bf16>, grid, dim3(kThreads), 0, stream, static_cast<const Bf16*>(x), rows, width,
             stride, aligned, partial);
    } else {
      launch(columnSumKernel<float>, grid, dim3(kThreads), 0, stream, static_cast<const float*>(x), rows,
             width, stride, aligned, partial);
    }
  }
  sumParts(partial, parts, width, width, accumulate, sums, stream);
}

}  // namespace heddle::cuda
