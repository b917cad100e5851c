#include "engine/data/rows/batch_builder.h"

#include <cstddef>
#include <numeric>
#include <utility>

namespace heddle {
namespace {

void append(const std::vector<int32_t>& from, int32_t shift, std::vector<int32_t>& to) {
  size_t place = to.size();
  to.resize(place + from.size());
  for (const int32_t value : from) {
    to[place++] = value + shift;
  }
}

// Appends what the tokens carry, without ending the sequence.
void appendTokens(const Row& row, Batch& batch) {
  const auto begin = static_cast<int32_t>(batch.tokens.size());
  append(row.tokens, 0, batch.tokens);
  append(row.segments, 0, batch.segments);
  append(row.units, 0, batch.units);
  append(row.masked, begin, batch.masked_positions);
  append(row.labels, 0, batch.masked_labels);
  append(row.spans, begin, batch.spans);
  append(row.order, 0, batch.order);
  batch.positions.resize(batch.tokens.size());
  std::iota(batch.positions.begin() + begin, batch.positions.end(), 0);
}

void endSequence(Batch& batch) {
  batch.starts.push_back(static_cast<int32_t>(batch.tokens.size()));
}

}  // namespace

BatchBuilder::BatchBuilder(int64_t step, int64_t first_row) {
  fine_.step = step;
  fine_.first_row = first_row;
  fine_.starts = {0};
  coarse_.starts = {0};
}

void BatchBuilder::add(const Row& row) {
  appendTokens(row, fine_);
  endSequence(fine_);
  if (row.pair_label >= 0) {
    fine_.pair_labels.push_back(row.pair_label);
  }
  if (!row.target.empty()) {
    if (fine_.target_starts.empty()) {
      fine_.target_starts = {0};
    }
    append(row.target, 0, fine_.target_tokens);
    fine_.target_starts.push_back(static_cast<int32_t>(fine_.target_tokens.size()));
  }
}

void BatchBuilder::addBoth(const Row& fine, const Row& coarse) {
  add(fine);
  appendTokens(coarse, coarse_);
  endSequence(coarse_);
}

void BatchBuilder::addHybrid(const Row& fine, const Row& coarse) {
  appendTokens(fine, fine_);
  appendTokens(coarse, fine_);
  endSequence(fine_);
  if (fine.pair_label >= 0) {
    fine_.pair_labels.push_back(fine.pair_label);
  }
}

Batch BatchBuilder::take() {
  Batch batch = std::move(fine_);
  const auto sequences = coarse_.starts.size() - 1;
  if (sequences > 0) {
    const auto shift = static_cast<int32_t>(batch.tokens.size());
    batch.grain.assign(sequences, 0);
    batch.grain.resize(2 * sequences, 1);
    append(coarse_.tokens, 0, batch.tokens);
    append(coarse_.positions, 0, batch.positions);
    append(coarse_.segments, 0, batch.segments);
    append(coarse_.units, 0, batch.units);
    append(coarse_.masked_positions, shift, batch.masked_positions);
    append(coarse_.masked_labels, 0, batch.masked_labels);
    coarse_.starts.erase(coarse_.starts.begin());
    append(coarse_.starts, shift, batch.starts);
  }
  return batch;
}

}  // namespace heddle
