// What ops.h promises beyond the numbers: rows that do not see each other, sums that depend on nothing but
// their arguments, gradients that go where parameters keep them, and errors with the values.

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>

#include "engine/kernels/ops.h"
#include "engine/kernels/reference.h"
#include "tests/unit/kernels/test_batches.h"

namespace heddle {
namespace {

using at::Tensor;

DropoutSite site() {
  return {0.1, 0xABCDEF0123456789ull, 11};
}

TEST(Operations, AttentionOfARaggedBatchEqualsEachRowAlone) {
  const std::vector<int64_t> lengths = {1, 2, 17, 128, 200};
  const PackedRows rows = packRows(lengths, 40);
  const Tensor qkv = randomTensor({348, 192}, 1);
  const Tensor together = packedAttention(qkv, rows, 2, site());
  int64_t first = 0;
  for (size_t row = 0; row < lengths.size(); ++row) {
    const Tensor alone = packedAttention(qkv.narrow(0, first, lengths[row]),
                                         packRows({lengths[row]}, 40 + static_cast<int64_t>(row)), 2, site());
    EXPECT_TRUE(alone.equal(together.narrow(0, first, lengths[row]))) << "row " << row;
    first += lengths[row];
  }
}

TEST(Operations, TappedAttentionGivesProbabilitiesAndTheFusedResult) {
  const PackedRows rows = packRows({5, 30});
  const Tensor qkv = randomTensor({35, 96}, 1);
  std::vector<Tensor> probs;
  const Tensor explicit_path = reference::packedAttention(qkv, rows, 4, site(), &probs);
  EXPECT_LT(relativeDifference(packedAttention(qkv, rows, 4, site()), explicit_path), 2e-6);
  ASSERT_EQ(probs.size(), 2u);
  EXPECT_EQ(probs[1].sizes(), at::IntArrayRef({4, 30, 30}));
  EXPECT_LT((probs[1].sum(2) - 1).abs().max().item<float>(), 1e-6);
}

// A step of one layer and the head: the loss, and all gradients in one buffer.
Tensor stepGradients() {
  const PackedRows rows = raggedRows();
  const int64_t tokens = rows.rows.size(0), hidden = 64, vocab = 900;
  std::vector<Tensor> leaves;
  const auto parameter = [&](at::IntArrayRef shape) {
    leaves.push_back(leaf(randomTensor(shape, leaves.size() + 1) * 0.1));
    return leaves.back();
  };
  const Tensor words = parameter({vocab, hidden});
  const Tensor ids = at::arange(tokens, at::kInt).mul(13).remainder(vocab).to(at::kInt);
  Tensor x = layerNormDropout(embeddingRows(words, ids), parameter({hidden}), parameter({hidden}), 1e-12,
                              rows, site());
  const Tensor mixed =
      packedAttention(linear(x, parameter({3 * hidden, hidden}), parameter({3 * hidden})), rows, 2, site());
  x = dropoutAddLayerNorm(linearNoBias(mixed, parameter({hidden, hidden})), parameter({hidden}), x,
                          parameter({hidden}), parameter({hidden}), 1e-12, rows, site());
  const Tensor wide = biasActivation(linearNoBias(x, parameter({4 * hidden, hidden})),
                                     parameter({4 * hidden}), Activation::kGelu);
  const VocabularyLoss loss =
      vocabularyLoss(linearNoBias(wide, parameter({hidden, 4 * hidden})), words, parameter({vocab}), ids);
  loss.loss_sum.div(tokens).backward();
  std::vector<Tensor> flat{loss.loss_sum.detach().reshape({1})};
  for (const Tensor& tensor : leaves) {
    flat.push_back(tensor.grad().reshape({-1}));
  }
  return at::cat(flat);
}

TEST(Operations, AStepIsTheSameBitByBitWhateverTheNumberOfThreads) {
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const Tensor alone = stepGradients();
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    EXPECT_TRUE(stepGradients().equal(alone)) << threads << " threads";
  }
  at::set_num_threads(before);
}

TEST(Operations, GradientsAreAddedToThoseAParameterAlreadyHas) {
  const Tensor x = randomTensor({9, 5}, 1), ids = at::tensor(std::vector<int32_t>{2, 2, 0}, at::kInt);
  const Tensor labels = at::tensor(std::vector<int32_t>{1, 0, 3, 3, 2, 0, 1, 2, 3}, at::kInt);
  const Tensor bias = leaf(randomTensor({4}, 4));
  const auto loss = [&](const Tensor& weight) {
    return linearNoBias(x, weight).square().sum() + embeddingRows(weight, ids).square().sum() +
           vocabularyLoss(x, weight, bias, labels).loss_sum * 0.5;
  };
  const Tensor fresh = leaf(randomTensor({4, 5}, 2));
  loss(fresh).backward();
  const Tensor kept = leaf(fresh), before = randomTensor({4, 5}, 3), buffer = before.clone();
  kept.mutable_grad() = buffer;
  loss(kept).backward();
  EXPECT_TRUE(kept.grad().is_same(buffer)) << "the parameter's own buffer is used";
  EXPECT_LT(relativeDifference(buffer - before, fresh.grad()), 1e-5);
}

TEST(Operations, TheVocabularyLossCanBePulledBackTwice) {
  const Tensor hidden = leaf(randomTensor({7, 5}, 1)), weight = leaf(randomTensor({11, 5}, 2)),
               bias = leaf(at::zeros({11}));
  const Tensor labels = at::arange(7, at::kInt);
  const Tensor loss = vocabularyLoss(hidden, weight, bias, labels).loss_sum;
  const Tensor once = torch::autograd::grad({loss}, {hidden}, {}, /*retain_graph=*/true)[0];
  const Tensor again = torch::autograd::grad({loss}, {hidden})[0];
  EXPECT_LT(relativeDifference(again, once), 1e-6);
}

TEST(Operations, NoMaskedPositionIsALossOfZeroWithoutGradient) {
  const Tensor hidden = leaf(at::zeros({0, 5})), weight = leaf(randomTensor({11, 5}, 2));
  const VocabularyLoss loss = vocabularyLoss(hidden, weight, at::zeros({11}), at::zeros({0}, at::kInt));
  EXPECT_EQ(loss.loss_sum.item<float>(), 0);
  EXPECT_EQ(loss.correct, 0);
  loss.loss_sum.backward();
}

// Central differences of sum(f * slope) in fp64 at every element of every input.
void expectFiniteDifferences(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                             std::vector<Tensor> inputs) {
  std::vector<Tensor> leaves;
  for (const Tensor& input : inputs) {
    leaves.push_back(leaf(input));
  }
  const Tensor out = f(leaves), slope = randomTensor(out.sizes(), 5, at::kDouble);
  out.backward(slope);
  constexpr double kStep = 1e-6;
  for (size_t index = 0; index < inputs.size(); ++index) {
    Tensor flat = inputs[index].view({-1});
    const Tensor grad = leaves[index].grad().reshape({-1});
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double value = flat[i].item<double>();
      flat[i] = value + kStep;
      const double above = (f(inputs) * slope).sum().item<double>();
      flat[i] = value - kStep;
      const double below = (f(inputs) * slope).sum().item<double>();
      flat[i] = value;
      EXPECT_NEAR(grad[i].item<double>(), (above - below) / (2 * kStep), 1e-7)
          << "input " << index << ", element " << i;
    }
  }
}

