#include "engine/train/optimizer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "engine/kernels/ops.h"

namespace heddle {

OptimizerState zeroMoments(const ParameterSet& parameters) {
  return {at::zeros_like(parameters.values()), at::zeros_like(parameters.values())};
}

double optimizerStep(ParameterSet& parameters, OptimizerState& state, const OptimizerRecipe& rule,
                     double learning_rate, int64_t step) {
  at::NoGradGuard no_grad;
  const double norm = l2Norm(parameters.gradients());
  if (!std::isfinite(norm)) {
    return norm;
  }
  AdamStep options{learning_rate, rule.beta1, rule.beta2, rule.epsilon, 0, 1, rule.bias_correction, step};
  if (rule.clip_norm > 0 && norm > rule.clip_norm) {
    options.grad_scale = rule.clip_norm / norm;
  }
  const auto update = [&](int64_t from, int64_t to, double weight_decay) {
    const auto part = [&](const at::Tensor& flat) {
      return flat.defined() ? flat.narrow(0, from, to - from) : at::Tensor();
    };
    options.weight_decay = weight_decay;
    adamStep(part(parameters.values()), part(parameters.gradients()), part(state.m), part(state.v),
             part(parameters.halves()), options);
  };
  update(0, parameters.decayedCount(), rule.weight_decay);
  update(parameters.decayedCount(), parameters.count(), 0);
  return norm;
}

}  // namespace heddle
