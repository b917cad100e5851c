// The inside of CurveChart: the plot, its gestures, and what follows the data. For curve_chart.cpp only.

#pragma once

#include "views/curves/curve_chart.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>

#include "views/common/elided_label.h"
#include "views/common/palette.h"
#include "views/curves/axis_ticker.h"
#include "views/curves/curve_table_model.h"
#include "views/curves/curve_tooltip.h"
#include "views/curves/lines_plottable.h"

namespace heddle::ui {

inline constexpr double kSmallestBox = 5;  // pixels; a shorter drag is a click
inline constexpr int kPlotHeight = 210;
inline constexpr int kLegendLine = 16;
inline constexpr int kTitleHeight = 22;

// What a step through the zoom history restores.
struct ViewState {
  Span x;
  Span y;
  bool follows_x = true;
  bool follows_y = true;
  friend bool operator==(const ViewState&, const ViewState&) = default;
};

inline Span panned(const Span& span, double pixels, double length, bool logarithmic) {
  if (logarithmic) {
    const double ratio = std::pow(span.upper / span.lower, pixels / length);
    return {span.lower * ratio, span.upper * ratio};
  }
  const double shift = pixels / length * span.size();
  return {span.lower + shift, span.upper + shift};
}

// Around `center`, which stays where it is.
inline Span scaledAround(const Span& span, double factor, double center, bool logarithmic) {
  if (logarithmic) {
    return {center * std::pow(span.lower / center, factor), center * std::pow(span.upper / center, factor)};
  }
  return {center + (span.lower - center) * factor, center + (span.upper - center) * factor};
}

// How a curve is drawn, as a legend shows it: its line, with a dot where its points have dots.
inline void drawSample(QPainter& painter, const QRectF& where, const DrawnCurve& drawn,
                       const QPalette& palette) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QPen pen = seriesPen(drawn.style, palette, 2);
  painter.setPen(pen);
  painter.drawLine(QPointF(where.left() + 1, where.center().y()),
                   QPointF(where.right() - 1, where.center().y()));
  if (drawn.marks) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(pen.color());
    painter.drawEllipse(where.center(), 3.0, 3.0);
  }
  painter.restore();
}

