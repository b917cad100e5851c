// Products, bias with activation, sums over rows. Products are cuBLAS through ATen.

#include <ATen/ATen.h>

#include <optional>
#include <tuple>

#include "engine/kernels/cuda/tensors.h"

namespace heddle::cuda {
namespace {

at::Tensor partialSums(const at::Tensor& x, int64_t rows) {
  return at::empty({columnParts(rows), x.size(1)}, x.options().dtype(at::kFloat));
}

at::Tensor biasActivationCuda(const at::Tensor& x, const at::Tensor& bias, int64_t activation) {
  const Launcher launcher(x);
  at::Tensor out = at::empty(x.sizes(), x.options());
  biasActivationForward(typeOf(x), x.const_data_ptr(), bias.const_data_ptr(), static_cast<int>(activation),
                        x.size(0), asInt(x.size(1)), out.data_ptr(), launcher.stream());
  launcher.finish();
  return out;
}

std::tuple<at::Tensor, at::Tensor> biasActivationBackwardCuda(const at::Tensor& grad_out, const at::Tensor& x,
                                                              const at::Tensor& bias, int64_t activation) {
  const Launcher launcher(x);
  at::Tensor grad_x = at::empty(x.sizes(), x.options());
  at::Tensor partial = partialSums(x, x.size(0));
  at::Tensor grad_bias = at::empty({x.size(1)}, partial.options());
  biasActivationBackward(typeOf(x), grad_out.const_data_ptr(), x.const_data_ptr(), bias.const_data_ptr(),
                         static_cast<int>(activation), x.size(0), asInt(x.size(1)), grad_x.data_ptr(),
                         partial.data_ptr<float>(), grad_bias.data_ptr<float>(), launcher.stream());
  launcher.finish();
  return {grad_x, grad_bias};
}

at::Tensor linearCuda(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  const bool has_bias = bias.has_value() && bias->defined();
  return has_bias ? at::addmm(*bias, x, weight.t()) : at::mm(x, weight.t());
}

at::Tensor linearBackwardInputCuda(const at::Tensor& grad_out, const at::Tensor& weight) {
  return at::mm(grad_out, weight);
}

void linearBackwardWeightCuda(const at::Tensor& grad_out, const at::Tensor& x, at::Tensor& grad_weight) {
  if (grad_weight.scalar_type() == x.scalar_type()) {
    grad_weight.addmm_(grad_out.t(), x);
  } else {
    // fp32 sums of bf16 products, kept in fp32: the product is never rounded to bf16 on its way.
    grad_weight.add_(at::mm(grad_out.t(), x, grad_weight.scalar_type()));
  }
}

at::Tensor columnSumCuda(const at::Tensor& x) {
  const Launcher launcher(x);
  at::Tensor partial = partialSums(x, x.size(0));
  at::Tensor sums = at::empty({x.size(1)}, partial.options());
  columnSum(typeOf(x), x.const_data_ptr(), x.size(0), asInt(x.size(1)), x.size(1), partial.data_ptr<float>(),
            /*accumulate=*/false, sums.data_ptr<float>(), launcher.stream());
  launcher.finish();
  return sums;
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CUDA, m) {
  m.impl("bias_activation", biasActivationCuda);
  m.impl("bias_activation_backward", biasActivationBackwardCuda);
  m.impl("linear", linearCuda);
  m.impl("linear_backward_input", linearBackwardInputCuda);
  m.impl("linear_backward_weight", linearBackwardWeightCuda);
  m.impl("column_sum", columnSumCuda);
}

}  // namespace heddle::cuda
