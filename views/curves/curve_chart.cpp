#include "views/curves/curve_chart.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <utility>

#include "views/common/elided_label.h"
#include "views/common/palette.h"
#include "views/curves/axis_ticker.h"
#include "views/curves/chart_gestures.h"
#include "views/curves/curve_extent.h"
#include "views/curves/curve_plot.h"
#include "views/curves/curve_table.h"
#include "views/curves/curve_tooltip.h"
#include "views/curves/zoom_history.h"

namespace heddle::ui {
namespace {

constexpr int kLeastFigureWidth = 320;
constexpr int kLegendLine = 16;
constexpr int kTitleHeight = 22;
constexpr int kFigureMargin = 6;

QToolButton* flatButton(const QString& text, const QString& tip) {
  auto* button = new QToolButton;
  button->setText(text);
  button->setToolTip(tip);
  button->setAutoRaise(true);
  button->setFocusPolicy(Qt::TabFocus);
  button->setAccessibleName(tip);
  return button;
}

}  // namespace

struct CurveChart::Impl {
  CurveChart* self;
  QStringList metrics;
  ChartSettings settings;
  std::vector<DrawnCurve> curves;
  QStringList lacking;

  ElidedLabel* title;
  QLabel* badge;
  CurvePlot* plot;
  ChartGestures* gestures;
  CurveTable* table;

  ZoomHistory zoom;
  std::optional<double> tracker;
  std::optional<Span> table_range;
  int64_t hidden = 0;

  explicit Impl(CurveChart* chart) : self(chart) {}

  void build() {
    title = new ElidedLabel(self);
    badge = new QLabel(self);
    badge->hide();
    plot = new CurvePlot(self);
    plot->setAccessibleName(metrics.join(QStringLiteral(", ")));
    plot->lines().curves = &curves;
    table = new CurveTable(self);
    table->setAccessibleName(CurveChart::tr("Values of %1").arg(plot->accessibleName()));
    auto* top = new QHBoxLayout;
    top->setContentsMargins(6, 2, 2, 0);
    top->setSpacing(6);
    top->addWidget(title, 1);
    top->addWidget(badge);
    for (const auto& [text, tip, sides] :
         {std::tuple(QStringLiteral("↔"), CurveChart::tr("Show the whole width"),
                     Qt::Orientations(Qt::Horizontal)),
          std::tuple(QStringLiteral("↕"), CurveChart::tr("Show the whole height"),
                     Qt::Orientations(Qt::Vertical)),
          std::tuple(QStringLiteral("⤢"), CurveChart::tr("Show everything (double click)"),
                     Qt::Horizontal | Qt::Vertical)}) {
      QToolButton* button = flatButton(text, tip);
      connect(button, &QToolButton::clicked, self, [this, sides = sides] { fitByUser(sides); });
      top->addWidget(button);
    }
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(plot, 1);
    layout->addWidget(table);
    connectGestures();
    updateTitle();
    updateColors();
    plot->setAxes(settings.axis, settings.log_x, settings.log_y);
  }

  void connectGestures() {
    gestures = new ChartGestures(plot);
    connect(gestures, &ChartGestures::began, self, [this] { zoom.remember(); });
    connect(gestures, &ChartGestures::viewChosen, self, [this](std::optional<Span> x, std::optional<Span> y) {
      zoom.now = {x.value_or(zoom.now.x), y.value_or(zoom.now.y), zoom.now.follows_x && !x,
                  zoom.now.follows_y && !y};
      follow();
      if (x) {
        Q_EMIT self->xRangeChanged(*x);
      }
    });
    connect(gestures, &ChartGestures::cancelled, self, [this] {
      zoom.undo();
      follow();
      Q_EMIT self->xRangeChanged(zoom.now.x);
    });
    connect(gestures, &ChartGestures::fitAsked, self, [this] { fitByUser(Qt::Horizontal | Qt::Vertical); });
    connect(gestures, &ChartGestures::backAsked, self, &CurveChart::goBack);
    connect(gestures, &ChartGestures::forwardAsked, self, &CurveChart::goForward);
    connect(gestures, &ChartGestures::rangeChosen, self, &CurveChart::tableRangeChosen);
    connect(gestures, &ChartGestures::rangeEndAsked, self, [this](bool upper) { putRangeEnd(upper); });
    connect(gestures, &ChartGestures::trackerStepped, self, [this](int steps) { stepTracker(steps); });
    connect(gestures, &ChartGestures::pointerMoved, self, [this](const QPointF& position) {
      const PlotArea where = plot->area();
      showTooltip(where, position);
      Q_EMIT self->trackerMoved(where.pixels.contains(position) ? std::optional(where.toX(position.x()))
                                                                : std::nullopt);
    });
    connect(gestures, &ChartGestures::pointerLeft, self, [this] { Q_EMIT self->trackerMoved(std::nullopt); });
    connect(gestures, &ChartGestures::menuAsked, self, &CurveChart::showMenu);
  }

