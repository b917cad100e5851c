#include "engine/kernels/reference.h"

#include <ATen/ATen.h>

#include <cmath>

#include "engine/kernels/dropout_mask.h"

namespace heddle::reference {
namespace {

float multiplier(const DropoutSite& dropout, uint32_t row, uint32_t position, uint32_t plane,
                 uint32_t element) {
  const uint32_t bits =
      dropoutBits(dropout.key, static_cast<uint32_t>(dropout.step), row, position, plane, element);
  return bits < dropoutThreshold(dropout.p) ? 0.0F : dropoutScale(dropout.p);
}

// On the CPU, where the rows are looped over.
std::vector<int64_t> onHost(const at::Tensor& indices) {
  const at::Tensor host = indices.to(at::kCPU, at::kLong).contiguous();
  return {host.const_data_ptr<int64_t>(), host.const_data_ptr<int64_t>() + host.numel()};
}

at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& shift, double eps) {
  const at::Tensor centred = x - x.mean(1, true);
  const at::Tensor variance = centred.square().mean(1, true);
  return centred / at::sqrt(variance + eps) * weight + shift;
}

}  // namespace

at::Tensor hiddenMask(const PackedRows& rows, int64_t channels, const DropoutSite& dropout,
                      const at::Tensor& like) {
  const std::vector<int64_t> row = onHost(rows.rows), position = onHost(rows.positions);
  const auto tokens = static_cast<int64_t>(row.size());
  at::Tensor mask = at::ones({tokens, channels}, at::kFloat);
  if (dropout.p > 0) {
    auto values = mask.accessor<float, 2>();
    for (int64_t token = 0; token < tokens; ++token) {
      for (int64_t channel = 0; channel < channels; ++channel) {
        values[token][channel] = multiplier(dropout, static_cast<uint32_t>(row[static_cast<size_t>(token)]),
                                            static_cast<uint32_t>(position[static_cast<size_t>(token)]), 0,
                                            static_cast<uint32_t>(channel));
      }
    }
  }
  return mask.to(like.options());
}

at::Tensor attentionMask(int64_t row, int64_t n, int64_t heads, const DropoutSite& dropout,
                         const at::Tensor& like) {
  at::Tensor mask = at::ones({heads, n, n}, at::kFloat);
  if (dropout.p > 0) {
    auto values = mask.accessor<float, 3>();
    for (int64_t head = 0; head < heads; ++head) {
      for (int64_t query = 0; query < n; ++query) {
        for (int64_t key = 0; key < n; ++key) {
          values[head][query][key] =
              multiplier(dropout, static_cast<uint32_t>(row), static_cast<uint32_t>(query),
                         static_cast<uint32_t>(head), static_cast<uint32_t>(key));
        }
      }
    }
  }
  return mask.to(like.options());
}

namespace {

struct RowHeads {
  at::Tensor probs;  // [heads, n, n]
  at::Tensor value;  // [heads, n, D]
};
RowHeads rowHeads(const at::Tensor& qkv, int64_t first, int64_t n, int64_t heads) {
  const int64_t width = qkv.size(1) / 3 / heads;
  const at::Tensor split =
      qkv.narrow(0, first, n).view({n, 3, heads, width}).permute({1, 2, 0, 3});  // [3, heads, n, D]
  const at::Tensor scores =
      at::matmul(split[0], split[1].transpose(1, 2)) / std::sqrt(static_cast<double>(width));
  return {at::softmax(scores, 2), split[2]};
}

}  // namespace

std::vector<at::Tensor> attentionProbs(const at::Tensor& qkv, const PackedRows& rows, int64_t num_heads) {
  const std::vector<int64_t> starts = onHost(rows.starts);
  std::vector<at::Tensor> probs;
  for (size_t row = 0; row + 1 < starts.size(); ++row) {
    probs.push_back(rowHeads(qkv, starts[row], starts[row + 1] - starts[row], num_heads).probs);
  }
  return probs;
}

