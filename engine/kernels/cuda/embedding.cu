// The gradient of an embedding table, summed in the order of the tokens. Sorted ids form runs; a run is cut
// at every multiple of kWindow places, so that a token that fills a tenth of the batch ([MASK]) does not
// leave one block adding alone, and the pieces of a cut run are added in a second kernel.

#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {
namespace {

constexpr int kWindow = 64;
constexpr int kThreads = 128;

__device__ __forceinline__ bool startsRun(const int* sorted_ids, int64_t i) {
  return i == 0 || sorted_ids[i] != sorted_ids[i - 1];
}

// Does the run at place i go on past the window that i is in?
__device__ __forceinline__ bool leavesWindow(const int* sorted_ids, int64_t tokens, int64_t i) {
  const int64_t next = (i / kWindow + 1) * kWindow;
  return next < tokens && sorted_ids[next] == sorted_ids[i];
}

// A window has at most two pieces of cut runs: one that it starts with, one that it ends with.
__device__ __forceinline__ int64_t pieceSlot(int64_t i) {
  return i / kWindow * 2 + (i % kWindow == 0 ? 0 : 1);
}

template <typename Table>
__device__ __forceinline__ void addTo(Table* at, float x) {
  store(at, toFloat(*at) + x);
}

// One block a place; those where no piece begins have nothing to do.
template <typename T, typename Table>
__global__ void __launch_bounds__(kThreads)
    piecesKernel(const T* grad_out, const int* sorted_ids, const int64_t* order, int64_t tokens, int hidden,
                 float* partial, Table* table) {
  const int64_t begin = blockIdx.x;
  const bool run_start = startsRun(sorted_ids, begin);
  if (!run_start && begin % kWindow != 0) {
    return;
  }
  const int id = sorted_ids[begin];
  const int64_t window_end = (begin / kWindow + 1) * kWindow;
  const int64_t limit = window_end < tokens ? window_end : tokens;
  int64_t end = begin + 1;
  while (end < limit && sorted_ids[end] == id) {
    ++end;
  }
  const bool whole = run_start && !leavesWindow(sorted_ids, tokens, begin);
  for (int h = static_cast<int>(threadIdx.x); h < hidden; h += kThreads) {
    float sum = 0.0f;
    for (int64_t i = begin; i < end; ++i) {
      sum += toFloat(grad_out[order[i] * hidden + h]);
    }
    if (whole) {
      addTo(table + static_cast<int64_t>(id) * hidden + h, sum);
    } else {
      partial[pieceSlot(begin) * hidden + h] = sum;
    }
  }
}

template <typename Table>
__global__ void __launch_bounds__(kThreads)
    cutRunsKernel(const int* sorted_ids, int64_t tokens, int hidden, const float* partial, Table* table) {
  const int64_t begin = blockIdx.x;
  if (!startsRun(sorted_ids, begin) || !leavesWindow(sorted_ids, tokens, begin)) {
    return;
  }
  const int id = sorted_ids[begin];
  for (int h = static_cast<int>(threadIdx.x); h < hidden; h += kThreads) {
    float sum = partial[pieceSlot(begin) * hidden + h];
    for (int64_t i = (begin / kWindow + 1) * kWindow; i < tokens && sorted_ids[i] == id; i += kWindow) {
      sum += partial[pieceSlot(i) * hidden + h];
    }
    addTo(table + static_cast<int64_t>(id) * hidden + h, sum);
  }
}

template <typename T, typename Table>
void run(const void* grad_out, const int* sorted_ids, const int64_t* order, int64_t tokens, int hidden,
         float* partial, void* table, cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(tokens));
  launch(piecesKernel<T, Table>, grid, dim3(kThreads), 0, stream, static_cast<const T*>(grad_out), sorted_ids,
         order, tokens, hidden, partial, static_cast<Table*>(table));
  launch(cutRunsKernel<Table>, grid, dim3(kThreads), 0, stream, sorted_ids, tokens, hidden, partial,
         static_cast<Table*>(table));
}

}  // namespace

int64_t embeddingParts(int64_t tokens) {
  return (tokens + kWindow - 1) / kWindow * 2;
}

void embeddingBackward(Type type, const void* grad_out, const int* sorted_ids, const int64_t* order,
                       int64_t tokens, int hidden, float* partial, Type table_type, void* table,
                       cudaStream_t stream) {
  if (tokens == 0) {
    return;
  }
  if (type == Type::kFloat) {
    run<float, float>(grad_out, sorted_ids, order, tokens, hidden, partial, table, stream);
  } else if (table_type == Type::kFloat) {
    run<Bf16, float>(grad_out, sorted_ids, order, tokens, hidden, partial, table, stream);
  } else {
    run<Bf16, Bf16>(grad_out, sorted_ids, order, tokens, hidden, partial, table, stream);
  }
}

}  // namespace heddle::cuda
