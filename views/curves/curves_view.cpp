#include "views/curves/curves_view.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <set>
#include <utility>

#include "views/common/empty_state.h"
#include "views/curves/axis_ticker.h"
#include "views/curves/curve_chart.h"
#include "views/curves/curve_store.h"
#include "views/curves/curves_bar.h"

namespace heddle::ui {
namespace {

constexpr int kLeastChartWidth = 340;

// Every digit: what is exported is what was recorded.
QString exact(double value) {
  return QString::number(value, 'g', 17);
}

// The points inside `shown` as rows of a file; `smooth` may lag behind.
void addRows(CsvTable& table, const QStringList& names, const std::vector<CurvePoint>& raw,
             const Points& smooth, size_t ahead, const Span& shown) {
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i].x < shown.lower || raw[i].x > shown.upper) {
      continue;
    }
    const bool smoothed = smooth != nullptr && i + ahead < smooth->size();
    table.rows.push_back(names + QStringList{QString::number(raw[i].step), exact(raw[i].x), exact(raw[i].y),
                                             smoothed ? exact((*smooth)[i + ahead].y) : QString()});
  }
}

}  // namespace

struct CurvesView::Impl {
  CurvesView* self;
  CurveStore* store;
  std::vector<CurveRun> runs;
  QStringList known;
  QStringList chosen;
  bool chosen_by_user = false;
  std::set<std::pair<QString, QString>> lacking;  // runs that have not recorded the axis, by metric
  std::optional<Span> table_range;

  CurvesBar* bar;
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
    bar = new CurvesBar(self);
    connect(bar, &CurvesBar::settingsChanged, self, &CurvesView::applySettings);
    connect(bar, &CurvesBar::metricsChosen, self, &CurvesView::setChosenMetrics);
    connect(bar, &CurvesBar::fitAsked, self, &CurvesView::fitAll);
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

  const ChartSettings& settings() const { return bar->settings().chart; }

  // Of a metric's axis the parts have no place: its points are in no order of time.
  bool drawsSegments() const { return bar->settings().all_segments && settings().axis.metric.isEmpty(); }

