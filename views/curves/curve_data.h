// What a chart computes before it draws, as plain functions on finished points: no window, no plot library.

#pragma once

#include <QPointF>
#include <QRectF>
#include <QStringList>
#include <optional>
#include <vector>

#include "engine/store/smoothing.h"
#include "views/curves/curve_points.h"

namespace heddle::ui {

struct Span {
  double lower = 0;
  double upper = 1;
  double size() const { return upper - lower; }
  friend bool operator==(const Span&, const Span&) = default;
};

// One metric of one run. Both series have the same points; `smooth` lags behind `raw` while it is being
// computed.
struct Curve {
  QString run_id;
  QString metric;
  Points raw;
  Points smooth;
};

// "EMA 0.6", "centred mean of 3 points": the method with its parameter, for labels; empty when it is off.
QString smoothingText(const Smoothing& smoothing);
// The same for the heads of tables in files: "ema_0.6", "window_3".
QString smoothingColumn(const Smoothing& smoothing);

// Drops what a later part of the run repeats: after a restart at an earlier step the new points take the
// place of the old ones.
std::vector<CurvePoint> lastWins(std::vector<CurvePoint> points);

// Where data lie on the screen. Pixels grow downwards, values upwards.
struct PlotArea {
  QRectF pixels;
  Span x;
  Span y;
  bool log_x = false;
  bool log_y = false;

  double toPixelX(double value) const;
  double toPixelY(double value) const;
  double toX(double pixel) const;
  double toY(double pixel) const;
};

// The line of `points` (ascending x) through the area: per pixel column the first, lowest, highest and last
// point, so every spike survives, plus one point beyond either edge. Values that cannot be drawn (not finite;
// not positive on a logarithmic axis) break the line: a break is a point with a NaN. Appends to `line`.
void traceLine(const std::vector<CurvePoint>& points, const PlotArea& area, std::vector<QPointF>& line);

// `line`, with its breaks, cut at the edges of `frame`: SVG files know no clipping.
std::vector<QPointF> clipLine(const std::vector<QPointF>& line, const QRectF& frame);

// What a dense line covers of one pixel column, from the column before on: pixels, top <= bottom.
struct ColumnSpan {
  int column = 0;  // counted from area.pixels.left()
  float top = 0;
  float bottom = 0;
};

// The same line for curves with several points per pixel: one span per column that has points. Appends to
// `spans`; a break leaves the next span unconnected.
void traceColumns(const CurvePoints& points, const PlotArea& area, std::vector<ColumnSpan>& spans);

// Points of the area's x per pixel column.
double density(const CurvePoints& points, const PlotArea& area);

// The last point at or before x; the first point if all are later; null without points.
const CurvePoint* pointAt(const std::vector<CurvePoint>& points, double x);

// The x of all points together; null without a drawable one.
std::optional<Span> extentX(const std::vector<Points>& series, bool log_x);

struct ExtentY {
  Span span;
  int64_t hidden = 0;  // points left out as outliers
};
// The y of the points with x in `visible`; with `ignore_outliers` from the 5th to the 95th percentile,
// widened to hold where each series starts (the median of its first five points), where it ends, and
// whatever lies within that height beyond: the way from start to end is never cut. Null without a drawable
// point.
// The percentiles of more than 50,000 points are taken from every n-th; extremes and counts are exact.
std::optional<ExtentY> extentY(const std::vector<Points>& series, const Span& visible, bool log_y,
                               bool ignore_outliers);

// `span` with a margin on both sides, never of zero size.
Span padded(const Span& span, bool logarithmic, double margin);

// Which metrics share a chart: held-out loss is drawn with the training loss it belongs to. In the order of
// `metrics`.
std::vector<QStringList> chartsOf(const QStringList& metrics);

// The charts a new view opens with, as far as they exist.
QStringList usualMetrics();

}  // namespace heddle::ui
