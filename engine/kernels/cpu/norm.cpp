// LayerNorm with its neighbours on the CPU. Sums over tokens are kept per piece of kPiece tokens and added in
// the order of the pieces, so they do not depend on the number of threads.

#include <ATen/ATen.h>
#include <torch/library.h>

#include <tuple>

#include "engine/kernels/cpu/masks.h"
#include "engine/kernels/cpu/product.h"
#include "engine/kernels/parallel.h"

namespace heddle::cpu {
namespace {

constexpr int64_t kPiece = 64;

std::tuple<at::Tensor, at::Tensor, at::Tensor> run(NormRows g, const at::Tensor& x, double eps,
                                                   at::ScalarType type) {
  at::Tensor out = at::empty_like(x);
  at::Tensor mean = at::empty({x.size(0)}, x.options());
  at::Tensor rstd = at::empty({x.size(0)}, x.options());
  g.hidden = x.size(1);
  g.x = x.const_data_ptr<float>();
  g.out = out.mutable_data_ptr<float>();
  g.mean = mean.mutable_data_ptr<float>();
  g.rstd = rstd.mutable_data_ptr<float>();
  g.eps = static_cast<float>(eps);
  const KernelTable& table = kernels();
  parallelFor(0, x.size(0), kPiece, [&](int64_t begin, int64_t end) {
    table.norm(g, begin, end, threadScratch(normScratch(g.hidden)));
  });
  return {out.to(type), mean, rstd};
}

// The pieces' sums of [3, H] (bias, weight, shift), added in order.
at::Tensor runBackward(NormRowsBackward g, const at::Tensor& x, const at::Tensor& mean,
                       const at::Tensor& rstd) {
  const int64_t tokens = x.size(0), hidden = x.size(1);
  g.forward.hidden = hidden;
  g.forward.x = x.const_data_ptr<float>();
  // Read here, written by the forward pass through the same struct.
  g.forward.mean = const_cast<float*>(mean.const_data_ptr<float>());
  g.forward.rstd = const_cast<float*>(rstd.const_data_ptr<float>());
  const int64_t pieces = (tokens + kPiece - 1) / kPiece;
  at::Tensor partial = at::empty({pieces, 3 * hidden}, x.options());
  at::Tensor total = at::empty({3, hidden}, x.options());
  auto* sums = partial.mutable_data_ptr<float>();
  const KernelTable& table = kernels();
  parallelFor(0, tokens, kPiece, [&](int64_t begin, int64_t end) {
    table.norm_backward(g, begin, end, sums + begin / kPiece * 3 * hidden,
                        threadScratch(normScratch(hidden)));
  });
  table.column_sum(sums, total.mutable_data_ptr<float>(), pieces, 3 * hidden);
  return total;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> join(const at::Tensor& x, const at::Tensor& bias,
                                                    const at::Tensor& residual, const at::Tensor& weight,
                                                    const at::Tensor& shift, double eps,
                                                    const at::Tensor& rows, const at::Tensor& positions,
                                                    double p, int64_t key, int64_t step) {
  const at::Tensor x32 = asFloat(x), bias32 = asFloat(bias), residual32 = asFloat(residual);
  const at::Tensor weight32 = asFloat(weight), shift32 = asFloat(shift);
  NormRows g;
  g.bias = bias32.const_data_ptr<float>();
  g.residual = residual32.const_data_ptr<float>();
  g.weight = weight32.const_data_ptr<float>();
  g.shift = shift32.const_data_ptr<float>();
  g.rows = rows.const_data_ptr<int32_t>();
  g.positions = positions.const_data_ptr<int32_t>();
  g.mask = makeMask(p, key, step);
  return run(g, x32, eps, x.scalar_type());
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> joinBackward(
    const at::Tensor& grad_out, const at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual,
    const at::Tensor& weight, const at::Tensor& mean, const at::Tensor& rstd, const at::Tensor& rows,
    const at::Tensor& positions, double p, int64_t key, int64_t step) {
  const at::Tensor grad32 = asFloat(grad_out), x32 = asFloat(x), bias32 = asFloat(bias);
  const at::Tensor residual32 = asFloat(residual), weight32 = asFloat(weight);
  at::Tensor grad_x = at::empty_like(x32), grad_residual = at::empty_like(x32);
  NormRowsBackward g;
  g.forward.bias = bias32.const_data_ptr<float>();
  g.forward.residual = residual32.const_data_ptr<float>();
  g.forward.weight = weight32.const_data_ptr<float>();
  g.forward.rows = rows.const_data_ptr<int32_t>();
  g.forward.positions = positions.const_data_ptr<int32_t>();
  g.forward.mask = makeMask(p, key, step);
  g.grad_out = grad32.const_data_ptr<float>();
  g.grad_x = grad_x.mutable_data_ptr<float>();
  g.grad_residual = grad_residual.mutable_data_ptr<float>();
  const at::Tensor sums = runBackward(g, x32, mean, rstd);
  return {grad_x.to(x.scalar_type()), grad_residual.to(x.scalar_type()), sums[0], sums[1], sums[2]};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> single(const at::Tensor& x, const at::Tensor& weight,
                                                      const at::Tensor& shift, double eps,
                                                      const at::Tensor& rows, const at::Tensor& positions,
                                                      double p, int64_t key, int64_t step) {
  const at::Tensor x32 = asFloat(x), weight32 = asFloat(weight), shift32 = asFloat(shift);
  NormRows g;
  g.weight = weight32.const_data_ptr<float>();
  g.shift = shift32.const_data_ptr<float>();
  g.rows = rows.const_data_ptr<int32_t>();
  g.positions = positions.const_data_ptr<int32_t>();
  g.mask = makeMask(p, key, step);
  return run(g, x32, eps, x.scalar_type());
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> singleBackward(const at::Tensor& grad_out, const at::Tensor& x,
                                                              const at::Tensor& weight,
                                                              const at::Tensor& mean, const at::Tensor& rstd,
                                                              const at::Tensor& rows,
                                                              const at::Tensor& positions, double p,
                                                              int64_t key, int64_t step) {
  const at::Tensor grad32 = asFloat(grad_out), x32 = asFloat(x), weight32 = asFloat(weight);
  at::Tensor grad_x = at::empty_like(x32);
  NormRowsBackward g;
  g.forward.weight = weight32.const_data_ptr<float>();
  g.forward.rows = rows.const_data_ptr<int32_t>();
  g.forward.positions = positions.const_data_ptr<int32_t>();
  g.forward.mask = makeMask(p, key, step);
  g.grad_out = grad32.const_data_ptr<float>();
  g.grad_x = grad_x.mutable_data_ptr<float>();
  const at::Tensor sums = runBackward(g, x32, mean, rstd);
  return {grad_x.to(x.scalar_type()), sums[1], sums[2]};
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CPU, m) {
  m.impl("dropout_add_layer_norm", join);
  m.impl("dropout_add_layer_norm_backward", joinBackward);
  m.impl("layer_norm_dropout", single);
  m.impl("layer_norm_dropout_backward", singleBackward);
}

}  // namespace heddle::cpu
