#include "app/curve_feed.h"

#include <chrono>

#include "views/runs/runs_model.h"

namespace heddle::ui {

namespace {
// New metrics are rare; a name list costs a query for each drawn run.
constexpr auto kNamesInterval = std::chrono::seconds(1);
}  // namespace

CurveFeed::CurveFeed(CurvesView& curves, const RunsModel& runs, QObject* parent)
    : QObject(parent), curves_(curves), runs_(runs), names_timer_(this) {
  names_timer_.setSingleShot(true);
  names_timer_.setInterval(kNamesInterval);
  connect(&names_timer_, &QTimer::timeout, this, [this] { Q_EMIT metricNamesWanted(drawn_); });
  connect(&curves_, &CurvesView::requestsChanged, this, &CurveFeed::request);
}

void CurveFeed::setDrawn(const QStringList& ids) {
  drawn_ = ids;
  showDrawn();
  Q_EMIT metricNamesWanted(drawn_);
  request();
}

void CurveFeed::showDrawn() {
  std::vector<CurveRun> shown;
  for (const QString& id : drawn_) {
    if (const RunRow* run = runs_.run(id)) {
      const bool prepares = run->state == RunState::kRunning && run->step == 0;
      shown.push_back({.id = id,
                       .name = QString::fromStdString(run->name.empty() ? run->id : run->name),
                       .style = runs_.style(id),
                       .activity = !prepares               ? QString()
                                   : run->activity.empty() ? tr("preparing")
                                                           : QString::fromStdString(run->activity)});
    }
  }
  curves_.setVisibleRuns(std::move(shown));
}

void CurveFeed::runsChanged(const std::vector<RunRow>& runs) {
  bool drawn = false;
  for (const RunRow& run : runs) {
    drawn = drawn || drawn_.contains(QString::fromStdString(run.id));
  }
  if (drawn) {
    showDrawn();
    request();
    if (!names_timer_.isActive()) {
      names_timer_.start();
    }
  }
}

void CurveFeed::request() {
  if (under_way_) {
    again_ = true;
    return;
  }
  const std::vector<CurveRequest> wanted = curves_.requests();
  if (!wanted.empty()) {
    under_way_ = true;
    Q_EMIT curvesWanted(wanted);
  }
}

void CurveFeed::acceptCurves(const std::vector<CurveSeries>& whole, const std::vector<CurveSeries>& more) {
  under_way_ = false;
  if (!whole.empty()) {
    curves_.setSeries(whole);
  }
  for (const CurveSeries& series : more) {
    curves_.appendPoints(series);
  }
  if (again_) {
    again_ = false;
    request();
  }
}

void CurveFeed::acceptMetricNames(const QStringList& names) {
  curves_.setMetricNames(names);
}

}  // namespace heddle::ui
