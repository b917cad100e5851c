#include "views/curves/curves_view.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>

#include "views/common/empty_state.h"
#include "views/common/flow_layout.h"
#include "views/common/number_format.h"
#include "views/curves/axis_ticker.h"
#include "views/curves/curve_chart.h"
#include "views/curves/curve_store.h"

namespace heddle::ui {
namespace {

constexpr double kMostSmoothing = 0.999;
constexpr int kSliderSteps = 100;  // .01 each; the last one stands for .999
constexpr int kLeastChartWidth = 340;

}  // namespace

struct CurvesView::Impl {
  CurvesView* self;
  CurveStore* store;
  std::vector<CurveRun> runs;
  QStringList known;
  QStringList chosen;
  bool chosen_by_user = false;
  ChartSettings settings;
  bool linked = false;

  QWidget* bar;
  FlowLayout* controls;
  QMenu* metric_menu;
  QComboBox* axis_box;
  QComboBox* method_box;
  QSlider* slider;
  QDoubleSpinBox* number;
  QLabel* window_label;
  QAction* show_raw;
  QAction* log_x;
  QAction* log_y;
  QAction* outliers;
  QStackedWidget* pages;
  EmptyState* empty;
  QScrollArea* scroll;
  QGridLayout* grid;
  std::vector<CurveChart*> charts;
  int columns = 0;
  QTimer* refresh;  // several changes in one turn of the event loop are drawn once

  explicit Impl(CurvesView* view) : self(view) {}

  void build() {
    store = new CurveStore(self);
    connect(store, &CurveStore::changed, self, [this] { refresh->start(); });
    refresh = new QTimer(self);
    refresh->setSingleShot(true);
    refresh->setInterval(0);
    connect(refresh, &QTimer::timeout, self, [this] { showCurves(); });
    buildBar();
    empty = new EmptyState(self);
    scroll = new QScrollArea(self);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* page = new QWidget;
    grid = new QGridLayout(page);
    grid->setContentsMargins(4, 4, 4, 4);
    grid->setSpacing(8);
    scroll->setWidget(page);
    scroll->viewport()->installEventFilter(self);
    pages = new QStackedWidget(self);
    pages->addWidget(empty);
    pages->addWidget(scroll);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(pages, 1);
    buildCharts();
  }

  // An action of the view with its button among the controls.
  QAction* button(const QString& text, const QString& tip) {
    auto* action = new QAction(text, self);
    action->setToolTip(tip);
    auto* tool = new QToolButton(bar);
    tool->setDefaultAction(action);
    tool->setAutoRaise(true);
    controls->addWidget(tool);
    return action;
  }

  QAction* toggle(const QString& text, const QString& tip, bool on, std::function<void(bool)> set) {
    QAction* action = button(text, tip);
    action->setCheckable(true);
    action->setChecked(on);
    connect(action, &QAction::toggled, self, [this, set = std::move(set)](bool checked) {
      set(checked);
      applySettings();
    });
    return action;
  }

