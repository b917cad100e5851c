// The two ends of a training step: softmax and cross entropy over the vocabulary, and the optimiser's pass
// over the parameters.

#pragma once

#include "engine/kernels/cpu/math_body.h"

namespace heddle::cpu {
namespace {

void logitsStatistics(const float* logits, const float* bias, int64_t words, int64_t m, float* largest_logits,
                      float* sums) {
  sweep(m, [&](int64_t column, auto lanes) {
    Vec top = lanes.get(logits + column) + set1(bias[0]);
    for (int64_t word = 1; word < words; ++word) {
      top = max(top, lanes.get(logits + word * m + column) + set1(bias[word]));
    }
    Vec total = set1(0);
    for (int64_t word = 0; word < words; ++word) {
      total = total + exponential(lanes.get(logits + word * m + column) + set1(bias[word]) - top);
    }
    lanes.put(largest_logits + column, top);
    lanes.put(sums + column, total);
  });
}

void logitsGradient(float* logits, const float* bias, int64_t words, int64_t m, const float* lse, float scale,
                    float* bias_sums) {
  for (int64_t word = 0; word < words; ++word) {
    float* row = logits + word * m;
    Vec total = set1(0);
    sweep(m, [&](int64_t column, auto lanes) {
      const Vec p =
          exponential(lanes.get(row + column) + set1(bias[word]) - lanes.get(lse + column)) * set1(scale);
      total = total + lanes.keep(p);
      lanes.put(row + column, p);
    });
    bias_sums[word] = sum(total);
  }
}

void adam(const AdamPiece& g, int64_t n) {
  sweep(n, [&](int64_t i, auto lanes) {
    const Vec grad = lanes.get(g.grad + i) * set1(g.grad_scale);
    const Vec m = fma(lanes.get(g.m + i), set1(g.beta1), grad * set1(g.rest1));
    const Vec v = fma(lanes.get(g.v + i), set1(g.beta2), grad * grad * set1(g.rest2));
    const Vec param = lanes.get(g.param + i);
    const Vec update = set1(g.step_m) * m / fma(sqrt(v), set1(g.scale_v), set1(g.epsilon));
    lanes.put(g.m + i, m);
    lanes.put(g.v + i, v);
    lanes.put(g.grad + i, set1(0));
    lanes.put(g.param + i, param - fma(param, set1(g.decay), update));
  });
}

double squareSum(const float* x, int64_t n) {
  // Four chains hide the latency of the additions.
  DoubleSum totals[4];
  int64_t i = 0;
  for (; i + 4 * Vec::kWidth <= n; i += 4 * Vec::kWidth) {
    for (int chain = 0; chain < 4; ++chain) {
      addSquares(totals[chain], load(x + i + chain * Vec::kWidth));
    }
  }
  sweep(n - i, [&](int64_t j, auto lanes) { addSquares(totals[0], lanes.get(x + i + j)); });
  return (sum(totals[0]) + sum(totals[1])) + (sum(totals[2]) + sum(totals[3]));
}

void maskRowFloats(const Mask& mask, uint32_t row, uint32_t position, uint32_t plane, int64_t n, float* out) {
  maskRow(mask, row, position, plane, n, out);
}

void fromHalf(const uint16_t* from, float* to, int64_t n) {
  int64_t i = 0;
  for (; i + Vec::kWidth <= n; i += Vec::kWidth) {
    store(to + i, loadHalf(from + i));
  }
  if (i < n) {
    uint16_t last[Vec::kWidth] = {};
    for (int64_t j = i; j < n; ++j) {
      last[j - i] = from[j];
    }
    storePart(to + i, loadHalf(last), static_cast<int>(n - i));
  }
}

void toHalf(const float* from, uint16_t* to, int64_t n) {
  int64_t i = 0;
  for (; i + Vec::kWidth <= n; i += Vec::kWidth) {
    storeHalf(to + i, load(from + i));
  }
  if (i < n) {
    uint16_t last[Vec::kWidth];
    storeHalf(last, loadPart(from + i, static_cast<int>(n - i)));
    for (int64_t j = i; j < n; ++j) {
      to[j] = last[j - i];
    }
  }
}

void adamWithHalf(const AdamPiece& piece, int64_t n) {
  adam(piece, n);
  if (piece.half != nullptr) {
    toHalf(piece.param, piece.half, n);
  }
}

}  // namespace
}  // namespace heddle::cpu
