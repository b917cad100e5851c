#include "views/curves/curve_chart.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>

#include "views/common/elided_label.h"
#include "views/common/palette.h"
#include "views/curves/axis_ticker.h"
#include "views/curves/curve_table_model.h"
#include "views/curves/lines_plottable.h"

namespace heddle::ui {
namespace {

constexpr double kSmallestBox = 5;  // pixels; a shorter drag is a click
constexpr int kPlotHeight = 210;
constexpr int kLegendLine = 16;
constexpr int kTitleHeight = 22;

// What a step through the zoom history restores.
struct ViewState {
  Span x;
  Span y;
  bool follows_x = true;
  bool follows_y = true;
  friend bool operator==(const ViewState&, const ViewState&) = default;
};

Span panned(const Span& span, double pixels, double length, bool logarithmic) {
  if (logarithmic) {
    const double ratio = std::pow(span.upper / span.lower, pixels / length);
    return {span.lower * ratio, span.upper * ratio};
  }
  const double shift = pixels / length * span.size();
  return {span.lower + shift, span.upper + shift};
}

// Around `center`, which stays where it is.
Span scaledAround(const Span& span, double factor, double center, bool logarithmic) {
  if (logarithmic) {
    return {center * std::pow(span.lower / center, factor), center * std::pow(span.upper / center, factor)};
  }
  return {center + (span.lower - center) * factor, center + (span.upper - center) * factor};
}

QIcon lineIcon(const QPen& pen, qreal ratio) {
  QPixmap pixmap(QSize(24, 12) * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setPen(QPen(pen.color(), 2, pen.style()));
  painter.drawLine(QPointF(1, 6), QPointF(23, 6));
  return QIcon(pixmap);
}

}  // namespace

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
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 4);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(CurveTableModel::kRun, QHeaderView::Stretch);
    table->horizontalHeader()->setMinimumSectionSize(58);
    // Widths of hundreds of rows would be measured at every move of the tracker.
    table->horizontalHeader()->setResizeContentsPrecision(0);
    table->setShowGrid(false);
    table->setIconSize(QSize(24, 12));
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setFrameShape(QFrame::NoFrame);
    table->setWordWrap(false);
    table->setTextElideMode(Qt::ElideMiddle);
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
    connect(button, &QToolButton::clicked, self, [this, sides] {
      remember();
      self->fit(sides);
      Q_EMIT self->xRangeChanged(state.x);
    });
    row->addWidget(button);
  }

  void fitTable() {
    constexpr int kMostRows = 4;
    const int rows = std::clamp(model->rowCount(), 1, kMostRows);
    table->setFixedHeight(table->horizontalHeader()->sizeHint().height() +
                          rows * table->verticalHeader()->defaultSectionSize() + 2);
  }

  void updateTitle() {
    QString text = metrics.join(QStringLiteral("  ·  "));
    if (settings.smoothing > 0) {
      text += QStringLiteral("   ") + CurveChart::tr("(EMA %1)").arg(settings.smoothing, 0, 'g', 3);
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
      rows.push_back({drawn.name,
                      lineIcon(seriesPen(drawn.style, self->palette()), self->devicePixelRatioF()),
                      drawn.curve});
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
    // The raw lines are context: noise of theirs would squeeze the lines that are read.
    std::vector<Points> drawn;
    for (const DrawnCurve& curve : curves) {
      const Points& front = curve.curve.smooth ? curve.curve.smooth : curve.curve.raw;
      if (front == nullptr || front->empty()) {
        continue;
      }
      drawn.push_back(front);
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
    badge->setToolTip(
        CurveChart::tr("The height shows the 5th to the 95th percentile of the visible values. Switch off "
                       "“Ignore outliers” to see all."));
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

CurveChart::CurveChart(const QStringList& metrics, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->metrics = metrics;
  impl_->build();
  impl_->lines->curves = &impl_->curves;
}

CurveChart::~CurveChart() = default;

const QStringList& CurveChart::metrics() const {
  return impl_->metrics;
}

void CurveChart::setCurves(std::vector<DrawnCurve> curves) {
  impl_->curves = std::move(curves);
  impl_->lines->show_raw = impl_->settings.show_raw;
  impl_->updateRows();
  impl_->follow();
}

const std::vector<DrawnCurve>& CurveChart::curves() const {
  return impl_->curves;
}

void CurveChart::setSettings(const ChartSettings& settings) {
  const ChartSettings before = std::exchange(impl_->settings, settings);
  const auto scale = [](bool logarithmic) {
    return logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear;
  };
  QCustomPlot* plot = impl_->plot;
  if (before.axis != settings.axis || before.log_x != settings.log_x) {
    plot->xAxis->setLabel(axisTitle(settings.axis));
    plot->xAxis->setScaleType(scale(settings.log_x));
    plot->xAxis->setTicker(tickerFor(settings.axis, settings.log_x));
    impl_->state.follows_x = true;
    impl_->back.clear();
    impl_->forward.clear();
    setTracker(std::nullopt);
  }
  if (before.log_y != settings.log_y) {
    plot->yAxis->setScaleType(scale(settings.log_y));
    plot->yAxis->setTicker(settings.log_y ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog)
                                          : QSharedPointer<QCPAxisTicker>::create());
    impl_->state.follows_y = true;
    impl_->back.clear();
    impl_->forward.clear();
  }
  impl_->lines->show_raw = settings.show_raw;
  impl_->updateTitle();
  impl_->follow();
}

PlotArea CurveChart::area() const {
  return impl_->area();
}

bool CurveChart::followsX() const {
  return impl_->state.follows_x;
}

bool CurveChart::followsY() const {
  return impl_->state.follows_y;
}

int64_t CurveChart::hiddenOutliers() const {
  return impl_->hidden;
}

void CurveChart::setXRange(const Span& range) {
  impl_->state.x = range;
  impl_->state.follows_x = false;
  impl_->follow();
}

void CurveChart::fit(Qt::Orientations sides) {
  impl_->state.follows_x = impl_->state.follows_x || sides.testFlag(Qt::Horizontal);
  impl_->state.follows_y = impl_->state.follows_y || sides.testFlag(Qt::Vertical);
  impl_->follow();
}

bool CurveChart::goBack() {
  return impl_->step(impl_->back, impl_->forward);
}

bool CurveChart::goForward() {
  return impl_->step(impl_->forward, impl_->back);
}

void CurveChart::setTracker(std::optional<double> x) {
  impl_->setTracker(x);
}

std::optional<double> CurveChart::tracker() const {
  return impl_->tracker;
}

QSizeF CurveChart::figureSize() const {
  return {double(std::max(impl_->plot->width(), 320)),
          double(kTitleHeight + std::max(impl_->plot->height(), kPlotHeight)) +
              kLegendLine * static_cast<double>(impl_->curves.size()) + 6};
}

void CurveChart::drawFigure(QCPPainter& painter) {
  const QSizeF size = figureSize();
  const double plot_height = size.height() - kTitleHeight - 6 - kLegendLine * double(impl_->curves.size());
  QFont small = font();
  small.setPixelSize(12);
  painter.fillRect(QRectF(QPointF(0, 0), size), palette().color(QPalette::Base));
  painter.setFont(small);
  painter.setPen(QPen(roleColor(Role::kText, palette())));
  painter.drawText(
      QRectF(6, 0, size.width() - 12, kTitleHeight), Qt::AlignVCenter | Qt::AlignLeft,
      impl_->title->text() + (impl_->hidden > 0 ? QStringLiteral("   ") + impl_->badge->text() : QString()));
  painter.save();
  painter.translate(0, kTitleHeight);
  const bool tracker_shown = impl_->tracker_line->visible();
  impl_->tracker_line->setVisible(false);
  impl_->plot->toPainter(&painter, static_cast<int>(size.width()), static_cast<int>(plot_height));
  impl_->tracker_line->setVisible(tracker_shown);
  painter.restore();
  double top = kTitleHeight + plot_height;
  for (const DrawnCurve& drawn : impl_->curves) {
    painter.setPen(seriesPen(drawn.style, palette(), 2));
    painter.drawLine(QPointF(10, top + kLegendLine / 2.0), QPointF(34, top + kLegendLine / 2.0));
    painter.setPen(QPen(roleColor(Role::kText, palette())));
    painter.drawText(QRectF(40, top, size.width() - 46, kLegendLine), Qt::AlignVCenter | Qt::AlignLeft,
                     drawn.name);
    top += kLegendLine;
  }
  impl_->replot();
}

bool CurveChart::eventFilter(QObject* watched, QEvent* event) {
  if (watched != impl_->plot) {
    return QWidget::eventFilter(watched, event);
  }
  switch (event->type()) {
    case QEvent::MouseButtonPress:
      impl_->plot->setFocus(Qt::MouseFocusReason);
      impl_->press(*static_cast<QMouseEvent*>(event));
      return true;
    case QEvent::MouseMove:
      impl_->move(static_cast<QMouseEvent*>(event)->position());
      return true;
    case QEvent::MouseButtonRelease:
      impl_->release(static_cast<QMouseEvent*>(event)->position());
      return true;
    case QEvent::MouseButtonDblClick:
      impl_->cancelDrag();
      impl_->remember();
      fit(Qt::Horizontal | Qt::Vertical);
      Q_EMIT xRangeChanged(impl_->state.x);
      return true;
    case QEvent::Wheel:
      if (impl_->wheel(*static_cast<QWheelEvent*>(event))) {
        event->accept();
        return true;
      }
      return false;
    case QEvent::Leave:
      Q_EMIT trackerMoved(std::nullopt);
      return false;
    case QEvent::KeyPress: {
      const auto* key = static_cast<QKeyEvent*>(event);
      if (key->key() == Qt::Key_Escape && impl_->drag != Impl::Drag::kNone) {
        impl_->cancelDrag();
        return true;
      }
      const bool alt = key->modifiers() == Qt::AltModifier;
      return (alt && key->key() == Qt::Key_Left && goBack()) ||
             (alt && key->key() == Qt::Key_Right && goForward());
    }
    case QEvent::Paint:
      if (impl_->stale) {
        impl_->replot();
      }
      return false;
    default:
      return false;
  }
}

void CurveChart::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
    impl_->updateColors();
  }
  QWidget::changeEvent(event);
}

}  // namespace heddle::ui
