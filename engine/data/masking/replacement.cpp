#include "engine/data/masking/replacement.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace heddle {

RandomTokens::RandomTokens(int64_t vocab_size, const SpecialIds& special) : vocab_size_(vocab_size) {
  for (const int32_t id : {special.pad, special.unk, special.cls, special.sep, special.mask}) {
    if (id >= 0 && id < vocab_size) {
      special_.push_back(id);
    }
  }
  std::sort(special_.begin(), special_.end());
  special_.erase(std::unique(special_.begin(), special_.end()), special_.end());
}

RandomTokens::RandomTokens(int64_t vocab_size, const SpecialIds& special, const Corpus& corpus)
    : RandomTokens(vocab_size, special) {
  corpus_ = &corpus;
}

int32_t RandomTokens::draw(RandomStream& draws) const {
  if (corpus_ != nullptr && corpus_->tokens() > 0) {
    std::vector<int32_t> token;
    // Text of nothing but [UNK] is left to the uniform draw below.
    for (int attempt = 0; attempt < 16; ++attempt) {
      const uint64_t drawn = uint64_t{draws.bits()} << 32 | draws.bits();
      const auto place = static_cast<int64_t>(drawn % static_cast<uint64_t>(corpus_->tokens()));
      token.clear();
      corpus_->appendTokens(place, place + 1, token);
      if (!std::binary_search(special_.begin(), special_.end(), token.front())) {
        return token.front();
      }
    }
  }
  auto id = static_cast<int32_t>(
      draws.below(static_cast<uint32_t>(vocab_size_) - static_cast<uint32_t>(special_.size())));
  for (const int32_t taken : special_) {
    id += id >= taken ? 1 : 0;
  }
  return id;
}

Replacement drawReplacement(const ObjectiveRecipe& objective, RandomStream& draws) {
  const double draw = draws.uniform();
  if (draw < objective.mask_share) {
    return Replacement::kMask;
  }
  return draw < objective.mask_share + objective.random_share ? Replacement::kRandom : Replacement::kKeep;
}

void replaceToken(const MaskContext& context, Replacement replacement, int32_t position, RandomStream& draws,
                  Row& row) {
  int32_t& token = row.tokens[static_cast<size_t>(position)];
  row.masked.push_back(position);
  row.labels.push_back(token);
  if (replacement == Replacement::kMask) {
    token = context.special.mask;
  } else if (replacement == Replacement::kRandom) {
    token = context.random_tokens.draw(draws);
  }
}

int64_t wantedPredictions(const ObjectiveRecipe& objective, int64_t tokens) {
  const auto share =
      static_cast<int64_t>(std::nearbyint(static_cast<double>(tokens) * objective.mlm_probability));
  const int64_t wanted = std::max<int64_t>(share, 1);
  return objective.max_predictions > 0 ? std::min(wanted, objective.max_predictions) : wanted;
}

size_t drawWeighted(std::span<const double> weights, RandomStream& draws) {
  double left = draws.uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
  for (size_t index = 0; index + 1 < weights.size(); ++index) {
    left -= weights[index];
    if (left < 0) {
      return index;
    }
  }
  return weights.size() - 1;
}

}  // namespace heddle
