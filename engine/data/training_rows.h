// Rows of a batch in words, for the batch inspector.

#pragma once

#include "engine/data/batch.h"
#include "engine/events/inspection.h"
#include "engine/recipes/recipe.h"
#include "engine/text/grains/grains.h"

namespace heddle {

// Texts in the batch: its sequences, or half of them with two grains.
int64_t textRows(const Batch& batch);

// Row `row`, 0 .. textRows(batch) - 1, of a batch that was made with this objective and these grains.
TrainingRow describeRow(const Batch& batch, int64_t row, const ObjectiveRecipe& objective,
                        const Grains& grains);

}  // namespace heddle
