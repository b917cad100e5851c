// The picture of a chart: axes, lines, tracker, the box of a zoom and the band of the chosen range. For plot
// sources only.

#pragma once

#include <qcustomplot.h>

#include <optional>

#include "views/curves/lines_plottable.h"

namespace heddle::ui {

class CurvePlot final : public QCustomPlot {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurvePlot)

 public:
  explicit CurvePlot(QWidget* parent);

  LinesPlottable& lines() { return *lines_; }
  PlotArea area() const { return lines_->area(); }

  void setAxes(const XAxis& axis, bool log_x, bool log_y);
  void setColors(const QPalette& palette, const QFont& font);
  void setRanges(const Span& x, const Span& y);
  // In place of curves; empty = none.
  void setEmptyText(const QString& text);

  // These lie above the curves, which are not drawn again for them.
  void showTracker(std::optional<double> x);
  void showBand(std::optional<Span> x);
  void showBox(std::optional<QRectF> pixels);

  // Draws everything anew, or once it is looked at: charts scrolled away, on a hidden tab or in a minimised
  // window wait.
  void redraw();

  // As in a file: without what follows the pointer.
  void drawFigure(QCPPainter& painter, const QSize& size);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  bool isLookedAt() const { return !visibleRegion().isEmpty(); }
  void redrawOverlay();

  LinesPlottable* lines_;  // owned by the plot, as the items are
  QCPItemStraightLine* tracker_;
  QCPItemRect* band_;
  QCPItemRect* box_;
  QCPItemText* empty_text_;
  bool stale_ = false;
};

}  // namespace heddle::ui
