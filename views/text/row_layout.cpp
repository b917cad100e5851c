#include "views/text/row_layout.h"

#include <algorithm>
#include <array>

namespace heddle::ui {
namespace {

// Tokens of both grains that stand above each other: those of one unit, or one special token of each.
struct Column {
  int32_t unit = -1;
  std::vector<int> tokens[2];  // [grain]
};

// The columns of one grain in its order.
std::vector<Column> columnsOf(const TrainingRow& row, int grain) {
  std::vector<Column> columns;
  for (int i = 0; i < static_cast<int>(row.tokens.size()); ++i) {
    const TrainingToken& token = row.tokens[static_cast<size_t>(i)];
    if ((token.grain == 0 ? 0 : 1) != grain) {
      continue;
    }
    if (columns.empty() || token.unit < 0 || columns.back().unit != token.unit) {
      columns.push_back({token.unit, {}});
    }
    columns.back().tokens[grain].push_back(i);
  }
  return columns;
}

// Both grains in one: equal units meet; what only one of them has stands alone.
std::vector<Column> aligned(std::vector<Column> fine, std::vector<Column> coarse) {
  std::vector<Column> columns;
  size_t c = 0;
  const auto takeCoarse = [&] { columns.push_back(std::move(coarse[c++])); };
  for (Column& each : fine) {
    // A special token of the coarse grain alone cannot be told from one of both; units decide.
    while (c < coarse.size() && coarse[c].unit >= 0 && each.unit >= 0 && coarse[c].unit < each.unit) {
      takeCoarse();
    }
    if (c < coarse.size() && coarse[c].unit == each.unit) {
      each.tokens[1] = std::move(coarse[c++].tokens[1]);
    }
    columns.push_back(std::move(each));
  }
  while (c < coarse.size()) {
    takeCoarse();
  }
  return columns;
}

}  // namespace

RowLayout layoutRow(const TrainingRow& row, double width, const RowMetrics& metrics) {
  RowLayout layout;
  layout.boxes.resize(row.tokens.size());
  const std::vector<Column> columns = aligned(columnsOf(row, 0), columnsOf(row, 1));
  const bool two = std::any_of(row.tokens.begin(), row.tokens.end(),
                               [](const TrainingToken& token) { return token.grain != 0; });
  const double line_height =
      (two ? 2 * metrics.box_height + metrics.link_height : metrics.box_height) + metrics.line_gap;
  const auto widthOf = [&](int token) { return metrics.width(row.tokens[static_cast<size_t>(token)]); };
  const auto sideWidth = [&](const std::vector<int>& tokens) {
    double sum = 0;
    for (const int token : tokens) {
      sum += widthOf(token) + metrics.gap;
    }
    return sum;
  };
  double x = 0;
  double y = 0;
  for (const Column& column : columns) {
    const std::array<double, 2> sides = {sideWidth(column.tokens[0]), sideWidth(column.tokens[1])};
    const double wide = std::max(sides[0], sides[1]);
    if (x > 0 && x + wide > width) {
      x = 0;
      y += line_height;
    }
    for (const int grain : {0, 1}) {
      const std::vector<int>& tokens = column.tokens[grain];
      // The narrower side is spread over the unit's width.
      const double stretch =
          tokens.empty() ? 0
                         : (wide - sides[static_cast<size_t>(grain)]) / static_cast<double>(tokens.size());
      double at = x;
      for (const int token : tokens) {
        const double own = widthOf(token) + stretch;
        layout.boxes[static_cast<size_t>(token)] =
            QRectF(at, y + grain * (metrics.box_height + metrics.link_height), own, metrics.box_height);
        at += own + metrics.gap;
      }
    }
    if (!column.tokens[1].empty()) {
      for (const int fine : column.tokens[0]) {
        layout.links.push_back({fine, column.tokens[1].front()});
      }
    }
    x += wide;
  }
  layout.height = columns.empty() ? 0 : y + line_height - metrics.line_gap;
  return layout;
}

std::vector<StateCount> countStates(const std::vector<TrainingRow>& rows) {
  std::vector<StateCount> counts = {{TokenState::kMasked, 0},
                                    {TokenState::kRandom, 0},
                                    {TokenState::kKept, 0},
                                    {TokenState::kTarget, 0},
                                    {TokenState::kPlain, 0}};
  for (const TrainingRow& row : rows) {
    for (const TrainingToken& token : row.tokens) {
      for (StateCount& each : counts) {
        each.count += each.state == token.state ? 1 : 0;
      }
    }
  }
  return counts;
}

}  // namespace heddle::ui
