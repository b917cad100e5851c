// The dispatcher's names of the fused operations: what ops.cpp calls and what the CPU files and the CUDA
// plug-in implement. Shapes as in ops.h: T packed tokens, B rows, H hidden, A heads, V vocabulary, M masked,
// N anything.
//
// Common rules of all implementations
//   Floating tensors are contiguous, of one type (fp32 or bf16) in one call unless a line says "fp32".
//   ops.cpp has checked shapes, types, devices and contiguity, and calls with autograd switched off. (rows,
//   positions, p, key, step) is a DropoutSite with its PackedRows: the mask of token t, channel c is that of
//   dropoutBits(key, step, rows[t], positions[t], 0, c). `key` is the bit pattern of the uint64 key. p = 0:
//   no mask. Results depend on the arguments alone: fixed order of every sum, no atomics on floats.

#include <torch/library.h>

TORCH_LIBRARY(heddle, m) {
  // qkv [T, 3 H], starts [B + 1], rows [T] -> out [T, H], lse [A, T] fp32: log of the sum of exp(score) of
  // each query, with score = q k^T / sqrt(D). Probability (query i, key j) of head a in row b is dropped by
  // dropoutBits(key, step, rows[starts[b]], i, a, j); i, j count from 0 in the row.
  m.def(
      "packed_attention(Tensor qkv, Tensor starts, Tensor rows, int max_length, int num_heads, float p, int "
      "key, int step)"
      " -> (Tensor, Tensor)");
  // -> grad_qkv [T, 3 H]
  m.def(
      "packed_attention_backward(Tensor grad_out, Tensor qkv, Tensor out, Tensor lse, Tensor starts, Tensor "
      "rows,"
      " int max_length, int num_heads, float p, int key, int step) -> Tensor");

  // LayerNorm(dropout(x + bias) + residual) * weight + shift -> out [T, H], mean [T] fp32, rstd [T] fp32
  m.def(
      "dropout_add_layer_norm(Tensor x, Tensor bias, Tensor residual, Tensor weight, Tensor shift, float "
      "eps, Tensor rows,"
      " Tensor positions, float p, int key, int step) -> (Tensor, Tensor, Tensor)");
  // -> grad_x [T, H], grad_residual [T, H], grad_bias [H] fp32, grad_weight [H] fp32, grad_shift [H] fp32
  m.def(
      "dropout_add_layer_norm_backward(Tensor grad_out, Tensor x, Tensor bias, Tensor residual, Tensor "
      "weight, Tensor mean,"
      " Tensor rstd, Tensor rows, Tensor positions, float p, int key, int step)"
      " -> (Tensor, Tensor, Tensor, Tensor, Tensor)");

  // dropout(LayerNorm(x) * weight + shift) -> out [T, H], mean [T] fp32, rstd [T] fp32
  m.def(
      "layer_norm_dropout(Tensor x, Tensor weight, Tensor shift, float eps, Tensor rows, Tensor positions, "
      "float p, int key,"
      " int step) -> (Tensor, Tensor, Tensor)");
  // -> grad_x [T, H], grad_weight [H] fp32, grad_shift [H] fp32
  m.def(
      "layer_norm_dropout_backward(Tensor grad_out, Tensor x, Tensor weight, Tensor mean, Tensor rstd, "
      "Tensor rows,"
      " Tensor positions, float p, int key, int step) -> (Tensor, Tensor, Tensor)");

  // activation(x + bias); x [N, F], bias [F]; activation 0 = GELU (erf), 1 = GELU (tanh), 2 = ReLU
  m.def("bias_activation(Tensor x, Tensor bias, int activation) -> Tensor");
  // -> grad_x [N, F], grad_bias [F] fp32
  m.def(
      "bias_activation_backward(Tensor grad_out, Tensor x, Tensor bias, int activation) -> (Tensor, Tensor)");

  // x [N, in] weight [out, in]^T + bias [out] -> [N, out]
  m.def("linear(Tensor x, Tensor weight, Tensor? bias) -> Tensor");
  // grad_out [N, out] weight [out, in] -> [N, in]
  m.def("linear_backward_input(Tensor grad_out, Tensor weight) -> Tensor");
  // grad_weight [out, in] += grad_out^T x; grad_weight is fp32 or of the type of x
  m.def("linear_backward_weight(Tensor grad_out, Tensor x, Tensor(a!) grad_weight) -> ()");
  // x [N, F] -> sum over N, [F] fp32
  m.def("column_sum(Tensor x) -> Tensor");

  // grad_table[ids[t]] += grad_out[t] over all t, in the order of t; grad_out [T, H], grad_table [V, H] fp32
  // or of its type
  m.def("embedding_backward(Tensor grad_out, Tensor ids, Tensor(a!) grad_table) -> ()");

  // Cross entropy of hidden [M, H] weight [V, H]^T + bias [V] at labels [M], and its gradients for a loss
  // gradient of 1.
  // -> loss_sum [] fp32, correct [] int64, and where with_gradients (else undefined): grad_hidden [M, H],
  // grad_weight [V, H] fp32, grad_bias [V] fp32
  m.def(
      "vocabulary_loss(Tensor hidden, Tensor weight, Tensor bias, Tensor labels, bool with_gradients)"
      " -> (Tensor, Tensor, Tensor, Tensor, Tensor)");

  // The same in two steps, for devices where a pass over [V, H] is expensive (CPU): gradients are computed
  // when the loss gradient is known and go straight to where they are summed.
  // -> loss_sum [] fp32, correct [] int64, lse [M] fp32, logits: for vocabulary_gradients, or undefined
  m.def(
      "vocabulary_statistics(Tensor hidden, Tensor weight, Tensor bias, Tensor labels, bool keep_logits)"
      " -> (Tensor, Tensor, Tensor, Tensor)");
  // -> grad_hidden [M, H], scaled by loss_grad; grad_weight [V, H] and grad_bias [V], fp32, += theirs.
  // `logits` is used up; without it (absent) they are computed again.
  m.def(
      "vocabulary_gradients(Tensor hidden, Tensor weight, Tensor bias, Tensor labels, Tensor lse, Tensor? "
      "logits,"
      " float loss_grad, Tensor(a!) grad_weight, Tensor(b!) grad_bias) -> Tensor");

  // AdamStep of ops.h; param, grad, m, v [N] fp32, half [N] bf16. grad is zeroed.
  m.def(
      "adam_step(Tensor(a!) param, Tensor(b!) grad, Tensor(c!) m, Tensor(d!) v, Tensor(e!)? half, float "
      "learning_rate,"
      " float beta1, float beta2, float epsilon, float weight_decay, float grad_scale, bool bias_correction, "
      "int step)"
      " -> ()");

  // sqrt(sum x^2) of fp32 [N], summed in double.
  m.def("l2_norm(Tensor flat) -> float");
}
