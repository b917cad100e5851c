// Questions to `heddle-engine serve` and their answers: one JSON object a line on its standard input and
// output. Answers come in the order of the questions. Large arrays travel as safetensors files, which the
// asker deletes when done.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

// The attention of every head of a checkpoint on one text or a pair.
struct AttentionRequest {
  int64_t id = 0;          // echoed in the answer
  std::string checkpoint;  // absolute folder of the checkpoint
  std::string text_a;
  std::string text_b;      // empty = one text
  std::string array_path;  // absolute file that serve writes the array to
};

struct AttentionToken {
  std::string text;  // the piece as the vocabulary spells it: "##ing", "[CLS]"
  int32_t segment = 0;
  int32_t begin = -1;  // byte offsets into text_a or text_b; -1 for specials
  int32_t end = -1;
};

// `array_path` holds "probs", F16 [layers, heads, query, key].
struct AttentionAnswer {
  int64_t id = 0;
  std::string array_path;
  int64_t layers = 0;
  int64_t heads = 0;
  std::vector<AttentionToken> tokens;  // [query] = [key]
  bool truncated = false;              // the text was cut to the model's longest input
  double elapsed_ms = 0;
};

struct InspectionFailure {
  int64_t id = 0;
  std::string text;
  std::string hint;
};

std::string encodeRequest(const AttentionRequest& request);
Result<AttentionRequest> decodeRequest(std::string_view line);

std::string encodeAnswer(const AttentionAnswer& answer);
std::string encodeFailure(const InspectionFailure& failure);

struct InspectionReply {
  bool failed = false;
  AttentionAnswer answer;     // when not failed
  InspectionFailure failure;  // when failed
};
Result<InspectionReply> decodeReply(std::string_view line);

// What masking did to a token. kTarget: predicted without being changed (language models, permutations).
enum class TokenState { kPlain, kMasked, kRandom, kKept, kTarget };

// A token of a training row as the encoder reads it.
struct TrainingToken {
  std::string text;  // the piece as the vocabulary spells it
  int32_t segment = 0;
  int32_t unit = -1;  // number of its word or phrase in the row's text; -1 = special token
  int32_t grain = 0;  // 0 = fine, 1 = coarse
  TokenState state = TokenState::kPlain;
  std::string label;   // what the model must predict here; empty = nothing
  int32_t order = -1;  // place in the factorisation order; -1 = there is none
  int32_t span = -1;   // number of the masked span in the row; -1 = in none

  bool operator==(const TrainingToken&) const = default;
};

// A row of a training batch in words, for the batch inspector: one line of `heddle-engine corpus rows`.
struct TrainingRow {
  int64_t row = 0;                    // in the step's global batch
  int32_t label = -1;                 // the pair's label; -1 = there is none
  std::string label_text;             // "next", "random", "in order", "swapped"; empty without a label
  std::vector<TrainingToken> tokens;  // the fine sequence, then the coarse one
  std::vector<std::string> target;    // what a decoder must write; empty without one

  bool operator==(const TrainingRow&) const = default;
};

std::string encodeTrainingRow(const TrainingRow& row);
// Error: not such a line. Members that are missing have their defaults.
Result<TrainingRow> decodeTrainingRow(std::string_view line);

}  // namespace heddle
