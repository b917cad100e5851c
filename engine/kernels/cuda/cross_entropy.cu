// Cross entropy over rows of logits that turn into their own gradient: one block a row, two reads and one
// write of it.

#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {
namespace {

constexpr int kThreads = 512;
constexpr int kWarps = kThreads / 32;

// The maximum so far and the sum of exp(x - max).
struct Exponentials {
  float max = -INFINITY;
  float sum = 0.0f;
};

__device__ __forceinline__ Exponentials merge(const Exponentials& a, const Exponentials& b) {
  const float max = fmaxf(a.max, b.max);
  if (max == -INFINITY) {
    return {};
  }
  return {max, a.sum * expf(a.max - max) + b.sum * expf(b.max - max)};
}

// Equal in all threads of the block.
__device__ __forceinline__ Exponentials blockMerge(Exponentials mine, Exponentials* scratch) {
#pragma unroll
  for (int distance = 16; distance > 0; distance /= 2) {
    const Exponentials other{__shfl_xor_sync(kAllLanes, mine.max, distance),
                             __shfl_xor_sync(kAllLanes, mine.sum, distance)};
    mine = merge(mine, other);
  }
  if (threadIdx.x % 32 == 0) {
    scratch[threadIdx.x / 32] = mine;
  }
  __syncthreads();
  Exponentials all = scratch[0];
  for (int w = 1; w < kWarps; ++w) {
    all = merge(all, scratch[w]);
  }
  return all;
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    crossEntropyKernel(T* logits, const int* labels, int vocabulary, int64_t stride, bool with_gradients,
                       float* losses, int* hits) {
  // Not of the class itself: shared memory runs no constructors.
  __shared__ __align__(8) unsigned char scratch[kWarps * sizeof(Exponentials)];
  T* row = logits + blockIdx.x * stride;
  const int label = labels[blockIdx.x];
  const float label_logit = label >= 0 && label < vocabulary ? toFloat(row[label]) : NAN;
  const int whole = vocabulary / 8 * 8;
  Exponentials mine;
  for (int i = static_cast<int>(threadIdx.x) * 8; i < whole; i += kThreads * 8) {
    float x[8];
    loadAligned(row + i, x);
    float max = x[0];
#pragma unroll
    for (int j = 1; j < 8; ++j) {
      max = fmaxf(max, x[j]);
    }
    if (max > mine.max) {
      mine.sum *= expf(mine.max - max);
      mine.max = max;
    }
    if (mine.max != -INFINITY) {
#pragma unroll
      for (int j = 0; j < 8; ++j) {
        mine.sum += expf(x[j] - mine.max);
      }
    }
  }
  if (whole + static_cast<int>(threadIdx.x) < vocabulary) {
    mine = merge(mine, {toFloat(row[whole + threadIdx.x]), 1.0f});
  }
  // Its barrier also keeps the gradients below from overwriting the label's logit before every thread has
  // read it.
  const Exponentials all = blockMerge(mine, reinterpret_cast<Exponentials*>(scratch));
  if (threadIdx.x == 0) {
    losses[blockIdx.x] = logf(all.sum) - (label_logit - all.max);
    hits[blockIdx.x] = label_logit >= all.max ? 1 : 0;
  }
  if (!with_gradients) {
    return;
  }
  const float inverse = 1.0f / all.sum;
  for (int i = static_cast<int>(threadIdx.x) * 8; i < whole; i += kThreads * 8) {
    float x[8];
    loadAligned(row + i, x);
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      x[j] = expf(x[j] - all.max) * inverse - (i + j == label ? 1.0f : 0.0f);
    }
    storeAligned(row + i, x);
  }
  const int last = whole + static_cast<int>(threadIdx.x);
  if (last < vocabulary) {
    store(row + last, expf(toFloat(row[last]) - all.max) * inverse - (last == label ? 1.0f : 0.0f));
  }
}

template <typename T>
void run(void* logits, const int* labels, int64_t rows, int vocabulary, int64_t stride, bool with_gradients,
         float* losses, int* hits, cudaStream_t stream) {
  launch(crossEntropyKernel<T>, dim3(static_cast<unsigned>(rows)), dim3(kThreads), 0, stream,
         static_cast<T*>(logits), labels, vocabulary, stride, with_gradients, losses, hits);
}

}  // namespace

void crossEntropyInPlace(Type type, void* logits, const int* labels, int64_t rows, int vocabulary,
                         int64_t stride, bool with_gradients, float* losses, int* hits, cudaStream_t stream) {
  if (rows == 0) {
    return;
  }
  type == Type::kBf16
      ? run<Bf16>(logits, labels, rows, vocabulary, stride, with_gradients, losses, hits, stream)
      : run<float>(logits, labels, rows, vocabulary, stride, with_gradients, losses, hits, stream);
}

}  // namespace heddle::cuda