  void fitByUser(Qt::Orientations sides) {
    zoom.remember();
    self->fit(sides);
    Q_EMIT self->xRangeChanged(zoom.now.x);
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
    plot->setColors(palette, self->font());
    setTextRole(*badge, Role::kWarning, palette);
    table->setCurves(curves);
    plot->redraw();
  }

  // The lines by which a chart is read.
  std::vector<Points> followedLines() const {
    // The raw lines are context: noise of theirs would squeeze the lines that are read. Of a few points they
    // are no noise, and the smoothed line lags far behind them.
    constexpr size_t kFewPoints = 50;
    std::vector<Points> lines;
    for (const DrawnCurve& drawn : curves) {
      const Curve& curve = drawn.curve;
      const Points& front = curve.smooth ? curve.smooth : curve.raw;
      if (front == nullptr || front->empty()) {
        continue;
      }
      lines.push_back(front);
      if (settings.show_raw && curve.raw != nullptr && curve.raw != front &&
          curve.raw->size() <= kFewPoints) {
        lines.push_back(curve.raw);
      }
      lines.insert(lines.end(), curve.replaced.begin(), curve.replaced.end());
    }
    return lines;
  }

  // The sides that follow the data take their extent.
  void follow() {
    const std::vector<Points> lines = followedLines();
    ViewState& now = zoom.now;
    if (now.follows_x) {
      if (const auto extent = extentX(lines, settings.log_x)) {
        now.x = padded(*extent, settings.log_x, 0.02);
      }
    }
    hidden = 0;
    bool nothing_positive = false;
    if (now.follows_y) {
      if (const auto extent = extentY(lines, now.x, settings.log_y, settings.ignore_outliers)) {
        now.y = padded(extent->span, settings.log_y, 0.05);
        hidden = extent->hidden;
      } else {
        nothing_positive = !lines.empty() && settings.log_y;
      }
    }
    plot->setEmptyText(nothing_positive ? CurveChart::tr("A logarithmic axis shows no value of zero or less")
                       : lines.empty()  ? whyEmpty()
                                        : QString());
    showBadge();
    showRange();
    plot->setRanges(now.x, now.y);
  }

  QString whyEmpty() const {
    return lacking.isEmpty() ? CurveChart::tr("No run shown here has logged %1 yet")
                                   .arg(metrics.join(CurveChart::tr(" or ")))
                             : lackingText();
  }

  QString lackingText() const {
    return CurveChart::tr("Not recorded over “%1”: %2")
        .arg(axisTitle(settings.axis), lacking.join(QStringLiteral(", ")));
  }

  void showBadge() {
    QStringList texts;
    QStringList tips;
    if (hidden > 0) {
      texts << CurveChart::tr("Outliers hidden: %1").arg(hidden);
      tips << CurveChart::tr(
          "Points far beyond the 5th to the 95th percentile, the start and the end of the visible "
          "curves lie outside. Switch off “Ignore outliers” under “More” to see all.");
    }
    if (!lacking.isEmpty()) {
      texts << CurveChart::tr("Runs left out: %1").arg(lacking.size());
      tips << lackingText();
    }
    badge->setVisible(!texts.isEmpty());
    badge->setText(texts.join(QStringLiteral(" · ")));
    badge->setToolTip(tips.join(QStringLiteral("\n\n")));
  }

