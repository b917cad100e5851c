// Checks of the operations at the two ends of a training step: the vocabulary loss, and the optimiser.

#include <torch/csrc/autograd/custom_function.h>

#include <tuple>

#include "engine/kernels/dispatch.h"
#include "engine/kernels/ops.h"

namespace heddle {
namespace {

using at::Tensor;
using detail::checkDense;
using detail::checkFloating;
using detail::gradientTarget;
using detail::handle;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Gradients computed in the backward pass, straight into their sums: see vocabulary_statistics in schema.cpp.
struct TwoStepLoss : torch::autograd::Function<TwoStepLoss> {
  using Forward = std::tuple<Tensor, Tensor, Tensor, Tensor>(const Tensor&, const Tensor&, const Tensor&,
                                                             const Tensor&, bool);
  using Backward = Tensor(const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                          const std::optional<Tensor>&, double, Tensor&, Tensor&);

  static Tensor forward(AutogradContext* ctx, const Tensor& hidden, const Tensor& weight, const Tensor& bias,
                        const Tensor& labels, bool differentiable, int64_t* correct) {
    static const auto op = handle<Forward>("vocabulary_statistics");
    const at::AutoDispatchBelowAutograd guard;
    auto [loss, right, lse, logits] = op.call(hidden, weight, bias, labels, differentiable);
    *correct = right.item<int64_t>();
    ctx->save_for_backward({hidden, weight, bias, labels, lse});
    ctx->saved_data["logits"] = logits;
    return loss;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    static const auto op = handle<Backward>("vocabulary_gradients");
    const at::AutoDispatchBelowAutograd guard;
    const variable_list saved = ctx->get_saved_variables();
    detail::GradientTarget weight = gradientTarget(saved[1]), bias = gradientTarget(saved[2]);
    const Tensor kept = ctx->saved_data["logits"].toTensor();
    // They turn into gradients: a second backward pass must compute them again.
    ctx->saved_data["logits"] = Tensor();
    const Tensor hidden = op.call(saved[0], saved[1], saved[2], saved[3], saved[4],
                                  kept.defined() ? std::optional<Tensor>(kept) : std::nullopt,
                                  grads[0].item<double>(), weight.sum, bias.sum);
    return {hidden,  weight.own ? weight.sum : Tensor(), bias.own ? bias.sum : Tensor(), Tensor(), Tensor(),
            Tensor()};
  }
};

// Gradients for a loss gradient of 1 computed in the forward pass and scaled in the backward pass.
struct OneStepLoss : torch::autograd::Function<OneStepLoss> {
  using Forward = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>(const Tensor&, const Tensor&,
                                                                     const Tensor&, const Tensor&, bool);

  static Tensor forward(AutogradContext* ctx, const Tensor& hidden, const Tensor& weight, const Tensor& bias,
                        const Tensor& labels, bool differentiable, int64_t* correct) {
    static const auto op = handle<Forward>("vocabulary_loss");
    const at::AutoDispatchBelowAutograd guard;
    auto [loss, right, grad_hidden, grad_weight, grad_bias] =
        op.call(hidden, weight, bias, labels, differentiable);
    *correct = right.item<int64_t>();
    ctx->save_for_backward({weight, bias, grad_hidden, grad_weight, grad_bias});
    return loss;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const at::AutoDispatchBelowAutograd guard;
    const variable_list saved = ctx->get_saved_variables();
    const auto deliver = [&](const Tensor& leaf, const Tensor& grad) {
      detail::GradientTarget target = gradientTarget(leaf);
      target.sum.addcmul_(grad, grads[0]);
      return target.own ? target.sum : Tensor();
    };
    // In fp32: rounded to bf16 the factor would be off by the same up to 0.4 % for all layers below, but not
    // for the head's own gradients.
    return {(saved[2].to(at::kFloat) * grads[0]).to(saved[2].scalar_type()),
            deliver(saved[0], saved[3]),
            deliver(saved[1], saved[4]),
            Tensor(),
            Tensor(),
            Tensor()};
  }
};

void checkFlat(const char* what, const Tensor& tensor, const Tensor& like, at::ScalarType type) {
  TORCH_CHECK(tensor.dim() == 1 && tensor.is_contiguous() && tensor.scalar_type() == type &&
                  tensor.numel() == like.numel() && tensor.device() == like.device(),
              "Adam: ", what, " must be a dense ", type, " [", like.numel(), "] on ", like.device(), ", is ",
              tensor.scalar_type(), " ", tensor.sizes(), " on ", tensor.device());
}

}  // namespace

VocabularyLoss vocabularyLoss(const Tensor& hidden, const Tensor& weight, const Tensor& bias,
                              const Tensor& labels) {
  TORCH_CHECK(hidden.dim() == 2 && weight.dim() == 2 && hidden.size(1) == weight.size(1),
              "vocabulary loss: hidden ", hidden.sizes(), " does not fit weight ", weight.sizes());
  checkFloating("vocabulary loss: hidden", hidden);
  checkDense("vocabulary loss: weight", weight, weight.sizes(), hidden);
  checkDense("vocabulary loss: bias", bias, {weight.size(0)}, hidden);
  detail::checkIndices("vocabulary loss: labels", labels, hidden.size(0), hidden);
  VocabularyLoss result;
  if (hidden.size(0) == 0) {
    result.loss_sum = hidden.sum().to(at::kFloat);
    return result;
  }
  const bool differentiable = at::GradMode::is_enabled() &&
                              (hidden.requires_grad() || weight.requires_grad() || bias.requires_grad());
  result.loss_sum =
      hidden.is_cpu()
          ? TwoStepLoss::apply(hidden.contiguous(), weight, bias, labels, differentiable, &result.correct)
          : OneStepLoss::apply(hidden.contiguous(), weight, bias, labels, differentiable, &result.correct);
  return result;
}

void adamStep(const Tensor& param, const Tensor& grad, const Tensor& m, const Tensor& v, const Tensor& half,
              const AdamStep& o) {
  static const auto op = handle<void(Tensor&, Tensor&, Tensor&, Tensor&, const std::optional<Tensor>&, double,
                                     double, double, double, double, double, bool, int64_t)>("adam_step");
  checkFlat("param", param, param, at::kFloat);
  checkFlat("grad", grad, param, at::kFloat);
  checkFlat("m", m, param, at::kFloat);
  checkFlat("v", v, param, at::kFloat);
  std::optional<Tensor> copy;
  if (half.defined()) {
    checkFlat("half", half, param, at::kBFloat16);
    copy = half;
  }
  TORCH_CHECK(o.step >= 1, "Adam: steps count from 1, this is ", o.step);
  const at::AutoDispatchBelowAutograd guard;
  Tensor p = param, g = grad, first = m, second = v;
  op.call(p, g, first, second, copy, o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay,
          o.grad_scale, o.bias_correction, o.step);
}

double l2Norm(const Tensor& flat) {
  static const auto op = handle<double(const Tensor&)>("l2_norm");
  TORCH_CHECK(flat.scalar_type() == at::kFloat && flat.is_contiguous(), "l2Norm: must be dense fp32, is ",
              flat.scalar_type(), " ", flat.sizes());
  const at::AutoDispatchBelowAutograd guard;
  return op.call(flat);
}

}  // namespace heddle
