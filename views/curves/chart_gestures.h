// What mouse and keys over a plot mean: a drag chooses a box, with Shift or the middle button it pans, with
// Ctrl it chooses the range of the table, whose ends can be dragged; the wheel zooms at the pointer, over an
// axis that axis alone. For plot sources only.

#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QPointF>
#include <optional>

#include "views/curves/curve_plot.h"

namespace heddle::ui {

class ChartGestures final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(ChartGestures)

 public:
  // Borrowed; outlives this.
  explicit ChartGestures(CurvePlot* plot);

  // Whose ends can be dragged; null = none.
  void setRange(std::optional<Span> range) { range_ = range; }
  bool dragging() const { return drag_ != Drag::kNone; }
  void cancel();

 Q_SIGNALS:
  void began();  // viewChosen() follows: a step of the zoom history
  void viewChosen(std::optional<Span> x, std::optional<Span> y);  // null: that side stays
  void cancelled();                                               // what began is to be undone
  void fitAsked();
  void backAsked();
  void forwardAsked();
  void rangeChosen(std::optional<Span> x);
  void rangeEndAsked(bool upper);  // at the tracker
  void trackerStepped(int steps);  // by keys
  void pointerMoved(QPointF position);
  void pointerLeft();
  void menuAsked(QPoint global);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  enum class Drag { kNone, kBox, kPan, kRange };

  void press(const QMouseEvent& event);
  void move(const QPointF& position);
  void release(const QPointF& position);
  bool wheel(const QWheelEvent& event);
  bool key(const QKeyEvent& event);
  void pan(const QPointF& position);
  void chooseBox(const QPointF& position);
  QRectF boxFor(const QPointF& position) const;
  // The end of the range that stays when the one under the pointer is dragged; null = no end is there.
  std::optional<double> endBesideGrasped(const QPointF& position) const;

  CurvePlot* plot_;
  std::optional<Span> range_;
  QElapsedTimer since_wheel_;
  Drag drag_ = Drag::kNone;
  bool panned_ = false;
  QPointF start_;
  PlotArea start_area_;
  std::optional<Span> start_range_;
  double fixed_end_ = 0;
};

}  // namespace heddle::ui
