// The CUDA kernels behind raw device pointers: what the .cu files define and the _cuda.cpp files wrap for
// tensors. Knows no Torch. All calls are asynchronous on `stream`; a failed launch is left in
// cudaGetLastError(). Shapes as in ops.h and schema.cpp. Sums run in a fixed order that depends on the sizes
// alone: equal arguments give equal bits.

#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace heddle::cuda {

enum class Type { kFloat, kBf16 };

// A DropoutSite as the kernels want it; threshold 0 switches it off.
struct DropoutSettings {
  uint64_t key;
  uint32_t step;
  uint32_t threshold;  // dropoutThreshold(p)
  float scale;         // dropoutScale(p)
};

struct AttentionCall {
  Type type;
  const void* qkv;    // [tokens, 3 hidden], 16-byte aligned
  void* out;          // [tokens, hidden], 16-byte aligned; read by the backward pass
  float* lse;         // [heads, tokens]; read by the backward pass
  const int* starts;  // [batch + 1]
  const int* rows;    // [tokens]
  int64_t tokens;
  int batch;
  int max_length;
  int heads;
  int head_dim;  // one of kHeadDims
  DropoutSettings dropout;
};
inline constexpr int kHeadDims[] = {32, 64, 128};

void attentionForward(const AttentionCall& call, cudaStream_t stream);
// grad_out [tokens, hidden], grad_qkv [tokens, 3 hidden] of the call's type, 16-byte aligned; delta [heads,
// tokens] is scratch.
void attentionBackward(const AttentionCall& call, const void* grad_out, void* grad_qkv, float* delta,
                       cudaStream_t stream);

// LayerNorm(dropout(x + bias) + residual) * weight + shift, or dropout(LayerNorm(x) * weight + shift) where
// `residual` is null.
struct NormCall {
  Type type;
  const void* x;         // [tokens, hidden]
  const void* bias;      // [hidden]; null with residual
  const void* residual;  // [tokens, hidden]
  const void* weight;    // [hidden]
  const void* shift;     // [hidden]; not read by the backward pass
  float* mean;           // [tokens]; read by the backward pass
  float* rstd;           // [tokens]; read by the backward pass
  const int* rows;       // [tokens]
  const int* positions;  // [tokens]
  int64_t tokens;
  int hidden;  // <= kMaxNormHidden
  float eps;
  DropoutSettings dropout;
};
inline constexpr int kMaxNormHidden = 8192;

void normForward(const NormCall& call, void* out, cudaStream_t stream);

struct NormGradients {
  const void* grad_out;  // [tokens, hidden]
  void* grad_x;          // [tokens, hidden]
  void* grad_residual;   // [tokens, hidden]; null without residual
  float* partial;        // [normParts(tokens), 3 hidden]: scratch
  float* sums;           // [3 hidden]: gradients of weight, shift and bias (undefined without bias)
};
int normParts(int64_t tokens);
void normBackward(const NormCall& call, const NormGradients& gradients, cudaStream_t stream);

// activation: 0 = GELU (erf), 1 = GELU (tanh), 2 = ReLU. x, out, grad_out, grad_x [rows, width]; bias,
// grad_bias [width].
void biasActivationForward(Type type, const void* x, const void* bias, int activation, int64_t rows,
                           int width, void* out, cudaStream_t stream);
// partial [columnParts(rows), width] is scratch.
int columnParts(int64_t rows);
void biasActivationBackward(Type type, const void* grad_out, const void* x, const void* bias, int activation,
                            int64_t rows, int width, void* grad_x, float* partial, float* grad_bias,
                            cudaStream_t stream);
// Sum over the rows of x [rows, width], whose rows lie `stride` elements apart, into sums [width]; added to
// it where `accumulate`.
void columnSum(Type type, const void* x, int64_t rows, int width, int64_t stride, float* partial,
               bool accumulate, float* sums, cudaStream_t stream);

// Turns logits [rows, vocabulary] (rows `stride` apart, stride a multiple of 8, 16-byte aligned) into softmax
// - onehot(label) where `with_gradients`. losses[row] = -log softmax[label]; hits[row] = 1 where no logit is
// above the label's. A label outside the vocabulary gives a loss of NaN.
void crossEntropyInPlace(Type type, void* logits, const int* labels, int64_t rows, int vocabulary,
                         int64_t stride, bool with_gradients, float* losses, int* hits, cudaStream_t stream);

// table[sorted_ids[i]] += grad_out[order[i]] over i, where sorted_ids [tokens] ascend and order [tokens] is
// the stable permutation that sorted them. partial [embeddingParts(tokens), hidden] is scratch.
int64_t embeddingParts(int64_t tokens);
void embeddingBackward(Type type, const void* grad_out, const int* sorted_ids, const int64_t* order,
                       int64_t tokens, int hidden, float* partial, Type table_type, void* table,
                       cudaStream_t stream);

// One AdamW step as ops.h states it; corrections are 1 - beta^step, or 1. half [size] bf16 or null.
struct AdamCall {
  float* param;
  float* grad;
  float* m;
  float* v;
  void* half;
  int64_t size;
  float learning_rate, beta1, beta2, epsilon, weight_decay, grad_scale;
  float one_minus_beta1, one_minus_beta2;  // rounded once from double
  float correction1, correction2;
};
void adamStep(const AdamCall& call, cudaStream_t stream);

// Sum of squares of x [size] in double into total[0]; total has kNormSlots doubles.
inline constexpr int kNormSlots = 1025;
void sumOfSquares(const float* x, int64_t size, double* total, cudaStream_t stream);

}  // namespace heddle::cuda
