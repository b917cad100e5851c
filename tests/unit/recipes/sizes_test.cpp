#include "engine/recipes/sizes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/recipes/fields.h"

namespace heddle {
namespace {

ModelRecipe preset(std::string_view name) {
  ModelRecipe model;
  EXPECT_TRUE(applyPreset(model, name));
  return model;
}

Recipe recipeOf(std::string_view name) {
  Recipe recipe;
  recipe.model = preset(name);
  recipe.model.vocab_size = 30522;
  recipe.phases[0].steps = 10;
  return recipe;
}

// Sums of the parameters of transformers 5.23's BertForPreTraining, tied tensors once.
TEST(CountParameters, EqualsTheReferenceImplementationExactly) {
  EXPECT_EQ(countParameters(preset("tiny"), 30522).total(), 4433468);
  EXPECT_EQ(countParameters(preset("mini"), 30522).total(), 11267900);
  EXPECT_EQ(countParameters(preset("small"), 30522).total(), 29058876);
  EXPECT_EQ(countParameters(preset("base"), 30522).total(), 110106428);
  EXPECT_EQ(countParameters(preset("large"), 30522).total(), 336226108);
  EXPECT_EQ(countParameters(preset("base"), 21128).total(), 102882442);  // bert-base-chinese
}

// transformers' BertForMaskedLM, bert-base-uncased.
TEST(CountParameters, WithoutNextSentenceThereIsNeitherPoolerNorPairHead) {
  const ParameterCount count = countParameters(preset("base"), 30522, false);
  EXPECT_EQ(count.total(), 109514298);
  EXPECT_EQ(count.pooler, 0);
  EXPECT_EQ(count.pair_head, 0);
}

TEST(CountParameters, PartsOfBertBaseAreThoseOfItsTensors) {
  const ParameterCount count = countParameters(preset("base"), 30522);
  EXPECT_EQ(count.embeddings(), 23837184);
  EXPECT_EQ(count.per_layer, 7087872);
  EXPECT_EQ(count.layers, 85054464);
  EXPECT_EQ(count.pooler, 590592);
  EXPECT_EQ(count.vocabulary_head, 590592 + 1536 + 30522);
  EXPECT_EQ(count.pair_head, 1538);
}

// Published-size figures worked out apart from this code: GFLOP of one row, forward and backward, head on 15
// % of it.
TEST(TrainingFlops, AgreeWithFiguresWorkedOutElsewhere) {
  const auto giga = [](std::string_view name, double tokens) {
    return trainingFlops(recipeOf(name), 30522, tokens) / 1e9;
  };
  EXPECT_NEAR(giga("base", 128), 69.9, 0.699);
  EXPECT_NEAR(giga("base", 512), 301, 3.01);
  EXPECT_NEAR(giga("large", 128), 241, 2.41);
  EXPECT_NEAR(giga("large", 512), 1020, 10.2);
}

TEST(TrainingFlops, OfATinyModelEqualACountByHand) {
  ModelRecipe model;
  model.hidden_size = 4;
  model.num_hidden_layers = 1;
  model.num_attention_heads = 2;
  model.intermediate_size = 8;
  // Per token: q, k, v, out 4 * 2*4*4 = 128; feed-forward 2 * 2*4*8 = 128. Attention of 10 tokens: 2 *
  // 2*10*10*4 = 1600. Head at 2 positions: 2 * (2*4*4 + 2*4*50) = 864. Pooler and pair head: 2*4*4 + 2*4*2
  // = 48.
  EXPECT_DOUBLE_EQ(forwardFlops(model, 50, 10, 2, false), 10 * 256 + 1600 + 864);
  EXPECT_DOUBLE_EQ(forwardFlops(model, 50, 10, 2, true), 10 * 256 + 1600 + 864 + 48);
}

TEST(TrainingFlops, TheLimitOfPredictionsCounts) {
  ObjectiveRecipe objective;
  EXPECT_DOUBLE_EQ(expectedPredictions(objective, 200), 30);
  objective.max_predictions = 20;
  EXPECT_DOUBLE_EQ(expectedPredictions(objective, 200), 20);
  EXPECT_DOUBLE_EQ(expectedPredictions(objective, 100), 15);
}

TEST(EstimateRecipe, TheFirstLimitEndsAPhase) {
  Recipe recipe = recipeOf("tiny");
  recipe.phases = {{.length = 100, .rows = 10, .steps = 50, .tokens = 20001}};
  EXPECT_EQ(totalSteps(recipe), 21);  // 1,000 tokens a step
  EXPECT_EQ(totalSteps(recipe, {.fill = {0.5}}), 41);
  recipe.phases[0].tokens = 1000000;
  EXPECT_EQ(totalSteps(recipe), 50);
  const double flops_per_step = 10 * trainingFlops(recipe, 30522, 100);
  recipe.phases[0].flops = 7.5 * flops_per_step;
  EXPECT_EQ(totalSteps(recipe), 8);
  recipe.phases.push_back({.length = 100, .rows = 10, .hours = 1});
  EXPECT_EQ(totalSteps(recipe), std::nullopt);
  EXPECT_EQ(totalSteps(recipe, {.flops_per_second = flops_per_step}), 8 + 3600);
  EXPECT_EQ(totalSteps(recipe, {.flops_per_second = flops_per_step, .update_seconds = 1}), 8 + 1800);
}

TEST(EstimateRecipe, TimeIsWorkOverRate) {
  const Recipe recipe = recipeOf("base");
  const Estimate slow = estimateRecipe(recipe, {.flops_per_second = 1e11});
  const Estimate unknown = estimateRecipe(recipe);
  ASSERT_TRUE(slow.seconds && slow.flops && slow.tokens);
  EXPECT_DOUBLE_EQ(*slow.seconds, *slow.flops / 1e11);
  EXPECT_DOUBLE_EQ(*slow.tokens, 10.0 * 32 * 128);
  EXPECT_DOUBLE_EQ(*slow.flops, 10.0 * 32 * trainingFlops(recipe, 30522, 128));
  EXPECT_FALSE(unknown.seconds.has_value());
}

TEST(EstimateRecipe, EveryStepAddsTheTimeOfItsUpdate) {
  const Recipe recipe = recipeOf("base");
  const Estimate passes = estimateRecipe(recipe, {.flops_per_second = 1e11});
  const Estimate steps = estimateRecipe(recipe, {.flops_per_second = 1e11, .update_seconds = .25});
  ASSERT_TRUE(passes.seconds && steps.seconds);
  EXPECT_DOUBLE_EQ(*steps.seconds, *passes.seconds + 10 * .25);
}

// Most resident memory of six steps of bert-mini-sample.toml on a CPU with AVX512-BF16 (Linux, LibTorch 2.11,
// 2 threads), as train/memory_bytes said; the vocabulary is the one that its text gives.
TEST(EstimateRecipe, MemoryIsWithinAQuarterOfWhatWasMeasured) {
  struct Measured {
    int64_t rows, layers;
    const char* precision;
    double bytes;
  };
  for (const Measured& measured :
       {Measured{8, 4, "fp32", 312e6}, Measured{16, 4, "fp32", 378e6}, Measured{32, 4, "fp32", 541e6},
        Measured{8, 4, "bf16", 357e6}, Measured{16, 4, "bf16", 438e6}, Measured{32, 4, "bf16", 637e6},
        Measured{16, 1, "fp32", 240e6}, Measured{16, 1, "bf16", 303e6}}) {
    Recipe recipe = recipeOf("mini");
    recipe.model.num_hidden_layers = measured.layers;
    recipe.run.device = "cpu";
    recipe.run.precision = measured.precision;
    recipe.phases[0].rows = measured.rows;
    const double estimated = estimateRecipe(recipe, {.vocab_size = 2193}).memoryBytes();
    EXPECT_NEAR(estimated / measured.bytes, 1.0, 0.25)
        << measured.precision << ", " << measured.rows << " rows, " << measured.layers << " layers";
  }
}

double partOf(const Estimate& estimate, std::string_view name) {
  for (const MemoryPart& part : estimate.memory) {
    if (part.name == name) {
      return part.bytes;
    }
  }
  ADD_FAILURE() << "no part " << name;
  return 0;
}

TEST(EstimateRecipe, MemoryFollowsPrecisionAndRowsAtOnce) {
  Recipe recipe = recipeOf("mini");
  recipe.run.precision = "fp32";
  const Estimate whole = estimateRecipe(recipe);
  EXPECT_DOUBLE_EQ(partOf(whole, "weights"), 4.0 * 11267900);
  EXPECT_DOUBLE_EQ(partOf(whole, "Adam moments"), 8.0 * 11267900);
  // 4 layers x 32 x 128 tokens x 2 x 1,024 numbers of 4 bytes.
  EXPECT_DOUBLE_EQ(partOf(whole, "feed-forward"), 4.0 * 32 * 128 * 2 * 1024 * 4);
  // Query, key, value and output of 256 numbers of 4 bytes, and 4 heads' fp32 logarithms.
  EXPECT_DOUBLE_EQ(partOf(whole, "attention"), 4.0 * 32 * 128 * (4 * 256 * 4 + 4 * 4));
  // 614.4 predictions: 4 x 256 numbers each, and a logit for every word.
  EXPECT_NEAR(partOf(whole, "vocabulary head"), 614.4 * 4 * (4 * 256 + 30522), 1);

  recipe.phases[0].micro_rows = 8;
  EXPECT_DOUBLE_EQ(partOf(estimateRecipe(recipe), "feed-forward"), partOf(whole, "feed-forward") / 4);

  recipe.run.precision = "bf16";
  const Estimate half = estimateRecipe(recipe);
  EXPECT_DOUBLE_EQ(partOf(half, "bf16 copies"), 2.0 * 11267900);
  // On a GPU half of fp32's; on a CPU the heap takes as much, and 8 x 128 tokens x 4 x 1,024 fp32 copies.
  EXPECT_DOUBLE_EQ(partOf(estimateRecipe(recipe, {.cuda = true}), "feed-forward"),
                   partOf(whole, "feed-forward") / 8);
  EXPECT_DOUBLE_EQ(partOf(half, "feed-forward"), partOf(whole, "feed-forward") / 4);
  EXPECT_DOUBLE_EQ(partOf(half, "fp32 copies"), 8.0 * 128 * 4 * 1024 * 4);

  recipe.run.precision = "auto";
  EXPECT_DOUBLE_EQ(estimateRecipe(recipe, {.bf16 = true}).memoryBytes(), half.memoryBytes());
  EXPECT_GT(estimateRecipe(recipe).memoryBytes(), 0.0);
}

TEST(EstimateRecipe, LogitsAreKeptInChunksWhereTheyAreMany) {
  Recipe recipe = recipeOf("base");
  recipe.run.precision = "fp32";
  recipe.phases[0] = {.length = 512, .rows = 256, .steps = 1};
  const double predictions = 0.15 * 512 * 256;
  const double transform = predictions * 4 * 768 * 4;
  // On a CPU 48 Mi logits; on a GPU 128 Mi, gradients of the head beside those of the model, and 256 partial
  // sums for its bias; in bf16 twice the word table's.
  EXPECT_NEAR(partOf(estimateRecipe(recipe), "vocabulary head"), transform + 4.0 * 48 * 1024 * 1024, 1);
  EXPECT_NEAR(partOf(estimateRecipe(recipe, {.cuda = true}), "vocabulary head"),
              transform + 4.0 * 128 * 1024 * 1024 + 4.0 * 30522 * (769 + 256), 1);
  recipe.run.precision = "bf16";
  EXPECT_NEAR(partOf(estimateRecipe(recipe, {.cuda = true}), "vocabulary head"),
              transform / 2 + 2.0 * 128 * 1024 * 1024 + 4.0 * 30522 * (769 + 256 + 768), 1);
  recipe.run.device = "cuda";
  for (const MemoryPart& part : estimateRecipe(recipe).memory) {
    EXPECT_NE(part.name, "LibTorch") << "the host's share is not on the GPU";
  }
}

TEST(EstimateRecipe, TheLargestPhaseDecidesThePeak) {
  Recipe recipe = recipeOf("mini");
  const double small = estimateRecipe(recipe).memoryBytes();
  recipe.phases.push_back({.length = 512, .rows = 32, .steps = 1});
  const double large = estimateRecipe(recipe).memoryBytes();
  EXPECT_GT(large, small);
  std::swap(recipe.phases[0], recipe.phases[1]);
  EXPECT_DOUBLE_EQ(estimateRecipe(recipe).memoryBytes(), large);
}

TEST(ExpectedVocabSize, IsTheModelsThenTheFilesThenTheLearntOne) {
  Recipe recipe;
  EXPECT_EQ(expectedVocabSize(recipe), recipe.text.vocab_size);
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "heddle-sizes-vocab.txt";
  std::ofstream(path) << "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlast";
  recipe.text.vocabulary = path;
  EXPECT_EQ(expectedVocabSize(recipe), 6);
  std::filesystem::remove(path);
  EXPECT_EQ(expectedVocabSize(recipe), 0);
  recipe.model.vocab_size = 77;
  EXPECT_EQ(expectedVocabSize(recipe), 77);
}

TEST(EstimateText, NamesEveryFigureAndLinesUp) {
  const std::string text = estimateText(estimateRecipe(recipeOf("base"), {.flops_per_second = 1e12}));
  EXPECT_NE(text.find("110,106,428  vocabulary of 30,522\n"), std::string::npos) << text;
  EXPECT_NE(text.find("69.8 GFLOP a row"), std::string::npos) << text;
  EXPECT_NE(text.find("\nmemory "), std::string::npos) << text;
  EXPECT_NE(text.find("\ntime "), std::string::npos) << text;
  EXPECT_EQ(text.back(), '\n');
}

TEST(EstimateText, SaysWhatIsUnknown) {
  Recipe recipe = recipeOf("tiny");
  recipe.phases[0].steps = 0;
  recipe.phases[0].hours = 1;
  const std::string text = estimateText(estimateRecipe(recipe));
  EXPECT_NE(text.find("by the clock"), std::string::npos) << text;
  EXPECT_NE(text.find("unknown  no rate measured yet"), std::string::npos) << text;
}

TEST(HumanNumbers, HaveThreeOrFourDigitsAndAPrefix) {
  EXPECT_EQ(humanCount(0), "0");
  EXPECT_EQ(humanCount(999), "999");
  EXPECT_EQ(humanCount(999.99), "1.00 k");
  EXPECT_EQ(humanCount(1500), "1.50 k");
  EXPECT_EQ(humanCount(110106428), "110.1 M");
  EXPECT_EQ(humanCount(1.02e12, "FLOP"), "1.02 TFLOP");
  EXPECT_EQ(humanCount(12, "FLOP"), "12 FLOP");
  EXPECT_EQ(humanBytes(512), "512 B");
  EXPECT_EQ(humanBytes(1536), "1.50 KiB");
  EXPECT_EQ(humanBytes(4.0 * 1024 * 1024 * 1024), "4.00 GiB");
}

}  // namespace
}  // namespace heddle
