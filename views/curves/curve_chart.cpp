#include "views/curves/curve_chart.h"

#include <algorithm>

#include "views/curves/curve_chart_impl.h"

namespace heddle::ui {

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

void CurveChart::setRanges(const FixedRanges& ranges) {
  impl_->remember();
  impl_->state.follows_x = !ranges.x.has_value();
  impl_->state.follows_y = !ranges.y.has_value();
  impl_->state.x = ranges.x.value_or(impl_->state.x);
  impl_->state.y = ranges.y.value_or(impl_->state.y);
  impl_->follow();
  Q_EMIT xRangeChanged(impl_->state.x);
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
    drawSample(painter, QRectF(10, top, 24, kLegendLine), drawn, palette());
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
      impl_->fitByUser(Qt::Horizontal | Qt::Vertical);
      return true;
    case QEvent::Wheel:
      if (impl_->wheel(*static_cast<QWheelEvent*>(event))) {
        event->accept();
        return true;
      }
      return false;
    case QEvent::ContextMenu:
      QToolTip::hideText();
      showMenu(static_cast<QContextMenuEvent*>(event)->globalPos());
      return true;
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

void CurveChart::showMenu(const QPoint& global) {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto add = [&](const QString& text, const QKeySequence& keys, bool enabled, auto&& command) {
    QAction* action = menu->addAction(text, this, command);
    action->setShortcut(keys);
    action->setEnabled(enabled);
  };
  add(tr("Zoom back"), Qt::ALT | Qt::Key_Left, !impl_->back.empty(), [this] { goBack(); });
  add(tr("Zoom forward"), Qt::ALT | Qt::Key_Right, !impl_->forward.empty(), [this] { goForward(); });
  add(tr("Show everything"), {}, true, [this] { impl_->fitByUser(Qt::Horizontal | Qt::Vertical); });
  add(tr("Axis ranges…"), {}, true, [this] { askForRanges(); });
  menu->addSeparator();
  QMenu* orders = menu->addMenu(tr("Tooltip lists"));
  const std::pair<TooltipOrder, QString> choices[] = {{TooltipOrder::kNearest, tr("the nearest first")},
                                                      {TooltipOrder::kTable, tr("as the table")},
                                                      {TooltipOrder::kAscending, tr("the lowest first")},
                                                      {TooltipOrder::kDescending, tr("the highest first")},
                                                      {TooltipOrder::kAlphabetical, tr("by name")}};
  for (const auto& choice : choices) {
    QAction* action = orders->addAction(choice.second, this,
                                        [this, order = choice.first] { Q_EMIT tooltipOrderChosen(order); });
    action->setCheckable(true);
    action->setChecked(choice.first == impl_->settings.tooltip_order);
  }
  menu->popup(global);
}

void CurveChart::askForRanges() {
  FixedRanges now;
  if (!impl_->state.follows_x) {
    now.x = impl_->state.x;
  }
  if (!impl_->state.follows_y) {
    now.y = impl_->state.y;
  }
  const ChartSettings& settings = impl_->settings;
  auto* dialog = new RangeDialog({.x_title = axisUnit(settings.axis),
                                  .y_title = impl_->metrics.front(),
                                  .log_x = settings.log_x,
                                  .log_y = settings.log_y},
                                 now, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, dialog] { setRanges(dialog->ranges()); });
  dialog->open();
}

void CurveChart::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
    impl_->updateColors();
  }
  QWidget::changeEvent(event);
}

}  // namespace heddle::ui
