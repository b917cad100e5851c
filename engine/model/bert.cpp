#include "engine/model/bert.h"

#include <ATen/ATen.h>

namespace heddle {

BertEncoder::BertEncoder(ParameterSet& parameters, const std::string& name, const ModelRecipe& model)
    : embeddings_(parameters, name + ".embeddings", model) {
  for (int64_t layer = 0; layer < model.num_hidden_layers; ++layer) {
    const std::string prefix = name + ".encoder.layer." + std::to_string(layer);
    layers_.push_back({SelfAttention(parameters, prefix + ".attention", layer, model),
                       FeedForward(parameters, prefix, layer, model)});
  }
}

at::Tensor BertEncoder::forward(const ForwardContext& context) const {
  at::Tensor hidden = embeddings_.forward(context);  // [T, H]
  for (size_t index = 0; index < layers_.size(); ++index) {
    hidden = layers_[index].attention.forward(hidden, context);
    hidden = layers_[index].feed_forward.forward(hidden, context);
    const std::string output = tap::layerOutput(static_cast<int64_t>(index));
    if (context.taps_want(output)) {
      context.taps->put(output, {hidden});
    }
  }
  return hidden;
}

Bert::Bert(ParameterSet& parameters, const ModelRecipe& model, bool next_sentence)
    : encoder_(parameters, "bert", model), masked_lm_(parameters, "cls.predictions", model) {
  if (next_sentence) {
    pooler_ = std::make_unique<Linear>(parameters, std::vector<std::string>{"bert.pooler.dense"},
                                       model.hidden_size, model.hidden_size);
    pair_head_ = std::make_unique<Linear>(parameters, std::vector<std::string>{"cls.seq_relationship"},
                                          model.hidden_size, 2);
  }
}

at::Tensor Bert::pool(const at::Tensor& hidden, const PackedBatch& batch) const {
  TORCH_CHECK(pooler_ != nullptr, "this BERT was built without next-sentence prediction and has no pooler");
  const at::Tensor starts = batch.rows.starts.narrow(0, 0, batch.rows.starts.size(0) - 1);  // [B]
  return at::tanh(pooler_->forward(embeddingRows(hidden, starts)));                         // [B, H]
}

BertLosses Bert::losses(const at::Tensor& hidden, const PackedBatch& batch) const {
  BertLosses losses;
  const at::Tensor masked = embeddingRows(hidden, batch.masked_positions);  // [M, H]
  losses.masked_lm =
      masked_lm_.loss(masked, encoder_.embeddings().wordTable().compute(), batch.masked_labels);
  if (pair_head_ != nullptr && batch.pair_labels.defined()) {
    const at::Tensor scores = pair_head_->forward(pool(hidden, batch)).to(at::kFloat);  // [B, 2]
    const at::Tensor labels = batch.pair_labels.to(at::kLong);
    losses.pair_sum = at::cross_entropy_loss(scores, labels, {}, at::Reduction::Sum);
    losses.pair_correct = scores.detach().argmax(1).eq(labels).sum().item<int64_t>();
  }
  return losses;
}

}  // namespace heddle
