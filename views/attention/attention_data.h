// What the attention views compute before they draw, as plain functions: no window, no plot library.

#pragma once

#include <QImage>
#include <QPoint>
#include <QRectF>
#include <QString>
#include <optional>
#include <span>
#include <vector>

#include "views/attention/attention_map.h"
#include "views/common/color_map.h"

namespace heddle::ui {

// A small picture of one head and what can be said of it at once.
struct HeadSummary {
  float largest = 0;         // weight
  float thumb_largest = 0;   // of the averages in `thumb`
  int bad_rows = 0;          // rows with a value that is not finite
  bool uniform = false;      // every row is close to 1 / n: an untrained or wrongly loaded head
  std::vector<float> thumb;  // [side, side], averages of equal blocks
};

struct MapSummary {
  int side = 0;                    // of a thumb: at most 40
  std::vector<HeadSummary> heads;  // [layers * heads]
};

// One pass over all weights, on all cores.
MapSummary summarize(const AttentionMap& map);

// Float [rows, columns] of half values.
std::vector<float> toFloat(std::span<const uint16_t> half);

// Averages of 2 x 2 blocks; an odd last row or column is averaged alone. [(n + 1) / 2]^2
std::vector<float> halved(const std::vector<float>& cells, int size);

// One pixel a cell, row = query. `largest` > 0 has the last colour.
QImage cellImage(std::span<const float> cells, int size, float largest, const ColorTable& colors);

// The keys that together hold at least `mass` of the row, heaviest first, and what the others hold. Values
// that are not finite count as nothing.
struct KeptKeys {
  std::vector<int> keys;
  double hidden = 0;
};
KeptKeys keepMass(std::span<const float> row, double mass);

// Every how many tokens a label fits: the smallest of 1, 2, 5, 10, 20, ... for which labels do not touch.
int labelStride(double cell_pixels, double label_pixels);

// A piece as it is labelled: long ones are cut in the middle.
QString tokenLabel(const AttentionToken& token);

// Where the small maps lie: one row per layer, one column per head, numbers above and to the left.
struct GridLayout {
  QSizeF size;
  int layers = 0;
  int heads = 0;
  double left = 26;  // pixels for the layers' numbers
  double top = 18;   // pixels for the heads' numbers

  double cell() const;  // side of a cell with its gap; cells are square
  QRectF cellRect(int layer, int head) const;
  // x = head, y = layer; null outside the grid. The gap behind a cell belongs to it.
  std::optional<QPoint> cellAt(const QPointF& position) const;
};

}  // namespace heddle::ui
