// The vocabulary head and its cross entropy on the CPU. Logits are kept transposed, [V, M]: blocks of words
// are rows of the weight, so no product needs the weight copied or turned, and softmax runs down vectors of
// columns.

#include <ATen/ATen.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/kernels/cpu/product.h"
#include "engine/kernels/parallel.h"

namespace heddle::cpu {
namespace {

constexpr int64_t kWords = 256;            // of a block: its logits stay in the second-level cache
constexpr int64_t kPositions = 512;        // of a chunk
constexpr int64_t kGroups = 16;            // of blocks, each with its own sum for the gradient of hidden
constexpr int64_t kKeptLogits = 48 << 20;  // more than this is computed twice instead of kept

// The head's operands for one call, in fp32.
struct Head {
  Head(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& labels)
      : hidden32(asFloat(hidden)),
        weight32(asFloat(weight)),
        bias32(asFloat(bias)),
        positions(hidden.size(0)),
        width(hidden.size(1)),
        vocab(weight.size(0)),
        hidden_data(hidden32.const_data_ptr<float>()),
        weight_data(weight32.const_data_ptr<float>()),
        bias_data(bias32.const_data_ptr<float>()),
        label_data(labels.const_data_ptr<int32_t>()) {
    for (int64_t i = 0; i < positions; ++i) {
      TORCH_CHECK_INDEX(label_data[i] >= 0 && label_data[i] < vocab, "Cannot compute the loss of label ",
                        label_data[i], ": the vocabulary has ", vocab, " entries");
    }
  }

  int64_t blocks() const { return (vocab + kWords - 1) / kWords; }
  int64_t words(int64_t block) const { return std::min(kWords, vocab - block * kWords); }

  // Logits without bias of a block of words at `count` positions from `first` on, to [words, count].
  void product(int64_t block, int64_t first, int64_t count, float* to) const {
    Gemm g;
    g.m = words(block);
    g.n = count;
    g.k = width;
    g.a = weight_data + block * kWords * width;
    g.a_stride = width;
    g.b = hidden_data + first * width;
    g.b_stride = width;
    g.b_transposed = true;
    g.c = to;
    g.c_stride = count;
    kernels().gemm(g, threadScratch(kGemmScratch));
  }