  // Changes one of the settings as its control would.
  template <typename Change>
  void change(Change&& change) {
    CurvesSettings next = bar->settings();
    change(next);
    bar->setSettings(next);
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

  CurveChart* newChart(const QStringList& metrics) {
    auto* chart = new CurveChart(metrics, scroll->widget());
    chart->setSettings(settings());
    chart->setTableRange(table_range);
    connect(chart, &CurveChart::trackerMoved, self, [this](std::optional<double> x) {
      for (CurveChart* each : charts) {
        each->setTracker(x);
      }
    });
    connect(chart, &CurveChart::xRangeChanged, self, [this, chart](Span range) { follow(chart, range); });
    connect(chart, &CurveChart::tableRangeChosen, self, [this](std::optional<Span> x) { chooseRange(x); });
    connect(chart, &CurveChart::tooltipOrderChosen, self, [this](TooltipOrder order) {
      change([&](CurvesSettings& next) { next.chart.tooltip_order = order; });
    });
    return chart;
  }

  void buildCharts() {
    std::vector<CurveChart*> next;
    for (const QStringList& metrics : chartsOf(chosen)) {
      const auto found = std::find_if(charts.begin(), charts.end(),
                                      [&](const CurveChart* chart) { return chart->metrics() == metrics; });
      next.push_back(found == charts.end() ? newChart(metrics) : *found);
      if (found != charts.end()) {
        charts.erase(found);
      }
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
      if (!bar->settings().linked || chart == source) {
        continue;
      }
      if (source->followsX()) {
        chart->fit(Qt::Horizontal);
      } else {
        chart->setXRange(range);
      }
    }
  }

  // A range is chosen to be summarised.
  void chooseRange(std::optional<Span> x) {
    table_range = x;
    if (x && !settings().summarizes_range) {
      change([](CurvesSettings& next) { next.chart.summarizes_range = true; });
    }
    for (CurveChart* chart : charts) {
      chart->setTableRange(x);
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
      QStringList without_axis;
      for (const QString& metric : chart->metrics()) {
        const bool second = metric != chart->metrics().front();
        for (const CurveRun& run : runs) {
          const QString name = second ? run.name + QStringLiteral(" · ") + metric : run.name;
          if (lacking.count({run.id, metric}) > 0) {
            without_axis << name;
          }
          const Curve* curve = store->find(run.id, metric);
          if (curve == nullptr) {
            continue;
          }
          drawn.push_back({.curve = *curve, .name = name, .style = run.style, .marks = second});
          if (!drawsSegments()) {
            drawn.back().curve.replaced.clear();
          }
        }
      }
      any = any || !drawn.empty() || !without_axis.empty();
      chart->setCurves(std::move(drawn), without_axis);
    }
    showReason(any);
  }

  void showReason(bool any) {
    using Kind = EmptyState::Kind;
    const bool reading = !any && store->empty();
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
    } else if (reading) {
      empty->setMessage(Kind::kNothingYet, CurvesView::tr("Reading the curves of the chosen runs…"));
    }
    const bool nothing = runs.empty() || known.isEmpty() || chosen.isEmpty() || reading;
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

void CurvesView::applySettings(const CurvesSettings& before) {
  const CurvesSettings& now = impl_->bar->settings();
  const bool other_axis = now.chart.axis != before.chart.axis;
  if (other_axis) {
    impl_->store->clear();
    impl_->lacking.clear();
    impl_->table_range.reset();
  }
  impl_->store->setSmoothing(now.chart.smoothing);
  for (CurveChart* chart : impl_->charts) {
    chart->setSettings(now.chart);
  }
  impl_->refresh->start();
  if (other_axis || now.all_segments != before.all_segments) {
    Q_EMIT requestsChanged();
  }
}

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
  impl_->bar->setMetrics(names, impl_->chosen);
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
  impl_->bar->setMetrics(impl_->known, metrics);
  impl_->buildCharts();
  Q_EMIT requestsChanged();
}

void CurvesView::setSeries(std::vector<CurveSeries> series) {
  for (CurveSeries& each : series) {
    if (each.axis != axis()) {
      continue;
    }
    if (each.lacks_axis) {
      impl_->lacking.emplace(each.run_id, each.metric);
      impl_->refresh->start();
      continue;
    }
    impl_->lacking.erase({each.run_id, each.metric});
    // On a metric's axis steps come in any order.
    std::vector<CurvePoint> raw =
        each.axis.metric.isEmpty() ? lastWins(std::move(each.raw)) : std::move(each.raw);
    impl_->store->set(each.run_id, each.metric, std::move(raw), std::move(each.replaced));
  }
}

void CurvesView::appendPoints(const CurveSeries& more) {
  if (more.axis == axis() && !more.raw.empty()) {
    impl_->store->append(more.run_id, more.metric, more.raw);
  }
}

std::vector<CurveRequest> CurvesView::requests() const {
  std::vector<CurveRequest> wanted;
  for (const CurveRun& run : impl_->runs) {
    for (const QString& metric : impl_->chosen) {
      CurveRequest request{.run_id = run.id, .metric = metric, .axis = axis()};
      const Curve* curve = impl_->store->find(run.id, metric);
      // On a metric's axis what is new may lie anywhere.
      if (curve != nullptr && axis().metric.isEmpty()) {
        request.from_x = curve->raw->back().x;
        request.last_y = curve->raw->back().y;
      }
      if (impl_->drawsSegments()) {
        request.replaced = static_cast<int64_t>(impl_->store->parts(run.id, metric).size());
      }
      wanted.push_back(request);
    }
  }
  return wanted;
}

XAxis CurvesView::axis() const {
  return impl_->settings().axis;
}

void CurvesView::setAxis(const XAxis& axis) {
  impl_->change([&](CurvesSettings& next) { next.chart.axis = axis; });
}

double CurvesView::smoothing() const {
  return impl_->settings().smoothing.weight;
}

void CurvesView::setSmoothing(double weight) {
  impl_->change([=](CurvesSettings& next) { next.chart.smoothing.weight = weight; });
}

SmoothingKind CurvesView::smoothingKind() const {
  return impl_->settings().smoothing.kind;
}

void CurvesView::setSmoothingKind(SmoothingKind kind) {
  impl_->change([=](CurvesSettings& next) { next.chart.smoothing.kind = kind; });
}

bool CurvesView::ignoresOutliers() const {
  return impl_->settings().ignore_outliers;
}

void CurvesView::setIgnoreOutliers(bool ignore) {
  impl_->change([=](CurvesSettings& next) { next.chart.ignore_outliers = ignore; });
}

bool CurvesView::showsRaw() const {
  return impl_->settings().show_raw;
}

void CurvesView::setShowRaw(bool show) {
  impl_->change([=](CurvesSettings& next) { next.chart.show_raw = show; });
}

bool CurvesView::showsAllSegments() const {
  return impl_->bar->settings().all_segments;
}

void CurvesView::setShowAllSegments(bool show) {
  impl_->change([=](CurvesSettings& next) { next.all_segments = show; });
}

bool CurvesView::logX() const {
  return impl_->settings().log_x;
}

void CurvesView::setLogX(bool logarithmic) {
  impl_->change([=](CurvesSettings& next) { next.chart.log_x = logarithmic; });
}

bool CurvesView::logY() const {
  return impl_->settings().log_y;
}

void CurvesView::setLogY(bool logarithmic) {
  impl_->change([=](CurvesSettings& next) { next.chart.log_y = logarithmic; });
}

bool CurvesView::summarizesRange() const {
  return impl_->settings().summarizes_range;
}

void CurvesView::setSummarizeRange(bool summarize) {
  impl_->change([=](CurvesSettings& next) { next.chart.summarizes_range = summarize; });
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
  const bool segments = impl_->drawsSegments();
  CsvTable table{.header = {QStringLiteral("run_id"), QStringLiteral("run"), QStringLiteral("metric")},
                 .rows = {}};
  if (segments) {
    // 0 = what stands, n = what the n-th start that replaced anything replaced.
    table.header << QStringLiteral("segment");
  }
  table.header << QStringLiteral("step") << axisTitle(axis()) << QStringLiteral("value")
               << QStringLiteral("smoothed_") + smoothingColumn(impl_->settings().smoothing);
  for (const CurveChart* chart : impl_->charts) {
    const Span shown = chart->area().x;
    for (const DrawnCurve& drawn : chart->curves()) {
      const Curve& curve = drawn.curve;
      const auto names = [&](qsizetype segment) {
        QStringList texts{curve.run_id, drawn.name, curve.metric};
        return segments ? texts << QString::number(segment) : texts;
      };
      addRows(table, names(0), curve.raw->all(), curve.smooth, 0, shown);
      auto smoothed = curve.replaced.begin();
      qsizetype segment = 0;
      for (const ReplacedPart& part : impl_->store->parts(curve.run_id, curve.metric)) {
        ++segment;
        if (part.points.empty() || smoothed == curve.replaced.end()) {
          continue;
        }
        const size_t ahead = (*smoothed)->size() - part.points.size();
        addRows(table, names(segment), part.points, *smoothed++, ahead, shown);
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