at::Tensor packedAttention(const at::Tensor& qkv, const PackedRows& rows, int64_t num_heads,
                           const DropoutSite& dropout, std::vector<at::Tensor>* probs) {
  TORCH_CHECK(qkv.dim() == 2 && num_heads > 0 && qkv.size(1) % (3 * num_heads) == 0, "packed attention: qkv ",
              qkv.sizes(), " does not split into query, key and value of ", num_heads, " heads");
  const std::vector<int64_t> starts = onHost(rows.starts), row_numbers = onHost(rows.rows);
  std::vector<at::Tensor> outs;
  for (size_t row = 0; row + 1 < starts.size(); ++row) {
    const int64_t first = starts[row], n = starts[row + 1] - first;
    const RowHeads heads = rowHeads(qkv, first, n, num_heads);
    if (probs != nullptr) {
      probs->push_back(heads.probs.detach());
    }
    at::Tensor kept = heads.probs;
    if (dropout.p > 0 && n > 0) {
      kept = kept * attentionMask(row_numbers[static_cast<size_t>(first)], n, num_heads, dropout, qkv);
    }
    outs.push_back(at::matmul(kept, heads.value).transpose(0, 1).reshape({n, qkv.size(1) / 3}));
  }
  return at::cat(outs, 0);
}

at::Tensor dropoutAddLayerNorm(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual,
                               const at::Tensor& weight, const at::Tensor& shift, double eps,
                               const PackedRows& rows, const DropoutSite& dropout) {
  return norm((x + bias) * hiddenMask(rows, x.size(1), dropout, x) + residual, weight, shift, eps);
}

at::Tensor layerNormDropout(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& shift,
                            double eps, const PackedRows& rows, const DropoutSite& dropout) {
  return norm(x, weight, shift, eps) * hiddenMask(rows, x.size(1), dropout, x);
}

at::Tensor biasActivation(const at::Tensor& x, const at::Tensor& bias, Activation activation) {
  const at::Tensor sum = x + bias;
  switch (activation) {
    case Activation::kGelu:
      return sum * 0.5 * (1 + at::erf(sum * M_SQRT1_2));
    case Activation::kGeluTanh:
      return sum * 0.5 * (1 + at::tanh(std::sqrt(2 / M_PI) * (sum + 0.044715 * sum * sum * sum)));
    case Activation::kRelu:
      return at::relu(sum);
  }
  TORCH_INTERNAL_ASSERT(false, "unknown activation");
}

at::Tensor linearNoBias(const at::Tensor& x, const at::Tensor& weight) {
  return at::matmul(x, weight.t());
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return at::matmul(x, weight.t()) + bias;
}

at::Tensor embeddingRows(const at::Tensor& table, const at::Tensor& ids) {
  return at::index_select(table, 0, ids.to(at::kLong));
}

VocabularyLoss vocabularyLoss(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& bias,
                              const at::Tensor& labels) {
  const at::Tensor logits = linear(hidden, weight, bias);
  const at::Tensor wanted = logits.gather(1, labels.to(at::kLong).unsqueeze(1)).squeeze(1);
  VocabularyLoss result;
  result.loss_sum = (at::logsumexp(logits, 1) - wanted).sum();
  result.correct = wanted.detach().ge(logits.detach().amax(1)).sum().item<int64_t>();
  return result;
}

void adamStep(const at::Tensor& param, const at::Tensor& grad, const at::Tensor& m, const at::Tensor& v,
              const at::Tensor& half, const AdamStep& options) {
  const at::NoGradGuard no_grad;
  const double correction_m = options.bias_correction ? 1 - std::pow(options.beta1, options.step) : 1;
  const double correction_v = options.bias_correction ? 1 - std::pow(options.beta2, options.step) : 1;
  const at::Tensor scaled = grad * options.grad_scale;
  m.mul_(options.beta1).add_(scaled, 1 - options.beta1);
  v.mul_(options.beta2).add_(scaled * scaled, 1 - options.beta2);
  const at::Tensor update = (m / correction_m) / (at::sqrt(v / correction_v) + options.epsilon);
  param.sub_((update + options.weight_decay * param) * options.learning_rate);
  grad.zero_();
  if (half.defined()) {
    half.copy_(param);
  }
}

double l2Norm(const at::Tensor& flat) {
  return std::sqrt(flat.to(at::kDouble).square().sum().item<double>());
}

}  // namespace heddle::reference