  void showRange() {
    const bool on = settings.summarizes_range;
    table->setRange(on ? std::optional(table_range.value_or(zoom.now.x)) : std::nullopt);
    const std::optional<Span> band = on ? table_range : std::nullopt;
    gestures->setRange(band);
    plot->showBand(band);
  }

  // A range that began nowhere begins, or ends, where the view does.
  void putRangeEnd(bool upper) {
    if (!tracker) {
      return;
    }
    Span range = settings.summarizes_range ? table_range.value_or(zoom.now.x) : zoom.now.x;
    (upper ? range.upper : range.lower) = *tracker;
    if (range.lower < range.upper) {
      Q_EMIT self->tableRangeChosen(range);
    }
  }

  void stepTracker(int steps) {
    constexpr double kSteps = 100;  // across the chart
    const PlotArea where = plot->area();
    const QRectF& pixels = where.pixels;
    const double from = tracker ? where.toPixelX(*tracker) : pixels.center().x();
    const double to = from + (tracker ? steps * pixels.width() / kSteps : 0);
    Q_EMIT self->trackerMoved(where.toX(std::clamp(to, pixels.left(), pixels.right())));
  }

  void showTooltip(const PlotArea& where, const QPointF& position) {
    const bool wanted = !gestures->dragging() && where.pixels.contains(position);
    const QString text =
        wanted ? tooltipText(tooltipLines(curves, where, position, settings.tooltip_order), self->palette())
               : QString();
    // Beside the pointer, which would cover what it points at; an empty text hides the tooltip.
    QToolTip::showText(plot->mapToGlobal(position.toPoint() + QPoint(14, 8)), text, plot);
  }