  void buildBar() {
    bar = new QWidget(self);
    controls = new FlowLayout(bar);
    controls->setContentsMargins(4, 4, 4, 4);
    controls->setSpacing(6);
    auto* metrics = new QToolButton(bar);
    metrics->setText(CurvesView::tr("Metrics"));
    metrics->setToolTip(CurvesView::tr("Choose the metrics that have a chart"));
    metrics->setPopupMode(QToolButton::InstantPopup);
    metric_menu = new QMenu(metrics);
    metrics->setMenu(metric_menu);
    metrics->setAutoRaise(true);
    controls->addWidget(metrics);
    axis_box = new QComboBox(bar);
    for (const Axis axis : {Axis::kStep, Axis::kTokens, Axis::kSeconds, Axis::kFlops, Axis::kWallTime}) {
      axis_box->addItem(axisTitle(axis).section(QStringLiteral(" ("), 0, 0), static_cast<int>(axis));
    }
    axis_box->setToolTip(CurvesView::tr("What the horizontal axis counts"));
    connect(axis_box, &QComboBox::currentIndexChanged, self,
            [this] { self->setAxis(static_cast<Axis>(axis_box->currentData().toInt())); });
    controls->addGroup({new QLabel(CurvesView::tr("Over"), bar), axis_box});
    method_box = new QComboBox(bar);
    for (const auto& [kind, name, tip] :
         {std::tuple(SmoothingKind::kEma, CurvesView::tr("EMA"),
                     CurvesView::tr("Debiased moving average of the points before")),
          std::tuple(SmoothingKind::kTimeWeightedEma, CurvesView::tr("Time-weighted EMA"),
                     CurvesView::tr("Moving average that fades with training steps, for runs that logged at "
                                    "different intervals")),
          std::tuple(SmoothingKind::kGaussian, CurvesView::tr("Gaussian"),
                     CurvesView::tr("Mean of the points on both sides, weighted by a Gaussian: the newest "
                                    "values still change as points arrive")),
          std::tuple(SmoothingKind::kWindow, CurvesView::tr("Centred mean"),
                     CurvesView::tr("Plain mean of the points on both sides: the newest values still change "
                                    "as points arrive"))}) {
      method_box->addItem(name, static_cast<int>(kind));
      method_box->setItemData(method_box->count() - 1, tip, Qt::ToolTipRole);
    }
    method_box->setAccessibleName(CurvesView::tr("Smoothing method"));
    method_box->setToolTip(CurvesView::tr("How the curves are smoothed"));
    connect(method_box, &QComboBox::currentIndexChanged, self, [this] {
      self->setSmoothingKind(static_cast<SmoothingKind>(method_box->currentData().toInt()));
    });
    slider = new QSlider(Qt::Horizontal, bar);
    slider->setRange(0, kSliderSteps);
    slider->setFixedWidth(110);
    slider->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    slider->setToolTip(CurvesView::tr("Strength of the smoothing; 0 is off"));
    number = new QDoubleSpinBox(bar);
    number->setRange(0, kMostSmoothing);
    number->setDecimals(3);
    number->setSingleStep(0.001);
    number->setKeyboardTracking(false);
    number->setAccessibleName(CurvesView::tr("Smoothing weight"));
    window_label = new QLabel(bar);
    connect(slider, &QSlider::valueChanged, self, [this](int value) {
      self->setSmoothing(value == kSliderSteps ? kMostSmoothing : value / 100.0);
    });
    connect(number, &QDoubleSpinBox::valueChanged, self, [this](double value) { self->setSmoothing(value); });
    showSmoothing();
    // Two groups: a narrow window breaks the row between them.
    controls->addGroup({new QLabel(CurvesView::tr("Smoothing"), bar), method_box});
    controls->addGroup({slider, number, window_label});
    show_raw = toggle(CurvesView::tr("Original"), CurvesView::tr("Draw the unsmoothed line faintly behind"),
                      true, [this](bool on) { settings.show_raw = on; });
    outliers = toggle(CurvesView::tr("Ignore outliers"),
                      CurvesView::tr("Leave out of the height what lies far from most of the visible values"),
                      true, [this](bool on) { settings.ignore_outliers = on; });
    log_x = toggle(CurvesView::tr("log x"), CurvesView::tr("Logarithmic horizontal axis"), false,
                   [this](bool on) { settings.log_x = on; });
    log_y = toggle(CurvesView::tr("log y"), CurvesView::tr("Logarithmic vertical axis"), false,
                   [this](bool on) { settings.log_y = on; });
    QAction* link = button(CurvesView::tr("Link"), CurvesView::tr("Zooming one chart sideways zooms all"));
    link->setCheckable(true);
    connect(link, &QAction::toggled, self, [this](bool on) { linked = on; });
    QAction* fit = button(CurvesView::tr("Fit all"),
                          CurvesView::tr("Show everything in every chart and follow new points again"));
    connect(fit, &QAction::triggered, self, &CurvesView::fitAll);
  }

  void showSmoothing() {
    const double weight = settings.smoothing.weight;
    const QSignalBlocker method_quiet(method_box);
    method_box->setCurrentIndex(method_box->findData(static_cast<int>(settings.smoothing.kind)));
    const QSignalBlocker slider_quiet(slider);
    const QSignalBlocker number_quiet(number);
    slider->setValue(weight > 0.99 ? kSliderSteps : static_cast<int>(std::lround(weight * 100)));
    number->setValue(weight);
    window_label->setText(weight == 0 ? CurvesView::tr("off") : windowText());
    // The widest text, so that the buttons behind it stay where they are.
    window_label->setMinimumWidth(window_label->fontMetrics().horizontalAdvance(
        CurvesView::tr("≈ %1 points").arg(QStringLiteral("1000"))));
  }

