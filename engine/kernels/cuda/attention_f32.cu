// Packed attention in fp32 on plain multiply-adds, forward: the same running softmax as in attention_bf16.cu.
// One block is kTile queries of one head in one packed row.

#include "engine/kernels/cuda/attention_f32.cuh"

namespace heddle::cuda {
namespace {

// Over the 16 threads that share queries.
__device__ __forceinline__ float rowMax(float x) {
#pragma unroll
  for (int distance = 8; distance > 0; distance /= 2) {
    x = fmaxf(x, __shfl_xor_sync(kAllLanes, x, distance));
  }
  return x;
}
__device__ __forceinline__ float rowSum(float x) {
#pragma unroll
  for (int distance = 8; distance > 0; distance /= 2) {
    x += __shfl_xor_sync(kAllLanes, x, distance);
  }
  return x;
}

// Shared memory: queries, then keys and after them values, [kTile, kDim + 4] each; probabilities [kTile,
// kTile + 1].
template <int kDim, int kTile>
__global__ void __launch_bounds__(kPlainThreads) forwardKernel(AttentionCall call, float scale) {
  constexpr int kR = kTile / 16;
  constexpr int kC = kDim / 16;
  const Place place = placeOf(call, kTile);
  if (place.first >= place.length) {
    return;
  }
  float* queries = reinterpret_cast<float*>(dynamicShared());
  float* passing = queries + kTile * kPlainStride<kDim>;
  float* probs = passing + kTile * kPlainStride<kDim>;
  const int64_t hidden = static_cast<int64_t>(call.heads) * kDim;
  const float* q = static_cast<const float*>(call.qkv) + place.begin * 3 * hidden + place.head * kDim;
  copyPlainTile<kTile, kDim>(queries, q, 3 * hidden, place.first, place.length);

  const float scale_log2 = scale * kLog2E;
  float out[kR][kC] = {};
  float max[kR];
  float sum[kR];
#pragma unroll
  for (int i = 0; i < kR; ++i) {
    max[i] = -INFINITY;
    sum[i] = 0.0f;
  }
  for (int first_key = 0; first_key < place.length; first_key += kTile) {
    __syncthreads();  // values of the last tile are done with
    copyPlainTile<kTile, kDim>(passing, q + hidden, 3 * hidden, first_key, place.length);
    __syncthreads();
    float scores[kR][kR];
    plainProduct<kTile, kDim>(scores, queries, passing);
    float factors[kR][kR];
    if (call.dropout.threshold != 0) {
      dropoutFactors<kTile>(call, place, place.first, first_key, factors);
    }
#pragma unroll
    for (int i = 0; i < kR; ++i) {
      float tile_max = -INFINITY;
#pragma unroll
      for (int j = 0; j < kR; ++j) {
        scores[i][j] = first_key + keyOf(j) < place.length ? scores[i][j] * scale_log2 : -INFINITY;
        tile_max = fmaxf(tile_max, scores[i][j]);
      }
      // Every tile holds at least one real key, so the maximum is finite from the first tile on.
      const float new_max = fmaxf(max[i], rowMax(tile_max));
      const float shrink = exp2f(max[i] - new_max);
      max[i] = new_max;
      float tile_sum = 0.0f;
#pragma unroll
      for (int j = 0; j < kR; ++j) {
        const float prob = exp2f(scores[i][j] - new_max);
        tile_sum += prob;
        probs[(threadY() * kR + i) * (kTile + 1) + keyOf(j)] =
            call.dropout.threshold != 0 ? prob * factors[i][j] : prob;
      }
      sum[i] = sum[i] * shrink + rowSum(tile_sum);
#pragma unroll
      for (int c = 0; c < kC; ++c) {
        out[i][c] *= shrink;
      }
    }
    __syncthreads();  // keys are done with, probabilities complete
    copyPlainTile<kTile, kDim>(passing, q + 2 * hidden, 3 * hidden, first_key, place.length);
    __syncthreads();
#pragma unroll 4
    for (int k = 0; k < kTile; ++k) {
      float weights[kR];
#pragma unroll
      for (int i = 0; i < kR; ++i) {
        weights[i] = probs[(threadY() * kR + i) * (kTile + 1) + k];
      }
#pragma unroll
      for (int c = 0; c < kC; ++c) {
        const float value = passing[k * kPlainStride<kDim> + threadX() + 16 * c];
#pragma unroll
        for (int i = 0; i < kR; ++i) {
          out[i][c] = fmaf(weights[i], value, out[i][c]);
        }
      }
    }
  }

  float* to = static_cast<float*>(call.out) + place.begin * hidden + place.head * kDim;
  float* lse = call.lse + place.head * call.tokens + place.begin;
#pragma unroll
  for (int i = 0; i < kR; ++i) {
    const int query = place.first + threadY() * kR + i;
    if (query >= place.length) {
      continue;
    }
    const float inverse = 1.0f / sum[i];
#pragma unroll
    for (int c = 0; c < kC; ++c) {
      to[query * hidden + threadX() + 16 * c] = out[i][c] * inverse;
    }
    if (threadX() == 0) {
      lse[query] = max[i] / kLog2E + logf(sum[i]);
    }
  }
}

template <int kDim, int kTile>
void run(const AttentionCall& call, cudaStream_t stream) {
  constexpr size_t kFloats = 2 * kTile * kPlainStride<kDim> + kTile * (kTile + 1);
  launch(forwardKernel<kDim, kTile>, attentionGrid(call, kTile), dim3(kPlainThreads), kFloats * sizeof(float),
         stream, call, attentionScale(call.head_dim));
}

}  // namespace

void attentionForwardFloat(const AttentionCall& call, cudaStream_t stream) {
  switch (call.head_dim) {
    case 32:
      return run<32, 64>(call, stream);
    case 64:
      return run<64, 64>(call, stream);
    default:
      return run<128, 32>(call, stream);
  }
}

}  // namespace heddle::cuda
