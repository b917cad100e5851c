// The engine's fused operations. Each has a plain reference (reference.h), a CPU path and a CUDA path with
// equal random masks, and is differentiable. Shapes: T = packed tokens, B = rows, H = hidden, A = heads, D =
// H / A, V = vocabulary, M = masked. Floating tensors are fp32 or bf16 (statistics, sums and losses always
// fp32); index tensors are int32 on the same device. Wrong shapes or types throw c10::Error with the values.

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>

namespace heddle {

// Where a random mask is drawn: see dropout_mask.h for the exact bits. p = 0 switches dropout off.
struct DropoutSite {
  double p = 0;
  uint64_t key = 0;  // of seed, purpose and site: "encoder.3.output"
  int64_t step = 0;
};

// Which row and position of the step's global batch every packed token is.
struct PackedRows {
  at::Tensor starts;       // [B + 1] int32
  at::Tensor rows;         // [T] int32, index in the step's global batch
  at::Tensor positions;    // [T] int32, from 0 in every row
  int64_t max_length = 0;  // longest row
  int64_t first_row = 0;   // rows[0]
};

// Multi-head self-attention inside each row of a packed batch; probabilities never exist in memory.
//   qkv [T, 3 H]: query, key, value side by side, heads contiguous inside each    returns [T, H]
// softmax(q k^T / sqrt(D)), dropout on the probabilities, times v. Vaswani et al. 2017, section 3.2.
at::Tensor packedAttention(const at::Tensor& qkv, const PackedRows& rows, int64_t num_heads,
                           const DropoutSite& dropout);

// LayerNorm(dropout(x + bias) + residual): the end of every sub-layer of a post-norm encoder. All [T, H];
// bias, weight, shift [H].
at::Tensor dropoutAddLayerNorm(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual,
                               const at::Tensor& weight, const at::Tensor& shift, double eps,
                               const PackedRows& rows, const DropoutSite& dropout);

// dropout(LayerNorm(x)): the end of the embeddings. x [T, H].
at::Tensor layerNormDropout(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& shift,
                            double eps, const PackedRows& rows, const DropoutSite& dropout);

enum class Activation { kGelu, kGeluTanh, kRelu };

// activation(x + bias). x [N, F], bias [F].
at::Tensor biasActivation(const at::Tensor& x, const at::Tensor& bias, Activation activation);

// x W^T without bias. x [N, in], weight [out, in], returns [N, out]. Where weight.grad() exists already, the
// backward pass adds the gradient to it at once, without a tensor of its own (so for embeddingRows and
// vocabularyLoss); torch::autograd::grad then returns nothing for the weight.
at::Tensor linearNoBias(const at::Tensor& x, const at::Tensor& weight);

// x W^T + bias. bias [out].
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// Rows of `table` [V, H] at ids [T]; the gradient is summed deterministically.
at::Tensor embeddingRows(const at::Tensor& table, const at::Tensor& ids);

struct VocabularyLoss {
  at::Tensor loss_sum;  // [] fp32, differentiable: sum over M of -log softmax(hidden W^T + bias)[label]
  int64_t correct = 0;  // how many labels had the highest logit
};

// The vocabulary head and its cross entropy in one: logits exist a chunk at a time and turn into their
// gradient in place.
//   hidden [M, H], weight [V, H], bias [V], labels [M] int32
VocabularyLoss vocabularyLoss(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& bias,
                              const at::Tensor& labels);

// One AdamW step over flat fp32 buffers of equal size [N], all updated in place; `grad` is zeroed in the same
// pass. update = m / (sqrt(v) + eps) + weight_decay * p, p -= lr * update (decoupled; Loshchilov & Hutter
// 2019), m and v divided by 1 - beta^step where bias_correction. `grad_scale` multiplies the gradient first
// (clipping, means over the step).
struct AdamStep {
  double learning_rate, beta1, beta2, epsilon, weight_decay, grad_scale;
  bool bias_correction;
  int64_t step;  // from 1
};
// `half` is the bf16 copy [N] written in the same pass, or undefined.
void adamStep(const at::Tensor& param, const at::Tensor& grad, const at::Tensor& m, const at::Tensor& v,
              const at::Tensor& half, const AdamStep& options);

// sqrt(sum x^2) of a flat fp32 buffer, summed in a fixed order in double.
double l2Norm(const at::Tensor& flat);

}  // namespace heddle