  // How much a value on the smoothed line is the mean of.
  QString windowText() const {
    const double weight = settings.smoothing.weight;
    switch (settings.smoothing.kind) {
      case SmoothingKind::kTimeWeightedEma:
        return CurvesView::tr("≈ %1 steps").arg(formatNumber(1 / (1 - timeWeightedDecay(weight)), 2));
      case SmoothingKind::kGaussian:
        return CurvesView::tr("σ %1 points").arg(formatNumber(gaussianSigma(weight), 2));
      case SmoothingKind::kWindow:
        return CurvesView::tr("%1 points").arg(windowPoints(weight));
      default:
        return CurvesView::tr("≈ %1 points").arg(formatNumber(1 / (1 - weight), 2));
    }
  }

  void smoothAgain() {
    showSmoothing();
    store->setSmoothing(settings.smoothing);
    applySettings();
  }

  void applySettings() {
    for (CurveChart* chart : charts) {
      chart->setSettings(settings);
    }
    refresh->start();
  }

  void chooseUsual() {
    if (chosen_by_user) {
      return;
    }
    QStringList usual;
    for (const QString& metric : usualMetrics()) {
      if (known.contains(metric)) {
        usual << metric;
      }
    }
    // A run of another kind may have none of them.
    chosen = usual.isEmpty() ? known.mid(0, 6) : usual;
  }

  void fillMenu() {
    metric_menu->clear();
    for (const QString& metric : known) {
      QAction* action = metric_menu->addAction(metric);
      action->setCheckable(true);
      action->setChecked(chosen.contains(metric));
      connect(action, &QAction::toggled, self, [this, metric](bool on) {
        QStringList next = chosen;
        if (on) {
          next << metric;
        } else {
          next.removeAll(metric);
        }
        self->setChosenMetrics(next);
      });
    }
  }

  void buildCharts() {
    const std::vector<QStringList> wanted = chartsOf(chosen);
    std::vector<CurveChart*> next;
    for (const QStringList& metrics : wanted) {
      const auto same = [&](const CurveChart* chart) { return chart->metrics() == metrics; };
      const auto found = std::find_if(charts.begin(), charts.end(), same);
      if (found != charts.end()) {
        next.push_back(*found);
        charts.erase(found);
        continue;
      }
      auto* chart = new CurveChart(metrics, scroll->widget());
      chart->setSettings(settings);
      connect(chart, &CurveChart::trackerMoved, self, [this](std::optional<double> x) {
        for (CurveChart* each : charts) {
          each->setTracker(x);
        }
      });
      connect(chart, &CurveChart::xRangeChanged, self, [this, chart](Span range) { follow(chart, range); });
      connect(chart, &CurveChart::tooltipOrderChosen, self, [this](TooltipOrder order) {
        settings.tooltip_order = order;
        applySettings();
      });
      next.push_back(chart);
    }
    for (CurveChart* gone : charts) {
      delete gone;
    }
    charts = std::move(next);
    columns = 0;
    arrange();
    showCurves();
  }

  void follow(const CurveChart* source, const Span& range) {
    for (CurveChart* chart : charts) {
      if (!linked || chart == source) {
        continue;
      }
      if (source->followsX()) {
        chart->fit(Qt::Horizontal);
      } else {
        chart->setXRange(range);
      }
    }
  }

  void arrange() {
    const int width = scroll->viewport()->width();
    const int fitting = std::clamp(width / kLeastChartWidth, 1, std::max(1, static_cast<int>(charts.size())));
    if (fitting == columns) {
      return;
    }
    columns = fitting;
    while (grid->count() > 0) {
      delete grid->takeAt(0);
    }
    for (int i = 0; i < static_cast<int>(charts.size()); ++i) {
      grid->addWidget(charts[static_cast<size_t>(i)], i / columns, i % columns);
      charts[static_cast<size_t>(i)]->show();
    }
    for (int column = 0; column < grid->columnCount(); ++column) {
      grid->setColumnStretch(column, column < columns ? 1 : 0);
    }
  }

