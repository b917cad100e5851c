// LayerNorm with its dropout: dropout_add_layer_norm (dropout before, with bias and residual) and
// layer_norm_dropout (after). A block holds one token in registers, eight neighbouring channels a thread and
// chunk. Ba et al. 2016, "Layer normalization".

#include "engine/kernels/cuda/columns.cuh"
#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {
namespace {

constexpr int kMaxWarps = 8;
constexpr int kMaxParts = 512;

// One token in the block's registers. kBefore: dropout comes before the norm, with bias and residual.
template <typename T, int kChunks, bool kBefore>
struct Row {
  float value[kChunks][8];  // what is normalised: dropout(x + bias) + residual, or x
  uint32_t kept[kChunks];   // bit per channel

  // Every thread of the block calls, whether it has channels or not.
  __device__ __forceinline__ void load(const NormCall& call, int64_t token, bool aligned) {
    const T* x = static_cast<const T*>(call.x) + token * call.hidden;
    const T* residual = static_cast<const T*>(call.residual) + (kBefore ? token * call.hidden : 0);
    const uint32_t row = static_cast<uint32_t>(call.rows[token]);
    const uint32_t position = static_cast<uint32_t>(call.positions[token]);
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      const int warp_column =
          (c * static_cast<int>(blockDim.x) + static_cast<int>(threadIdx.x) / 32 * 32) * 8;
      const int column = warp_column + static_cast<int>(threadIdx.x) % 32 * 8;
      loadEight(x, column, call.hidden, aligned, value[c]);
      kept[c] = call.dropout.threshold == 0
                    ? 0xFFu
                    : keptChannels(call.dropout, row, position, static_cast<uint32_t>(warp_column));
      if constexpr (kBefore) {
        float bias[8];
        float skipped[8];
        loadEight(static_cast<const T*>(call.bias), column, call.hidden, aligned, bias);
        loadEight(residual, column, call.hidden, aligned, skipped);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
          const float dropped = kept[c] >> i & 1u ? (value[c][i] + bias[i]) * call.dropout.scale : 0.0f;
          value[c][i] = dropped + skipped[i];
        }
      }
    }
  }
};

__device__ __forceinline__ int columnOf(int chunk) {
  return (chunk * static_cast<int>(blockDim.x) + static_cast<int>(threadIdx.x)) * 8;
}

template <typename T, int kChunks, bool kBefore>
__global__ void __launch_bounds__(kMaxWarps * 32) forwardKernel(NormCall call, T* out, bool aligned) {
  __shared__ float scratch[kMaxWarps];
  const int64_t token = blockIdx.x;
  Row<T, kChunks, kBefore> row;
  row.load(call, token, aligned);
  float sum = 0.0f;
#pragma unroll
  for (int c = 0; c < kChunks; ++c) {
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      sum += row.value[c][i];  // zero past the end
    }
  }
  const float mean = blockSum(sum, scratch) / static_cast<float>(call.hidden);
  float squares = 0.0f;
#pragma unroll
  for (int c = 0; c < kChunks; ++c) {
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      const float centred = row.value[c][i] - mean;
      squares += columnOf(c) + i < call.hidden ? centred * centred : 0.0f;
    }
  }
  const float rstd = rsqrtf(blockSum(squares, scratch) / static_cast<float>(call.hidden) + call.eps);
#pragma unroll
  for (int c = 0; c < kChunks; ++c) {
    float weight[8];
    float shift[8];
    loadEight(static_cast<const T*>(call.weight), columnOf(c), call.hidden, aligned, weight);
    loadEight(static_cast<const T*>(call.shift), columnOf(c), call.hidden, aligned, shift);
    float result[8];
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      result[i] = (row.value[c][i] - mean) * rstd * weight[i] + shift[i];
      if (!kBefore) {
        result[i] = row.kept[c] >> i & 1u ? result[i] * call.dropout.scale : 0.0f;
      }
    }
    storeEight(out + token * call.hidden, columnOf(c), call.hidden, aligned, result);
  }
  if (threadIdx.x == 0) {
    call.mean[token] = mean;
    call.rstd[token] = rstd;
  }
}

// A block walks over tokens blockIdx.x, blockIdx.x + gridDim.x, ... and keeps its share of the three column
// sums in registers.
template <typename T, int kChunks, bool kBefore>
__global__ void __launch_bounds__(kMaxWarps * 32)
    backwardKernel(NormCall call, NormGradients gradients, bool aligned) {
  __shared__ float scratch[kMaxWarps];
  float grad_weight[kChunks][8] = {};
  float grad_shift[kChunks][8] = {};
  float grad_bias[kChunks][8] = {};
  for (int64_t token = blockIdx.x; token < call.tokens; token += gridDim.x) {
    Row<T, kChunks, kBefore> row;
    row.load(call, token, aligned);
    const float mean = call.mean[token];
    const float rstd = call.rstd[token];
    const float inverse = 1.0f / static_cast<float>(call.hidden);
    float grad[kChunks][8];  // of the normalised value
    float sum = 0.0f;
    float dot = 0.0f;
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      float weight[8];
      loadEight(static_cast<const T*>(call.weight), columnOf(c), call.hidden, aligned, weight);
      loadEight(static_cast<const T*>(gradients.grad_out) + token * call.hidden, columnOf(c), call.hidden,
                aligned, grad[c]);
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        if (!kBefore) {
          grad[c][i] = row.kept[c] >> i & 1u ? grad[c][i] * call.dropout.scale : 0.0f;
        }
        const float normal = (row.value[c][i] - mean) * rstd;
        row.value[c][i] = normal;
        grad_weight[c][i] += grad[c][i] * normal;
        grad_shift[c][i] += grad[c][i];
        grad[c][i] *= weight[i];  // both are zero past the end
        sum += grad[c][i];
        dot += grad[c][i] * normal;
      }
    }
    sum = blockSum(sum, scratch) * inverse;
    dot = blockSum(dot, scratch) * inverse;
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      float result[8];
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        result[i] = rstd * (grad[c][i] - sum - row.value[c][i] * dot);
      }
      if constexpr (kBefore) {
        storeEight(static_cast<T*>(gradients.grad_residual) + token * call.hidden, columnOf(c), call.hidden,
                   aligned, result);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
          result[i] = row.kept[c] >> i & 1u ? result[i] * call.dropout.scale : 0.0f;
          grad_bias[c][i] += result[i];
        }
      }
      storeEight(static_cast<T*>(gradients.grad_x) + token * call.hidden, columnOf(c), call.hidden, aligned,
                 result);
    }
  }
  float* partial = gradients.partial + static_cast<int64_t>(blockIdx.x) * 3 * call.hidden;
