// The workspace's database as the window sees it: a thread of its own brings in what runs write and answers
// questions, so that no query ever waits on the window's thread. Called by queued invocation, answers by
// queued signals with finished values.

#pragma once

#include <QElapsedTimer>
#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/problem.h"
#include "engine/base/paths.h"
#include "engine/store/store.h"
#include "views/curves/curves_view.h"
#include "views/runs/run_details.h"

namespace heddle::ui {

class StoreWorker final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(StoreWorker)

 public:
  explicit StoreWorker(Workspace workspace);
  ~StoreWorker() override;

  // Opens the store, loads all runs and goes on polling; tries again while it cannot be opened.
  void start();
  // Brings in at once what runs have written.
  void poll();
  // The run whose details and log are wanted, and stay wanted as they change; empty = none.
  void watch(const QString& run_id);
  // Answers with one curvesLoaded(), also when there is nothing new. A curve that no longer goes through the
  // last point of its request comes whole, and may be empty then.
  void fetchCurves(const std::vector<CurveRequest>& requests);
  void fetchMetricNames(const QStringList& run_ids);
  // A UserNote of that run.
  void annotate(const QString& run_id, const QString& field, const QString& value);

 Q_SIGNALS:
  void runsLoaded(const std::vector<heddle::RunRow>& runs);   // all, newest first
  void runsUpdated(const std::vector<heddle::RunRow>& runs);  // those that changed
  void curvesLoaded(const std::vector<heddle::ui::CurveSeries>& whole,
                    const std::vector<heddle::ui::CurveSeries>& more);
  void metricNamesLoaded(const QStringList& names);
  void detailsLoaded(const heddle::ui::RunDetails& details);
  void logLoaded(const QString& run_id, const std::vector<heddle::LogRow>& rows);  // replaces
  void logGrew(const QString& run_id, const std::vector<heddle::LogRow>& rows);    // appends
  void problem(const heddle::ui::Problem& problem);

 private:
  RunFolder folder(const std::string& run_id) const;
  void openStore();
  bool ingest(std::vector<std::string>& changed);
  Status readWhole(CurveQuery query, const CurveRequest& request, std::vector<CurvePoint> points,
                   CurveSeries& series);
  void refreshWatched();
  void report(const Error& error);

  Workspace workspace_;
  std::unique_ptr<Store> store_;
  QTimer timer_;
  QFileSystemWatcher folders_;
  QElapsedTimer since_full_;
  qint64 full_interval_ms_ = 0;
  std::set<std::string> active_;  // runs that may write
  std::string reported_;          // the problem that stands, so that it is said once
  std::string watched_;
  std::optional<RunState> watched_state_;
  std::vector<int64_t> watched_checkpoints_;
  int64_t log_rows_ = 0;
};

}  // namespace heddle::ui
