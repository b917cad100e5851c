// The fused operations against their plain references in fp64, forward and backward, at every SIMD level of
// this CPU.

#include "engine/kernels/ops.h"

#include <functional>

#include "engine/kernels/cpu/kernel_table.h"
#include "engine/kernels/reference.h"
#include "tests/unit/kernels/test_batches.h"

namespace heddle {
namespace {

using at::Tensor;
using Operation = std::function<Tensor(const std::vector<Tensor>&)>;

// fp32 sums of a few hundred terms of size one.
constexpr double kFloatTolerance = 2e-6;
// bf16 keeps eight bits.
constexpr double kHalfTolerance = 2e-2;

class OperationsAtLevel : public ::testing::TestWithParam<cpu::SimdLevel> {
 protected:
  void SetUp() override {
    if (!cpu::supported(GetParam())) {
      GTEST_SKIP() << "this CPU lacks the SIMD level";
    }
    before_ = cpu::setSimdLevel(GetParam());
  }
  void TearDown() override {
    if (cpu::supported(GetParam())) {
      cpu::setSimdLevel(before_);
    }
  }
  cpu::SimdLevel before_ = cpu::SimdLevel::kScalar;
};

// Runs both on equal numbers, pulls one random gradient through both, compares the result and every input's
// gradient.
void expectSame(const Operation& fused, const Operation& plain, const std::vector<Tensor>& inputs,
                double tolerance = kFloatTolerance, at::ScalarType type = at::kFloat) {
  std::vector<Tensor> ours, theirs;
  for (const Tensor& input : inputs) {
    const Tensor rounded = input.to(type);
    ours.push_back(leaf(rounded));
    theirs.push_back(leaf(rounded.to(at::kDouble)));
  }
  const Tensor got = fused(ours), wanted = plain(theirs);
  EXPECT_LT(relativeDifference(got, wanted), tolerance) << "result";
  const Tensor slope = randomTensor(wanted.sizes(), 99, type);
  got.backward(slope.to(got.scalar_type()));
  wanted.backward(slope.to(at::kDouble));
  for (size_t index = 0; index < inputs.size(); ++index) {
    ASSERT_TRUE(ours[index].grad().defined()) << "input " << index;
    EXPECT_LT(relativeDifference(ours[index].grad(), theirs[index].grad()), tolerance)
        << "gradient of input " << index;
  }
}

DropoutSite siteOf(double p) {
  return {p, 0x1234567890ABCDEFull, 17};
}

TEST_P(OperationsAtLevel, AttentionEqualsItsReference) {
  const PackedRows rows = raggedRows();
  for (const int64_t width : {8, 32, 64}) {
    for (const double p : {0.0, 0.1, 0.5}) {
      SCOPED_TRACE(::testing::Message() << "head width " << width << ", dropout " << p);
      const Tensor qkv = randomTensor({rows.rows.size(0), 3 * 3 * width}, 1);
      expectSame([&](const auto& in) { return packedAttention(in[0], rows, 3, siteOf(p)); },
                 [&](const auto& in) { return reference::packedAttention(in[0], rows, 3, siteOf(p)); },
                 {qkv});
    }
  }
}

TEST_P(OperationsAtLevel, AttentionWithLargeScoresEqualsItsReference) {
  const PackedRows rows = packRows({5, 40});
  const Tensor qkv = randomTensor({45, 96}, 2) * 20;
  expectSame([&](const auto& in) { return packedAttention(in[0], rows, 1, {}); },
             [&](const auto& in) { return reference::packedAttention(in[0], rows, 1, {}); }, {qkv}, 1e-4);
}

TEST_P(OperationsAtLevel, JoiningNormEqualsItsReference) {
  const PackedRows rows = raggedRows();
  const int64_t tokens = rows.rows.size(0);
  for (const int64_t hidden : {128, 100, 3}) {
    for (const double p : {0.0, 0.1}) {
      SCOPED_TRACE(::testing::Message() << "hidden " << hidden << ", dropout " << p);
      expectSame(
          [&](const auto& in) {
            return dropoutAddLayerNorm(in[0], in[1], in[2], in[3], in[4], 1e-6, rows, siteOf(p));
          },
          [&](const auto& in) {
            return reference::dropoutAddLayerNorm(in[0], in[1], in[2], in[3], in[4], 1e-6, rows, siteOf(p));
          },
          {randomTensor({tokens, hidden}, 1), randomTensor({hidden}, 2), randomTensor({tokens, hidden}, 3),
           randomTensor({hidden}, 4), randomTensor({hidden}, 5)},
          // Three channels can be nearly equal, which magnifies rounding.
          hidden == 3 ? 1e-3 : kFloatTolerance);
    }
  }
}

TEST_P(OperationsAtLevel, NormWithDropoutEqualsItsReference) {
  const PackedRows rows = raggedRows();
  const int64_t tokens = rows.rows.size(0);
  for (const double p : {0.0, 0.1}) {
    expectSame([&](const auto& in) { return layerNormDropout(in[0], in[1], in[2], 1e-12, rows, siteOf(p)); },
               [&](const auto& in) {
                 return reference::layerNormDropout(in[0], in[1], in[2], 1e-12, rows, siteOf(p));
               },
               {randomTensor({tokens, 200}, 1), randomTensor({200}, 2), randomTensor({200}, 3)});
  }
}

TEST_P(OperationsAtLevel, ActivationsEqualTheirReferences) {
  // Also far into both tails.
  const Tensor x = randomTensor({70, 130}, 1) * 3;
  for (const Activation activation : {Activation::kGelu, Activation::kGeluTanh, Activation::kRelu}) {
    SCOPED_TRACE(static_cast<int>(activation));
    expectSame([&](const auto& in) { return biasActivation(in[0], in[1], activation); },
               [&](const auto& in) { return reference::biasActivation(in[0], in[1], activation); },
               {x, randomTensor({130}, 2)});
  }
}

TEST_P(OperationsAtLevel, LinearEqualsItsReference) {
  const std::vector<std::vector<int64_t>> shapes = {
      {1, 1, 1}, {2, 3, 5}, {300, 70, 33}, {513, 257, 301}, {64, 2000, 17}};
  for (const auto& shape : shapes) {
    SCOPED_TRACE(::testing::Message() << shape[0] << " x " << shape[1] << " to " << shape[2]);
    const Tensor x = randomTensor({shape[0], shape[1]}, 1), weight = randomTensor({shape[2], shape[1]}, 2);
    expectSame([](const auto& in) { return linear(in[0], in[1], in[2]); },
               [](const auto& in) { return reference::linear(in[0], in[1], in[2]); },
               {x, weight, randomTensor({shape[2]}, 3)}, 5e-6);
    expectSame([](const auto& in) { return linearNoBias(in[0], in[1]); },
               [](const auto& in) { return reference::linearNoBias(in[0], in[1]); }, {x, weight}, 5e-6);
  }
}

TEST_P(OperationsAtLevel, EmbeddingEqualsItsReference) {
  const Tensor ids = at::tensor(std::vector<int32_t>{4, 0, 4, 4, 10, 0, 9}, at::kInt);
  expectSame([&](const auto& in) { return embeddingRows(in[0], ids); },
             [&](const auto& in) { return reference::embeddingRows(in[0], ids); },
             {randomTensor({11, 37}, 1)});
}

TEST_P(OperationsAtLevel, VocabularyLossEqualsItsReference) {
  for (const int64_t masked : {1, 37, 600}) {
    SCOPED_TRACE(masked);
    const int64_t vocab = 1000, hidden = 48;
    Tensor labels = at::arange(masked, at::kInt).mul(7).remainder(vocab).to(at::kInt);
    const std::vector<Tensor> in = {randomTensor({masked, hidden}, 1), randomTensor({vocab, hidden}, 2) * 0.3,
                                    randomTensor({vocab}, 3)};
    expectSame([&](const auto& x) { return vocabularyLoss(x[0], x[1], x[2], labels).loss_sum; },
               [&](const auto& x) { return reference::vocabularyLoss(x[0], x[1], x[2], labels).loss_sum; },
               in, 5e-6);
    labels = at::matmul(in[0], in[1].t()).add(in[2]).argmax(1).to(at::kInt);
    EXPECT_EQ(vocabularyLoss(in[0], in[1], in[2], labels).correct, masked);
    labels = labels.add(1).remainder(vocab).to(at::kInt);
    EXPECT_EQ(vocabularyLoss(in[0], in[1], in[2], labels).correct, 0);
  }
}

TEST_P(OperationsAtLevel, HalfPrecisionStaysCloseToItsReference) {
  const PackedRows rows = raggedRows();
  const int64_t tokens = rows.rows.size(0);
  const DropoutSite site = siteOf(0.1);
  expectSame([&](const auto& in) { return packedAttention(in[0], rows, 2, site); },
             [&](const auto& in) { return reference::packedAttention(in[0], rows, 2, site); },
             {randomTensor({tokens, 192}, 1)}, kHalfTolerance, at::kBFloat16);
  expectSame(
      [&](const auto& in) {
        return dropoutAddLayerNorm(in[0], in[1], in[2], in[3], in[4], 1e-6, rows, site);
      },
      [&](const auto& in) {
        return reference::dropoutAddLayerNorm(in[0], in[1], in[2], in[3], in[4], 1e-6, rows, site);
      },
      {randomTensor({tokens, 64}, 1), randomTensor({64}, 2), randomTensor({tokens, 64}, 3),
       randomTensor({64}, 4), randomTensor({64}, 5)},
      kHalfTolerance, at::kBFloat16);
  expectSame(
      [](const auto& in) { return biasActivation(linearNoBias(in[0], in[1]), in[2], Activation::kGelu); },
      [](const auto& in) {
        return reference::biasActivation(reference::linearNoBias(in[0], in[1]), in[2], Activation::kGelu);
      },
      {randomTensor({60, 40}, 1), randomTensor({50, 40}, 2), randomTensor({50}, 3)}, kHalfTolerance,
      at::kBFloat16);
}

TEST_P(OperationsAtLevel, AdamEqualsItsReferenceOverSeveralSteps) {
  for (const bool corrected : {false, true}) {
    const int64_t n = 70001;
    Tensor p = randomTensor({n}, 1), m = at::zeros({n}), v = at::zeros({n}),
           half = at::empty({n}, at::kBFloat16);
    Tensor p2 = p.to(at::kDouble), m2 = m.to(at::kDouble), v2 = v.to(at::kDouble);
    for (int64_t step = 1; step <= 5; ++step) {
      const Tensor grad = randomTensor({n}, static_cast<uint64_t>(step) + 50);
      Tensor g = grad.clone(), g2 = grad.to(at::kDouble);
      const AdamStep options{1e-2, 0.9, 0.999, 1e-6, 0.01, 0.25, corrected, step};
      adamStep(p, g, m, v, half, options);
      reference::adamStep(p2, g2, m2, v2, {}, options);
      EXPECT_EQ(g.count_nonzero().item<int64_t>(), 0) << "the gradient is zeroed";
    }
    EXPECT_LT(relativeDifference(p, p2), 1e-6);
    EXPECT_LT(relativeDifference(m, m2), 1e-6);
    EXPECT_LT(relativeDifference(v, v2), 1e-6);
    EXPECT_TRUE(half.equal(p.to(at::kBFloat16)));
  }
}

TEST_P(OperationsAtLevel, NormOfAFlatBufferEqualsItsReference) {
  for (const int64_t n : {0, 1, 31, 100003}) {
    const Tensor x = randomTensor({n}, 1);
    EXPECT_NEAR(l2Norm(x), reference::l2Norm(x), 1e-12 * reference::l2Norm(x));
  }
}

std::string levelWord(const ::testing::TestParamInfo<cpu::SimdLevel>& level) {
  return std::vector<std::string>{"Scalar", "Avx2", "Avx512"}.at(static_cast<size_t>(level.param));
}

INSTANTIATE_TEST_SUITE_P(Levels, OperationsAtLevel,
                         ::testing::Values(cpu::SimdLevel::kScalar, cpu::SimdLevel::kAvx2,
                                           cpu::SimdLevel::kAvx512),
                         levelWord);

}  // namespace
}  // namespace heddle