  at::Tensor hidden32, weight32, bias32;
  int64_t positions, width, vocab;
  const float *hidden_data, *weight_data, *bias_data;
  const int32_t* label_data;
};

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor> statistics(const at::Tensor& hidden,
                                                                      const at::Tensor& weight,
                                                                      const at::Tensor& bias,
                                                                      const at::Tensor& labels,
                                                                      bool keep_logits) {
  const Head head(hidden, weight, bias, labels);
  const auto options = head.hidden32.options();
  const bool kept = keep_logits && head.positions * head.vocab <= kKeptLogits;
  const int64_t chunk = std::min(kPositions, head.positions);
  at::Tensor logits = at::empty({kept ? head.positions * head.vocab : chunk * head.vocab}, options);
  at::Tensor lse = at::empty({head.positions}, options);
  at::Tensor largest = at::empty({head.blocks(), chunk}, options),
             sums = at::empty({head.blocks(), chunk}, options);
  auto* lse_data = lse.mutable_data_ptr<float>();
  auto* top_data = largest.mutable_data_ptr<float>();
  auto* sum_data = sums.mutable_data_ptr<float>();
  const KernelTable& table = kernels();
  double loss = 0;
  int64_t correct = 0;
  for (int64_t first = 0; first < head.positions; first += kPositions) {
    const int64_t count = std::min(kPositions, head.positions - first);
    float* chunk_logits = logits.mutable_data_ptr<float>() + (kept ? first * head.vocab : 0);
    parallelTasks(head.blocks(), [&](int64_t block) {
      float* block_logits = chunk_logits + block * kWords * count;
      head.product(block, first, count, block_logits);
      table.logits_statistics(block_logits, head.bias_data + block * kWords, head.words(block), count,
                              top_data + block * count, sum_data + block * count);
    });
    for (int64_t i = 0; i < count; ++i) {
      float top = top_data[i];
      for (int64_t block = 1; block < head.blocks(); ++block) {
        top = std::max(top, top_data[block * count + i]);
      }
      double total = 0;
      for (int64_t block = 0; block < head.blocks(); ++block) {
        total +=
            sum_data[block * count + i] * std::exp(static_cast<double>(top_data[block * count + i] - top));
      }
      const int64_t label = head.label_data[first + i];
      const float logit = chunk_logits[label * count + i] + head.bias_data[label];
      const double log_sum = top + std::log(total);
      lse_data[first + i] = static_cast<float>(log_sum);
      loss += log_sum - logit;
      correct += logit >= top ? 1 : 0;
    }
  }
  return {at::scalar_tensor(loss, options), at::scalar_tensor(correct, options.dtype(at::kLong)), lse,
          kept ? logits : at::Tensor()};
}

// Positions of a chunk sorted by label, so that a block of words finds its own.
std::vector<uint64_t> sortLabels(const int32_t* labels, int64_t count) {
  std::vector<uint64_t> sorted(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    sorted[static_cast<size_t>(i)] = static_cast<uint64_t>(labels[i]) << 32 | static_cast<uint64_t>(i);
  }
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// Where the gradients of a chunk go.
struct Gradients {
  float* weight;  // [V, H], added to
  float* bias;    // [V], added to
  float* hidden;  // [kGroups, count, H], overwritten
};

// Turns the block's logits into their gradient and adds its products.
void blockGradients(const Head& head, int64_t block, int64_t first, int64_t count, float* logits,
                    const float* lse, float loss_grad, const std::vector<uint64_t>& by_label,
                    const Gradients& to, bool first_of_group) {
  const KernelTable& table = kernels();
  const int64_t words = head.words(block), word = block * kWords, width = head.width;
  float bias_sums[kWords];
  table.logits_gradient(logits, head.bias_data + word, words, count, lse + first, loss_grad, bias_sums);
  const auto begin = std::lower_bound(by_label.begin(), by_label.end(), static_cast<uint64_t>(word) << 32);
  for (auto it = begin; it != by_label.end() && static_cast<int64_t>(*it >> 32) < word + words; ++it) {
    const int64_t row = static_cast<int64_t>(*it >> 32) - word;
    logits[row * count + static_cast<int64_t>(*it & 0xFFFFFFFFu)] -= loss_grad;
    bias_sums[row] -= loss_grad;
  }
  table.add(to.bias + word, bias_sums, words);
  float* scratch = threadScratch(kGemmScratch);
  Gemm weight;
  weight.m = words;
  weight.n = width;
  weight.k = count;
  weight.a = logits;
  weight.a_stride = count;
  weight.b = head.hidden_data + first * width;
  weight.b_stride = width;
  weight.c = to.weight + word * width;
  weight.c_stride = width;
  weight.accumulate = true;
  table.gemm(weight, scratch);
  Gemm hidden;
  hidden.m = count;
  hidden.n = width;
  hidden.k = words;
  hidden.a = logits;
  hidden.a_stride = count;
  hidden.a_transposed = true;
  hidden.b = head.weight_data + word * width;
  hidden.b_stride = width;
  hidden.c = to.hidden;
  hidden.c_stride = width;
  hidden.accumulate = !first_of_group;
  table.gemm(hidden, scratch);
}

at::Tensor gradients(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& bias,
                     const at::Tensor& labels, const at::Tensor& lse, const std::optional<at::Tensor>& logits,
                     double loss_grad, at::Tensor& grad_weight, at::Tensor& grad_bias) {
  const Head head(hidden, weight, bias, labels);
  const auto options = head.hidden32.options();
  const bool kept = logits.has_value() && logits->defined();
  const int64_t chunk = std::min(kPositions, head.positions);
  at::Tensor space = kept ? *logits : at::empty({chunk * head.vocab}, options);
  const int64_t groups = std::min(kGroups, head.blocks());
  at::Tensor partial = at::empty({groups, chunk * head.width}, options);
  at::Tensor grad_hidden = at::empty({head.positions, head.width}, options);
  const auto* lse_data = lse.const_data_ptr<float>();
  for (int64_t first = 0; first < head.positions; first += kPositions) {
    const int64_t count = std::min(kPositions, head.positions - first), area = count * head.width;
    const std::vector<uint64_t> by_label = sortLabels(head.label_data + first, count);
    float* chunk_logits = space.mutable_data_ptr<float>() + (kept ? first * head.vocab : 0);
    auto* partial_data = partial.mutable_data_ptr<float>();
    parallelTasks(groups, [&](int64_t group) {
      const int64_t begin = head.blocks() * group / groups, end = head.blocks() * (group + 1) / groups;
      for (int64_t block = begin; block < end; ++block) {
        float* block_logits = chunk_logits + block * kWords * count;
        if (!kept) {
          head.product(block, first, count, block_logits);
        }
        const Gradients to{grad_weight.mutable_data_ptr<float>(), grad_bias.mutable_data_ptr<float>(),
                           partial_data + group * area};
        blockGradients(head, block, first, count, block_logits, lse_data, static_cast<float>(loss_grad),
                       by_label, to, block == begin);
      }
    });
    auto* target = grad_hidden.mutable_data_ptr<float>() + first * head.width;
    parallelFor(0, area, 1 << 14, [&](int64_t begin, int64_t end) {
      std::copy(partial_data + begin, partial_data + end, target + begin);
      for (int64_t group = 1; group < groups; ++group) {
        kernels().add(target + begin, partial_data + group * area + begin, end - begin);
      }
    });
  }
  return grad_hidden.to(hidden.scalar_type());
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CPU, m) {
  m.impl("vocabulary_statistics", statistics);
  m.impl("vocabulary_gradients", gradients);
}

}  // namespace heddle::cpu
