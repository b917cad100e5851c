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

void attention(const AttentionTile& tile, float* scratch) {
  const AttentionScratch space(scratch, tile.n);
  const int64_t n = tile.n;
  const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(tile.head_size));
  for (int64_t first = 0; first < n; first += kAttentionQueries) {
    const int64_t queries = n - first < kAttentionQueries ? n - first : kAttentionQueries;
    gemm({.m = queries,
          .n = n,
          .k = tile.head_size,
          .a = tile.q + first * tile.qkv_stride,
          .a_stride = tile.qkv_stride,
          .b = tile.k,
          .b_stride = tile.qkv_stride,
          .b_transposed = true,
          .c = space.scores,
          .c_stride = space.stride},
         space.gemm_space);
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
    gemm({.m = queries,
          .n = tile.head_size,
          .k = n,
          .a = space.scores,
          .a_stride = space.stride,
          .b = tile.v,
          .b_stride = tile.qkv_stride,
          .c = tile.out + first * tile.out_stride,
          .c_stride = tile.out_stride},
         space.gemm_space);
  }
}

void attentionBackward(const AttentionTileBackward& backward, float* scratch) {
  const AttentionTile& tile = backward.forward;
  const AttentionScratch space(scratch, tile.n);
  const int64_t n = tile.n, width = tile.head_size;
  const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(width));
  for (int64_t first = 0; first < n; first += kAttentionQueries) {
    const int64_t queries = n - first < kAttentionQueries ? n - first : kAttentionQueries;
    const float* q = tile.q + first * tile.qkv_stride;
    const float* grad_out = backward.grad_out + first * tile.out_stride;
    gemm({.m = queries,
          .n = n,
          .k = width,
          .a = q,
          .a_stride = tile.qkv_stride,
          .b = tile.k,
          .b_stride = tile.qkv_stride,
          .b_transposed = true,
          .c = space.scores,
          .c_stride = space.stride},
         space.gemm_space);
    gemm({.m = queries,
          .n = n,
          .k = width,
          .a = grad_out,
          .a_stride = tile.out_stride,
          .b = tile.v,
          .b_stride = tile.qkv_stride,
          .b_transposed = true,
          .c = space.slopes,
          .c_stride = space.stride},
         space.gemm_space);
    for (int64_t i = 0; i < queries; ++i) {
      Vec product = set1(0);
      const float* out = tile.out + (first + i) * tile.out_stride;
      sweep(width, [&](int64_t d, auto lanes) {
        product = fma(lanes.get(grad_out + i * tile.out_stride + d), lanes.get(out + d), product);
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
    gemm({.m = n,
          .n = width,
          .k = queries,
          .a = space.masked,
          .a_stride = space.stride,
          .a_transposed = true,
          .b = grad_out,
          .b_stride = tile.out_stride,
          .c = backward.grad_v,
          .c_stride = tile.qkv_stride,
          .accumulate = later},
         space.gemm_space);
    gemm({.m = queries,
          .n = width,
          .k = n,
          .a = space.slopes,
          .a_stride = space.stride,
          .b = tile.k,
          .b_stride = tile.qkv_stride,
          .c = backward.grad_q + first * tile.qkv_stride,
          .c_stride = tile.qkv_stride},
         space.gemm_space);
    gemm({.m = n,
          .n = width,
          .k = queries,
          .a = space.slopes,
          .a_stride = space.stride,
          .a_transposed = true,
          .b = q,
          .b_stride = tile.qkv_stride,
          .c = backward.grad_k,
          .c_stride = tile.qkv_stride,
          .accumulate = later},
         space.gemm_space);
  }
}

}  // namespace
}  // namespace heddle::cpu
