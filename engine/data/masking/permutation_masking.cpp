#include <algorithm>
#include <numeric>

#include "engine/data/masking/maskers.h"

namespace heddle {
namespace {

// Marks `goal` text positions of begin .. end, fewer where there are not so many.
void chooseRuns(const ObjectiveRecipe& objective, int32_t begin, int32_t end, int64_t goal, const Row& row,
                RandomStream& draws, std::vector<bool>& chosen) {
  const auto unit = [&](int32_t at) { return row.units[static_cast<size_t>(at)]; };
  const auto startsUnit = [&](int32_t at) {
    return unit(at) != kNoUnit && (at == begin || unit(at - 1) != unit(at));
  };
  std::vector<double> weights;
  for (int64_t n = 1; n <= objective.ngram_longest; ++n) {
    weights.push_back(1.0 / static_cast<double>(n));
  }
  int64_t left =
      std::min(goal, static_cast<int64_t>(std::count_if(row.units.begin() + begin, row.units.begin() + end,
                                                        [](int32_t number) { return number != kNoUnit; })));
  int64_t at = begin;
  while (at < end && left > 0) {
    const auto n = static_cast<int64_t>(1 + drawWeighted(weights, draws));
    const int64_t context = n * objective.context_factor;
    const auto before = static_cast<int64_t>(draws.below(static_cast<uint32_t>(context)));
    auto first = static_cast<int32_t>(std::min<int64_t>(at + before, end));
    while (first < end && !startsUnit(first)) {
      ++first;
    }
    int32_t last = first;
    for (int64_t words = 0; last < end && unit(last) != kNoUnit && left > 0; ++last) {
      words += startsUnit(last) ? 1 : 0;
      if (words > n) {
        break;
      }
      chosen[static_cast<size_t>(last)] = true;
      --left;
    }
    at = last + context - before;
  }
  std::vector<int32_t> rest;
  for (int32_t position = begin; position < end; ++position) {
    if (unit(position) != kNoUnit && !chosen[static_cast<size_t>(position)]) {
      rest.push_back(position);
    }
  }
  for (size_t next = 0; left > 0; ++next, --left) {
    std::swap(rest[next], rest[next + draws.below(static_cast<uint32_t>(rest.size() - next))]);
    chosen[static_cast<size_t>(rest[next])] = true;
  }
}

// Places of begin .. end: context first and together, then targets and special tokens one after the other.
void drawOrder(int32_t begin, int32_t end, int32_t first_place, const std::vector<bool>& chosen,
               RandomStream& draws, Row& row) {
  std::vector<int32_t> ordered;
  bool has_context = false;
  for (int32_t at = begin; at < end; ++at) {
    if (chosen[static_cast<size_t>(at)] || row.units[static_cast<size_t>(at)] == kNoUnit) {
      ordered.push_back(at);
    } else {
      row.order[static_cast<size_t>(at)] = first_place;
      has_context = true;
    }
  }
  int32_t place = first_place + (has_context ? 1 : 0);
  for (size_t next = 0; next < ordered.size(); ++next) {
    std::swap(ordered[next], ordered[next + draws.below(static_cast<uint32_t>(ordered.size() - next))]);
    row.order[static_cast<size_t>(ordered[next])] = place++;
  }
}

}  // namespace

void permuteRow(const MaskContext& context, RandomStream& draws, Row& row) {
  const int64_t wanted = context.objective.max_predictions > 0 ? context.objective.max_predictions
                                                               : std::max<int64_t>(1, context.length / 6);
  std::vector<bool> chosen(row.tokens.size());
  row.order.assign(row.tokens.size(), 0);
  // Half of the targets in each part, as published; all in the only one.
  const int64_t in_second = row.reused > 0 ? wanted / 2 : wanted;
  chooseRuns(context.objective, 0, row.reused, wanted - in_second, row, draws, chosen);
  chooseRuns(context.objective, row.reused, row.size(), in_second, row, draws, chosen);
  drawOrder(0, row.reused, 0, chosen, draws, row);
  const int32_t places =
      row.reused > 0 ? 1 + *std::max_element(row.order.begin(), row.order.begin() + row.reused) : 0;
  drawOrder(row.reused, row.size(), places, chosen, draws, row);
  for (int32_t at = 0; at < row.size(); ++at) {
    if (chosen[static_cast<size_t>(at)]) {
      row.masked.push_back(at);
      row.labels.push_back(row.tokens[static_cast<size_t>(at)]);
    }
  }
}

}  // namespace heddle
