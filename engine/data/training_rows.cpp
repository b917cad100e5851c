#include "engine/data/training_rows.h"

#include <algorithm>

#include "engine/data/masking/maskers.h"
#include "engine/recipes/objective.h"

namespace heddle {
namespace {

class Describer {
 public:
  Describer(const Batch& batch, const ObjectiveRecipe& objective, const Grains& grains)
      : batch_(batch),
        masking_(maskKind(objective)),
        hybrid_(rowGrains(objective) == RowGrains::kHybrid),
        grains_(grains) {}

  // Sentinels are beyond the fine vocabulary, where coarse ids are in other rows.
  std::string text(int32_t id) const {
    const int64_t sentinel = grains_.fineSize() + kSentinels - 1 - id;
    if (masking_ == MaskKind::kT5 && sentinel >= 0 && sentinel < kSentinels) {
      return "<extra_id_" + std::to_string(sentinel) + ">";
    }
    return id >= 0 && id < grains_.coarseSize() ? grains_.coarseText(id) : "#" + std::to_string(id);
  }

  void addSequence(size_t sequence, int32_t first_span, TrainingRow& row) const {
    const int32_t begin = batch_.starts[sequence];
    const int32_t end = batch_.starts[sequence + 1];
    auto masked = std::lower_bound(batch_.masked_positions.begin(), batch_.masked_positions.end(), begin);
    int32_t grain = batch_.grain.empty() ? 0 : batch_.grain[sequence];
    int32_t span = first_span;
    for (int32_t at = begin; at < end; ++at) {
      const auto place = static_cast<size_t>(at);
      grain = hybrid_ && at > begin && batch_.positions[place] == 0 ? 1 : grain;
      TrainingToken token{.text = text(batch_.tokens[place]),
                          .segment = batch_.segments[place],
                          .unit = batch_.units[place],
                          .grain = grain};
      if (!batch_.order.empty()) {
        token.order = batch_.order[place];
      }
      if (masked != batch_.masked_positions.end() && *masked == at) {
        const int32_t label =
            batch_.masked_labels[static_cast<size_t>(masked - batch_.masked_positions.begin())];
        token.label = text(label);
        token.state = stateOf(batch_.tokens[place], label);
        // A generator's positions may be there twice.
        while (masked != batch_.masked_positions.end() && *masked == at) {
          ++masked;
        }
      }
      while (2 * static_cast<size_t>(span) < batch_.spans.size() && spanEnd(span) <= at) {
        ++span;
      }
      if (2 * static_cast<size_t>(span) < batch_.spans.size() &&
          batch_.spans[2 * static_cast<size_t>(span)] <= at) {
        token.span = span - first_span;
      }
      row.tokens.push_back(std::move(token));
    }
  }

  // The first span of a sequence.
  int32_t firstSpan(size_t sequence) const {
    const auto found = std::lower_bound(batch_.spans.begin(), batch_.spans.end(), batch_.starts[sequence]);
    return static_cast<int32_t>((found - batch_.spans.begin() + 1) / 2);
  }

 private:
  int32_t spanEnd(int32_t span) const { return batch_.spans[2 * static_cast<size_t>(span) + 1]; }

  TokenState stateOf(int32_t token, int32_t label) const {
    if (masking_ == MaskKind::kPermutation || masking_ == MaskKind::kNone) {
      return TokenState::kTarget;
    }
    if (token == grains_.fine().special().mask) {
      return TokenState::kMasked;
    }
    return token == label ? TokenState::kKept : TokenState::kRandom;
  }

  const Batch& batch_;
  MaskKind masking_;
  bool hybrid_;
  const Grains& grains_;
};

std::string pairText(const ObjectiveRecipe& objective, int32_t label) {
  if (rowKind(objective) == RowKind::kSentenceOrder) {
    // Both are label 1 where chunks of one sentence take a partner.
    return label == 0 ? "in order" : objective.random_partner ? "swapped or random" : "swapped";
  }
  return label == 1 ? "random" : "next";
}

}  // namespace

int64_t textRows(const Batch& batch) {
  return batch.grain.empty() ? batch.rowCount() : batch.rowCount() / 2;
}

TrainingRow describeRow(const Batch& batch, int64_t row, const ObjectiveRecipe& objective,
                        const Grains& grains) {
  const Describer describer(batch, objective, grains);
  const auto index = static_cast<size_t>(row);
  TrainingRow described;
  described.row = batch.first_row + row;
  if (!batch.pair_labels.empty()) {
    described.label = batch.pair_labels[index];
    described.label_text = pairText(objective, described.label);
  }
  describer.addSequence(index, describer.firstSpan(index), described);
  if (!batch.grain.empty()) {
    const size_t coarse = index + static_cast<size_t>(textRows(batch));
    describer.addSequence(coarse, describer.firstSpan(coarse), described);
  }
  if (!batch.target_starts.empty()) {
    for (int32_t at = batch.target_starts[index]; at < batch.target_starts[index + 1]; ++at) {
      described.target.push_back(describer.text(batch.target_tokens[static_cast<size_t>(at)]));
    }
  }
  return described;
}

}  // namespace heddle
