// Keeps the charts supplied: asks the store for what the curves view wants, one question at a time, whenever
// a drawn run has written something.

#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>
#include <vector>

#include "engine/store/store.h"
#include "views/curves/curves_view.h"

namespace heddle::ui {

class RunsModel;

class CurveFeed final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurveFeed)

 public:
  // Both are borrowed and outlive this.
  CurveFeed(CurvesView& curves, const RunsModel& runs, QObject* parent = nullptr);

  void setDrawn(const QStringList& ids);
  void runsChanged(const std::vector<RunRow>& runs);
  void acceptCurves(const std::vector<CurveSeries>& whole, const std::vector<CurveSeries>& more);
  void acceptMetricNames(const QStringList& names);

 Q_SIGNALS:
  void curvesWanted(const std::vector<heddle::ui::CurveRequest>& requests);
  void metricNamesWanted(const QStringList& run_ids);

 private:
  void showDrawn();
  void request();

  CurvesView& curves_;
  const RunsModel& runs_;
  QStringList drawn_;
  bool under_way_ = false;
  bool again_ = false;
  QTimer names_timer_;
};

}  // namespace heddle::ui