TEST(References, HaveTheGradientsOfFiniteDifferences) {
  const PackedRows rows = packRows({1, 3, 4});
  const auto draw = [](at::IntArrayRef shape, uint64_t seed) {
    return randomTensor(shape, seed, at::kDouble);
  };
  expectFiniteDifferences([&](const auto& in) { return reference::packedAttention(in[0], rows, 2, site()); },
                          {draw({8, 12}, 1)});
  expectFiniteDifferences(
      [&](const auto& in) {
        return reference::dropoutAddLayerNorm(in[0], in[1], in[2], in[3], in[4], 1e-6, rows, site());
      },
      {draw({8, 6}, 1), draw({6}, 2), draw({8, 6}, 3), draw({6}, 4), draw({6}, 5)});
  for (const Activation activation : {Activation::kGelu, Activation::kGeluTanh, Activation::kRelu}) {
    expectFiniteDifferences(
        [&](const auto& in) { return reference::biasActivation(in[0], in[1], activation); },
        {draw({3, 4}, 1), draw({4}, 2)});
  }
  const Tensor labels = at::tensor(std::vector<int32_t>{1, 4, 0}, at::kInt);
  expectFiniteDifferences(
      [&](const auto& in) { return reference::vocabularyLoss(in[0], in[1], in[2], labels).loss_sum; },
      {draw({3, 4}, 1), draw({5, 4}, 2), draw({5}, 3)});
}

