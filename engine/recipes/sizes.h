// What a recipe will cost, before it runs: parameters, FLOPs, memory, steps and time. Arithmetic only.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/recipes/objective.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// Parameters of transformers' BertForPreTraining (with next-sentence prediction) or BertForMaskedLM
// (without): the decoder of the vocabulary head is the word embedding, counted once; its bias is its own.
struct ParameterCount {
  int64_t word_embeddings = 0;
  int64_t other_embeddings = 0;  // positions, segments, norm
  int64_t per_layer = 0;
  int64_t layers = 0;  // all of them
  int64_t pooler = 0;  // 0 without next-sentence prediction
  int64_t vocabulary_head = 0;
  int64_t pair_head = 0;  // 0 without next-sentence prediction

  int64_t embeddings() const { return word_embeddings + other_embeddings; }
  int64_t total() const { return embeddings() + layers + pooler + vocabulary_head + pair_head; }
};

ParameterCount countParameters(const ModelRecipe& model, int64_t vocab_size, bool next_sentence = true);

struct GrainSizes {
  int64_t fine = 0;
  int64_t coarse = 0;  // with the fine ones; equal to fine when there is one grain
  SpecialTokens special = {};
};

// Of the tokeniser that is text.vocabulary. Errors: as openTokenizer().
Result<GrainSizes> givenSizes(const TextRecipe& text);

// Entries of the vocabulary that the run will have: model.vocab_size, else as text.vocabulary has, else
// text.vocab_size (a learnt vocabulary; an upper bound on small texts). With text.grain = coarse also the
// phrases or words that are asked for; how many thresholds will give is not known before. 0 when the
// vocabulary cannot be read.
int64_t expectedVocabSize(const Recipe& recipe);
// The same where the sizes of text.vocabulary are known, which are not looked at without one.
int64_t expectedVocabSize(const Recipe& recipe, const GrainSizes& given);

// FLOPs of one row of `tokens`, a product of matrices [m, k] [k, n] counted as 2 m k n and nothing else
// counted. Forward only; a training step is three times that. The vocabulary head runs at `predictions`
// positions only.
double forwardFlops(const ModelRecipe& model, int64_t vocab_size, double tokens, double predictions,
                    bool next_sentence = true);
// Of one row of `tokens` in training: mlm_probability of the tokens, no more than max_predictions.
double expectedPredictions(const ObjectiveRecipe& objective, double tokens);
// Forward and backward of one row.
double trainingFlops(const Recipe& recipe, int64_t vocab_size, double tokens_per_row);

// Peak memory by part: of the process on a CPU, of its tensors on a GPU.
struct MemoryPart {
  std::string name;  // "Adam moments"
  double bytes = 0;
};

struct PhaseEstimate {
  double tokens_per_row = 0;
  double flops_per_row = 0;   // forward and backward
  double flops_per_step = 0;  // all rows of a step
  double tokens_per_step = 0;
  std::optional<int64_t> steps;  // empty: only the clock ends the phase, and no rate is known
};

struct EstimateOptions {
  int64_t vocab_size = 0;  // 0 = expectedVocabSize(recipe)
  // By phase: mean tokens of a row as a share of the phase's length; 1 where none is given.
  std::vector<double> fill = {};
  double flops_per_second = 0;  // measured rate of this machine; 0 = unknown, and no time is predicted
  double update_seconds = 0;    // of one optimiser update, where the rate is that of the passes alone
  // What "auto" turned out to be; other words of the recipe decide alone.
  bool bf16 = false;
  bool cuda = false;
};

struct Estimate {
  int64_t vocab_size = 0;
  ParameterCount parameters;
  std::vector<PhaseEstimate> phases;
  std::vector<MemoryPart> memory;
  std::optional<int64_t> steps;  // all phases; empty when one of them is unknown
  std::optional<double> tokens;  // seen in training
  std::optional<double> flops;
  std::optional<double> seconds;  // of training steps alone, at the given rate

  double memoryBytes() const;
};

// The recipe must have passed checkRecipe(); sizes of 0 give zeros.
Estimate estimateRecipe(const Recipe& recipe, const EstimateOptions& options = {});

// Optimiser steps of all phases, or nothing when only the clock ends one of them and no rate is given.
std::optional<int64_t> totalSteps(const Recipe& recipe, const EstimateOptions& options = {});

// Aligned lines of text for a terminal or a monospaced label; ends with a newline.
std::string estimateText(const Estimate& estimate);

// "110.1 M", "1.02 T": three or four digits and an SI prefix. `unit` is appended ("FLOP").
std::string humanCount(double value, std::string_view unit = "");
// "1.4 GiB".
std::string humanBytes(double bytes);

}  // namespace heddle
