// Checkpoints: runs/ID/checkpoints/STEP/ with model.safetensors, optimizer.safetensors, config.json,
// the tokeniser, state.json and an empty DONE. Written beside, synced, renamed: a folder without DONE does
// not count. The tokeniser is a folder of its own, tokenizer/ (tokenizer_folder.h), with its published files
// (vocab.txt, spiece.model, vocab.json and merges.txt) also beside the weights: those, model.safetensors and
// config.json are what others read.
//
// state.json, version 2: {"version", "step", "next_sentence", "grain", "progress": Progress::toJson()}

#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/model/parameters.h"
#include "engine/recipes/recipe.h"
#include "engine/train/optimizer.h"

namespace heddle {

struct CheckpointContents {
  const ParameterSet* parameters;
  const OptimizerState* optimizer;
  ModelRecipe model;  // vocab_size resolved
  bool next_sentence = true;
  std::filesystem::path tokenizer;  // the folder
  Json state;                       // everything but "version" and "next_sentence"
};

// Returns the bytes written. On failure nothing is left behind.
Result<int64_t> saveCheckpoint(const RunFolder& run, int64_t step, const CheckpointContents& contents);

// Steps of the complete checkpoints of a run, ascending.
std::vector<int64_t> listCheckpoints(const RunFolder& run);

std::filesystem::path checkpointFolder(const RunFolder& run, int64_t step);

// state.json of a checkpoint; refuses folders without DONE and newer versions.
Result<Json> loadCheckpointState(const std::filesystem::path& folder);

// Weights and moments into allocated buffers; compute copies are refreshed.
Status loadCheckpoint(const std::filesystem::path& folder, ParameterSet& parameters,
                      OptimizerState* optimizer);

// Removes what an engine left half-written when it was killed. Only for the process that has taken the run.
void removeUnfinishedCheckpoints(const RunFolder& run);

// Removes all but the newest `keep` (0 = keep all); returns the removed steps.
std::vector<int64_t> pruneCheckpoints(const RunFolder& run, int64_t keep);

}  // namespace heddle