std::string messageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  }
  return "nothing was thrown";
}

TEST(Operations, WrongShapesAndTypesThrowWithTheValues) {
  const PackedRows rows = packRows({4});
  const Tensor x = at::zeros({4, 6}), one = at::zeros({6});
  const auto expectMessage = [](const std::function<void()>& call, const std::string& part) {
    EXPECT_NE(messageOf(call).find(part), std::string::npos) << messageOf(call);
  };
  expectMessage([&] { packedAttention(at::zeros({4, 10}), rows, 2, {}); }, "[4, 10]");
  expectMessage([&] { packedAttention(at::zeros({5, 12}), rows, 2, {}); }, "rows must be a dense int32 [5]");
  expectMessage(
      [&] {
        packedAttention(at::zeros({4, 12}, at::kDouble), rows, 2, {});
      },
      "must be fp32 or bf16");
  expectMessage(
      [&] {
        packedAttention(at::zeros({4, 12}), rows, 2, {1.0, 0, 0});
      },
      "dropout must be in [0, 1)");
  PackedRows wrong = rows;
  wrong.max_length = 3;
  expectMessage([&] { packedAttention(at::zeros({4, 12}), wrong, 2, {}); }, "row 0 has 4 tokens");
  wrong.starts = at::tensor(std::vector<int32_t>{0, 3}, at::kInt);
  expectMessage([&] { packedAttention(at::zeros({4, 12}), wrong, 2, {}); }, "run from 0 to 3");
  expectMessage([&] { dropoutAddLayerNorm(x, one, at::zeros({4, 5}), one, one, 1e-6, rows, {}); }, "[4, 5]");
  expectMessage([&] { layerNormDropout(x, at::zeros({7}), one, 1e-6, rows, {}); }, "[7]");
  expectMessage([&] { biasActivation(x, at::zeros({4}), Activation::kRelu); }, "[4]");
  expectMessage([&] { linearNoBias(x, at::zeros({3, 5})); }, "[3, 5]");
  expectMessage([&] { embeddingRows(x, at::zeros({2}, at::kLong)); }, "int32");
  expectMessage(
      [&] {
        vocabularyLoss(x, at::zeros({9, 6}), at::zeros({8}), at::zeros({4}, at::kInt));
      },
      "[8]");
  expectMessage(
      [&] {
        vocabularyLoss(x, at::zeros({9, 6}), at::zeros({9}), at::full({4}, 9, at::kInt));
      },
      "label 9");
  expectMessage([&] { adamStep(one, at::zeros({5}), one, one, {}, {}); }, "[5]");
  // What kernels read through raw pointers must be of their type, on their device and dense.
  const Tensor half = at::zeros({6}, at::kBFloat16), elsewhere = at::zeros({6}, at::kMeta);
  expectMessage([&] { layerNormDropout(x, half, one, 1e-6, rows, {}); }, "weight must be Float [6] on cpu");
  expectMessage([&] { layerNormDropout(x, one, elsewhere, 1e-6, rows, {}); }, "on meta");
  expectMessage([&] { layerNormDropout(x, at::zeros({1}).expand({6}), one, 1e-6, rows, {}); }, "dense");
  expectMessage([&] { dropoutAddLayerNorm(x, one, x.to(at::kBFloat16), one, one, 1e-6, rows, {}); },
                "BFloat16");
  expectMessage([&] { biasActivation(x, half, Activation::kRelu); }, "BFloat16");
  expectMessage([&] { linearNoBias(x, at::zeros({3, 6}, at::kBFloat16)); }, "BFloat16");
  expectMessage([&] { adamStep(one, one, one, elsewhere, {}, {}); }, "on meta");
  PackedRows moved = rows;
  moved.rows = rows.rows.to(at::kMeta);
  expectMessage([&] { packedAttention(at::zeros({4, 12}), moved, 2, {}); }, "on meta");
  expectMessage([&] { l2Norm(at::zeros({2}, at::kDouble)); }, "fp32");
}

}  // namespace
}  // namespace heddle
