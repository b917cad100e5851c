// Lines of points as they lie on the pixels of a chart, each thinned to what its pixel columns can show.

#pragma once

#include <QPointF>
#include <vector>

#include "views/curves/curve_points.h"
#include "views/curves/plot_area.h"

namespace heddle::ui {

// The line of `points` (ascending x) through the area: per pixel column the first, lowest, highest and last
// point, so every spike survives, plus one point beyond either edge. Values that cannot be drawn (not finite;
// not positive on a logarithmic axis) break the line: a break is a point with a NaN. Appends to `line`.
void traceLine(const CurvePoints& points, const PlotArea& area, std::vector<QPointF>& line);

// `line`, with its breaks, cut at the edges of `frame`: SVG files know no clipping.
std::vector<QPointF> clipLine(const std::vector<QPointF>& line, const QRectF& frame);

// Points of the area's x per pixel column.
double density(const CurvePoints& points, const PlotArea& area);

// The pixel columns of an area, or `slices` to a pixel, counted from its left edge, with the x at which each
// begins: the same for every line of a frame.
class PixelColumns {
 public:
  explicit PixelColumns(const PlotArea& area, int slices = 1);

  int slices() const { return slices_; }
  int count() const { return static_cast<int>(begins_.size()) - 1; }
  double begin(int column) const { return begins_[static_cast<size_t>(column)]; }
  const PlotArea& area() const { return area_; }

 private:
  PlotArea area_;
  int slices_;
  std::vector<double> begins_;  // and the end of the last one
};

// What a line covers of one column: pixels, top <= bottom.
struct ColumnSpan {
  int column = 0;
  float top = 0;
  float bottom = 0;
};

// The line in columns first .. last-1, one span for each column that it crosses, ascending. Any split of the
// columns gives the same spans. Appends to `spans`.
void traceColumns(const CurvePoints& points, const PixelColumns& columns, int first, int last,
                  std::vector<ColumnSpan>& spans);

}  // namespace heddle::ui
