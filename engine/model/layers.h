// The pieces that families are composed of. Each declares its parameters under the published names and maps
// packed tokens [T, in] to [T, out]; only attention knows that there are rows.
//   T = packed tokens    H = hidden_size    A = num_attention_heads    F = intermediate_size    V =
//   vocab_size    M = masked

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "engine/kernels/ops.h"
#include "engine/model/packed_batch.h"
#include "engine/model/parameters.h"
#include "engine/model/taps.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// What one forward pass knows besides its batch.
struct ForwardContext {
  const PackedBatch& batch;
  double hidden_dropout = 0;  // 0 outside training
  double attention_dropout = 0;
  uint64_t seed = 0;
  int64_t step = 0;
  Taps* taps = nullptr;

  // Dropout of a named place: equal names draw equal masks on every device and in every micro-batch.
  DropoutSite site(const std::string& name, double p) const;
  bool taps_want(const std::string& name) const { return taps != nullptr && taps->wants(name); }
};

// "gelu" (erf), "gelu_new" (tanh), "relu", as in published config.json files. Throws c10::Error for another
// word.
Activation activationNamed(const std::string& word);

class Linear {
 public:
  // weight [out, in] named NAME.weight, bias [out] named NAME.bias; several names give one product for all of
  // them, each with `out` rows.
  Linear(ParameterSet& parameters, const std::vector<std::string>& names, int64_t in, int64_t out);

  at::Tensor withoutBias(const at::Tensor& x) const {
    return linearNoBias(x, weight_->compute());
  }                                                     // [N, out]
  at::Tensor bias() const { return bias_->compute(); }  // [out]
  at::Tensor forward(const at::Tensor& x) const { return linear(x, weight_->compute(), bias()); }

 private:
  Parameter* weight_;
  Parameter* bias_;
};

class LayerNorm {
 public:
  LayerNorm(ParameterSet& parameters, const std::string& name, int64_t size, double eps);

  at::Tensor weight() const { return weight_->compute(); }
  at::Tensor shift() const { return shift_->compute(); }
  double eps() const { return eps_; }

 private:
  Parameter* weight_;
  Parameter* shift_;
  double eps_;
};

// Sum of word, position and segment tables, LayerNorm, dropout.
class Embeddings {
 public:
  Embeddings(ParameterSet& parameters, const std::string& name, const ModelRecipe& model);

  at::Tensor forward(const ForwardContext& context) const;  // [T, H]
  const Parameter& wordTable() const { return *words_; }    // [V, H]

 private:
  Parameter* words_;
  Parameter* positions_;
  Parameter* segments_;
  LayerNorm norm_;
};

// Multi-head self-attention with its output projection, residual and norm (post-norm).
class SelfAttention {
 public:
  SelfAttention(ParameterSet& parameters, const std::string& name, int64_t layer, const ModelRecipe& model);

  at::Tensor forward(const at::Tensor& hidden, const ForwardContext& context) const;  // [T, H] -> [T, H]

 private:
  int64_t heads_;
  std::string probs_tap_, probs_site_, output_site_;
  Linear qkv_;  // H -> 3 H
  Linear output_;
  LayerNorm norm_;
};

// Feed-forward network with residual and norm (post-norm).
class FeedForward {
 public:
  FeedForward(ParameterSet& parameters, const std::string& name, int64_t layer, const ModelRecipe& model);

  at::Tensor forward(const at::Tensor& hidden, const ForwardContext& context) const;  // [T, H] -> [T, H]

 private:
  Activation activation_;
  std::string output_site_;
  Linear expand_;    // H -> F
  Linear contract_;  // F -> H
  LayerNorm norm_;
};

// dense, activation, LayerNorm, then the word table as decoder with its own bias.
class MaskedLmHead {
 public:
  MaskedLmHead(ParameterSet& parameters, const std::string& name, const ModelRecipe& model);

  // Features that meet the word table. hidden [M, H] -> [M, H]
  at::Tensor transform(const at::Tensor& hidden) const;
  // hidden [M, H], labels [M] int32; `words` is the tied table [V, H].
  VocabularyLoss loss(const at::Tensor& hidden, const at::Tensor& words, const at::Tensor& labels) const;

 private:
  Activation activation_;
  Linear dense_;
  LayerNorm norm_;
  Parameter* bias_;  // [V]
};

}  // namespace heddle
