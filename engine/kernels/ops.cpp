// Checks of the operations of an encoder layer, and their place in autograd. The work is done behind the
// dispatcher.

#include "engine/kernels/ops.h"

#include <torch/csrc/autograd/custom_function.h>

#include <tuple>

#include "engine/kernels/dispatch.h"

namespace heddle {
namespace {

using at::Tensor;
using detail::checkDense;
using detail::checkFloating;
using detail::checkIndices;
using detail::checkShape;
using detail::gradientTarget;
using detail::handle;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What the backward pass needs of a DropoutSite.
void saveSite(AutogradContext* ctx, const DropoutSite& site) {
  ctx->saved_data["p"] = site.p;
  ctx->saved_data["key"] = static_cast<int64_t>(site.key);
  ctx->saved_data["step"] = site.step;
}
struct SavedSite {
  explicit SavedSite(AutogradContext* ctx)
      : p(ctx->saved_data["p"].toDouble()),
        key(ctx->saved_data["key"].toInt()),
        step(ctx->saved_data["step"].toInt()) {}
  double p;
  int64_t key, step;
};

void checkSite(const DropoutSite& site) {
  TORCH_CHECK(site.p >= 0 && site.p < 1, "dropout must be in [0, 1), is ", site.p);
}
// x [T, H]
void checkRows(const PackedRows& rows, const Tensor& x) {
  checkIndices("rows", rows.rows, x.size(0), x);
  checkIndices("positions", rows.positions, x.size(0), x);
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  using Forward = std::tuple<Tensor, Tensor>(const Tensor&, const Tensor&, const Tensor&, int64_t, int64_t,
                                             double, int64_t, int64_t);
  using Backward = Tensor(const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                          const Tensor&, int64_t, int64_t, double, int64_t, int64_t);

  static Tensor forward(AutogradContext* ctx, const Tensor& qkv, const PackedRows& rows, int64_t heads,
                        const DropoutSite& site) {
    static const auto op = handle<Forward>("packed_attention");
    const at::AutoDispatchBelowAutograd guard;
    auto [out, lse] = op.call(qkv, rows.starts, rows.rows, rows.max_length, heads, site.p,
                              static_cast<int64_t>(site.key), site.step);
    ctx->save_for_backward({qkv, out, lse, rows.starts, rows.rows});
    ctx->saved_data["max_length"] = rows.max_length;
    ctx->saved_data["heads"] = heads;
    saveSite(ctx, site);
    return out;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    static const auto op = handle<Backward>("packed_attention_backward");
    const at::AutoDispatchBelowAutograd guard;
    const variable_list saved = ctx->get_saved_variables();
    const SavedSite site(ctx);
    return {op.call(grads[0].contiguous(), saved[0], saved[1], saved[2], saved[3], saved[4],
                    ctx->saved_data["max_length"].toInt(), ctx->saved_data["heads"].toInt(), site.p, site.key,
                    site.step),
            Tensor(), Tensor(), Tensor()};
  }
};

struct JoinFunction : torch::autograd::Function<JoinFunction> {
  using Forward = std::tuple<Tensor, Tensor, Tensor>(const Tensor&, const Tensor&, const Tensor&,
                                                     const Tensor&, const Tensor&, double, const Tensor&,
                                                     const Tensor&, double, int64_t, int64_t);
  using Backward = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>(
      const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&,
      const Tensor&, const Tensor&, double, int64_t, int64_t);

  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& bias, const Tensor& residual,
                        const Tensor& weight, const Tensor& shift, double eps, const PackedRows& rows,
                        const DropoutSite& site) {
    static const auto op = handle<Forward>("dropout_add_layer_norm");
    const at::AutoDispatchBelowAutograd guard;
    auto [out, mean, rstd] = op.call(x, bias, residual, weight, shift, eps, rows.rows, rows.positions, site.p,
                                     static_cast<int64_t>(site.key), site.step);
    ctx->save_for_backward({x, bias, residual, weight, mean, rstd, rows.rows, rows.positions});
    saveSite(ctx, site);
    return out;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    static const auto op = handle<Backward>("dropout_add_layer_norm_backward");
    const at::AutoDispatchBelowAutograd guard;
    const variable_list s = ctx->get_saved_variables();
    const SavedSite site(ctx);
    auto [x, residual, bias, weight, shift] = op.call(grads[0].contiguous(), s[0], s[1], s[2], s[3], s[4],
                                                      s[5], s[6], s[7], site.p, site.key, site.step);
    return {x, bias, residual, weight, shift, Tensor(), Tensor(), Tensor()};
  }
};

struct NormFunction : torch::autograd::Function<NormFunction> {
  using Forward = std::tuple<Tensor, Tensor, Tensor>(const Tensor&, const Tensor&, const Tensor&, double,
                                                     const Tensor&, const Tensor&, double, int64_t, int64_t);
  using Backward = std::tuple<Tensor, Tensor, Tensor>(const Tensor&, const Tensor&, const Tensor&,
                                                      const Tensor&, const Tensor&, const Tensor&,
                                                      const Tensor&, double, int64_t, int64_t);

  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& weight, const Tensor& shift,
                        double eps, const PackedRows& rows, const DropoutSite& site) {
    static const auto op = handle<Forward>("layer_norm_dropout");
    const at::AutoDispatchBelowAutograd guard;
    auto [out, mean, rstd] = op.call(x, weight, shift, eps, rows.rows, rows.positions, site.p,
                                     static_cast<int64_t>(site.key), site.step);
    ctx->save_for_backward({x, weight, mean, rstd, rows.rows, rows.positions});
    saveSite(ctx, site);
    return out;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    static const auto op = handle<Backward>("layer_norm_dropout_backward");
    const at::AutoDispatchBelowAutograd guard;
    const variable_list s = ctx->get_saved_variables();
    const SavedSite site(ctx);
    auto [x, weight, shift] =
        op.call(grads[0].contiguous(), s[0], s[1], s[2], s[3], s[4], s[5], site.p, site.key, site.step);
    return {x, weight, shift, Tensor(), Tensor(), Tensor()};
  }
};

