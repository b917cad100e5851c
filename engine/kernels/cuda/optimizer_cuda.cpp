#include <ATen/ATen.h>

#include <cmath>
#include <optional>

#include "engine/kernels/cuda/tensors.h"

namespace heddle::cuda {
namespace {

void adamStepCuda(at::Tensor& param, at::Tensor& grad, at::Tensor& m, at::Tensor& v,
                  const std::optional<at::Tensor>& half, double learning_rate, double beta1, double beta2,
                  double epsilon, double weight_decay, double grad_scale, bool bias_correction,
                  int64_t step) {
  const Launcher launcher(param);
  AdamCall call{};
  call.param = param.data_ptr<float>();
  call.grad = grad.data_ptr<float>();
  call.m = m.data_ptr<float>();
  call.v = v.data_ptr<float>();
  call.half = half.has_value() && half->defined() ? half->data_ptr() : nullptr;
  call.size = param.numel();
  call.learning_rate = static_cast<float>(learning_rate);
  call.beta1 = static_cast<float>(beta1);
  call.beta2 = static_cast<float>(beta2);
  call.epsilon = static_cast<float>(epsilon);
  call.weight_decay = static_cast<float>(weight_decay);
  call.grad_scale = static_cast<float>(grad_scale);
  call.one_minus_beta1 = static_cast<float>(1.0 - beta1);
  call.one_minus_beta2 = static_cast<float>(1.0 - beta2);
  const auto steps = static_cast<double>(step);
  call.correction1 = bias_correction ? static_cast<float>(1.0 - std::pow(beta1, steps)) : 1.0f;
  call.correction2 = bias_correction ? static_cast<float>(1.0 - std::pow(beta2, steps)) : 1.0f;
  adamStep(call, launcher.stream());
  launcher.finish();
}

double l2NormCuda(const at::Tensor& flat) {
  const Launcher launcher(flat);
  const at::Tensor total = at::empty({kNormSlots}, flat.options().dtype(at::kDouble));
  sumOfSquares(flat.const_data_ptr<float>(), flat.numel(), total.data_ptr<double>(), launcher.stream());
  launcher.finish();
  return std::sqrt(total.select(0, 0).item<double>());
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CUDA, m) {
  m.impl("adam_step", adamStepCuda);
  m.impl("l2_norm", l2NormCuda);
}

}  // namespace heddle::cuda
