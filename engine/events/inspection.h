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

}  // namespace heddle