struct ActivationFunction : torch::autograd::Function<ActivationFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& bias, int64_t kind) {
    static const auto op = handle<Tensor(const Tensor&, const Tensor&, int64_t)>("bias_activation");
    const at::AutoDispatchBelowAutograd guard;
    ctx->save_for_backward({x, bias});
    ctx->saved_data["kind"] = kind;
    return op.call(x, bias, kind);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    static const auto op =
        handle<std::tuple<Tensor, Tensor>(const Tensor&, const Tensor&, const Tensor&, int64_t)>(
            "bias_activation_backward");
    const at::AutoDispatchBelowAutograd guard;
    const variable_list saved = ctx->get_saved_variables();
    auto [x, bias] = op.call(grads[0].contiguous(), saved[0], saved[1], ctx->saved_data["kind"].toInt());
    return {x, bias, Tensor()};
  }
};

struct LinearFunction : torch::autograd::Function<LinearFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& weight,
                        const std::optional<Tensor>& bias) {
    static const auto op =
        handle<Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&)>("linear");
    const at::AutoDispatchBelowAutograd guard;
    ctx->save_for_backward({x, weight});
    ctx->saved_data["has_bias"] = bias.has_value();
    return op.call(x, weight, bias);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    static const auto to_input = handle<Tensor(const Tensor&, const Tensor&)>("linear_backward_input");
    static const auto to_weight =
        handle<void(const Tensor&, const Tensor&, Tensor&)>("linear_backward_weight");
    static const auto column_sum = handle<Tensor(const Tensor&)>("column_sum");
    const at::AutoDispatchBelowAutograd guard;
    const variable_list saved = ctx->get_saved_variables();
    const Tensor grad = grads[0].contiguous();
    variable_list result(3);
    if (ctx->needs_input_grad(0)) {
      result[0] = to_input.call(grad, saved[1]);
    }
    if (ctx->needs_input_grad(1)) {
      detail::GradientTarget target = gradientTarget(saved[1]);
      to_weight.call(grad, saved[0], target.sum);
      result[1] = target.own ? target.sum : Tensor();
    }
    if (ctx->saved_data["has_bias"].toBool() && ctx->needs_input_grad(2)) {
      result[2] = column_sum.call(grad);
    }
    return result;
  }
};

