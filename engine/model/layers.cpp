#include "engine/model/layers.h"

#include <ATen/ATen.h>

#include "engine/base/random.h"
#include "engine/kernels/reference.h"

namespace heddle {
namespace {

std::vector<std::string> withSuffix(const std::vector<std::string>& names, const char* suffix) {
  std::vector<std::string> result;
  for (const std::string& name : names) {
    result.push_back(name + suffix);
  }
  return result;
}

// LayerNorm with neither residual nor dropout, for heads.
at::Tensor plainNorm(const at::Tensor& x, const LayerNorm& norm) {
  return at::layer_norm(x, {x.size(-1)}, norm.weight(), norm.shift(), norm.eps());
}

}  // namespace

DropoutSite ForwardContext::site(const std::string& name, double p) const {
  return {p, mixKey(mixKey(seed, nameKey("dropout")), nameKey(name.c_str())), step};
}

Activation activationNamed(const std::string& word) {
  if (word == "gelu") {
    return Activation::kGelu;
  }
  if (word == "gelu_new") {
    return Activation::kGeluTanh;
  }
  TORCH_CHECK(word == "relu", "hidden_act is '", word, "'; known are gelu, gelu_new and relu");
  return Activation::kRelu;
}

Linear::Linear(ParameterSet& parameters, const std::vector<std::string>& names, int64_t in, int64_t out)
    : weight_(parameters.declare(withSuffix(names, ".weight"), {out * static_cast<int64_t>(names.size()), in},
                                 Initial::kTruncatedNormal, Decay::kYes)),
      bias_(parameters.declare(withSuffix(names, ".bias"), {out * static_cast<int64_t>(names.size())},
                               Initial::kZeros, Decay::kNo)) {}

LayerNorm::LayerNorm(ParameterSet& parameters, const std::string& name, int64_t size, double eps)
    : weight_(parameters.declare({name + ".weight"}, {size}, Initial::kOnes, Decay::kNo)),
      shift_(parameters.declare({name + ".bias"}, {size}, Initial::kZeros, Decay::kNo)),
      eps_(eps) {}

Embeddings::Embeddings(ParameterSet& parameters, const std::string& name, const ModelRecipe& model)
    : words_(parameters.declare({name + ".word_embeddings.weight"}, {model.vocab_size, model.hidden_size},
                                Initial::kTruncatedNormal, Decay::kYes)),
      positions_(parameters.declare({name + ".position_embeddings.weight"},
                                    {model.max_position_embeddings, model.hidden_size},
                                    Initial::kTruncatedNormal, Decay::kYes)),
      segments_(parameters.declare({name + ".token_type_embeddings.weight"},
                                   {model.type_vocab_size, model.hidden_size}, Initial::kTruncatedNormal,
                                   Decay::kYes)),
      norm_(parameters, name + ".LayerNorm", model.hidden_size, model.layer_norm_eps) {}

at::Tensor Embeddings::forward(const ForwardContext& context) const {
  const PackedBatch& batch = context.batch;
  at::Tensor sum = embeddingRows(words_->compute(), batch.tokens);  // [T, H]
  sum = sum + embeddingRows(positions_->compute(), batch.rows.positions);
  sum = sum + embeddingRows(segments_->compute(), batch.segments);
  at::Tensor hidden = layerNormDropout(sum, norm_.weight(), norm_.shift(), norm_.eps(), batch.rows,
                                       context.site("embeddings", context.hidden_dropout));
  if (context.taps_want(tap::embeddings())) {
    context.taps->put(tap::embeddings(), {hidden});
  }
  return hidden;
}

SelfAttention::SelfAttention(ParameterSet& parameters, const std::string& name, int64_t layer,
                             const ModelRecipe& model)
    : heads_(model.num_attention_heads),
      probs_tap_(tap::attentionProbs(layer)),
      probs_site_("encoder." + std::to_string(layer) + ".attention.probs"),
      output_site_("encoder." + std::to_string(layer) + ".attention.output"),
      qkv_(parameters, {name + ".self.query", name + ".self.key", name + ".self.value"}, model.hidden_size,
           model.hidden_size),
      output_(parameters, {name + ".output.dense"}, model.hidden_size, model.hidden_size),
      norm_(parameters, name + ".output.LayerNorm", model.hidden_size, model.layer_norm_eps) {}

at::Tensor SelfAttention::forward(const at::Tensor& hidden, const ForwardContext& context) const {
  const PackedRows& rows = context.batch.rows;
  const at::Tensor qkv = qkv_.forward(hidden);  // [T, 3 H]
  const DropoutSite probs_dropout = context.site(probs_site_, context.attention_dropout);
  at::Tensor mixed;  // [T, H]
  if (context.taps_want(probs_tap_)) {
    std::vector<at::Tensor> probs;  // [A, n, n] a row
    mixed = reference::packedAttention(qkv, rows, heads_, probs_dropout, &probs);
    context.taps->put(probs_tap_, std::move(probs));
  } else {
    mixed = packedAttention(qkv, rows, heads_, probs_dropout);
  }
  return dropoutAddLayerNorm(output_.withoutBias(mixed), output_.bias(), hidden, norm_.weight(),
                             norm_.shift(), norm_.eps(), rows,
                             context.site(output_site_, context.hidden_dropout));
}

FeedForward::FeedForward(ParameterSet& parameters, const std::string& name, int64_t layer,
                         const ModelRecipe& model)
    : activation_(activationNamed(model.hidden_act)),
      output_site_("encoder." + std::to_string(layer) + ".output"),
      expand_(parameters, {name + ".intermediate.dense"}, model.hidden_size, model.intermediate_size),
      contract_(parameters, {name + ".output.dense"}, model.intermediate_size, model.hidden_size),
      norm_(parameters, name + ".output.LayerNorm", model.hidden_size, model.layer_norm_eps) {}

at::Tensor FeedForward::forward(const at::Tensor& hidden, const ForwardContext& context) const {
  const at::Tensor wide = biasActivation(expand_.withoutBias(hidden), expand_.bias(), activation_);  // [T, F]
  return dropoutAddLayerNorm(contract_.withoutBias(wide), contract_.bias(), hidden, norm_.weight(),
                             norm_.shift(), norm_.eps(), context.batch.rows,
                             context.site(output_site_, context.hidden_dropout));
}

MaskedLmHead::MaskedLmHead(ParameterSet& parameters, const std::string& name, const ModelRecipe& model)
    : activation_(activationNamed(model.hidden_act)),
      dense_(parameters, {name + ".transform.dense"}, model.hidden_size, model.hidden_size),
      norm_(parameters, name + ".transform.LayerNorm", model.hidden_size, model.layer_norm_eps),
      bias_(parameters.declare({name + ".bias"}, {model.vocab_size}, Initial::kZeros, Decay::kNo)) {}

at::Tensor MaskedLmHead::transform(const at::Tensor& hidden) const {
  return plainNorm(biasActivation(dense_.withoutBias(hidden), dense_.bias(), activation_), norm_);
}

VocabularyLoss MaskedLmHead::loss(const at::Tensor& hidden, const at::Tensor& words,
                                  const at::Tensor& labels) const {
  return vocabularyLoss(transform(hidden), words, bias_->compute(), labels);
}

}  // namespace heddle
