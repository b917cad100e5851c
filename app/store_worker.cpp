#include "app/store_worker.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "app/run_details_reader.h"
#include "engine/base/file.h"

namespace heddle::ui {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(250);
constexpr auto kReopenInterval = std::chrono::seconds(2);
// A look at all folders may take a tenth of this thread's time; live runs are looked at every time.
constexpr qint64 kFullShare = 10;
// Beyond this many changed runs loading all rows is cheaper than asking for each.
constexpr size_t kManyRuns = 100;
constexpr int64_t kLogPiece = 100000;  // rows sent to the window at once

bool mayWrite(RunState state) {
  return state == RunState::kRunning || state == RunState::kQueued || state == RunState::kCrashed;
}

bool sameValue(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

StoreWorker::StoreWorker(Workspace workspace)
    : workspace_(std::move(workspace)), timer_(this), folders_(this) {
  connect(&timer_, &QTimer::timeout, this, &StoreWorker::poll);
  // Tells of new runs at once; their files are polled, since notices of files do not cross network file
  // systems.
  connect(&folders_, &QFileSystemWatcher::directoryChanged, this, [this] {
    since_full_.invalidate();
    poll();
  });
}

StoreWorker::~StoreWorker() = default;

RunFolder StoreWorker::folder(const std::string& run_id) const {
  return {workspace_.runs() / run_id};
}

void StoreWorker::start() {
  openStore();
  timer_.start(store_ ? kPollInterval : kReopenInterval);
}

void StoreWorker::openStore() {
  if (const Status made = makeFolder(workspace_.runs()); !made) {
    report(made.error());
    return;
  }
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(workspace_.database(), ignored);
  Result<std::unique_ptr<Store>> opened = Store::open(workspace_);
  if (!opened) {
    report(opened.error());
    return;
  }
  store_ = std::move(opened).value();
  for (const std::string& warning : store_->warnings()) {
    Q_EMIT problem({QString::fromStdString(warning), {}, {}});
  }
  folders_.addPath(QString::fromStdString(workspace_.runs().string()));
  // What the database knows already is shown before the folders are looked at; a new one knows nothing.
  if (is_new || store_->readOnly()) {
    std::vector<std::string> changed;
    ingest(changed);
  }
  Result<std::vector<RunRow>> runs = store_->runs();
  if (!runs) {
    report(runs.error());
    return;
  }
  for (const RunRow& run : *runs) {
    if (mayWrite(run.state)) {
      active_.insert(run.id);
    }
  }
  Q_EMIT runsLoaded(*runs);
  poll();
}

bool StoreWorker::ingest(std::vector<std::string>& changed) {
  if (!since_full_.isValid() || since_full_.elapsed() >= full_interval_ms_) {
    since_full_.start();
    Result<std::vector<std::string>> all = store_->ingestAll();
    full_interval_ms_ = since_full_.restart() * kFullShare;
    if (!all) {
      report(all.error());
      return false;
    }
    changed = std::move(*all);
    return true;
  }
  for (const std::string& id : active_) {
    const Result<bool> some = store_->ingestRun(folder(id));
    if (!some) {
      report(some.error());
      return false;
    }
    if (*some) {
      changed.push_back(id);
    }
  }
  return true;
}

void StoreWorker::poll() {
  std::error_code ignored;
  if (store_ && !store_->readOnly() && !std::filesystem::exists(workspace_.database(), ignored)) {
    // Its file lives on without a name as long as it is open here, and nobody else would see what goes in.
    Q_EMIT problem({tr("The database %1 was removed; it is built again from the run folders")
                        .arg(QString::fromStdString(workspace_.database().string())),
                    {},
                    {}});
    store_.reset();
  }
  if (!store_) {
    openStore();
    timer_.start(store_ ? kPollInterval : kReopenInterval);
    return;
  }
  std::vector<std::string> changed;
  if (!ingest(changed)) {
    return;
  }
  reported_.clear();
  if (changed.empty()) {
    return;
  }
  std::vector<RunRow> rows;
  bool all = changed.size() > kManyRuns;
  for (auto id = changed.begin(); id != changed.end() && !all; ++id) {
    Result<std::optional<RunRow>> row = store_->run(*id);
    if (!row) {
      report(row.error());
      return;
    }
    if (row->has_value()) {
      mayWrite((*row)->state) ? (void)active_.insert(*id) : (void)active_.erase(*id);
      rows.push_back(std::move(**row));
    }
    all = !row->has_value();  // its folder is gone: the table must lose it
  }
  if (!all) {
    Q_EMIT runsUpdated(rows);
  } else {
    Result<std::vector<RunRow>> runs = store_->runs();
    if (!runs) {
      report(runs.error());
      return;
    }
    active_.clear();
    for (const RunRow& run : *runs) {
      if (mayWrite(run.state)) {
        active_.insert(run.id);
      }
    }
    Q_EMIT runsLoaded(*runs);
  }
  if (std::find(changed.begin(), changed.end(), watched_) != changed.end()) {
    refreshWatched();
  }
}

void StoreWorker::watch(const QString& run_id) {
  watched_ = run_id.toStdString();
  watched_state_.reset();
  watched_checkpoints_.clear();
  log_rows_ = 0;
  if (store_ && !watched_.empty()) {
    refreshWatched();
  }
}

void StoreWorker::refreshWatched() {
  const Result<std::optional<RunRow>> row = store_->run(watched_);
  const Result<std::vector<CheckpointRow>> checkpoints = store_->checkpoints(watched_);
  const Result<std::vector<LogRow>> log = store_->log(watched_, log_rows_, kLogPiece);
  if (!row || !checkpoints || !log) {
    report(!row ? row.error() : !checkpoints ? checkpoints.error() : log.error());
    return;
  }
  if (!row->has_value()) {
    return;
  }
  const QString id = QString::fromStdString(watched_);
  std::vector<int64_t> steps;
  for (const CheckpointRow& checkpoint : *checkpoints) {
    steps.push_back(checkpoint.step);
  }
  const bool first = !watched_state_.has_value();
  if (first || *watched_state_ != (*row)->state || steps != watched_checkpoints_) {
    watched_state_ = (*row)->state;
    watched_checkpoints_ = std::move(steps);
    RunDetails details = readRunDetails(folder(watched_));
    details.checkpoints = *checkpoints;
    Q_EMIT detailsLoaded(details);
  }
  log_rows_ += static_cast<int64_t>(log->size());
  if (first) {
    Q_EMIT logLoaded(id, *log);
  } else if (!log->empty()) {
    Q_EMIT logGrew(id, *log);
  }
  if (static_cast<int64_t>(log->size()) == kLogPiece) {
    refreshWatched();
  }
}

void StoreWorker::fetchCurves(const std::vector<CurveRequest>& requests) {
  std::vector<CurveSeries> whole;
  std::vector<CurveSeries> more;
  for (const CurveRequest& request : requests) {
    if (!store_) {
      break;
    }
    CurveQuery query{.run_id = request.run_id.toStdString(),
                     .metric = request.metric.toStdString(),
                     .axis = request.axis.kind,
                     .from_x = request.from_x,
                     .max_points = 0,
                     .x_metric = request.axis.metric.toStdString()};
    Result<std::vector<CurvePoint>> points = store_->curve(query);
    const Result<int64_t> parts = request.replaced ? store_->replacedPartCount(query.run_id) : 0;
    if (!points || !parts) {
      report(!points ? points.error() : parts.error());
      break;
    }
    const bool from_start = request.from_x <= -1e300;
    // The newest of the points there that the view has already.
    const auto next = std::find_if(points->begin(), points->end(),
                                   [&](const CurvePoint& point) { return point.x > request.from_x; });
    const bool written_again =
        !from_start && (*parts != request.replaced.value_or(0) || next == points->begin() ||
                        !sameValue((next - 1)->y, request.last_y));
    CurveSeries series{.run_id = request.run_id, .metric = request.metric, .axis = request.axis};
    if (!from_start && !written_again) {
      series.raw.assign(next, points->end());
      if (!series.raw.empty()) {
        more.push_back(std::move(series));
      }
      continue;
    }
    if (const Status read = readWhole(query, request, std::move(*points), series); !read) {
      report(read.error());
      break;
    }
    if (written_again || !series.raw.empty() || series.lacks_axis) {
      whole.push_back(std::move(series));
    }
  }
  Q_EMIT curvesLoaded(whole, more);
}

// `points`: what there is from query.from_x on.
Status StoreWorker::readWhole(CurveQuery query, const CurveRequest& request, std::vector<CurvePoint> points,
                              CurveSeries& series) {
  series.raw = std::move(points);
  if (std::exchange(query.from_x, CurveQuery().from_x) > CurveQuery().from_x) {
    Result<std::vector<CurvePoint>> all = store_->curve(query);
    if (!all) {
      return all.error();
    }
    series.raw = std::move(*all);
  }
  if (request.replaced) {
    Result<std::vector<ReplacedPart>> parts = store_->replacedParts(query);
    if (!parts) {
      return parts.error();
    }
    series.replaced = std::move(*parts);
  }
  if (series.raw.empty()) {
    const Result<std::vector<CurvePoint>> by_step =
        store_->curve({.run_id = query.run_id, .metric = query.metric, .max_points = kFewestPoints});
    if (!by_step) {
      return by_step.error();
    }
    series.lacks_axis = !by_step->empty();
  }
  return {};
}

void StoreWorker::fetchMetricNames(const QStringList& run_ids) {
  std::set<std::string> names;
  for (const QString& id : run_ids) {
    if (!store_) {
      return;
    }
    const Result<std::vector<std::string>> some = store_->metricNames(id.toStdString());
    if (!some) {
      report(some.error());
      return;
    }
    names.insert(some->begin(), some->end());
  }
  QStringList list;
  for (const std::string& name : names) {
    list.append(QString::fromStdString(name));
  }
  Q_EMIT metricNamesLoaded(list);
}

void StoreWorker::annotate(const QString& run_id, const QString& field, const QString& value) {
  const std::string id = run_id.toStdString();
  if (!store_) {
    return;
  }
  if (const Status noted = store_->annotate(folder(id), field.toStdString(), value.toStdString()); !noted) {
    report(noted.error());
  }
  // Also after a failure: the table must show what is, not what was typed.
  const Result<std::optional<RunRow>> row = store_->run(id);
  if (row && row->has_value()) {
    Q_EMIT runsUpdated({**row});
  }
}

void StoreWorker::report(const Error& error) {
  if (error.text != reported_) {
    reported_ = error.text;
    Q_EMIT problem(asProblem(error));
  }
}

}  // namespace heddle::ui
