// Gradients of packed attention in fp32: the two kernels of attention_bf16_backward.cu on plain
// multiply-adds, tiles of 32.

#include "engine/kernels/cuda/attention_f32.cuh"

namespace heddle::cuda {
namespace {

constexpr int kTile = 32;
constexpr int kR = kTile / 16;
constexpr int kScoreStride = kTile + 1;

// The four tiles of one pair of query tile and key tile, each [kTile, kDim + 4].
template <int kDim>
struct Tiles {
  float* queries;
  float* grads;
  float* keys;
  float* values;
  float* rest;  // shared memory after them

  __device__ explicit Tiles(float* shared)
      : queries(shared),
        grads(queries + kTile * kPlainStride<kDim>),
        keys(grads + kTile * kPlainStride<kDim>),
        values(keys + kTile * kPlainStride<kDim>),
        rest(values + kTile * kPlainStride<kDim>) {}
};

template <int kDim>
struct Pointers {
  int64_t hidden;
  const float* q;
  const float* grad_out;
  float* grad_q;
  const float* lse;
  const float* delta;

  __device__ Pointers(const AttentionCall& call, const Place& place, const void* all_grad_out,
                      void* all_grad_qkv, const float* all_delta)
      : hidden(static_cast<int64_t>(call.heads) * kDim),
        q(static_cast<const float*>(call.qkv) + place.begin * 3 * hidden + place.head * kDim),
        grad_out(static_cast<const float*>(all_grad_out) + place.begin * hidden + place.head * kDim),
        grad_q(static_cast<float*>(all_grad_qkv) + place.begin * 3 * hidden + place.head * kDim),
        lse(call.lse + place.head * call.tokens + place.begin),
        delta(all_delta + place.head * call.tokens + place.begin) {}
};

// dropped = m P and grad_scores = P (m dP - delta) of the thread's queries and keys; zero where either does
// not exist.
template <int kDim>
__device__ __forceinline__ void gradScores(const AttentionCall& call, const Place& place,
                                           const Pointers<kDim>& at, const Tiles<kDim>& tiles,
                                           int first_query, int first_key, float scale,
                                           float (&dropped)[kR][kR], float (&grad_scores)[kR][kR]) {
  float scores[kR][kR];
  float grad_probs[kR][kR];
  plainProduct<kTile, kDim>(scores, tiles.queries, tiles.keys);
  plainProduct<kTile, kDim>(grad_probs, tiles.grads, tiles.values);
  float factors[kR][kR];
  if (call.dropout.threshold != 0) {
    dropoutFactors<kTile>(call, place, first_query, first_key, factors);
  }
#pragma unroll
  for (int i = 0; i < kR; ++i) {
    const int query = first_query + threadY() * kR + i;
    const bool real_query = query < place.length;
    const float lse = real_query ? at.lse[query] : 0.0f;
    const float delta = real_query ? at.delta[query] : 0.0f;
#pragma unroll
    for (int j = 0; j < kR; ++j) {
      const bool real = real_query && first_key + keyOf(j) < place.length;
      const float prob = real ? exp2f((scores[i][j] * scale - lse) * kLog2E) : 0.0f;
      const float factor = call.dropout.threshold != 0 ? factors[i][j] : 1.0f;
      dropped[i][j] = prob * factor;
      grad_scores[i][j] = prob * (factor * grad_probs[i][j] - delta);
    }
  }
}

__device__ __forceinline__ void storeScores(float* to, const float (&scores)[kR][kR]) {
#pragma unroll
  for (int i = 0; i < kR; ++i) {
#pragma unroll
    for (int j = 0; j < kR; ++j) {
      to[(threadY() * kR + i) * kScoreStride + keyOf(j)] = scores[i][j];
    }
  }
}

// Stores the thread's sums, times `factor`, into rows first + y R + i of a packed row.
template <int kDim>
__device__ __forceinline__ void storeGradient(float* to, int64_t stride, int first, int length,
                                              const float (&sums)[kR][kDim / 16], float factor) {
#pragma unroll
  for (int i = 0; i < kR; ++i) {
    const int row = first + threadY() * kR + i;
    if (row < length) {
#pragma unroll
      for (int c = 0; c < kDim / 16; ++c) {
        to[row * stride + threadX() + 16 * c] = sums[i][c] * factor;
      }
    }
  }
}

// dQ of kTile queries. Shared memory: the four tiles and grad_scores [kTile, kTile + 1].
template <int kDim>
__global__ void __launch_bounds__(kPlainThreads)
    queryKernel(AttentionCall call, const void* grad_out, void* grad_qkv, const float* delta, float scale) {
  const Place place = placeOf(call, kTile);
  if (place.first >= place.length) {
    return;
  }
  const Tiles<kDim> tiles(reinterpret_cast<float*>(dynamicShared()));
  const Pointers<kDim> at(call, place, grad_out, grad_qkv, delta);
  copyPlainTile<kTile, kDim>(tiles.queries, at.q, 3 * at.hidden, place.first, place.length);
  copyPlainTile<kTile, kDim>(tiles.grads, at.grad_out, at.hidden, place.first, place.length);
  float grad_q[kR][kDim / 16] = {};
  for (int first_key = 0; first_key < place.length; first_key += kTile) {
    __syncthreads();  // the last tile's keys and scores are done with
    copyPlainTile<kTile, kDim>(tiles.keys, at.q + at.hidden, 3 * at.hidden, first_key, place.length);
    copyPlainTile<kTile, kDim>(tiles.values, at.q + 2 * at.hidden, 3 * at.hidden, first_key, place.length);
    __syncthreads();
    float dropped[kR][kR];
    float grad_scores[kR][kR];
    gradScores<kDim>(call, place, at, tiles, place.first, first_key, scale, dropped, grad_scores);
    storeScores(tiles.rest, grad_scores);
    __syncthreads();
#pragma unroll 4
    for (int k = 0; k < kTile; ++k) {
#pragma unroll
      for (int i = 0; i < kR; ++i) {
        const float weight = tiles.rest[(threadY() * kR + i) * kScoreStride + k];
#pragma unroll
        for (int c = 0; c < kDim / 16; ++c) {
          grad_q[i][c] = fmaf(weight, tiles.keys[k * kPlainStride<kDim> + threadX() + 16 * c], grad_q[i][c]);
        }
      }
    }
  }
  storeGradient<kDim>(at.grad_q, 3 * at.hidden, place.first, place.length, grad_q, scale);
}

// dK and dV of kTile keys. Shared memory: the four tiles, then m P and grad_scores [kTile queries, kTile +
// 1].
template <int kDim>
__global__ void __launch_bounds__(kPlainThreads)
    keyKernel(AttentionCall call, const void* grad_out, void* grad_qkv, const float* delta, float scale) {
  const Place place = placeOf(call, kTile);
  if (place.first >= place.length) {
    return;
  }
  const Tiles<kDim> tiles(reinterpret_cast<float*>(dynamicShared()));
  float* shared_dropped = tiles.rest;
  float* shared_grads = tiles.rest + kTile * kScoreStride;
  const Pointers<kDim> at(call, place, grad_out, grad_qkv, delta);
  copyPlainTile<kTile, kDim>(tiles.keys, at.q + at.hidden, 3 * at.hidden, place.first, place.length);
  copyPlainTile<kTile, kDim>(tiles.values, at.q + 2 * at.hidden, 3 * at.hidden, place.first, place.length);
  float grad_k[kR][kDim / 16] = {};
  float grad_v[kR][kDim / 16] = {};
  for (int first_query = 0; first_query < place.length; first_query += kTile) {
    __syncthreads();  // the last tile's queries and scores are done with
    copyPlainTile<kTile, kDim>(tiles.queries, at.q, 3 * at.hidden, first_query, place.length);
    copyPlainTile<kTile, kDim>(tiles.grads, at.grad_out, at.hidden, first_query, place.length);
    __syncthreads();
    float dropped[kR][kR];
    float grad_scores[kR][kR];
    gradScores<kDim>(call, place, at, tiles, first_query, place.first, scale, dropped, grad_scores);
    storeScores(shared_dropped, dropped);
    storeScores(shared_grads, grad_scores);
    __syncthreads();
#pragma unroll 2
    for (int query = 0; query < kTile; ++query) {
#pragma unroll
      for (int i = 0; i < kR; ++i) {
        const float value_weight = shared_dropped[query * kScoreStride + threadY() * kR + i];
        const float key_weight = shared_grads[query * kScoreStride + threadY() * kR + i];
#pragma unroll
        for (int c = 0; c < kDim / 16; ++c) {
          const int column = query * kPlainStride<kDim> + threadX() + 16 * c;
          grad_v[i][c] = fmaf(value_weight, tiles.grads[column], grad_v[i][c]);
          grad_k[i][c] = fmaf(key_weight, tiles.queries[column], grad_k[i][c]);
        }
      }
    }
  }
  storeGradient<kDim>(at.grad_q + at.hidden, 3 * at.hidden, place.first, place.length, grad_k, scale);
  storeGradient<kDim>(at.grad_q + 2 * at.hidden, 3 * at.hidden, place.first, place.length, grad_v, 1.0f);
}

template <int kDim>
void run(const AttentionCall& call, const void* grad_out, void* grad_qkv, const float* delta,
         cudaStream_t stream) {
  constexpr size_t kTilesBytes = 4 * kTile * kPlainStride<kDim> * sizeof(float);
  constexpr size_t kScoreBytes = kTile * kScoreStride * sizeof(float);
  const float scale = attentionScale(call.head_dim);
  launch(queryKernel<kDim>, attentionGrid(call, kTile), dim3(kPlainThreads), kTilesBytes + kScoreBytes,
         stream, call, grad_out, grad_qkv, delta, scale);
  launch(keyKernel<kDim>, attentionGrid(call, kTile), dim3(kPlainThreads), kTilesBytes + 2 * kScoreBytes,
         stream, call, grad_out, grad_qkv, delta, scale);
}

}  // namespace

void attentionBackwardFloat(const AttentionCall& call, const void* grad_out, void* grad_qkv,
                            const float* delta, cudaStream_t stream) {
  switch (call.head_dim) {
    case 32:
      return run<32>(call, grad_out, grad_qkv, delta, stream);
    case 64:
      return run<64>(call, grad_out, grad_qkv, delta, stream);
    default:
      return run<128>(call, grad_out, grad_qkv, delta, stream);
  }
}

}  // namespace heddle::cuda
