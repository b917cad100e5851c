// One chart of the curves view: lines of several runs, zoom by mouse and wheel, the tracker, and the table
// below.

#pragma once

#include <QPen>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "engine/store/smoothing.h"
#include "views/curves/curve_data.h"
#include "views/curves/range_dialog.h"

class QCPPainter;

namespace heddle::ui {

struct DrawnCurve {
  Curve curve;
  QString name;  // of the run, with the metric where the chart has several
  int style = 0;
  bool marks = false;  // points as dots: a sparse second metric of the same run
};

// In which order the tooltip lists the curves under the pointer.
enum class TooltipOrder { kNearest, kTable, kAscending, kDescending, kAlphabetical };

struct ChartSettings {
  Axis axis = Axis::kStep;
  bool log_x = false;
  bool log_y = false;
  bool ignore_outliers = true;
  bool show_raw = true;
  Smoothing smoothing;
  TooltipOrder tooltip_order = TooltipOrder::kNearest;
};

class CurveChart final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurveChart)

 public:
  explicit CurveChart(const QStringList& metrics, QWidget* parent = nullptr);
  ~CurveChart() override;

  const QStringList& metrics() const;

  // New data. A side of the view that the user has zoomed stays as it is, the other follows the data.
  void setCurves(std::vector<DrawnCurve> curves);
  const std::vector<DrawnCurve>& curves() const;
  // Another axis or scale shows everything again.
  void setSettings(const ChartSettings& settings);

  // What is shown now, and where: for tests, exports and linked charts.
  PlotArea area() const;
  bool followsX() const;
  bool followsY() const;
  int64_t hiddenOutliers() const;
  void setXRange(const Span& range);
  void fit(Qt::Orientations sides);
  // A side without a range follows the data; a step in the zoom history.
  void setRanges(const FixedRanges& ranges);
  // Zoom history: false where there is nothing left.
  bool goBack();
  bool goForward();

  void setTracker(std::optional<double> x);
  std::optional<double> tracker() const;

  // The plot with its title and legend, from (0, 0).
  QSizeF figureSize() const;
  void drawFigure(QCPPainter& painter);

 Q_SIGNALS:
  void trackerMoved(std::optional<double> x);
  void xRangeChanged(heddle::ui::Span range);  // by the user
  void tooltipOrderChosen(heddle::ui::TooltipOrder order);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void showMenu(const QPoint& global);
  void askForRanges();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