  void showCurves() {
    refresh->stop();
    bool any = false;
    for (CurveChart* chart : charts) {
      std::vector<DrawnCurve> drawn;
      for (const QString& metric : chart->metrics()) {
        for (const CurveRun& run : runs) {
          const Curve* curve = store->find(run.id, metric);
          if (curve == nullptr) {
            continue;
          }
          const bool second = metric != chart->metrics().front();
          drawn.push_back({.curve = *curve,
                           .name = second ? run.name + QStringLiteral(" · ") + metric : run.name,
                           .style = run.style,
                           .marks = second});
        }
      }
      any = any || !drawn.empty();
      chart->setCurves(std::move(drawn));
    }
    showReason(any);
  }

  void showReason(bool any) {
    using Kind = EmptyState::Kind;
    if (runs.empty()) {
      empty->setMessage(Kind::kNothingYet, CurvesView::tr("No run is chosen"),
                        CurvesView::tr("Tick a run in the table on the left, or start one with New run."));
    } else if (known.isEmpty()) {
      QStringList busy;
      for (const CurveRun& run : runs) {
        if (!run.activity.isEmpty()) {
          busy << CurvesView::tr("%1: %2…").arg(run.name, run.activity);
        }
      }
      empty->setMessage(Kind::kNothingYet,
                        busy.isEmpty() ? CurvesView::tr("The chosen runs have not logged any metric yet")
                                       : busy.join(QLatin1Char('\n')),
                        CurvesView::tr("The first point appears after the first training step."));
    } else if (chosen.isEmpty()) {
      empty->setMessage(Kind::kNothingYet, CurvesView::tr("No metric is chosen"),
                        CurvesView::tr("Choose one in the menu Metrics."));
    } else if (!any && store->empty()) {
      empty->setMessage(Kind::kNothingYet, CurvesView::tr("Reading the curves of the chosen runs…"));
    }
    const bool nothing = runs.empty() || known.isEmpty() || chosen.isEmpty() || (!any && store->empty());
    pages->setCurrentWidget(nothing ? static_cast<QWidget*>(empty) : scroll);
  }

