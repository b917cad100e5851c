// Flat buffers of a ParameterSet as safetensors under the published names, and a model's config.json: what
// makes a checkpoint readable by others.

#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/parameters.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// A flat fp32 buffer [N] of the layout of a ParameterSet; its tensors are stored as prefix + published name.
struct FlatBuffer {
  std::string prefix;
  at::Tensor flat;
};

// Atomic; from any device.
Status saveBuffers(const std::filesystem::path& path, const ParameterSet& parameters,
                   const std::vector<FlatBuffer>& buffers);

// Fills the buffers in place. Every tensor must be there with its shape; F16, BF16 and F64 are converted. All
// that is missing or of another shape is named in one error, and then nothing has been changed. Tensors of
// other names are ignored, as published files hold tied copies and buffers.
Status loadBuffers(const std::filesystem::path& path, const ParameterSet& parameters,
                   const std::vector<FlatBuffer>& buffers);

// config.json as transformers writes it for the family; `next_sentence` says which heads the weights hold.
Status saveConfig(const std::filesystem::path& path, const ModelRecipe& model, bool next_sentence);
// The sizes of a config.json; the error names what is missing, malformed or of a family that is not known.
Result<ModelRecipe> loadConfig(const std::filesystem::path& path);

}  // namespace heddle
