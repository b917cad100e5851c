// BERT against transformers on the same weights: tests/parity/make_bert.py made bert.safetensors.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstring>

#include "engine/base/json.h"
#include "engine/base/safetensors.h"
#include "engine/model/bert.h"
#include "engine/model/weights.h"
#include "engine/train/optimizer.h"
#include "engine/train/progress.h"
#include "tests/parity/tolerance.h"

namespace heddle {
namespace {

constexpr char kFixture[] = "tests/parity/bert.safetensors";

class BertParity : public ::testing::Test {
 protected:
  void SetUp() override {
    auto file = SafetensorsFile::open(kFixture);
    ASSERT_TRUE(file.ok()) << file.error().message();
    fixture = std::move(*file);
    const Json config = Json::parse(fixture.metadata().at("config"));
    lengths = Json::parse(fixture.metadata().at("lengths")).get<std::vector<int32_t>>();
    model.vocab_size = config["vocab_size"];
    model.hidden_size = config["hidden_size"];
    model.num_hidden_layers = config["num_hidden_layers"];
    model.num_attention_heads = config["num_attention_heads"];
    model.intermediate_size = config["intermediate_size"];
    model.max_position_embeddings = config["max_position_embeddings"];
    bert = std::make_unique<Bert>(parameters, model, true);
    parameters.allocate(at::kCPU, ComputeType::kFp32);
    loadWeights();
  }

  void loadWeights() {
    const Status status = loadBuffers(kFixture, parameters, {{"weights.", parameters.values()}});
    ASSERT_TRUE(status.ok()) << status.error().message();
  }

  at::Tensor tensor(const std::string& name) const {
    const TensorEntry& entry = fixture.tensors().at(name);
    const at::ScalarType type = entry.type == TensorType::kI32   ? at::kInt
                                : entry.type == TensorType::kF64 ? at::kDouble
                                                                 : at::kFloat;
    const at::Tensor value = at::empty(entry.shape, type);
    std::memcpy(value.data_ptr(), entry.bytes.data(), entry.bytes.size());
    return value;
  }

  std::vector<int32_t> integers(const std::string& name) const {
    const at::Tensor values = tensor(name);
    return {values.data_ptr<int32_t>(), values.data_ptr<int32_t>() + values.numel()};
  }

  PackedBatch batch(int index) const {
    const std::string prefix = "batch." + std::to_string(index) + ".";
    Batch packed;
    packed.tokens = integers(prefix + "tokens");
    packed.segments = integers(prefix + "segments");
    packed.pair_labels = integers(prefix + "pair");
    packed.starts = {0};
    for (const int32_t length : lengths) {
      for (int32_t position = 0; position < length; ++position) {
        packed.positions.push_back(position);
      }
      packed.starts.push_back(packed.starts.back() + length);
    }
    const std::vector<int32_t> labels = integers(prefix + "labels");
    for (size_t t = 0; t < labels.size(); ++t) {
      if (labels[t] >= 0) {
        packed.masked_positions.push_back(static_cast<int32_t>(t));
        packed.masked_labels.push_back(labels[t]);
      }
    }
    return toDevice(packed, at::kCPU);
  }

  at::Tensor loss(const PackedBatch& input) {
    const BertLosses losses = bert->losses(bert->encode({input}), input);
    return losses.masked_lm.loss_sum / input.masked_positions.size(0) +
           losses.pair_sum / input.pair_labels.size(0);
  }

  std::vector<double> tenLosses(bool bias_correction) {
    OptimizerRecipe rule;
    rule.learning_rate = 3e-3;
    rule.warmup_steps = 3;
    rule.bias_correction = bias_correction;
    OptimizerState state = zeroMoments(parameters);
    std::vector<double> losses;
    for (int step = 0; step < 10; ++step) {
      const at::Tensor value = loss(batch(step));
      losses.push_back(value.item<double>());
      value.backward();
      optimizerStep(parameters, state, rule, learningRateAt(rule, step, 10), step + 1);
    }
    return losses;
  }

  void expectNear(const at::Tensor& ours, const at::Tensor& theirs, const std::string& what) const {
    ASSERT_EQ(ours.sizes(), theirs.sizes()) << what;
    const double difference =
        (ours.detach().to(at::kDouble) - theirs.to(at::kDouble)).abs().max().item<double>();
    EXPECT_LE(difference, tolerance::kReference) << what;
  }

