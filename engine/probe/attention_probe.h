// Attention maps of a checkpoint on any text, for `heddle-engine serve`. Keeps the last few checkpoints
// loaded.

#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/events/inspection.h"

namespace heddle {

class AttentionProbe {
 public:
  AttentionProbe();
  ~AttentionProbe();

  // Runs the text ([CLS] a [SEP] or [CLS] a [SEP] b [SEP], cut to the model's longest input) through the
  // checkpoint without dropout and writes every head's map to request.array_path. Errors: unreadable or
  // foreign checkpoint, empty text, a place that cannot be written.
  Result<AttentionAnswer> attention(const AttentionRequest& request);

 private:
  struct LoadedModel;
  Result<LoadedModel*> load(const std::filesystem::path& checkpoint);

  std::list<std::unique_ptr<LoadedModel>> loaded_;  // most recently used first
};

}  // namespace heddle
