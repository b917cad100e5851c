#include "views/curves/curve_plot.h"

#include "views/common/palette.h"
#include "views/curves/axis_ticker.h"

namespace heddle::ui {
namespace {

constexpr int kLeastHeight = 210;
const QString kOverlay = QStringLiteral("overlay");

QColor translucent(QColor color, int alpha) {
  color.setAlpha(alpha);
  return color;
}

}  // namespace

CurvePlot::CurvePlot(QWidget* parent) : QCustomPlot(parent) {
  setMinimumHeight(kLeastHeight);
  setNoAntialiasingOnDrag(false);
  setInteractions(QCP::Interactions());
  setFocusPolicy(Qt::StrongFocus);
  axisRect()->setAutoMargins(QCP::msAll);
  lines_ = new LinesPlottable(xAxis, yAxis);
  tracker_ = new QCPItemStraightLine(this);
  band_ = new QCPItemRect(this);
  box_ = new QCPItemRect(this);
  for (QCPAbstractItem* item : std::initializer_list<QCPAbstractItem*>{tracker_, band_, box_}) {
    item->setLayer(kOverlay);
    item->setVisible(false);
  }
  for (QCPItemPosition* corner : {box_->topLeft, box_->bottomRight}) {
    corner->setType(QCPItemPosition::ptAbsolute);
  }
  for (QCPItemPosition* corner : {band_->topLeft, band_->bottomRight}) {
    corner->setTypeX(QCPItemPosition::ptPlotCoords);
    corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
  }
  empty_text_ = new QCPItemText(this);
  empty_text_->position->setType(QCPItemPosition::ptAxisRectRatio);
  empty_text_->position->setCoords(0.5, 0.5);
  empty_text_->setVisible(false);
}

void CurvePlot::setAxes(const XAxis& axis, bool log_x, bool log_y) {
  const auto scale = [](bool logarithmic) {
    return logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear;
  };
  xAxis->setLabel(axisTitle(axis));
  xAxis->setScaleType(scale(log_x));
  xAxis->setTicker(tickerFor(axis, log_x));
  yAxis->setScaleType(scale(log_y));
  yAxis->setTicker(log_y ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog)
                         : QSharedPointer<QCPAxisTicker>::create());
}

void CurvePlot::setColors(const QPalette& palette, const QFont& font) {
  setBackground(palette.color(QPalette::Base));
  const QPen axis_pen(roleColor(Role::kAxis, palette));
  const QPen grid_pen(roleColor(Role::kGrid, palette));
  for (QCPAxis* axis : {xAxis, yAxis}) {
    axis->setBasePen(axis_pen);
    axis->setTickPen(axis_pen);
    axis->setSubTickPen(axis_pen);
    axis->setTickLabelColor(roleColor(Role::kMutedText, palette));
    axis->setLabelColor(roleColor(Role::kMutedText, palette));
    axis->setTickLabelFont(font);
    axis->setLabelFont(font);
    axis->grid()->setPen(grid_pen);
    axis->grid()->setZeroLinePen(grid_pen);
  }
  tracker_->setPen(QPen(roleColor(Role::kTracker, palette), 1));
  const QColor highlight = palette.color(QPalette::Highlight);
  box_->setPen(QPen(highlight));
  box_->setBrush(translucent(highlight, 50));
  band_->setPen(QPen(highlight, 1, Qt::DashLine));
  band_->setBrush(translucent(highlight, 25));
  empty_text_->setColor(roleColor(Role::kMutedText, palette));
  empty_text_->setFont(font);
  lines_->setPalette(palette);
}

void CurvePlot::setRanges(const Span& x, const Span& y) {
  xAxis->setRange(x.lower, x.upper);
  yAxis->setRange(y.lower, y.upper);
  redraw();
}

void CurvePlot::setEmptyText(const QString& text) {
  empty_text_->setVisible(!text.isEmpty());
  empty_text_->setText(text);
}

void CurvePlot::showTracker(std::optional<double> x) {
  tracker_->setVisible(x.has_value());
  if (x) {
    tracker_->point1->setCoords(*x, yAxis->range().lower);
    tracker_->point2->setCoords(*x, yAxis->range().upper);
  }
  redrawOverlay();
}

void CurvePlot::showBand(std::optional<Span> x) {
  band_->setVisible(x.has_value());
  if (x) {
    // Beyond the axes above and below: only the sides are seen.
    band_->topLeft->setCoords(x->lower, -0.1);
    band_->bottomRight->setCoords(x->upper, 1.1);
  }
  redrawOverlay();
}

void CurvePlot::showBox(std::optional<QRectF> pixels) {
  box_->setVisible(pixels.has_value());
  if (pixels) {
    box_->topLeft->setCoords(pixels->topLeft());
    box_->bottomRight->setCoords(pixels->bottomRight());
  }
  redrawOverlay();
}

void CurvePlot::redraw() {
  stale_ = !isLookedAt();
  if (!stale_) {
    replot(QCustomPlot::rpQueuedReplot);
  }
}

void CurvePlot::redrawOverlay() {
  if (isLookedAt()) {
    layer(kOverlay)->replot();
  }
}

void CurvePlot::drawFigure(QCPPainter& painter, const QSize& size) {
  const bool tracked = tracker_->visible();
  tracker_->setVisible(false);
  toPainter(&painter, size.width(), size.height());
  tracker_->setVisible(tracked);
  redraw();
}

void CurvePlot::paintEvent(QPaintEvent* event) {
  if (stale_) {
    redraw();
  }
  QCustomPlot::paintEvent(event);
}

}  // namespace heddle::ui
