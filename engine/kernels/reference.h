// The operations of ops.h spelled out in plain ATen calls: slow, obvious, for any device and precision (fp32,
// bf16, fp64), and differentiable by autograd. Tests compare the fused paths with these; taps that need
// attention probabilities run them.

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "engine/kernels/ops.h"

namespace heddle::reference {

// 0 or the kept elements' scale: the multipliers of hidden states. [T, channels], of the type and device of
// `like`.
at::Tensor hiddenMask(const PackedRows& rows, int64_t channels, const DropoutSite& dropout,
                      const at::Tensor& like);

// The same for the attention probabilities of one row of n tokens: [heads, n, n], row `row` of the step's
// global batch.
at::Tensor attentionMask(int64_t row, int64_t n, int64_t heads, const DropoutSite& dropout,
                         const at::Tensor& like);

// softmax(q k^T / sqrt(D)) of each row of the batch, before dropout: B tensors [heads, n, n] of the type of
// qkv.
std::vector<at::Tensor> attentionProbs(const at::Tensor& qkv, const PackedRows& rows, int64_t num_heads);

// As in ops.h; `probs`, where given, receives attentionProbs, detached.
at::Tensor packedAttention(const at::Tensor& qkv, const PackedRows& rows, int64_t num_heads,
                           const DropoutSite& dropout, std::vector<at::Tensor>* probs = nullptr);

at::Tensor dropoutAddLayerNorm(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual,
                               const at::Tensor& weight, const at::Tensor& shift, double eps,
                               const PackedRows& rows, const DropoutSite& dropout);
at::Tensor layerNormDropout(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& shift,
                            double eps, const PackedRows& rows, const DropoutSite& dropout);
at::Tensor biasActivation(const at::Tensor& x, const at::Tensor& bias, Activation activation);
at::Tensor linearNoBias(const at::Tensor& x, const at::Tensor& weight);
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);
at::Tensor embeddingRows(const at::Tensor& table, const at::Tensor& ids);
VocabularyLoss vocabularyLoss(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& bias,
                              const at::Tensor& labels);
void adamStep(const at::Tensor& param, const at::Tensor& grad, const at::Tensor& m, const at::Tensor& v,
              const at::Tensor& half, const AdamStep& options);
double l2Norm(const at::Tensor& flat);

}  // namespace heddle::reference
