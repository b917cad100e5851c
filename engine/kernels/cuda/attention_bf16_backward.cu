// Gradients of packed attention in bf16 on tensor cores. Scores are made again from queries and keys; one
// kernel sums over keys for the queries, another over queries for the keys and values, so nothing is added
// atomically and results repeat bit by bit. With P the probabilities, m the dropout factors and dP = dO V^T:
// dS = P (m dP - delta), dQ = dS K, dK = dS^T Q, dV = (m P)^T dO.

#include "engine/kernels/cuda/attention.cuh"
#include "engine/kernels/cuda/launch.cuh"
#include "engine/kernels/cuda/tiles.cuh"

namespace heddle::cuda {
namespace {

constexpr int kTile = 64;

struct Pointers {
  const Bf16* q;
  const Bf16* k;
  const Bf16* v;
  const Bf16* grad_out;
  Bf16* grad_q;
  const float* lse;
  const float* delta;
};

// Of one packed row and head.
template <int kDim>
__device__ __forceinline__ Pointers pointersOf(const AttentionCall& call, const Place& place,
                                               const void* grad_out, void* grad_qkv, const float* delta) {
  const int64_t hidden = static_cast<int64_t>(call.heads) * kDim;
  const int64_t inside = place.begin * 3 * hidden + place.head * kDim;
  const Bf16* q = static_cast<const Bf16*>(call.qkv) + inside;
  return {q,
          q + hidden,
          q + 2 * hidden,
          static_cast<const Bf16*>(grad_out) + place.begin * hidden + place.head * kDim,
          static_cast<Bf16*>(grad_qkv) + inside,
          call.lse + place.head * call.tokens + place.begin,
          delta + place.head * call.tokens + place.begin};
}

// dQ of 64 queries. Shared memory: queries, their gradients of the output, keys, values, each [64, kDim + 8].
template <int kDim>
__global__ void __launch_bounds__(kTileThreads)
    queryKernel(AttentionCall call, const void* grad_out, void* grad_qkv, const float* delta, float scale) {
  const Place place = placeOf(call, kTile);
  if (place.first >= place.length) {
    return;
  }
  constexpr int kElements = kTile * kTileStride<kDim>;
  Bf16* queries = reinterpret_cast<Bf16*>(dynamicShared());
  Bf16* grads = queries + kElements;
  Bf16* keys = grads + kElements;
  Bf16* values = keys + kElements;
  const Pointers at = pointersOf<kDim>(call, place, grad_out, grad_qkv, delta);
  const int64_t hidden = static_cast<int64_t>(call.heads) * kDim;
  copyTile<kTile, kDim>(queries, at.q, 3 * hidden, place.first, place.length);
  copyTile<kTile, kDim>(grads, at.grad_out, hidden, place.first, place.length);

  const int warp_row = static_cast<int>(threadIdx.x) / 32 * 16;
  const int column = static_cast<int>(threadIdx.x) % 4 * 2;
  const int query = place.first + warp_row + static_cast<int>(threadIdx.x) % 32 / 4;
  const float scale_log2 = scale * kLog2E;
  float lse_log2[2];
  float row_delta[2];
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const bool real = query + 8 * r < place.length;
    lse_log2[r] = real ? at.lse[query + 8 * r] * kLog2E : 0.0f;
    row_delta[r] = real ? at.delta[query + 8 * r] : 0.0f;
  }

  float grad_q[kDim / 8][4] = {};
  for (int first_key = 0; first_key < place.length; first_key += kTile) {
    __syncthreads();  // the last tile's keys are done with
    copyTile<kTile, kDim>(keys, at.k, 3 * hidden, first_key, place.length);
    copyTile<kTile, kDim>(values, at.v, 3 * hidden, first_key, place.length);
    commitCopies();
    uint32_t kept[2][2] = {{0xFFu, 0xFFu}, {0xFFu, 0xFFu}};
    if (call.dropout.threshold != 0) {
      keptKeys(call.dropout, place.row, static_cast<uint32_t>(place.head), query, first_key, kept);
    }
    waitForCopies<0>();
    __syncthreads();
    float scores[8][4];
    float grad_probs[8][4];
    productOfRows<kDim, 8>(scores, queries + warp_row * kTileStride<kDim>, keys);
    productOfRows<kDim, 8>(grad_probs, grads + warp_row * kTileStride<kDim>, values);
#pragma unroll
    for (int n = 0; n < 8; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int r = i / 2;
        const bool real = first_key + n * 8 + column + i % 2 < place.length;
        const float prob = real ? exp2f(scores[n][i] * scale_log2 - lse_log2[r]) : 0.0f;
        const float factor = kept[r][i % 2] >> n & 1u ? call.dropout.scale : 0.0f;
        scores[n][i] = prob * (factor * grad_probs[n][i] - row_delta[r]);
      }
    }
    addWeightedRows<kDim, 8>(grad_q, scores, keys);
  }
  storeRows<kDim>(at.grad_q, 3 * hidden, place.first + warp_row, place.length, grad_q, scale, scale);
}

// Which of the tile's keys each query keeps: kept[query][key % 8] holds key / 8 in its bits. Spread over the
// block, since a warp of the key kernel needs only two of the eight draws of a Philox block.
template <int kQueries>
__device__ __forceinline__ void keptOfTile(const AttentionCall& call, const Place& place, int first_query,
                                           uint8_t* kept) {
  for (int i = static_cast<int>(threadIdx.x); i < kQueries * 8; i += kTileThreads) {
    const uint32_t element = static_cast<uint32_t>(place.first + i % 8);
    const Philox4 block =
        philox(call.dropout.key, dropoutCounter(element) | static_cast<uint32_t>(place.head) << 16,
               static_cast<uint32_t>(first_query + i / 8), place.row, call.dropout.step);
    uint32_t bits = 0;
#pragma unroll
    for (uint32_t draw = 0; draw < 8; ++draw) {
      bits |= (drawOf(block, draw) >= call.dropout.threshold ? 1u : 0u) << draw;
    }
    kept[i] = static_cast<uint8_t>(bits);
  }
}