struct EmbeddingFunction : torch::autograd::Function<EmbeddingFunction> {
  static Tensor forward(AutogradContext* ctx, const Tensor& table, const Tensor& ids) {
    const at::AutoDispatchBelowAutograd guard;
    ctx->save_for_backward({table, ids});
    return at::index_select(table, 0, ids);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    static const auto op = handle<void(const Tensor&, const Tensor&, Tensor&)>("embedding_backward");
    const at::AutoDispatchBelowAutograd guard;
    const variable_list saved = ctx->get_saved_variables();
    detail::GradientTarget target = gradientTarget(saved[0]);
    op.call(grads[0].contiguous(), saved[1], target.sum);
    return {target.own ? target.sum : Tensor(), Tensor()};
  }
};

Tensor linearOf(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias) {
  TORCH_CHECK(x.dim() == 2 && weight.dim() == 2 && x.size(1) == weight.size(1), "linear: x ", x.sizes(),
              " does not fit weight ", weight.sizes());
  checkFloating("linear: x", x);
  checkDense("linear: weight", weight, weight.sizes(), x);
  return LinearFunction::apply(x.contiguous(), weight, bias);
}

}  // namespace

Tensor packedAttention(const Tensor& qkv, const PackedRows& rows, int64_t num_heads,
                       const DropoutSite& dropout) {
  TORCH_CHECK(qkv.dim() == 2 && num_heads > 0 && qkv.size(1) % (3 * num_heads) == 0, "packed attention: qkv ",
              qkv.sizes(), " does not split into query, key and value of ", num_heads, " heads");
  checkFloating("packed attention: qkv", qkv);
  checkIndices("rows", rows.rows, qkv.size(0), qkv);
  TORCH_CHECK(rows.starts.dim() == 1 && rows.starts.size(0) > 0,
              "packed attention: starts must be [B + 1], is ", rows.starts.sizes());
  checkIndices("starts", rows.starts, rows.starts.size(0), qkv);
  checkSite(dropout);
  return AttentionFunction::apply(qkv.contiguous(), rows, num_heads, dropout);
}

Tensor dropoutAddLayerNorm(const Tensor& x, const Tensor& bias, const Tensor& residual, const Tensor& weight,
                           const Tensor& shift, double eps, const PackedRows& rows,
                           const DropoutSite& dropout) {
  TORCH_CHECK(x.dim() == 2, "LayerNorm: x must be [T, H], is ", x.sizes());
  checkFloating("LayerNorm: x", x);
  checkShape("LayerNorm: residual", residual, x.sizes(), x);
  checkDense("LayerNorm: bias", bias, {x.size(1)}, x);
  checkDense("LayerNorm: weight", weight, {x.size(1)}, x);
  checkDense("LayerNorm: shift", shift, {x.size(1)}, x);
  checkRows(rows, x);
  checkSite(dropout);
  return JoinFunction::apply(x.contiguous(), bias, residual.contiguous(), weight, shift, eps, rows, dropout);
}

Tensor layerNormDropout(const Tensor& x, const Tensor& weight, const Tensor& shift, double eps,
                        const PackedRows& rows, const DropoutSite& dropout) {
  TORCH_CHECK(x.dim() == 2, "LayerNorm: x must be [T, H], is ", x.sizes());
  checkFloating("LayerNorm: x", x);
  checkDense("LayerNorm: weight", weight, {x.size(1)}, x);
  checkDense("LayerNorm: shift", shift, {x.size(1)}, x);
  checkRows(rows, x);
  checkSite(dropout);
  return NormFunction::apply(x.contiguous(), weight, shift, eps, rows, dropout);
}

Tensor biasActivation(const Tensor& x, const Tensor& bias, Activation activation) {
  TORCH_CHECK(x.dim() == 2, "activation: x must be [N, F], is ", x.sizes());
  checkFloating("activation: x", x);
  checkDense("activation: bias", bias, {x.size(1)}, x);
  return ActivationFunction::apply(x.contiguous(), bias, static_cast<int64_t>(activation));
}

Tensor linearNoBias(const Tensor& x, const Tensor& weight) {
  return linearOf(x, weight, std::nullopt);
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  checkDense("linear: bias", bias, {weight.size(0)}, x);
  return linearOf(x, weight, bias);
}

Tensor embeddingRows(const Tensor& table, const Tensor& ids) {
  TORCH_CHECK(table.dim() == 2, "embedding: table must be [V, H], is ", table.sizes());
  checkIndices("embedding: ids", ids, ids.numel(), table);
  return EmbeddingFunction::apply(table.contiguous(), ids);
}

}  // namespace heddle