  void expectLosses(const std::string& name, bool bias_correction) {
    const at::Tensor expected = tensor(name);
    const std::vector<double> losses = tenLosses(bias_correction);
    for (int step = 0; step < 10; ++step) {
      EXPECT_NEAR(losses[static_cast<size_t>(step)], expected[step].item<double>(), tolerance::kReference)
          << name << " step " << step;
    }
  }

  SafetensorsFile fixture;
  std::vector<int32_t> lengths;
  ModelRecipe model;
  ParameterSet parameters;
  std::unique_ptr<Bert> bert;
};

TEST_F(BertParity, HiddenStatesOfEveryLayerEqualTransformers) {
  at::NoGradGuard no_grad;
  Taps taps([](std::string_view name) { return name.ends_with("output"); });
  const PackedBatch input = batch(0);
  bert->encode({input, 0, 0, 0, 0, &taps});
  expectNear(taps.at(tap::embeddings()).at(0), tensor("hidden.0"), "embeddings");
  for (int64_t layer = 0; layer < model.num_hidden_layers; ++layer) {
    expectNear(taps.at(tap::layerOutput(layer)).at(0), tensor("hidden." + std::to_string(layer + 1)),
               tap::layerOutput(layer));
  }
}

TEST_F(BertParity, AttentionMapsEqualTransformersAndTheirRowsSumToOne) {
  at::NoGradGuard no_grad;
  Taps taps([](std::string_view name) { return name.ends_with("probs"); });
  const PackedBatch input = batch(0);
  bert->encode({input, 0, 0, 0, 0, &taps});
  for (int64_t layer = 0; layer < model.num_hidden_layers; ++layer) {
    const auto& maps = taps.at(tap::attentionProbs(layer));
    ASSERT_EQ(maps.size(), lengths.size());
    for (size_t row = 0; row < maps.size(); ++row) {
      expectNear(maps[row], tensor("attention." + std::to_string(layer) + "." + std::to_string(row)),
                 tap::attentionProbs(layer) + " of row " + std::to_string(row));
      const double off = (maps[row].sum(-1) - 1).abs().max().item<double>();
      EXPECT_LE(off, tolerance::kRowSum);
    }
  }
}

TEST_F(BertParity, TappedPathEqualsFusedPath) {
  at::NoGradGuard no_grad;
  Taps taps([](std::string_view) { return true; });
  const PackedBatch input = batch(0);
  const at::Tensor tapped = bert->encode({input, 0, 0, 0, 0, &taps});
  const at::Tensor fused = bert->encode({input});
  EXPECT_LE((tapped - fused).abs().max().item<double>(), tolerance::kTwoPaths);
}

TEST_F(BertParity, TappedPathEqualsFusedPathUnderDropout) {
  at::NoGradGuard no_grad;
  Taps taps([](std::string_view) { return true; });
  const PackedBatch input = batch(0);
  const at::Tensor tapped = bert->encode({input, 0.1, 0.2, 7, 3, &taps});
  const at::Tensor fused = bert->encode({input, 0.1, 0.2, 7, 3});
  EXPECT_LE((tapped - fused).abs().max().item<double>(), tolerance::kTwoPaths);
}

TEST_F(BertParity, LossAndAllGradientsEqualTransformers) {
  const at::Tensor value = loss(batch(0));
  expectNear(value, tensor("loss"), "loss");
  value.backward();
  for (const PublishedTensor& published : parameters.published()) {
    const at::Tensor ours =
        parameters.gradients().narrow(0, published.offset, published.count).view(published.shape);
    expectNear(ours, tensor("gradients." + published.name), published.name);
  }
}

TEST_F(BertParity, PublishedNamesAndShapesAreThoseOfTransformers) {
  std::map<std::string, std::vector<int64_t>> expected;
  for (const auto& [name, entry] : fixture.tensors()) {
    if (name.starts_with("weights.")) {
      expected[name.substr(8)] = entry.shape;
    }
  }
  std::map<std::string, std::vector<int64_t>> ours;
  for (const PublishedTensor& published : parameters.published()) {
    ours[published.name] = published.shape;
  }
  EXPECT_EQ(ours, expected);
}

TEST_F(BertParity, TenLossesWithoutBiasCorrectionEqualTransformers) {
  expectLosses("steps.plain", false);
}

TEST_F(BertParity, TenLossesWithBiasCorrectionEqualTransformers) {
  expectLosses("steps.corrected", true);
}

TEST_F(BertParity, RaggedBatchEqualsEveryRowAlone) {
  at::NoGradGuard no_grad;
  const PackedBatch all = batch(0);
  const at::Tensor together = bert->encode({all});
  const std::vector<int32_t> tokens = integers("batch.0.tokens");
  const std::vector<int32_t> segments = integers("batch.0.segments");
  int32_t start = 0;
  for (const int32_t length : lengths) {
    Batch alone;
    alone.tokens.assign(tokens.begin() + start, tokens.begin() + start + length);
    alone.segments.assign(segments.begin() + start, segments.begin() + start + length);
    for (int32_t position = 0; position < length; ++position) {
      alone.positions.push_back(position);
    }
    alone.starts = {0, length};
    const PackedBatch packed = toDevice(alone, at::kCPU);
    const at::Tensor difference = bert->encode({packed}) - together.narrow(0, start, length);
    EXPECT_LE(difference.abs().max().item<double>(), tolerance::kTwoPaths) << "row of " << length;
    start += length;
  }
}

TEST_F(BertParity, MicroBatchesGiveTheGradientsOfTheWholeStepUnderDropout) {
  Batch whole;
  whole.tokens = integers("batch.0.tokens");
  whole.segments = integers("batch.0.segments");
  whole.starts = {0};
  for (const int32_t length : lengths) {
    for (int32_t position = 0; position < length; ++position) {
      whole.positions.push_back(position);
    }
    whole.starts.push_back(whole.starts.back() + length);
  }
  const auto gradients = [&](const std::vector<std::pair<int32_t, int32_t>>& parts) {
    parameters.gradients().zero_();
    for (const auto& [first, last] : parts) {
      Batch part;
      part.first_row = first;
      const int32_t begin = whole.starts[static_cast<size_t>(first)];
      const int32_t end = whole.starts[static_cast<size_t>(last)];
      for (int32_t row = first; row <= last; ++row) {
        part.starts.push_back(whole.starts[static_cast<size_t>(row)] - begin);
      }
      part.tokens.assign(whole.tokens.begin() + begin, whole.tokens.begin() + end);
      part.segments.assign(whole.segments.begin() + begin, whole.segments.begin() + end);
      part.positions.assign(whole.positions.begin() + begin, whole.positions.begin() + end);
      const PackedBatch packed = toDevice(part, at::kCPU);
      bert->encode({packed, 0.1, 0.1, 5, 9}).pow(2).sum().backward();
    }
    return parameters.gradients().clone();
  };
  const at::Tensor at_once = gradients({{0, 5}});
  const at::Tensor in_parts = gradients({{0, 2}, {2, 5}});
  const double scale = at_once.abs().max().item<double>();
  EXPECT_GT(scale, 0);
  EXPECT_LE((at_once - in_parts).abs().max().item<double>() / scale, tolerance::kTwoPaths);
}

TEST(BertSizes, ParameterCountsEqualTheReferenceImplementation) {
  // BertForPreTraining of transformers with 30,522 pieces.
  const auto count = [](int64_t layers, int64_t hidden, int64_t heads) {
    ModelRecipe model;
    model.vocab_size = 30522;
    model.num_hidden_layers = layers;
    model.hidden_size = hidden;
    model.num_attention_heads = heads;
    model.intermediate_size = 4 * hidden;
    ParameterSet parameters;
    const Bert bert(parameters, model, true);
    int64_t total = 0;
    for (const PublishedTensor& tensor : parameters.published()) {
      int64_t elements = 1;
      for (const int64_t size : tensor.shape) {
        elements *= size;
      }
      total += elements;
    }
    return total;
  };
  EXPECT_EQ(count(2, 128, 2), 4433468);
  EXPECT_EQ(count(4, 256, 4), 11267900);
  EXPECT_EQ(count(4, 512, 8), 29058876);
  EXPECT_EQ(count(12, 768, 12), 110106428);
  EXPECT_EQ(count(24, 1024, 16), 336226108);
}

}  // namespace
}  // namespace heddle