  bool stepped(bool moved) {
    if (moved) {
      follow();
      Q_EMIT self->xRangeChanged(zoom.now.x);
    }
    return moved;
  }
};

CurveChart::CurveChart(const QStringList& metrics, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->metrics = metrics;
  impl_->build();
}

CurveChart::~CurveChart() = default;

const QStringList& CurveChart::metrics() const {
  return impl_->metrics;
}

void CurveChart::setCurves(std::vector<DrawnCurve> curves, const QStringList& lacking) {
  impl_->curves = std::move(curves);
  impl_->lacking = lacking;
  impl_->table->setCurves(impl_->curves);
  impl_->follow();
}

const std::vector<DrawnCurve>& CurveChart::curves() const {
  return impl_->curves;
}

void CurveChart::setSettings(const ChartSettings& settings) {
  const ChartSettings before = std::exchange(impl_->settings, settings);
  const bool other_x = before.axis != settings.axis || before.log_x != settings.log_x;
  const bool other_y = before.log_y != settings.log_y;
  if (other_x || other_y) {
    impl_->plot->setAxes(settings.axis, settings.log_x, settings.log_y);
    impl_->zoom.now.follows_x = impl_->zoom.now.follows_x || other_x;
    impl_->zoom.now.follows_y = impl_->zoom.now.follows_y || other_y;
    impl_->zoom.clear();
  }
  if (other_x) {
    setTracker(std::nullopt);
  }
  if (before.axis != settings.axis) {
    impl_->table_range.reset();
  }
  impl_->plot->lines().show_raw = settings.show_raw;
  impl_->updateTitle();
  impl_->follow();
}

PlotArea CurveChart::area() const {
  return impl_->plot->area();
}

bool CurveChart::followsX() const {
  return impl_->zoom.now.follows_x;
}

bool CurveChart::followsY() const {
  return impl_->zoom.now.follows_y;
}

int64_t CurveChart::hiddenOutliers() const {
  return impl_->hidden;
}

void CurveChart::setXRange(const Span& range) {
  impl_->zoom.now.x = range;
  impl_->zoom.now.follows_x = false;
  impl_->follow();
}

void CurveChart::fit(Qt::Orientations sides) {
  ViewState& now = impl_->zoom.now;
  now.follows_x = now.follows_x || sides.testFlag(Qt::Horizontal);
  now.follows_y = now.follows_y || sides.testFlag(Qt::Vertical);
  impl_->follow();
}

void CurveChart::setRanges(const FixedRanges& ranges) {
  impl_->zoom.remember();
  ViewState& now = impl_->zoom.now;
  now = {ranges.x.value_or(now.x), ranges.y.value_or(now.y), !ranges.x.has_value(), !ranges.y.has_value()};
  impl_->follow();
  Q_EMIT xRangeChanged(now.x);
}

bool CurveChart::goBack() {
  return impl_->stepped(impl_->zoom.goBack());
}

bool CurveChart::goForward() {
  return impl_->stepped(impl_->zoom.goForward());
}

void CurveChart::setTracker(std::optional<double> x) {
  impl_->tracker = x;
  impl_->table->setTracker(x);
  impl_->plot->showTracker(x);
}

std::optional<double> CurveChart::tracker() const {
  return impl_->tracker;
}

void CurveChart::setTableRange(std::optional<Span> x) {
  impl_->table_range = x;
  impl_->showRange();
}

QSizeF CurveChart::figureSize() const {
  return {double(std::max(impl_->plot->width(), kLeastFigureWidth)),
          double(kTitleHeight + std::max(impl_->plot->height(), impl_->plot->minimumHeight())) +
              kLegendLine * static_cast<double>(impl_->curves.size()) + kFigureMargin};
}

void CurveChart::drawFigure(QCPPainter& painter) {
  const QSizeF size = figureSize();
  const double legend = kLegendLine * double(impl_->curves.size());
  const double plot_height = size.height() - kTitleHeight - kFigureMargin - legend;
  QFont small = font();
  small.setPixelSize(12);
  painter.fillRect(QRectF(QPointF(0, 0), size), palette().color(QPalette::Base));
  painter.setFont(small);
  painter.setPen(QPen(roleColor(Role::kText, palette())));
  const QString& noted = impl_->badge->text();
  painter.drawText(QRectF(6, 0, size.width() - 12, kTitleHeight), Qt::AlignVCenter | Qt::AlignLeft,
                   impl_->title->text() + (noted.isEmpty() ? QString() : QStringLiteral("   ") + noted));
  painter.save();
  painter.translate(0, kTitleHeight);
  impl_->plot->drawFigure(painter, QSizeF(size.width(), plot_height).toSize());
  painter.restore();
  double top = kTitleHeight + plot_height;
  for (const DrawnCurve& drawn : impl_->curves) {
    drawSample(painter, QRectF(10, top, 24, kLegendLine), drawn, palette());
    painter.setPen(QPen(roleColor(Role::kText, palette())));
    painter.drawText(QRectF(40, top, size.width() - 46, kLegendLine), Qt::AlignVCenter | Qt::AlignLeft,
                     drawn.name);
    top += kLegendLine;
  }
}

void CurveChart::showMenu(const QPoint& global) {
  QToolTip::hideText();
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto add = [&](const QString& text, const QKeySequence& keys, bool enabled, auto&& command) {
    QAction* action = menu->addAction(text, this, command);
    action->setShortcut(keys);
    action->setEnabled(enabled);
  };
  const ZoomHistory& zoom = impl_->zoom;
  add(tr("Zoom back"), Qt::ALT | Qt::Key_Left, zoom.canGoBack(), [this] { goBack(); });
  add(tr("Zoom forward"), Qt::ALT | Qt::Key_Right, zoom.canGoForward(), [this] { goForward(); });
  add(tr("Show everything"), {}, true, [this] { impl_->fitByUser(Qt::Horizontal | Qt::Vertical); });
  add(tr("Axis ranges…"), {}, true, [this] { askForRanges(); });
  menu->addSeparator();
  add(tr("Range of the table starts here"), Qt::Key_BracketLeft, impl_->tracker.has_value(),
      [this] { impl_->putRangeEnd(false); });
  add(tr("Range of the table ends here"), Qt::Key_BracketRight, impl_->tracker.has_value(),
      [this] { impl_->putRangeEnd(true); });
  add(tr("Table of all that is visible"), {}, impl_->table_range.has_value(),
      [this] { Q_EMIT tableRangeChosen(std::nullopt); });
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
  const ViewState& view = impl_->zoom.now;
  FixedRanges now;
  if (!view.follows_x) {
    now.x = view.x;
  }
  if (!view.follows_y) {
    now.y = view.y;
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