#pragma unroll
  for (int c = 0; c < kChunks; ++c) {
    storeEight(partial, columnOf(c), call.hidden, aligned, grad_weight[c]);
    storeEight(partial + call.hidden, columnOf(c), call.hidden, aligned, grad_shift[c]);
    if constexpr (kBefore) {
      storeEight(partial + 2 * call.hidden, columnOf(c), call.hidden, aligned, grad_bias[c]);
    }
  }
}

bool on16(const void* pointer) {
  return reinterpret_cast<uintptr_t>(pointer) % 16 == 0;
}

int blockThreads(int hidden) {
  const int warps = (hidden + 255) / 256;
  return 32 * (warps < kMaxWarps ? warps : kMaxWarps);
}

template <typename T, int kChunks, bool kBefore>
void runForward(const NormCall& call, T* out, bool aligned, cudaStream_t stream) {
  launch(forwardKernel<T, kChunks, kBefore>, dim3(static_cast<unsigned>(call.tokens)),
         dim3(blockThreads(call.hidden)), 0, stream, call, out, aligned);
}

template <typename T, int kChunks, bool kBefore>
void runBackward(const NormCall& call, const NormGradients& gradients, bool aligned, cudaStream_t stream) {
  const int parts = normParts(call.tokens);
  launch(backwardKernel<T, kChunks, kBefore>, dim3(static_cast<unsigned>(parts)),
         dim3(blockThreads(call.hidden)), 0, stream, call, gradients, aligned);
  sumParts(gradients.partial, parts, (kBefore ? 3 : 2) * call.hidden, 3 * call.hidden, false, gradients.sums,
           stream);
}

template <typename T, bool kBefore>
void chooseForward(const NormCall& call, void* out, cudaStream_t stream) {
  const bool aligned = call.hidden % 8 == 0 && on16(call.x) && on16(call.bias) && on16(call.residual) &&
                       on16(call.weight) && on16(call.shift) && on16(out);
  T* to = static_cast<T*>(out);
  if (call.hidden <= kMaxWarps * 256) {
    runForward<T, 1, kBefore>(call, to, aligned, stream);
  } else if (call.hidden <= 2 * kMaxWarps * 256) {
    runForward<T, 2, kBefore>(call, to, aligned, stream);
  } else {
    runForward<T, 4, kBefore>(call, to, aligned, stream);
  }
}

template <typename T, bool kBefore>
void chooseBackward(const NormCall& call, const NormGradients& gradients, cudaStream_t stream) {
  const bool aligned = call.hidden % 8 == 0 && on16(call.x) && on16(call.bias) && on16(call.residual) &&
                       on16(call.weight) && on16(gradients.grad_out) && on16(gradients.grad_x) &&
                       on16(gradients.grad_residual) && on16(gradients.partial);
  if (call.hidden <= kMaxWarps * 256) {
    runBackward<T, 1, kBefore>(call, gradients, aligned, stream);
  } else if (call.hidden <= 2 * kMaxWarps * 256) {
    runBackward<T, 2, kBefore>(call, gradients, aligned, stream);
  } else {
    runBackward<T, 4, kBefore>(call, gradients, aligned, stream);
  }
}

static_assert(kMaxNormHidden == 4 * kMaxWarps * 256);

}  // namespace

int normParts(int64_t tokens) {
  return static_cast<int>(tokens < kMaxParts ? tokens : kMaxParts);
}

void normForward(const NormCall& call, void* out, cudaStream_t stream) {
  if (call.tokens == 0) {
    return;
  }
  const bool before = call.residual != nullptr;
  if (call.type == Type::kBf16) {
    before ? chooseForward<Bf16, true>(call, out, stream) : chooseForward<Bf16, false>(call, out, stream);
  } else {
    before ? chooseForward<float, true>(call, out, stream) : chooseForward<float, false>(call, out, stream);
  }
}

void normBackward(const NormCall& call, const NormGradients& gradients, cudaStream_t stream) {
  const bool before = call.residual != nullptr;
  if (call.tokens == 0) {
    sumParts(gradients.partial, 0, 3 * call.hidden, 3 * call.hidden, false, gradients.sums, stream);
  } else if (call.type == Type::kBf16) {
    before ? chooseBackward<Bf16, true>(call, gradients, stream)
           : chooseBackward<Bf16, false>(call, gradients, stream);
  } else {
    before ? chooseBackward<float, true>(call, gradients, stream)
           : chooseBackward<float, false>(call, gradients, stream);
  }
}

}  // namespace heddle::cuda
