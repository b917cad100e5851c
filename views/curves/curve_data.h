// What the curves view knows of curves, as plain functions on finished points: no window, no plot library.

#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "engine/store/smoothing.h"
#include "views/curves/curve_points.h"
#include "views/curves/plot_area.h"

namespace heddle::ui {

// What the horizontal axis counts: one of the axes that every run records, or the values of a metric at the
// same steps.
struct XAxis {
  Axis kind = Axis::kStep;
  QString metric;  // empty = `kind`

  XAxis(Axis axis = Axis::kStep) : kind(axis) {}  // NOLINT(google-explicit-constructor): an axis is one
  explicit XAxis(QString name) : metric(std::move(name)) {}
  friend bool operator==(const XAxis&, const XAxis&) = default;
};

// One metric of one run. Both series have the same points; `smooth` lags behind `raw` while it is being
// computed.
struct Curve {
  QString run_id;
  QString metric;
  Points raw;
  Points smooth;
  std::vector<Points> replaced;  // by later starts of the run; smoothed as `smooth` is
};

// "EMA 0.6", "centred mean of 3 points": the method with its parameter, for labels; empty when it is off.
QString smoothingText(const Smoothing& smoothing);
// The same for the heads of tables in files: "ema_0.6", "window_3".
QString smoothingColumn(const Smoothing& smoothing);

// Drops what a later part of the run repeats: after a restart at an earlier step the new points take the
// place of the old ones.
std::vector<CurvePoint> lastWins(std::vector<CurvePoint> points);

// What later starts replaced of the line `standing`, each part smoothed as the end of the line that it was:
// it begins with the point where that line parted. Both in the order of the starts; parts without points give
// none.
std::vector<Points> smoothReplaced(const std::vector<CurvePoint>& standing,
                                   const std::vector<ReplacedPart>& parts, const Smoothing& smoothing);

// The last point at or before x; the first point if all are later; null without points.
const CurvePoint* pointAt(const std::vector<CurvePoint>& points, double x);

// Of the points with x in a range, as they were recorded. Values that are not finite do not count.
struct RangeSummary {
  int64_t count = 0;  // all below only when > 0
  double start = 0;   // first value
  double end = 0;     // last value
  double low = 0;
  double high = 0;
  double mean = 0;
  int64_t low_step = 0;   // of the first lowest value
  int64_t high_step = 0;  // of the first highest value
  double change() const { return end - start; }
};
RangeSummary summarize(const CurvePoints& points, const Span& range);

// Which metrics share a chart: held-out loss is drawn with the training loss it belongs to. In the order of
// `metrics`.
std::vector<QStringList> chartsOf(const QStringList& metrics);

// The charts a new view opens with, as far as they exist.
QStringList usualMetrics();

}  // namespace heddle::ui
