// BERT: embeddings, a stack of post-norm encoder layers, a pooler over [CLS], and the two pretraining heads.
// Devlin et al. 2018, https://arxiv.org/abs/1810.04805; parameter names and defaults as published with
// transformers.

#pragma once

#include <memory>
#include <vector>

#include "engine/model/layers.h"

namespace heddle {

class BertEncoder {
 public:
  BertEncoder(ParameterSet& parameters, const std::string& name, const ModelRecipe& model);

  at::Tensor forward(const ForwardContext& context) const;  // [T, H]
  const Embeddings& embeddings() const { return embeddings_; }

 private:
  struct Layer {
    SelfAttention attention;
    FeedForward feed_forward;
  };
  Embeddings embeddings_;
  std::vector<Layer> layers_;
};

// Sums over the batch, so that a step's mean can be taken over all of its micro-batches.
struct BertLosses {
  VocabularyLoss masked_lm;  // over M masked positions
  at::Tensor pair_sum;       // [] fp32 over B rows; undefined without next-sentence prediction
  int64_t pair_correct = 0;
};

// BertForPreTraining; without next-sentence prediction it has neither pooler nor pair head.
class Bert {
 public:
  // model.vocab_size must be resolved (> 0). Declares its parameters in `parameters`, which must outlive it.
  Bert(ParameterSet& parameters, const ModelRecipe& model, bool next_sentence);

  at::Tensor encode(const ForwardContext& context) const { return encoder_.forward(context); }  // [T, H]
  // tanh(W h_[CLS] + b): [B, H]. Only with next-sentence prediction.
  at::Tensor pool(const at::Tensor& hidden, const PackedBatch& batch) const;
  // hidden [T, H] as encode() gave it for this batch.
  BertLosses losses(const at::Tensor& hidden, const PackedBatch& batch) const;

 private:
  BertEncoder encoder_;
  MaskedLmHead masked_lm_;
  std::unique_ptr<Linear> pooler_;
  std::unique_ptr<Linear> pair_head_;  // H -> 2: 0 = next, 1 = random
};

}  // namespace heddle