  // Charts in the arrangement of the window, each at its place.
  std::vector<std::pair<CurveChart*, QPointF>> places(QSizeF* size) const {
    constexpr double kGap = 12;
    std::vector<std::pair<CurveChart*, QPointF>> result;
    double top = 0;
    double row_height = 0;
    double left = 0;
    *size = {};
    for (size_t i = 0; i < charts.size(); ++i) {
      if (i > 0 && i % static_cast<size_t>(columns) == 0) {
        top += row_height + kGap;
        left = row_height = 0;
      }
      const QSizeF chart = charts[i]->figureSize();
      result.emplace_back(charts[i], QPointF(left, top));
      left += chart.width() + kGap;
      row_height = std::max(row_height, chart.height());
      *size = size->expandedTo(QSizeF(left - kGap, top + row_height));
    }
    return result;
  }
};

CurvesView::CurvesView(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
}

CurvesView::~CurvesView() = default;

void CurvesView::setVisibleRuns(std::vector<CurveRun> runs) {
  if (runs == impl_->runs) {
    return;
  }
  impl_->runs = std::move(runs);
  impl_->refresh->start();
  Q_EMIT requestsChanged();
}

void CurvesView::setMetricNames(const QStringList& names) {
  if (names == impl_->known) {
    return;
  }
  const QStringList before = impl_->chosen;
  impl_->known = names;
  impl_->chooseUsual();
  impl_->fillMenu();
  impl_->buildCharts();
  if (before != impl_->chosen) {
    Q_EMIT requestsChanged();
  }
}

QStringList CurvesView::chosenMetrics() const {
  return impl_->chosen;
}

void CurvesView::setChosenMetrics(const QStringList& metrics) {
  impl_->chosen_by_user = true;
  if (metrics == impl_->chosen) {
    return;
  }
  impl_->chosen = metrics;
  impl_->fillMenu();
  impl_->buildCharts();
  Q_EMIT requestsChanged();
}

void CurvesView::setSeries(std::vector<CurveSeries> series) {
  for (CurveSeries& each : series) {
    if (each.axis == impl_->settings.axis) {
      impl_->store->set(each.run_id, each.metric, std::move(each.raw));
    }
  }
}

void CurvesView::appendPoints(const CurveSeries& more) {
  if (more.axis == impl_->settings.axis && !more.raw.empty()) {
    impl_->store->append(more.run_id, more.metric, more.raw);
  }
}

std::vector<CurveRequest> CurvesView::requests() const {
  std::vector<CurveRequest> wanted;
  for (const CurveRun& run : impl_->runs) {
    for (const QString& metric : impl_->chosen) {
      CurveRequest request{.run_id = run.id, .metric = metric, .axis = impl_->settings.axis};
      if (const Curve* curve = impl_->store->find(run.id, metric)) {
        request.from_x = curve->raw->back().x;
        request.last_y = curve->raw->back().y;
      }
      wanted.push_back(request);
    }
  }
  return wanted;
}

Axis CurvesView::axis() const {
  return impl_->settings.axis;
}

void CurvesView::setAxis(Axis axis) {
  if (axis == impl_->settings.axis) {
    return;
  }
  impl_->settings.axis = axis;
  {
    const QSignalBlocker quiet(impl_->axis_box);
    impl_->axis_box->setCurrentIndex(impl_->axis_box->findData(static_cast<int>(axis)));
  }
  impl_->store->clear();
  impl_->applySettings();
  Q_EMIT requestsChanged();
}

double CurvesView::smoothing() const {
  return impl_->settings.smoothing.weight;
}

void CurvesView::setSmoothing(double weight) {
  impl_->settings.smoothing.weight = std::clamp(weight, 0.0, kMostSmoothing);
  impl_->smoothAgain();
}

SmoothingKind CurvesView::smoothingKind() const {
  return impl_->settings.smoothing.kind;
}

void CurvesView::setSmoothingKind(SmoothingKind kind) {
  impl_->settings.smoothing.kind = kind;
  impl_->smoothAgain();
}

bool CurvesView::ignoresOutliers() const {
  return impl_->settings.ignore_outliers;
}

void CurvesView::setIgnoreOutliers(bool ignore) {
  impl_->outliers->setChecked(ignore);
}

bool CurvesView::showsRaw() const {
  return impl_->settings.show_raw;
}

void CurvesView::setShowRaw(bool show) {
  impl_->show_raw->setChecked(show);
}

bool CurvesView::logX() const {
  return impl_->settings.log_x;
}

void CurvesView::setLogX(bool logarithmic) {
  impl_->log_x->setChecked(logarithmic);
}

bool CurvesView::logY() const {
  return impl_->settings.log_y;
}

void CurvesView::setLogY(bool logarithmic) {
  impl_->log_y->setChecked(logarithmic);
}

QSizeF CurvesView::figureSize() const {
  if (impl_->pages->currentWidget() != impl_->scroll) {
    return {};
  }
  QSizeF size;
  impl_->places(&size);
  return size;
}

void CurvesView::drawFigure(QCPPainter& painter) {
  QSizeF size;
  for (const auto& [chart, place] : impl_->places(&size)) {
    painter.save();
    painter.translate(place);
    chart->drawFigure(painter);
    painter.restore();
  }
}

CsvTable CurvesView::shownData() const {
  CsvTable table{.header = {QStringLiteral("run_id"), QStringLiteral("run"), QStringLiteral("metric"),
                            QStringLiteral("step"), axisTitle(axis()), QStringLiteral("value"),
                            QStringLiteral("smoothed_") + smoothingColumn(impl_->settings.smoothing)},
                 .rows = {}};
  const auto exact = [](double value) { return QString::number(value, 'g', 17); };
  for (const CurveChart* chart : impl_->charts) {
    const Span shown = chart->area().x;
    for (const DrawnCurve& drawn : chart->curves()) {
      const CurvePoints& raw = *drawn.curve.raw;
      for (size_t i = 0; i < raw.size(); ++i) {
        if (raw[i].x < shown.lower || raw[i].x > shown.upper) {
          continue;
        }
        const bool smoothed = drawn.curve.smooth && i < drawn.curve.smooth->size();
        table.rows.push_back({drawn.curve.run_id, drawn.name, drawn.curve.metric,
                              QString::number(raw[i].step), exact(raw[i].x), exact(raw[i].y),
                              smoothed ? exact((*drawn.curve.smooth)[i].y) : QString()});
      }
    }
  }
  return table;
}

void CurvesView::fitAll() {
  for (CurveChart* chart : impl_->charts) {
    chart->fit(Qt::Horizontal | Qt::Vertical);
  }
}

bool CurvesView::eventFilter(QObject* watched, QEvent* event) {
  if (watched == impl_->scroll->viewport() && event->type() == QEvent::Resize) {
    impl_->arrange();
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace heddle::ui
