// The parts of packed attention by type, chosen in attention.cu, and what they agree on.

#pragma once

#include <cmath>

#include "engine/kernels/cuda/kernels.h"

namespace heddle::cuda {

inline float attentionScale(int head_dim) {
  return 1.0f / std::sqrt(static_cast<float>(head_dim));
}

void attentionForwardBf16(const AttentionCall& call, cudaStream_t stream);
void attentionForwardFloat(const AttentionCall& call, cudaStream_t stream);

// delta [heads, tokens] is the dot product of out and grad_out of each head: with it the gradient of the
// softmax needs no second pass over the keys, with or without dropout.
void attentionBackwardBf16(const AttentionCall& call, const void* grad_out, void* grad_qkv,
                           const float* delta, cudaStream_t stream);
void attentionBackwardFloat(const AttentionCall& call, const void* grad_out, void* grad_qkv,
                            const float* delta, cudaStream_t stream);

}  // namespace heddle::cuda
