// What stands at a position that a model must predict: [MASK], a random token or the token itself.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/random.h"
#include "engine/data/corpus.h"
#include "engine/data/rows/row.h"
#include "engine/recipes/recipe.h"
#include "engine/text/wordpiece.h"

namespace heddle {

enum class Replacement { kMask, kRandom, kKeep };

// Where random tokens come from; never special ones.
class RandomTokens {
 public:
  // Uniform over ids 0 .. vocab_size - 1 that are not special; at least one is not.
  RandomTokens(int64_t vocab_size, const SpecialIds& special);
  // As frequent as in the corpus, held-out documents included, which must outlive this.
  RandomTokens(int64_t vocab_size, const SpecialIds& special, const Corpus& corpus);

  int32_t draw(RandomStream& draws) const;

 private:
  int64_t vocab_size_;
  std::vector<int32_t> special_;  // ascending
  const Corpus* corpus_ = nullptr;
};

// What all maskers read. Nothing is owned.
struct MaskContext {
  const ObjectiveRecipe& objective;  // with published defaults
  SpecialIds special;
  const RandomTokens& random_tokens;
  int64_t length;          // most tokens of a row
  int64_t first_sentinel;  // t5: id of the first sentinel; the others follow downwards
};

// By the recipe's mask_share and random_share; one draw.
Replacement drawReplacement(const ObjectiveRecipe& objective, RandomStream& draws);

// Makes `position` one to predict and puts there what the replacement says.
void replaceToken(const MaskContext& context, Replacement replacement, int32_t position, RandomStream& draws,
                  Row& row);

// Positions to predict in a row of `tokens` tokens: the recipe's share, rounded half to even as in Python, at
// least 1, at most max_predictions.
int64_t wantedPredictions(const ObjectiveRecipe& objective, int64_t tokens);

// An index with probability proportional to its weight.
size_t drawWeighted(std::span<const double> weights, RandomStream& draws);

}  // namespace heddle
