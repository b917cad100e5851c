// The two operations whose size is the vocabulary: the loss over it and the gradient of its embeddings.

#include <ATen/ATen.h>

#include <algorithm>
#include <tuple>

#include "engine/kernels/cuda/tensors.h"

namespace heddle::cuda {
namespace {

// Logits that exist at one time: 256 MiB in bf16, enough rows for a product at full speed.
constexpr int64_t kChunkElements = int64_t{1} << 27;

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> vocabularyLossCuda(
    const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& labels,
    bool with_gradients) {
  const Launcher launcher(hidden);
  const Type type = typeOf(hidden);
  const int64_t masked = hidden.size(0);
  const int vocabulary = asInt(weight.size(0));
  const auto fp32 = hidden.options().dtype(at::kFloat);
  const int64_t padded =
      (vocabulary + 63) / 64 * 64;  // rows of logits start on vectors, as products want them
  const int64_t chunk = std::max<int64_t>(1, std::min(masked, kChunkElements / padded));
  const at::Tensor buffer = at::empty({chunk, padded}, hidden.options());
  const at::Tensor losses = at::empty({masked}, fp32);
  const at::Tensor hits = at::empty({masked}, hidden.options().dtype(at::kInt));
  at::Tensor grad_hidden;
  at::Tensor grad_weight;
  at::Tensor grad_bias;
  at::Tensor partial;
  if (with_gradients) {
    grad_hidden = at::empty(hidden.sizes(), hidden.options());
    grad_weight = at::zeros(weight.sizes(), fp32);
    grad_bias = at::zeros({vocabulary}, fp32);
    partial = at::empty({columnParts(chunk), vocabulary}, fp32);
  }
  for (int64_t first = 0; first < masked; first += chunk) {
    const int64_t count = std::min(chunk, masked - first);
    const at::Tensor rows = hidden.narrow(0, first, count);
    at::Tensor logits = buffer.narrow(0, 0, count).narrow(1, 0, vocabulary);
    at::addmm_out(logits, bias, rows, weight.t());
    crossEntropyInPlace(type, logits.data_ptr(), labels.const_data_ptr<int>() + first, count, vocabulary,
                        padded, with_gradients, losses.data_ptr<float>() + first,
                        hits.data_ptr<int>() + first, launcher.stream());
    launcher.finish();
    if (!with_gradients) {
      continue;
    }
    at::Tensor grad_rows = grad_hidden.narrow(0, first, count);
    at::mm_out(grad_rows, logits, weight);
    if (type == Type::kFloat) {
      grad_weight.addmm_(logits.t(), rows);
    } else {
      grad_weight.add_(at::mm(logits.t(), rows, at::kFloat));
    }
    columnSum(type, logits.const_data_ptr(), count, vocabulary, padded, partial.data_ptr<float>(),
              /*accumulate=*/true, grad_bias.data_ptr<float>(), launcher.stream());
    launcher.finish();
  }
  return {losses.sum(at::kDouble).to(at::kFloat), hits.sum(), grad_hidden, grad_weight, grad_bias};
}

void embeddingBackwardCuda(const at::Tensor& grad_out, const at::Tensor& ids, at::Tensor& grad_table) {
  const Launcher launcher(grad_out);
  const Type type = typeOf(grad_out);
  const Type table_type = typeOf(grad_table);
  TORCH_CHECK(table_type == type || table_type == Type::kFloat, "The gradient of an embedding table of type ",
              grad_table.scalar_type(), " was given rows of type ", grad_out.scalar_type());
  const auto [sorted_ids, order] = at::sort(ids, /*stable=*/true, /*dim=*/0, /*descending=*/false);
  const int64_t tokens = ids.numel();
  const int hidden = asInt(grad_out.size(1));
  at::Tensor partial = at::empty({embeddingParts(tokens), hidden}, grad_out.options().dtype(at::kFloat));
  embeddingBackward(type, grad_out.const_data_ptr(), sorted_ids.const_data_ptr<int>(),
                    order.const_data_ptr<int64_t>(), asInt(tokens), hidden, partial.data_ptr<float>(),
                    table_type, grad_table.data_ptr(), launcher.stream());
  launcher.finish();
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CUDA, m) {
  m.impl("vocabulary_loss", vocabularyLossCuda);
  m.impl("embedding_backward", embeddingBackwardCuda);
}

}  // namespace heddle::cuda
