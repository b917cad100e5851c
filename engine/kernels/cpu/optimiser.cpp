// The optimiser's pass over flat buffers on the CPU.

#include <ATen/ATen.h>
#include <torch/library.h>

#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "engine/kernels/cpu/product.h"
#include "engine/kernels/parallel.h"

namespace heddle::cpu {
namespace {

constexpr int64_t kPiece = 1 << 15;  // elements of one task; its five streams fit the second-level cache

void adamStep(at::Tensor& param, at::Tensor& grad, at::Tensor& m, at::Tensor& v,
              const std::optional<at::Tensor>& half, double learning_rate, double beta1, double beta2,
              double epsilon, double weight_decay, double grad_scale, bool bias_correction, int64_t step) {
  const double correction_m = bias_correction ? 1 - std::pow(beta1, static_cast<double>(step)) : 1;
  const double correction_v = bias_correction ? 1 - std::pow(beta2, static_cast<double>(step)) : 1;
  AdamPiece all;
  all.param = param.mutable_data_ptr<float>();
  all.grad = grad.mutable_data_ptr<float>();
  all.m = m.mutable_data_ptr<float>();
  all.v = v.mutable_data_ptr<float>();
  all.half = half.has_value() ? static_cast<uint16_t*>(half->mutable_data_ptr()) : nullptr;
  all.beta1 = static_cast<float>(beta1);
  all.beta2 = static_cast<float>(beta2);
  all.rest1 = static_cast<float>(1 - beta1);
  all.rest2 = static_cast<float>(1 - beta2);
  all.epsilon = static_cast<float>(epsilon);
  all.grad_scale = static_cast<float>(grad_scale);
  all.decay = static_cast<float>(learning_rate * weight_decay);
  all.step_m = static_cast<float>(learning_rate / correction_m);
  all.scale_v = static_cast<float>(1 / std::sqrt(correction_v));
  const KernelTable& table = kernels();
  parallelFor(0, param.numel(), kPiece, [&](int64_t begin, int64_t end) {
    AdamPiece piece = all;
    piece.param += begin;
    piece.grad += begin;
    piece.m += begin;
    piece.v += begin;
    piece.half = piece.half == nullptr ? nullptr : piece.half + begin;
    table.adam(piece, end - begin);
  });
}

double l2Norm(const at::Tensor& flat) {
  const int64_t n = flat.numel();
  const auto* data = flat.const_data_ptr<float>();
  std::vector<double> sums(static_cast<size_t>((n + kPiece - 1) / kPiece));
  const KernelTable& table = kernels();
  parallelFor(0, n, kPiece, [&](int64_t begin, int64_t end) {
    sums[static_cast<size_t>(begin / kPiece)] = table.square_sum(data + begin, end - begin);
  });
  return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CPU, m) {
  m.impl("adam_step", adamStep);
  m.impl("l2_norm", l2Norm);
}

}  // namespace heddle::cpu
