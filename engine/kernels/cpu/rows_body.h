// Row by row work: LayerNorm with dropout, bias and residual; bias and activation; column sums.

#pragma once

#include "engine/kernels/cpu/math_body.h"

namespace heddle::cpu {
namespace {

// The multipliers of one token, or ones written once where nothing is dropped.
class RowMask {
 public:
  RowMask(const NormRows& rows, float* space) : rows_(rows), space_(space) {
    for (int64_t i = 0; i < rows.hidden; ++i) {
      space[i] = 1;
    }
  }
  const float* of(int64_t token) const {
    if (rows_.mask.threshold != 0) {
      maskRow(rows_.mask, static_cast<uint32_t>(rows_.rows[token]),
              static_cast<uint32_t>(rows_.positions[token]), 0, rows_.hidden, space_);
    }
    return space_;
  }

 private:
  const NormRows& rows_;
  float* space_;
};

// What LayerNorm sees: mask(x + bias) + residual, or x itself.
inline void normInput(const NormRows& g, int64_t token, const float* multipliers, float* to) {
  const float* x = g.x + token * g.hidden;
  const float* residual = g.residual + token * g.hidden;
  sweep(g.hidden, [&](int64_t i, auto lanes) {
    lanes.put(to + i, fma(lanes.get(x + i) + lanes.get(g.bias + i), lanes.get(multipliers + i),
                          lanes.get(residual + i)));
  });
}

void norm(const NormRows& g, int64_t begin, int64_t end, float* scratch) {
  float* buffer = scratch;
  const RowMask mask(g, scratch + g.hidden);
  const bool joins = g.residual != nullptr;
  const float per_channel = 1.0f / static_cast<float>(g.hidden);
  for (int64_t token = begin; token < end; ++token) {
    const float* multipliers = mask.of(token);
    const float* input = g.x + token * g.hidden;
    if (joins) {
      normInput(g, token, multipliers, buffer);
      input = buffer;
    }
    Vec total = set1(0);
    sweep(g.hidden, [&](int64_t i, auto lanes) { total = total + lanes.get(input + i); });
    const float mean = sum(total) * per_channel;
    Vec squares = set1(0);
    sweep(g.hidden, [&](int64_t i, auto lanes) {
      const Vec distance = lanes.keep(lanes.get(input + i) - set1(mean));
      squares = fma(distance, distance, squares);
    });
    const float rstd = 1.0f / __builtin_sqrtf(sum(squares) * per_channel + g.eps);
    g.mean[token] = mean;
    g.rstd[token] = rstd;
    float* out = g.out + token * g.hidden;
    sweep(g.hidden, [&](int64_t i, auto lanes) {
      const Vec normal = (lanes.get(input + i) - set1(mean)) * set1(rstd);
      const Vec y = fma(normal, lanes.get(g.weight + i), lanes.get(g.shift + i));
      lanes.put(out + i, joins ? y : y * lanes.get(multipliers + i));
    });
  }
}

void normBackward(const NormRowsBackward& b, int64_t begin, int64_t end, float* sums, float* scratch) {
  const NormRows& g = b.forward;
  const int64_t hidden = g.hidden;
  float* normal = scratch;
  const RowMask mask(g, scratch + hidden);
  const bool joins = g.residual != nullptr;
  const float per_channel = 1.0f / static_cast<float>(hidden);
  float* bias_sums = sums;
  float* weight_sums = sums + hidden;
  float* shift_sums = sums + 2 * hidden;
  for (int64_t i = 0; i < 3 * hidden; ++i) {
    sums[i] = 0;
  }
  for (int64_t token = begin; token < end; ++token) {
    const float* multipliers = mask.of(token);
    const float* grad_out = b.grad_out + token * hidden;
    const float* input = g.x + token * hidden;
    if (joins) {
      normInput(g, token, multipliers, normal);
      input = normal;
    }
    const Vec mean = set1(g.mean[token]), rstd = set1(g.rstd[token]);
    Vec slopes = set1(0), products = set1(0);
    sweep(hidden, [&](int64_t i, auto lanes) {
      const Vec x = lanes.keep((lanes.get(input + i) - mean) * rstd);
      Vec grad = lanes.get(grad_out + i);
      if (!joins) {
        grad = grad * lanes.get(multipliers + i);
      }
      const Vec slope = grad * lanes.get(g.weight + i);
      slopes = slopes + slope;
      products = fma(slope, x, products);
      lanes.put(normal + i, x);
      lanes.put(weight_sums + i, fma(grad, x, lanes.get(weight_sums + i)));
      lanes.put(shift_sums + i, lanes.get(shift_sums + i) + grad);
    });
    const Vec mean_slope = set1(sum(slopes) * per_channel), mean_product = set1(sum(products) * per_channel);
    float* grad_x = b.grad_x + token * hidden;
    float* grad_residual = joins ? b.grad_residual + token * hidden : nullptr;
    sweep(hidden, [&](int64_t i, auto lanes) {
      Vec grad = lanes.get(grad_out + i);
      if (!joins) {
        grad = grad * lanes.get(multipliers + i);
      }
      const Vec centred =
          fnma(lanes.get(normal + i), mean_product, grad * lanes.get(g.weight + i) - mean_slope);
      const Vec slope = centred * rstd;
      if (!joins) {
        lanes.put(grad_x + i, slope);
        return;
      }
      lanes.put(grad_residual + i, slope);
      const Vec masked = slope * lanes.get(multipliers + i);
      lanes.put(grad_x + i, masked);
      lanes.put(bias_sums + i, lanes.get(bias_sums + i) + masked);
    });
  }
}

// Each activation: its value, and its value's slope. The order of the kinds is that of Activation in ops.h.
struct Gelu {
  static Vec value(Vec x) { return x * normalDistribution(x).cumulative; }
  static Vec slope(Vec x) {
    const NormalDistribution normal = normalDistribution(x);
    return fma(x * normal.bell, set1(0.39894228040143268f), normal.cumulative);
  }
};
struct GeluTanh {
  // x (1 + tanh u) / 2 = x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
  static Vec gate(Vec x) {
    const Vec u =
        x * fma(x * x, set1(-2 * 0.79788456080286536f * 0.044715f), set1(-2 * 0.79788456080286536f));
    return set1(1) / (set1(1) + exponential(u));
  }
  static Vec value(Vec x) { return x * gate(x); }
  static Vec slope(Vec x) {
    const Vec s = gate(x);
    const Vec du = fma(x * x, set1(6 * 0.79788456080286536f * 0.044715f), set1(2 * 0.79788456080286536f));
    return fma(x * s * (set1(1) - s), du, s);
  }
};
struct Relu {
  static Vec value(Vec x) { return max(x, set1(0)); }
  static Vec slope(Vec x) { return wherePositive(x, set1(1)); }
};

template <typename Function>
void activationRows(const float* x, const float* bias, float* out, int64_t n, int64_t width) {
  for (int64_t row = 0; row < n; ++row) {
    sweep(width, [&](int64_t i, auto lanes) {
      lanes.put(out + row * width + i, Function::value(lanes.get(x + row * width + i) + lanes.get(bias + i)));
    });
  }
}
template <typename Function>
void activationRowsBackward(const float* grad_out, const float* x, const float* bias, float* grad_x,
                            float* sums, int64_t n, int64_t width) {
  for (int64_t i = 0; i < width; ++i) {
    sums[i] = 0;
  }
  for (int64_t row = 0; row < n; ++row) {
    const int64_t base = row * width;
    sweep(width, [&](int64_t i, auto lanes) {
      const Vec slope = Function::slope(lanes.get(x + base + i) + lanes.get(bias + i));
      const Vec grad = lanes.get(grad_out + base + i) * slope;
      lanes.put(grad_x + base + i, grad);
      lanes.put(sums + i, lanes.get(sums + i) + grad);
    });
  }
}

void activation(int kind, const float* x, const float* bias, float* out, int64_t n, int64_t width) {
  constexpr decltype(&activationRows<Gelu>) kKinds[] = {activationRows<Gelu>, activationRows<GeluTanh>,
                                                        activationRows<Relu>};
  kKinds[kind](x, bias, out, n, width);
}
void activationBackward(int kind, const float* grad_out, const float* x, const float* bias, float* grad_x,
                        float* sums, int64_t n, int64_t width) {
  constexpr decltype(&activationRowsBackward<Gelu>) kKinds[] = {
      activationRowsBackward<Gelu>, activationRowsBackward<GeluTanh>, activationRowsBackward<Relu>};
  kKinds[kind](grad_out, x, bias, grad_x, sums, n, width);
}

void addTo(float* to, const float* from, int64_t n) {
  sweep(n, [&](int64_t i, auto lanes) { lanes.put(to + i, lanes.get(to + i) + lanes.get(from + i)); });
}

void columnSum(const float* x, float* sums, int64_t n, int64_t width) {
  for (int64_t i = 0; i < width; ++i) {
    sums[i] = 0;
  }
  for (int64_t row = 0; row < n; ++row) {
    addTo(sums, x + row * width, width);
  }
}

}  // namespace
}  // namespace heddle::cpu
