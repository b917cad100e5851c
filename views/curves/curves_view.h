// Metrics of runs as curves: one chart per metric, one colour per run, smoothed lines before the raw ones,
// zoom, and a tracker linked over all charts. Handed whole series in the order in which they were written;
// asks for data by requests().

#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "engine/store/smoothing.h"
#include "engine/store/store.h"
#include "views/common/figure_export.h"
#include "views/curves/curve_data.h"

namespace heddle::ui {

struct CurvesSettings;

// A run that is drawn. `style` is its number for seriesPen(), the same in every view.
struct CurveRun {
  QString id;
  QString name;
  int style = 0;
  QString activity;  // what it does while it has no point to show: "preparing the text"; empty = nothing
  friend bool operator==(const CurveRun&, const CurveRun&) = default;
};

struct CurveSeries {
  QString run_id;
  QString metric;               // "train/loss"
  XAxis axis;                   // what raw[].x holds; series on another axis than the view's are ignored
  std::vector<CurvePoint> raw;  // every point, undecimated: smoothing is computed on the full series
  std::vector<ReplacedPart> replaced;  // where the request asked for them
  bool lacks_axis = false;             // the run has the metric, but has not recorded the axis
};

// A curve the view wants to draw: every point whose x is beyond `from_x` (-1e300: it has none yet). Its last
// point is (from_x, last_y): where that is not so any more, a resumed run has written its steps again, and
// the whole curve is wanted anew.
struct CurveRequest {
  QString run_id;
  QString metric;
  XAxis axis;
  double from_x = -1e300;
  double last_y = 0;
  // How many replaced parts the view has; where the run has more, the whole curve is wanted with them. Null:
  // they are not drawn.
  std::optional<int64_t> replaced;
};

class CurvesView final : public QWidget, public Figure {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurvesView)

 public:
  explicit CurvesView(QWidget* parent = nullptr);
  ~CurvesView() override;

  // Which runs are drawn, in legend order. Data of runs that left stay in memory.
  void setVisibleRuns(std::vector<CurveRun> runs);

  // Every metric a user may choose. Charts exist for the chosen ones; the default choice is training loss
  // with held-out loss, then the others of the usual set that any run has.
  void setMetricNames(const QStringList& names);
  QStringList chosenMetrics() const;
  void setChosenMetrics(const QStringList& metrics);

  // Replaces the data of the same run and metric. Never moves a view that the user has zoomed.
  void setSeries(std::vector<CurveSeries> series);
  // Adds points behind those there are. The same holds for zoom and tracker.
  void appendPoints(const CurveSeries& more);

  // What to fetch now: one request for each visible run and chosen metric.
  std::vector<CurveRequest> requests() const;

  XAxis axis() const;
  void setAxis(const XAxis& axis);
  double smoothing() const;
  void setSmoothing(double weight);  // 0 .. 0.999
  SmoothingKind smoothingKind() const;
  void setSmoothingKind(SmoothingKind kind);
  bool ignoresOutliers() const;
  void setIgnoreOutliers(bool ignore);
  bool showsRaw() const;
  void setShowRaw(bool show);
  // Also what later starts of a run replaced.
  bool showsAllSegments() const;
  void setShowAllSegments(bool show);
  bool logX() const;
  void setLogX(bool logarithmic);
  bool logY() const;
  void setLogY(bool logarithmic);
  // The tables summarise a range of x.
  bool summarizesRange() const;
  void setSummarizeRange(bool summarize);

  // Figure
  QSizeF figureSize() const override;
  void drawFigure(QCPPainter& painter) override;
  CsvTable shownData() const override;

 public Q_SLOTS:
  void fitAll();

 Q_SIGNALS:
  // requests() changed by the user: other axis, other metrics, other runs.
  void requestsChanged();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void applySettings(const CurvesSettings& before);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
