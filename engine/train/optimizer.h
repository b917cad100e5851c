// Adam with decoupled weight decay and clipping by the global norm, over the flat buffers of a model.
// Loshchilov & Hutter 2019; without bias correction it is the Adam of google-research/bert.

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/model/parameters.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// First and second moments, [N] fp32 each, laid out as the ParameterSet.
struct OptimizerState {
  at::Tensor m, v;
};

OptimizerState zeroMoments(const ParameterSet& parameters);

// Clips the accumulated gradients, makes update number `step` (from 1) and zeroes the gradients. Returns the
// norm before clipping; if that is not finite nothing has been changed.
double optimizerStep(ParameterSet& parameters, OptimizerState& state, const OptimizerRecipe& rule,
                     double learning_rate, int64_t step);

}  // namespace heddle