inline QIcon lineIcon(const DrawnCurve& drawn, const QPalette& palette, qreal ratio) {
  QPixmap pixmap(QSize(24, 12) * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  drawSample(painter, QRectF(0, 0, 24, 12), drawn, palette);
  return QIcon(pixmap);
}

struct CurveChart::Impl {
  enum class Drag { kNone, kBox, kPan };

  CurveChart* self;
  QStringList metrics;
  ChartSettings settings;
  std::vector<DrawnCurve> curves;

  ElidedLabel* title;
  QLabel* badge;
  QCustomPlot* plot;
  LinesPlottable* lines;  // owned by the plot, as the two items are
  QCPItemStraightLine* tracker_line;
  QCPItemRect* box;
  QCPItemText* empty_text;
  QTableView* table;
  CurveTableModel* model;

  ViewState state;
  std::vector<ViewState> back;
  std::vector<ViewState> forward;
  QElapsedTimer since_wheel;
  Drag drag = Drag::kNone;
  QPointF drag_start;
  ViewState drag_state;
  std::optional<double> tracker;
  int64_t hidden = 0;
  bool stale = false;  // to be drawn when it becomes visible

  explicit Impl(CurveChart* chart) : self(chart) {}

  PlotArea area() const { return lines->area(); }

  void build() {
    title = new ElidedLabel(self);
    badge = new QLabel(self);
    badge->hide();
    plot = new QCustomPlot(self);
    plot->setMinimumHeight(kPlotHeight);
    plot->setNoAntialiasingOnDrag(false);
    plot->setInteractions(QCP::Interactions());
    plot->setFocusPolicy(Qt::ClickFocus);
    plot->installEventFilter(self);
    plot->setAccessibleName(metrics.join(QStringLiteral(", ")));
    lines = new LinesPlottable(plot->xAxis, plot->yAxis);
    tracker_line = new QCPItemStraightLine(plot);
    tracker_line->setLayer(QStringLiteral("overlay"));
    tracker_line->setVisible(false);
    box = new QCPItemRect(plot);
    box->setLayer(QStringLiteral("overlay"));
    box->setVisible(false);
    for (QCPItemPosition* corner : {box->topLeft, box->bottomRight}) {
      corner->setType(QCPItemPosition::ptAbsolute);
    }
    empty_text = new QCPItemText(plot);
    empty_text->position->setType(QCPItemPosition::ptAxisRectRatio);
    empty_text->position->setCoords(0.5, 0.5);
    plot->xAxis->setLabel(axisTitle(settings.axis));
    plot->xAxis->setTicker(tickerFor(settings.axis, false));
    plot->axisRect()->setAutoMargins(QCP::msAll);

    model = new CurveTableModel(self);
    table = new QTableView(self);
    table->setModel(model);
    table->setAccessibleName(CurveChart::tr("Values of %1").arg(plot->accessibleName()));
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 4);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(CurveTableModel::kRun, QHeaderView::Stretch);
    table->horizontalHeader()->setMinimumSectionSize(40);
    // Widths of hundreds of rows would be measured at every move of the tracker.
    table->horizontalHeader()->setResizeContentsPrecision(0);
    table->setShowGrid(false);
    table->setIconSize(QSize(24, 12));
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setFrameShape(QFrame::NoFrame);
    table->setWordWrap(false);
    table->setTextElideMode(Qt::ElideRight);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);

    auto* top = new QHBoxLayout;
    top->setContentsMargins(6, 2, 2, 0);
    top->setSpacing(6);
    top->addWidget(title, 1);
    top->addWidget(badge);
    addButton(top, QStringLiteral("↔"), CurveChart::tr("Show the whole width"), Qt::Horizontal);
    addButton(top, QStringLiteral("↕"), CurveChart::tr("Show the whole height"), Qt::Vertical);
    addButton(top, QStringLiteral("⤢"), CurveChart::tr("Show everything (double click)"),
              Qt::Horizontal | Qt::Vertical);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(plot, 1);
    layout->addWidget(table);
    fitTable();
    updateTitle();
    updateColors();
  }

  void addButton(QHBoxLayout* row, const QString& text, const QString& tip, Qt::Orientations sides) {
    auto* button = new QToolButton(self);
    button->setText(text);
    button->setToolTip(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setAccessibleName(tip);
    connect(button, &QToolButton::clicked, self, [this, sides] { fitByUser(sides); });
    row->addWidget(button);
  }

  void fitByUser(Qt::Orientations sides) {
    remember();
    self->fit(sides);
    Q_EMIT self->xRangeChanged(state.x);
  }

  void fitTable() {
    constexpr int kMostRows = 4;
    const int rows = std::clamp(model->rowCount(), 1, kMostRows);
    table->setFixedHeight(table->horizontalHeader()->sizeHint().height() +
                          rows * table->verticalHeader()->defaultSectionSize() + 2);
  }

  void updateTitle() {
    QString text = metrics.join(QStringLiteral("  ·  "));
    if (const QString method = smoothingText(settings.smoothing); !method.isEmpty()) {
      text += QStringLiteral("   (%1)").arg(method);
    }
    title->setFullText(text);
  }

  void updateColors() {
    const QPalette& palette = self->palette();
    plot->setBackground(palette.color(QPalette::Base));
    const QPen axis_pen(roleColor(Role::kAxis, palette));
    const QPen grid_pen(roleColor(Role::kGrid, palette));
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
      axis->setBasePen(axis_pen);
      axis->setTickPen(axis_pen);
      axis->setSubTickPen(axis_pen);
      axis->setTickLabelColor(roleColor(Role::kMutedText, palette));
      axis->setLabelColor(roleColor(Role::kMutedText, palette));
      axis->setTickLabelFont(self->font());
      axis->setLabelFont(self->font());
      axis->grid()->setPen(grid_pen);
      axis->grid()->setZeroLinePen(grid_pen);
    }
    tracker_line->setPen(QPen(roleColor(Role::kTracker, palette), 1));
    QColor fill = palette.color(QPalette::Highlight);
    box->setPen(QPen(fill));
    fill.setAlpha(50);
    box->setBrush(fill);
    empty_text->setColor(roleColor(Role::kMutedText, palette));
    empty_text->setFont(self->font());
    QPalette warning = badge->palette();
    if (warning.color(QPalette::WindowText) != roleColor(Role::kWarning, palette)) {
      warning.setColor(QPalette::WindowText, roleColor(Role::kWarning, palette));
      badge->setPalette(warning);
    }
    lines->palette = palette;
    updateRows();
    replot();
  }

  void updateRows() {
    std::vector<CurveTableModel::Row> rows;
    rows.reserve(curves.size());
    for (const DrawnCurve& drawn : curves) {
      rows.push_back({drawn.name, lineIcon(drawn, self->palette(), self->devicePixelRatioF()), drawn.curve});
    }
    model->setRows(std::move(rows));
    fitTable();
  }

  void replot() {
    // Charts scrolled away, on a hidden tab or in a minimised window wait until they are looked at.
    if (plot->visibleRegion().isEmpty()) {
      stale = true;
      return;
    }
    stale = false;
    plot->replot(QCustomPlot::rpQueuedReplot);
  }

  void applyRanges() {
    plot->xAxis->setRange(state.x.lower, state.x.upper);
    plot->yAxis->setRange(state.y.lower, state.y.upper);
    replot();
  }

  // The sides that follow the data take their extent.
  void follow() {
    // The raw lines are context: noise of theirs would squeeze the lines that are read. Of a few points they
    // are no noise, and the smoothed line lags far behind them.
    constexpr size_t kFewPoints = 50;
    std::vector<Points> drawn;
    for (const DrawnCurve& curve : curves) {
      const Points& front = curve.curve.smooth ? curve.curve.smooth : curve.curve.raw;
      if (front == nullptr || front->empty()) {
        continue;
      }
      drawn.push_back(front);
      const Points& raw = curve.curve.raw;
      if (settings.show_raw && raw != nullptr && raw != front && raw->size() <= kFewPoints) {
        drawn.push_back(raw);
      }
    }
    empty_text->setVisible(drawn.empty());
    if (drawn.empty()) {
      empty_text->setText(
          CurveChart::tr("No run shown here has logged %1 yet").arg(metrics.join(CurveChart::tr(" or "))));
    }
    if (state.follows_x) {
      if (const auto extent = extentX(drawn, settings.log_x)) {
        state.x = padded(*extent, settings.log_x, 0.02);
      }
    }
    hidden = 0;
    if (state.follows_y) {
      if (const auto extent = extentY(drawn, state.x, settings.log_y, settings.ignore_outliers)) {
        state.y = padded(extent->span, settings.log_y, 0.05);
        hidden = extent->hidden;
      } else if (!drawn.empty() && settings.log_y) {
        empty_text->setVisible(true);
        empty_text->setText(CurveChart::tr("A logarithmic axis shows no value of zero or less"));
      }
    }
    badge->setVisible(hidden > 0);
    badge->setText(CurveChart::tr("Outliers hidden: %1").arg(hidden));
    badge->setToolTip(CurveChart::tr(
        "Points far beyond the 5th to the 95th percentile, the start and the end of the visible "
        "curves lie outside. Switch off “Ignore outliers” to see all."));
    applyRanges();
  }

  void remember() {
    if (back.empty() || !(back.back() == state)) {
      back.push_back(state);
    }
    forward.clear();
  }

  bool step(std::vector<ViewState>& from, std::vector<ViewState>& to) {
    if (from.empty()) {
      return false;
    }
    to.push_back(state);
    state = from.back();
    from.pop_back();
    follow();
    Q_EMIT self->xRangeChanged(state.x);
    return true;
  }

  void setTracker(std::optional<double> x) {
    tracker = x;
    model->setTracker(x);
    tracker_line->setVisible(x.has_value());
    if (x) {
      tracker_line->point1->setCoords(*x, state.y.lower);
      tracker_line->point2->setCoords(*x, state.y.upper);
    }
    if (!plot->visibleRegion().isEmpty()) {
      plot->layer(QStringLiteral("overlay"))->replot();
    }
  }

  void press(const QMouseEvent& event) {
    const PlotArea where = area();
    if (!where.pixels.contains(event.position())) {
      return;
    }
    const bool pan = event.button() == Qt::MiddleButton ||
                     (event.button() == Qt::LeftButton && event.modifiers().testFlag(Qt::ShiftModifier));
    if (!pan && event.button() != Qt::LeftButton) {
      return;
    }
    drag = pan ? Drag::kPan : Drag::kBox;
    drag_start = event.position();
    drag_state = state;
    if (pan) {
      remember();
    }
  }

  void move(const QPointF& position) {
    const PlotArea where = area();
    showTooltip(where, position);
    if (drag == Drag::kPan) {
      state.x = panned(drag_state.x, drag_start.x() - position.x(), where.pixels.width(), settings.log_x);
      state.y = panned(drag_state.y, position.y() - drag_start.y(), where.pixels.height(), settings.log_y);
      userMoved(true, true);
      return;
    }
    if (drag == Drag::kBox) {
      const QRectF dragged = boxFor(position);
      box->setVisible(dragged.width() >= kSmallestBox || dragged.height() >= kSmallestBox);
      box->topLeft->setCoords(dragged.topLeft());
      box->bottomRight->setCoords(dragged.bottomRight());
      plot->layer(QStringLiteral("overlay"))->replot();
    }
    Q_EMIT self->trackerMoved(where.pixels.contains(position) ? std::optional(where.toX(position.x()))
                                                              : std::nullopt);
  }

  void showTooltip(const PlotArea& where, const QPointF& position) {
    const bool wanted = drag == Drag::kNone && where.pixels.contains(position);
    const QString text =
        wanted ? tooltipText(tooltipLines(curves, where, position, settings.tooltip_order), self->palette())
               : QString();
    // Beside the pointer, which would cover what it points at; an empty text hides the tooltip.
    QToolTip::showText(plot->mapToGlobal(position.toPoint() + QPoint(14, 8)), text, plot);
  }

  // A drag along one side only zooms that side.
  QRectF boxFor(const QPointF& position) const {
    const QRectF inside = area().pixels;
    QRectF dragged = QRectF(drag_start, position).normalized().intersected(inside);
    if (dragged.width() < kSmallestBox) {
      dragged.setLeft(inside.left());
      dragged.setRight(inside.right());
    } else if (dragged.height() < kSmallestBox) {
      dragged.setTop(inside.top());
      dragged.setBottom(inside.bottom());
    }
    return dragged;
  }

  void release(const QPointF& position) {
    const Drag ended = std::exchange(drag, Drag::kNone);
    if (ended != Drag::kBox) {
      return;
    }
    const QPointF moved = position - drag_start;
    box->setVisible(false);
    plot->layer(QStringLiteral("overlay"))->replot();
    if (std::fabs(moved.x()) < kSmallestBox && std::fabs(moved.y()) < kSmallestBox) {
      return;
    }
    const PlotArea where = area();
    const QRectF dragged = boxFor(position);
    remember();
    const bool zooms_x = std::fabs(moved.x()) >= kSmallestBox;
    const bool zooms_y = std::fabs(moved.y()) >= kSmallestBox;
    if (zooms_x) {
      state.x = {where.toX(dragged.left()), where.toX(dragged.right())};
    }
    if (zooms_y) {
      state.y = {where.toY(dragged.bottom()), where.toY(dragged.top())};
    }
    userMoved(zooms_x, zooms_y);
  }

  void cancelDrag() {
    if (drag == Drag::kPan) {
      state = drag_state;
      follow();
    }
    drag = Drag::kNone;
    box->setVisible(false);
    plot->layer(QStringLiteral("overlay"))->replot();
  }

  bool wheel(const QWheelEvent& event) {
    const PlotArea where = area();
    const QPointF position = event.position();
    const bool over_x = position.x() >= where.pixels.left() && position.x() <= where.pixels.right();
    const bool over_y = position.y() >= where.pixels.top() && position.y() <= where.pixels.bottom();
    const bool zooms_x = over_x && position.y() >= where.pixels.top();
    const bool zooms_y = over_y && position.x() <= where.pixels.right();
    if ((!zooms_x && !zooms_y) || event.angleDelta().y() == 0) {
      return false;
    }
    constexpr int kOneGesture_ms = 500;
    if (!since_wheel.isValid() || since_wheel.elapsed() > kOneGesture_ms) {
      remember();
    }
    since_wheel.start();
    const double factor = std::pow(0.85, event.angleDelta().y() / 120.0);
    if (zooms_x) {
      state.x = scaledAround(state.x, factor, where.toX(position.x()), settings.log_x);
    }
    if (zooms_y) {
      state.y = scaledAround(state.y, factor, where.toY(position.y()), settings.log_y);
    }
    userMoved(zooms_x, zooms_y);
    return true;
  }

  void userMoved(bool moved_x, bool moved_y) {
    state.follows_x = state.follows_x && !moved_x;
    state.follows_y = state.follows_y && !moved_y;
    follow();
    if (moved_x) {
      Q_EMIT self->xRangeChanged(state.x);
    }
  }
};

}  // namespace heddle::ui