// Queries pass by in smaller tiles where the sums of a wide head take the registers.
template <int kDim>
inline constexpr int kQueryTile = kDim == 32 ? 64 : 32;

// dK and dV of 64 keys. Shared memory: keys and values [64, kDim + 8], queries and gradients [kQueryTile,
// kDim + 8], then lse and delta [kQueryTile] and the kept keys [kQueryTile, 8] bytes. A warp's rows are 16
// keys, its columns queries.
template <int kDim>
__global__ void __launch_bounds__(kTileThreads)
    keyKernel(AttentionCall call, const void* grad_out, void* grad_qkv, const float* delta, float scale) {
  constexpr int kQueries = kQueryTile<kDim>;
  constexpr int kColumns = kQueries / 8;
  const Place place = placeOf(call, kTile);
  if (place.first >= place.length) {
    return;
  }
  Bf16* keys = reinterpret_cast<Bf16*>(dynamicShared());
  Bf16* values = keys + kTile * kTileStride<kDim>;
  Bf16* queries = values + kTile * kTileStride<kDim>;
  Bf16* grads = queries + kQueries * kTileStride<kDim>;
  float* lse_log2 = reinterpret_cast<float*>(grads + kQueries * kTileStride<kDim>);
  float* row_delta = lse_log2 + kQueries;
  uint8_t* kept = reinterpret_cast<uint8_t*>(row_delta + kQueries);
  const Pointers at = pointersOf<kDim>(call, place, grad_out, grad_qkv, delta);
  const int64_t hidden = static_cast<int64_t>(call.heads) * kDim;
  copyTile<kTile, kDim>(keys, at.k, 3 * hidden, place.first, place.length);
  copyTile<kTile, kDim>(values, at.v, 3 * hidden, place.first, place.length);

  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int warp_row = warp * 16;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int key = place.first + warp_row + lane / 4;
  const float scale_log2 = scale * kLog2E;
  float grad_k[kDim / 8][4] = {};
  float grad_v[kDim / 8][4] = {};
  for (int first_query = 0; first_query < place.length; first_query += kQueries) {
    __syncthreads();  // the last tile's queries are done with
    copyTile<kQueries, kDim>(queries, at.q, 3 * hidden, first_query, place.length);
    copyTile<kQueries, kDim>(grads, at.grad_out, hidden, first_query, place.length);
    commitCopies();
    for (int i = static_cast<int>(threadIdx.x); i < kQueries; i += kTileThreads) {
      const bool real = first_query + i < place.length;
      lse_log2[i] = real ? at.lse[first_query + i] * kLog2E : 0.0f;
      row_delta[i] = real ? at.delta[first_query + i] : 0.0f;
    }
    if (call.dropout.threshold != 0) {
      keptOfTile<kQueries>(call, place, first_query, kept);
    }
    waitForCopies<0>();
    __syncthreads();
    float probs[kColumns][4];
    float grad_scores[kColumns][4];
    productOfRows<kDim, kColumns>(probs, keys + warp_row * kTileStride<kDim>, queries);
    productOfRows<kDim, kColumns>(grad_scores, values + warp_row * kTileStride<kDim>, grads);
#pragma unroll
    for (int n = 0; n < kColumns; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int query = n * 8 + lane % 4 * 2 + i % 2;  // in the tile
        const bool real = first_query + query < place.length && key + i / 2 * 8 < place.length;
        const float prob = real ? exp2f(probs[n][i] * scale_log2 - lse_log2[query]) : 0.0f;
        float factor = 1.0f;
        if (call.dropout.threshold != 0) {
          // The warp's 16 keys are the tile's groups of eight 2 warp and 2 warp + 1.
          factor = kept[query * 8 + lane / 4] >> (2 * warp + i / 2) & 1u ? call.dropout.scale : 0.0f;
        }
        grad_scores[n][i] = prob * (factor * grad_scores[n][i] - row_delta[query]);
        probs[n][i] = prob * factor;
      }
    }
    addWeightedRows<kDim, kColumns>(grad_v, probs, grads);
    addWeightedRows<kDim, kColumns>(grad_k, grad_scores, queries);
  }
  storeRows<kDim>(at.grad_q + hidden, 3 * hidden, place.first + warp_row, place.length, grad_k, scale, scale);
  storeRows<kDim>(at.grad_q + 2 * hidden, 3 * hidden, place.first + warp_row, place.length, grad_v, 1.0f,
                  1.0f);
}

template <int kDim>
void run(const AttentionCall& call, const void* grad_out, void* grad_qkv, const float* delta,
         cudaStream_t stream) {
  constexpr int kQueries = kQueryTile<kDim>;
  constexpr size_t kRow = kTileStride<kDim> * sizeof(Bf16);
  const float scale = attentionScale(call.head_dim);
  launch(queryKernel<kDim>, attentionGrid(call, kTile), dim3(kTileThreads), 4 * kTile * kRow, stream, call,
         grad_out, grad_qkv, delta, scale);
  launch(keyKernel<kDim>, attentionGrid(call, kTile), dim3(kTileThreads),
         2 * (kTile + kQueries) * kRow + kQueries * (2 * sizeof(float) + 8), stream, call, grad_out, grad_qkv,
         delta, scale);
}

}  // namespace

void attentionBackwardBf16(const AttentionCall& call, const void* grad_out, void* grad_qkv,
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
