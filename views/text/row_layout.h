// Where the tokens of a training row stand: both grains on one axis of units, broken into lines. Plain
// geometry in device-independent pixels; knows no widget.

#pragma once

#include <QRectF>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/events/inspection.h"

namespace heddle::ui {

struct RowMetrics {
  std::function<double(const TrainingToken&)> width;  // of a token's box
  double box_height = 20;
  double link_height = 7;  // between the grains
  double line_gap = 10;
  double gap = 2;  // between neighbouring boxes
};

struct RowLink {
  int fine = 0;    // index of a token
  int coarse = 0;  // index of a token
};

struct RowLayout {
  std::vector<QRectF> boxes;   // [token]
  std::vector<RowLink> links;  // each fine token with the first coarse token of its unit
  double height = 0;
};

// The fine tokens in the upper half of each line, the coarse ones of the same units below them; special
// tokens of both grains stand above each other in their order. A line is broken between units only; a unit
// wider than the line has a line of its own.
RowLayout layoutRow(const TrainingRow& row, double width, const RowMetrics& metrics);

// How often each state occurs among the tokens of a grain that are predicted or changed.
struct StateCount {
  TokenState state = TokenState::kPlain;
  int64_t count = 0;
};
std::vector<StateCount> countStates(const std::vector<TrainingRow>& rows);

}  // namespace heddle::ui
