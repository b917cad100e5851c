// Packed attention in bf16 on tensor cores, forward. One block is 64 queries of one head in one packed row, a
// warp 16 of them; keys and values pass by in tiles of 64 with a running softmax, so probabilities never
// leave registers. Dao et al. 2022, "FlashAttention"; Milakov & Gimelshein 2018, "Online normalizer
// calculation for softmax".

#include "engine/kernels/cuda/attention.cuh"
#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/tiles.cuh"

namespace heddle::cuda {
namespace {

constexpr int kTile = 64;

// Over the four lanes that share a row of a 16 x 8 result.
__device__ __forceinline__ float rowMax(float x) {
  x = fmaxf(x, __shfl_xor_sync(kAllLanes, x, 1));
  return fmaxf(x, __shfl_xor_sync(kAllLanes, x, 2));
}
__device__ __forceinline__ float rowSum(float x) {
  x += __shfl_xor_sync(kAllLanes, x, 1);
  return x + __shfl_xor_sync(kAllLanes, x, 2);
}

// Softmax statistics of the thread's two query rows, scores in units of log2.
struct Running {
  float max[2] = {-INFINITY, -INFINITY};
  float sum[2] = {0.0f, 0.0f};
};

// Turns scores of one key tile into unnormalised probabilities and rescales what was summed so far.
template <int kDim>
__device__ __forceinline__ void softmaxTile(float (&scores)[8][4], float (&out)[kDim / 8][4],
                                            Running& running, float scale_log2, int first_key, int length) {
  const int column = static_cast<int>(threadIdx.x) % 4 * 2;
  float tile_max[2] = {-INFINITY, -INFINITY};
#pragma unroll
  for (int n = 0; n < 8; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const bool real = first_key + n * 8 + column + i % 2 < length;
      scores[n][i] = real ? scores[n][i] * scale_log2 : -INFINITY;
      tile_max[i / 2] = fmaxf(tile_max[i / 2], scores[n][i]);
    }
  }
  float tile_sum[2] = {0.0f, 0.0f};
  float shrink[2];
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    // Every tile holds at least one real key, so the maximum is finite from the first tile on.
    const float max = fmaxf(running.max[r], rowMax(tile_max[r]));
    shrink[r] = exp2f(running.max[r] - max);
    running.max[r] = max;
  }
#pragma unroll
  for (int n = 0; n < 8; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      scores[n][i] = exp2f(scores[n][i] - running.max[i / 2]);
      tile_sum[i / 2] += scores[n][i];
    }
  }
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    running.sum[r] = running.sum[r] * shrink[r] + rowSum(tile_sum[r]);
  }
#pragma unroll
  for (int n = 0; n < kDim / 8; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      out[n][i] *= shrink[i / 2];
    }
  }
}

// Shared memory: queries, keys, values, each [64, kDim + 8]. Keys of the next tile arrive while this tile's
// values are used, values while the scores are made.
template <int kDim>
__global__ void __launch_bounds__(kTileThreads) forwardKernel(AttentionCall call, float scale) {
  const Place place = placeOf(call, kTile);
  if (place.first >= place.length) {
    return;
  }
  Bf16* queries = reinterpret_cast<Bf16*>(dynamicShared());
  Bf16* keys = queries + kTile * kTileStride<kDim>;
  Bf16* values = keys + kTile * kTileStride<kDim>;
  const int64_t hidden = static_cast<int64_t>(call.heads) * kDim;
  const Bf16* q = static_cast<const Bf16*>(call.qkv) + place.begin * 3 * hidden + place.head * kDim;
  const Bf16* k = q + hidden;
  const Bf16* v = k + hidden;

  copyTile<kTile, kDim>(queries, q, 3 * hidden, place.first, place.length);
  copyTile<kTile, kDim>(keys, k, 3 * hidden, 0, place.length);
  commitCopies();
  copyTile<kTile, kDim>(values, v, 3 * hidden, 0, place.length);
  commitCopies();

  const int warp_row = static_cast<int>(threadIdx.x) / 32 * 16;
  const int query = place.first + warp_row + static_cast<int>(threadIdx.x) % 32 / 4;
  const float scale_log2 = scale * kLog2E;
  float out[kDim / 8][4] = {};
  Running running;
  for (int first_key = 0; first_key < place.length; first_key += kTile) {
    const int next_key = first_key + kTile;
    waitForCopies<1>();
    __syncthreads();
    float scores[8][4];
    productOfRows<kDim, 8>(scores, queries + warp_row * kTileStride<kDim>, keys);
    __syncthreads();
    // An empty group where there is no next tile keeps the count of groups the same.
    if (next_key < place.length) {
      copyTile<kTile, kDim>(keys, k, 3 * hidden, next_key, place.length);
    }
    commitCopies();

    softmaxTile<kDim>(scores, out, running, scale_log2, first_key, place.length);
    if (call.dropout.threshold != 0) {
      uint32_t kept[2][2];
      keptKeys(call.dropout, place.row, static_cast<uint32_t>(place.head), query, first_key, kept);
#pragma unroll
      for (int n = 0; n < 8; ++n) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          scores[n][i] = kept[i / 2][i % 2] >> n & 1u ? scores[n][i] * call.dropout.scale : 0.0f;
        }
      }
    }

    waitForCopies<1>();
    __syncthreads();
    addWeightedRows<kDim, 8>(out, scores, values);
    __syncthreads();
    if (next_key < place.length) {
      copyTile<kTile, kDim>(values, v, 3 * hidden, next_key, place.length);
    }
    commitCopies();
  }

  Bf16* to = static_cast<Bf16*>(call.out) + place.begin * hidden + place.head * kDim;
  storeRows<kDim>(to, hidden, place.first + warp_row, place.length, out, 1.0f / running.sum[0],
                  1.0f / running.sum[1]);
  if (threadIdx.x % 4 == 0) {
    float* lse = call.lse + place.head * call.tokens + place.begin;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      if (query + 8 * r < place.length) {
        lse[query + 8 * r] = running.max[r] / kLog2E + logf(running.sum[r]);
      }
    }
  }
}

template <int kDim>
void run(const AttentionCall& call, cudaStream_t stream) {
  constexpr size_t kShared = 3 * kTile * kTileStride<kDim> * sizeof(Bf16);
  launch(forwardKernel<kDim>, attentionGrid(call, kTile), dim3(kTileThreads), kShared, stream, call,
         attentionScale(call.head_dim));
}

}  // namespace

void attentionForwardBf16(const AttentionCall& call, cudaStream_t stream) {
  switch (call.head_dim) {
    case 32:
      return run<32>(call, stream);
    case 64:
      return run<64>(call, stream);
    default:
      return run<128>(call, stream);
  }
}

}  // namespace heddle::cuda
