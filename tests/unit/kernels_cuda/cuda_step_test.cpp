// The two ends of a training step on a GPU: embeddings, the vocabulary loss, the optimiser.

#include "engine/kernels/reference.h"
#include "tests/unit/kernels_cuda/cuda_device.h"

namespace heddle {
namespace {

using at::Tensor;

TEST_F(OnGpu, EmbeddingGradientsAddUpFrequentTokens) {
  Tensor ids = at::randint(0, 40, {1000}, at::TensorOptions(at::kInt));
  ids.narrow(0, 100, 300).fill_(7);
  const Tensor gpu_ids = ids.cuda();
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    expectGpuAgrees([&](const auto& in, const PackedRows&) { return embeddingRows(in[0], gpu_ids); },
                    [&](const auto& in, const PackedRows&) { return reference::embeddingRows(in[0], ids); },
                    {randomTensor({40, 136}, 1)}, {}, type);
  }
}

TEST_F(OnGpu, VocabularyLossEqualsItsReference) {
  const Tensor labels = at::randint(0, 3001, {90}, at::TensorOptions(at::kInt));
  const Tensor gpu_labels = labels.cuda();
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    expectGpuAgrees(
        [&](const auto& in, const PackedRows&) {
          return vocabularyLoss(in[0], in[1], in[2], gpu_labels).loss_sum;
        },
        [&](const auto& in, const PackedRows&) {
          return reference::vocabularyLoss(in[0], in[1], in[2], labels).loss_sum;
        },
        {randomTensor({90, 64}, 1), randomTensor({3001, 64}, 2) * 0.2, randomTensor({3001}, 3)}, {}, type);
  }
}

// The mean over a step divides the loss: what reaches the layers below must be scaled as exactly as the
// head's own gradients are.
TEST_F(OnGpu, VocabularyLossScalesItsGradientsInFp32) {
  const Tensor labels = at::randint(0, 50, {200}, at::TensorOptions(at::kInt)).cuda();
  const auto length = [&](double divisor) {
    const Tensor hidden = leaf(randomTensor({200, 64}, 1, at::kBFloat16).cuda());
    const Tensor weight = leaf(randomTensor({50, 64}, 2, at::kBFloat16).cuda());
    const Tensor bias = leaf(randomTensor({50}, 3, at::kBFloat16).cuda());
    (vocabularyLoss(hidden, weight, bias, labels).loss_sum / divisor).backward();
    return hidden.grad().to(at::kDouble).norm().item<double>();
  };
  // A third is off by 2e-3 in bf16; the rounding of 12,800 single numbers cancels out.
  EXPECT_NEAR(length(3) * 3 / length(1), 1.0, 3e-4);
}

TEST_F(OnGpu, VocabularyLossCountsTheSameHits) {
  const Tensor hidden = randomTensor({200, 32}, 1), weight = randomTensor({50, 32}, 2),
               bias = randomTensor({50}, 3);
  const Tensor labels = (at::matmul(hidden, weight.t()) + bias).argmax(1).to(at::kInt);
  const int64_t found = vocabularyLoss(hidden.cuda(), weight.cuda(), bias.cuda(), labels.cuda()).correct;
  EXPECT_EQ(found, 200);
}

TEST_F(OnGpu, AdamStepsEqualTheReference) {
  constexpr int64_t kSize = 10007;
  for (const bool correction : {false, true}) {
    Tensor p = randomTensor({kSize}, 1), m = at::zeros({kSize}), v = at::zeros({kSize});
    Tensor gpu_p = p.cuda(), gpu_m = m.cuda(), gpu_v = v.cuda();
    Tensor half = at::empty({kSize}, at::kBFloat16), gpu_half = half.cuda();
    for (int64_t step = 1; step <= 3; ++step) {
      Tensor g = randomTensor({kSize}, 10 + static_cast<uint64_t>(step));
      Tensor gpu_g = g.cuda();
      const AdamStep options{1e-3, 0.9, 0.999, 1e-6, 0.01, 0.5, correction, step};
      reference::adamStep(p, g, m, v, half, options);
      adamStep(gpu_p, gpu_g, gpu_m, gpu_v, gpu_half, options);
      EXPECT_EQ(gpu_g.abs().max().item<float>(), 0.0f);
    }
    EXPECT_LT(relativeDifference(gpu_p.cpu(), p), 1e-6);
    EXPECT_TRUE(at::equal(gpu_half.cpu(), gpu_p.cpu().to(at::kBFloat16)));
  }
}

TEST_F(OnGpu, NormOfAFlatBufferEqualsTheCpus) {
  const Tensor flat = randomTensor({100003}, 5) * 1e3;
  EXPECT_NEAR(l2Norm(flat.cuda()), l2Norm(flat), 1e-9 * l2Norm(flat));
}

}  // namespace
}  // namespace heddle
