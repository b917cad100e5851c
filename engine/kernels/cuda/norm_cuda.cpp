#include <ATen/ATen.h>

#include <tuple>

#include "engine/kernels/cuda/tensors.h"

namespace heddle::cuda {
namespace {

struct Site {
  const at::Tensor& rows;
  const at::Tensor& positions;
  double p;
  int64_t key;
  int64_t step;
};

NormCall callOf(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& mean, const at::Tensor& rstd,
                const Site& site) {
  TORCH_CHECK(x.size(1) <= kMaxNormHidden, "LayerNorm on CUDA was given rows of ", x.size(1),
              "; the widest is ", kMaxNormHidden);
  NormCall call{};
  call.type = typeOf(x);
  call.x = x.const_data_ptr();
  call.weight = weight.const_data_ptr();
  call.mean = mean.data_ptr<float>();
  call.rstd = rstd.data_ptr<float>();
  call.rows = site.rows.const_data_ptr<int>();
  call.positions = site.positions.const_data_ptr<int>();
  call.tokens = x.size(0);
  call.hidden = static_cast<int>(x.size(1));
  call.dropout = dropoutOf(site.p, site.key, site.step);
  return call;
}

at::Tensor statistic(const at::Tensor& x) {
  return at::empty({x.size(0)}, x.options().dtype(at::kFloat));
}

// Runs the backward pass of `call`, whose bias and residual are set or not. Returns the sums [3, H]: weight,
// shift, bias.
at::Tensor backward(const NormCall& call, const at::Tensor& grad_out, const at::Tensor& grad_x,
                    const at::Tensor& grad_residual, const Launcher& launcher) {
  const auto fp32 = grad_x.options().dtype(at::kFloat);
  at::Tensor partial = at::empty({normParts(call.tokens), 3, call.hidden}, fp32);
  at::Tensor sums = at::empty({3, call.hidden}, fp32);
  NormGradients gradients{};
  gradients.grad_out = grad_out.const_data_ptr();
  gradients.grad_x = grad_x.data_ptr();
  gradients.grad_residual = grad_residual.defined() ? grad_residual.data_ptr() : nullptr;
  gradients.partial = partial.data_ptr<float>();
  gradients.sums = sums.data_ptr<float>();
  normBackward(call, gradients, launcher.stream());
  launcher.finish();
  return sums;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> dropoutAddLayerNormCuda(
    const at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual, const at::Tensor& weight,
    const at::Tensor& shift, double eps, const at::Tensor& rows, const at::Tensor& positions, double p,
    int64_t key, int64_t step) {
  const Launcher launcher(x);
  at::Tensor out = at::empty(x.sizes(), x.options());
  at::Tensor mean = statistic(x);
  at::Tensor rstd = statistic(x);
  NormCall call = callOf(x, weight, mean, rstd, {rows, positions, p, key, step});
  call.bias = bias.const_data_ptr();
  call.residual = residual.const_data_ptr();
  call.shift = shift.const_data_ptr();
  call.eps = static_cast<float>(eps);
  normForward(call, out.data_ptr(), launcher.stream());
  launcher.finish();
  return {out, mean, rstd};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> dropoutAddLayerNormBackwardCuda(
    const at::Tensor& grad_out, const at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual,
    const at::Tensor& weight, const at::Tensor& mean, const at::Tensor& rstd, const at::Tensor& rows,
    const at::Tensor& positions, double p, int64_t key, int64_t step) {
  const Launcher launcher(x);
  at::Tensor grad_x = at::empty(x.sizes(), x.options());
  at::Tensor grad_residual = at::empty(x.sizes(), x.options());
  NormCall call = callOf(x, weight, mean, rstd, {rows, positions, p, key, step});
  call.bias = bias.const_data_ptr();
  call.residual = residual.const_data_ptr();
  const at::Tensor sums = backward(call, grad_out, grad_x, grad_residual, launcher);
  return {grad_x, grad_residual, sums.select(0, 2), sums.select(0, 0), sums.select(0, 1)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> layerNormDropoutCuda(
    const at::Tensor& x, const at::Tensor& weight, const at::Tensor& shift, double eps,
    const at::Tensor& rows, const at::Tensor& positions, double p, int64_t key, int64_t step) {
  const Launcher launcher(x);
  at::Tensor out = at::empty(x.sizes(), x.options());
  at::Tensor mean = statistic(x);
  at::Tensor rstd = statistic(x);
  NormCall call = callOf(x, weight, mean, rstd, {rows, positions, p, key, step});
  call.shift = shift.const_data_ptr();
  call.eps = static_cast<float>(eps);
  normForward(call, out.data_ptr(), launcher.stream());
  launcher.finish();
  return {out, mean, rstd};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> layerNormDropoutBackwardCuda(
    const at::Tensor& grad_out, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& mean,
    const at::Tensor& rstd, const at::Tensor& rows, const at::Tensor& positions, double p, int64_t key,
    int64_t step) {
  const Launcher launcher(x);
  at::Tensor grad_x = at::empty(x.sizes(), x.options());
  const NormCall call = callOf(x, weight, mean, rstd, {rows, positions, p, key, step});
  const at::Tensor sums = backward(call, grad_out, grad_x, {}, launcher);
  return {grad_x, sums.select(0, 0), sums.select(0, 1)};
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CUDA, m) {
  m.impl("dropout_add_layer_norm", dropoutAddLayerNormCuda);
  m.impl("dropout_add_layer_norm_backward", dropoutAddLayerNormBackwardCuda);
  m.impl("layer_norm_dropout", layerNormDropoutCuda);
  m.impl("layer_norm_dropout_backward", layerNormDropoutBackwardCuda);
}

}  // namespace heddle::cuda
