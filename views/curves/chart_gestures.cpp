#include "views/curves/chart_gestures.h"

#include <QMouseEvent>
#include <algorithm>
#include <cmath>
#include <utility>

namespace heddle::ui {
namespace {

constexpr double kSmallestBox = 5;  // pixels; a shorter drag is a click
constexpr double kGrasp = 4;        // pixels from a line that can be dragged
constexpr int kOneGesture_ms = 500;
constexpr double kZoomPerNotch = 0.85;

}  // namespace

ChartGestures::ChartGestures(CurvePlot* plot) : QObject(plot), plot_(plot) {
  plot->installEventFilter(this);
}

bool ChartGestures::eventFilter(QObject*, QEvent* event) {
  switch (event->type()) {
    case QEvent::MouseButtonPress:
      plot_->setFocus(Qt::MouseFocusReason);
      press(*static_cast<QMouseEvent*>(event));
      return true;
    case QEvent::MouseMove:
      move(static_cast<QMouseEvent*>(event)->position());
      return true;
    case QEvent::MouseButtonRelease:
      release(static_cast<QMouseEvent*>(event)->position());
      return true;
    case QEvent::MouseButtonDblClick:
      cancel();
      Q_EMIT fitAsked();
      return true;
    case QEvent::Wheel:
      if (wheel(*static_cast<QWheelEvent*>(event))) {
        event->accept();
        return true;
      }
      return false;
    case QEvent::ContextMenu:
      Q_EMIT menuAsked(static_cast<QContextMenuEvent*>(event)->globalPos());
      return true;
    case QEvent::Leave:
      Q_EMIT pointerLeft();
      return false;
    case QEvent::KeyPress:
      return key(*static_cast<QKeyEvent*>(event));
    default:
      return false;
  }
}

void ChartGestures::press(const QMouseEvent& event) {
  const PlotArea where = plot_->area();
  const QPointF position = event.position();
  const Qt::KeyboardModifiers modifiers = event.modifiers();
  const bool left = event.button() == Qt::LeftButton;
  if (dragging() || !where.pixels.contains(position) || (!left && event.button() != Qt::MiddleButton)) {
    return;
  }
  start_ = position;
  start_area_ = where;
  start_range_ = range_;
  const std::optional<double> other_end = endBesideGrasped(position);
  if (!left || modifiers.testFlag(Qt::ShiftModifier)) {
    drag_ = Drag::kPan;
    panned_ = false;
  } else if (modifiers.testFlag(Qt::ControlModifier) || other_end) {
    drag_ = Drag::kRange;
    fixed_end_ = other_end && !modifiers.testFlag(Qt::ControlModifier) ? *other_end : where.toX(position.x());
  } else {
    drag_ = Drag::kBox;
  }
}

void ChartGestures::move(const QPointF& position) {
  const PlotArea where = plot_->area();
  if (drag_ == Drag::kPan) {
    pan(position);
    return;
  }
  if (drag_ == Drag::kBox) {
    const QRectF dragged = boxFor(position);
    const QPointF moved = position - start_;
    const bool box = std::fabs(moved.x()) >= kSmallestBox || std::fabs(moved.y()) >= kSmallestBox;
    plot_->showBox(box ? std::optional(dragged) : std::nullopt);
  } else if (drag_ == Drag::kRange) {
    const double x = where.toX(std::clamp(position.x(), where.pixels.left(), where.pixels.right()));
    if (x != fixed_end_) {
      Q_EMIT rangeChosen(Span{std::min(x, fixed_end_), std::max(x, fixed_end_)});
    }
  } else if (endBesideGrasped(position)) {
    plot_->setCursor(Qt::SizeHorCursor);
  } else {
    plot_->unsetCursor();
  }
  Q_EMIT pointerMoved(position);
}

void ChartGestures::release(const QPointF& position) {
  const Drag ended = std::exchange(drag_, Drag::kNone);
  if (ended == Drag::kBox) {
    plot_->showBox(std::nullopt);
    chooseBox(position);
  } else if (ended == Drag::kRange && std::fabs(position.x() - start_.x()) < kSmallestBox) {
    // A click beside an end of the range leaves it, one that would have begun a new one takes it away.
    const bool grasped =
        start_range_ && (fixed_end_ == start_range_->lower || fixed_end_ == start_range_->upper);
    Q_EMIT rangeChosen(grasped ? start_range_ : std::nullopt);
  }
}

void ChartGestures::cancel() {
  const Drag ended = std::exchange(drag_, Drag::kNone);
  if (ended == Drag::kPan && panned_) {
    Q_EMIT cancelled();
  } else if (ended == Drag::kRange) {
    Q_EMIT rangeChosen(start_range_);
  } else if (ended == Drag::kBox) {
    plot_->showBox(std::nullopt);
  }
}

void ChartGestures::pan(const QPointF& position) {
  if (!std::exchange(panned_, true)) {
    Q_EMIT began();
  }
  const QRectF& pixels = start_area_.pixels;
  Q_EMIT viewChosen(panned(start_area_.x, start_.x() - position.x(), pixels.width(), start_area_.log_x),
                    panned(start_area_.y, position.y() - start_.y(), pixels.height(), start_area_.log_y));
}

// A drag along one side only zooms that side.
QRectF ChartGestures::boxFor(const QPointF& position) const {
  const QRectF inside = plot_->area().pixels;
  const QPointF end(std::clamp(position.x(), inside.left(), inside.right()),
                    std::clamp(position.y(), inside.top(), inside.bottom()));
  QRectF dragged = QRectF(start_, end).normalized();
  if (dragged.width() < kSmallestBox) {
    dragged.setLeft(inside.left());
    dragged.setRight(inside.right());
  } else if (dragged.height() < kSmallestBox) {
    dragged.setTop(inside.top());
    dragged.setBottom(inside.bottom());
  }
  return dragged;
}

void ChartGestures::chooseBox(const QPointF& position) {
  const PlotArea where = plot_->area();
  const QRectF dragged = boxFor(position);
  std::optional<Span> x;
  std::optional<Span> y;
  if (std::fabs(position.x() - start_.x()) >= kSmallestBox) {
    x = Span{where.toX(dragged.left()), where.toX(dragged.right())};
  }
  if (std::fabs(position.y() - start_.y()) >= kSmallestBox) {
    y = Span{where.toY(dragged.bottom()), where.toY(dragged.top())};
  }
  if (x || y) {
    Q_EMIT began();
    Q_EMIT viewChosen(x, y);
  }
}

bool ChartGestures::wheel(const QWheelEvent& event) {
  const PlotArea where = plot_->area();
  const QPointF position = event.position();
  const bool over_x = position.x() >= where.pixels.left() && position.x() <= where.pixels.right();
  const bool over_y = position.y() >= where.pixels.top() && position.y() <= where.pixels.bottom();
  const bool zooms_x = over_x && position.y() >= where.pixels.top();
  const bool zooms_y = over_y && position.x() <= where.pixels.right();
  if ((!zooms_x && !zooms_y) || event.angleDelta().y() == 0) {
    return false;
  }
  if (!since_wheel_.isValid() || since_wheel_.elapsed() > kOneGesture_ms) {
    Q_EMIT began();
  }
  since_wheel_.start();
  const double factor = std::pow(kZoomPerNotch, event.angleDelta().y() / 120.0);
  std::optional<Span> x;
  std::optional<Span> y;
  if (zooms_x) {
    x = scaledAround(where.x, factor, where.toX(position.x()), where.log_x);
  }
  if (zooms_y) {
    y = scaledAround(where.y, factor, where.toY(position.y()), where.log_y);
  }
  Q_EMIT viewChosen(x, y);
  return true;
}

bool ChartGestures::key(const QKeyEvent& event) {
  const bool alt = event.modifiers() == Qt::AltModifier;
  switch (event.key()) {
    case Qt::Key_Escape:
      if (!dragging()) {
        return false;
      }
      cancel();
      return true;
    case Qt::Key_Left:
    case Qt::Key_Right: {
      const bool right = event.key() == Qt::Key_Right;
      if (alt) {
        right ? Q_EMIT forwardAsked() : Q_EMIT backAsked();
      } else {
        Q_EMIT trackerStepped((right ? 1 : -1) * (event.modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1));
      }
      return true;
    }
    case Qt::Key_BracketLeft:
    case Qt::Key_BracketRight:
      Q_EMIT rangeEndAsked(event.key() == Qt::Key_BracketRight);
      return true;
    default:
      return false;
  }
}

std::optional<double> ChartGestures::endBesideGrasped(const QPointF& position) const {
  const PlotArea where = plot_->area();
  if (!range_ || !where.pixels.contains(position)) {
    return std::nullopt;
  }
  const double lower = std::fabs(where.toPixelX(range_->lower) - position.x());
  const double upper = std::fabs(where.toPixelX(range_->upper) - position.x());
  if (std::min(lower, upper) > kGrasp) {
    return std::nullopt;
  }
  return lower < upper ? range_->upper : range_->lower;
}

}  // namespace heddle::ui
