// Attention of one row and head, a block of queries at a time: scores and probabilities live in scratch that
// stays in the cache. The backward pass computes the probabilities again from the scores and the kept
// log-sum-exp.

#pragma once

#include "engine/kernels/cpu/gemm_body.h"
#include "engine/kernels/cpu/math_body.h"

namespace heddle::cpu {
namespace {

struct AttentionScratch {
  AttentionScratch(float* base, int64_t n) : stride((n + 15) / 16 * 16 + 16) {
    gemm_space = base;
    scores = base + kGemmScratch;
    masked = scores + kAttentionQueries * stride;
    slopes = masked + kAttentionQueries * stride;
    multipliers = slopes + kAttentionQueries * stride;
  }
  int64_t stride;  // between queries
  float* gemm_space;
  float* scores;       // [queries, n], then probabilities
  float* masked;       // probabilities after dropout
  float* slopes;       // gradients of masked, then of the scores
  float* multipliers;  // [n] of one query
};

// A vector of head_size floats for each of the queries at hand.
struct QueryVectors {
  const float* data;
  int64_t stride;
  int64_t queries;
};

// to [queries, n] = vectors times the transpose of `all`, which holds a vector for each of the n tokens.
inline void dotProducts(const AttentionTile& tile, const AttentionScratch& space, QueryVectors vectors,
                        const float* all, float* to) {
  gemm({.m = vectors.queries,
        .n = tile.n,
        .k = tile.head_size,
        .a = vectors.data,
        .a_stride = vectors.stride,
        .b = all,
        .b_stride = tile.qkv_stride,
        .b_transposed = true,
        .c = to,
        .c_stride = space.stride},
       space.gemm_space);
}

// to [queries, head_size] = weights [queries, n] times all [n, head_size].
inline void weightedSums(const AttentionTile& tile, const AttentionScratch& space, int64_t queries,
                         const float* weights, const float* all, float* to, int64_t to_stride) {
  gemm({.m = queries,
        .n = tile.head_size,
        .k = tile.n,
        .a = weights,
        .a_stride = space.stride,
        .b = all,
        .b_stride = tile.qkv_stride,
        .c = to,
        .c_stride = to_stride},
       space.gemm_space);
}

// to [n, head_size] = the transpose of weights [queries, n] times vectors; added to it with `accumulate`.
inline void spreadSums(const AttentionTile& tile, const AttentionScratch& space, const float* weights,
                       QueryVectors vectors, float* to, bool accumulate) {
  gemm({.m = tile.n,
        .n = tile.head_size,
        .k = vectors.queries,
        .a = weights,
        .a_stride = space.stride,
        .a_transposed = true,
        .b = vectors.data,
        .b_stride = vectors.stride,
        .c = to,
        .c_stride = tile.qkv_stride,
        .accumulate = accumulate},
       space.gemm_space);
}

void attention(const AttentionTile& tile, float* scratch) {
  const AttentionScratch space(scratch, tile.n);
  const int64_t n = tile.n;
  const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(tile.head_size));
  for (int64_t first = 0; first < n; first += kAttentionQueries) {
    const int64_t queries = n - first < kAttentionQueries ? n - first : kAttentionQueries;
    dotProducts(tile, space, {tile.q + first * tile.qkv_stride, tile.qkv_stride, queries}, tile.k,
                space.scores);
    for (int64_t i = 0; i < queries; ++i) {
      float* row = space.scores + i * space.stride;
      Vec high = set1(row[0]);
      sweep(n, [&](int64_t j, auto lanes) {
        const Vec score = lanes.get(row + j);
        high = max(high, lanes.keep(score - set1(row[0])) + set1(row[0]));
      });
      const float top = largest(high);
      Vec total = set1(0);
      sweep(n, [&](int64_t j, auto lanes) {
        const Vec e = lanes.keep(exponential((lanes.get(row + j) - set1(top)) * set1(scale)));
        total = total + e;
        lanes.put(row + j, e);
      });
      const float weight_sum = sum(total);
      tile.lse[first + i] = top * scale + __builtin_logf(weight_sum);
      const Vec inverse = set1(1.0f / weight_sum);
      if (tile.mask.threshold == 0) {
        sweep(n, [&](int64_t j, auto lanes) { lanes.put(row + j, lanes.get(row + j) * inverse); });
        continue;
      }
      maskRow(tile.mask, tile.row, static_cast<uint32_t>(first + i), tile.head, n, space.multipliers);
      sweep(n, [&](int64_t j, auto lanes) {
        lanes.put(row + j, lanes.get(row + j) * inverse * lanes.get(space.multipliers + j));
      });
    }
    weightedSums(tile, space, queries, space.scores, tile.v, tile.out + first * tile.out_stride,
                 tile.out_stride);
  }
}

void attentionBackward(const AttentionTileBackward& backward, float* scratch) {
  const AttentionTile& tile = backward.forward;
  const AttentionScratch space(scratch, tile.n);
  const int64_t n = tile.n, width = tile.head_size;
  const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(width));
  for (int64_t first = 0; first < n; first += kAttentionQueries) {
    const int64_t queries = n - first < kAttentionQueries ? n - first : kAttentionQueries;
    const QueryVectors q{tile.q + first * tile.qkv_stride, tile.qkv_stride, queries};
    const QueryVectors grad_out{backward.grad_out + first * tile.out_stride, tile.out_stride, queries};
    dotProducts(tile, space, q, tile.k, space.scores);
    dotProducts(tile, space, grad_out, tile.v, space.slopes);
    for (int64_t i = 0; i < queries; ++i) {
      Vec product = set1(0);
      const float* out = tile.out + (first + i) * tile.out_stride;
      sweep(width, [&](int64_t d, auto lanes) {
        product = fma(lanes.get(grad_out.data + i * tile.out_stride + d), lanes.get(out + d), product);
      });
      const Vec delta = set1(sum(product));
      float* row = space.scores + i * space.stride;
      float* masked = space.masked + i * space.stride;
      float* slope = space.slopes + i * space.stride;
      const Vec lse = set1(tile.lse[first + i]);
      if (tile.mask.threshold != 0) {
        maskRow(tile.mask, tile.row, static_cast<uint32_t>(first + i), tile.head, n, space.multipliers);
      }
      const bool drop = tile.mask.threshold != 0;
      sweep(n, [&](int64_t j, auto lanes) {
        const Vec p = exponential(lanes.get(row + j) * set1(scale) - lse);
        const Vec kept = drop ? p * lanes.get(space.multipliers + j) : p;
        lanes.put(masked + j, kept);
        lanes.put(slope + j, (kept * lanes.get(slope + j) - p * delta) * set1(scale));
      });
    }
    const bool later = first > 0;
    spreadSums(tile, space, space.masked, grad_out, backward.grad_v, later);
    weightedSums(tile, space, queries, space.slopes, tile.k, backward.grad_q + first * tile.qkv_stride,
                 tile.qkv_stride);
    spreadSums(tile, space, space.slopes, q, backward.grad_k, later);
  }
}

}  // namespace
}  // namespace heddle::cpu
