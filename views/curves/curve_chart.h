// One chart of the curves view: lines of several runs, zoom by mouse and wheel, the tracker, and the table
// below.

#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "engine/store/smoothing.h"
#include "views/curves/curve_data.h"
#include "views/curves/drawn_curve.h"
#include "views/curves/range_dialog.h"

class QCPPainter;

namespace heddle::ui {

// In which order the tooltip lists the curves under the pointer.
enum class TooltipOrder { kNearest, kTable, kAscending, kDescending, kAlphabetical };

struct ChartSettings {
  XAxis axis;
  bool log_x = false;
  bool log_y = false;
  bool ignore_outliers = true;
  bool show_raw = true;
  Smoothing smoothing;
  TooltipOrder tooltip_order = TooltipOrder::kNearest;
  bool summarizes_range = false;  // in the table
};

class CurveChart final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurveChart)

 public:
  explicit CurveChart(const QStringList& metrics, QWidget* parent = nullptr);
  ~CurveChart() override;

  const QStringList& metrics() const;

  // New data. A side of the view that the user has zoomed stays as it is, the other follows the data.
  // `lacking` names runs that have logged the metric, but not what the x axis counts.
  void setCurves(std::vector<DrawnCurve> curves, const QStringList& lacking = {});
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

  // Of what the table has summaries while settings ask for them; null = of what is visible.
  void setTableRange(std::optional<Span> x);

  // The plot with its title and legend, from (0, 0).
  QSizeF figureSize() const;
  void drawFigure(QCPPainter& painter);

 Q_SIGNALS:
  void trackerMoved(std::optional<double> x);
  void xRangeChanged(heddle::ui::Span range);  // by the user
  void tableRangeChosen(std::optional<heddle::ui::Span> x);
  void tooltipOrderChosen(heddle::ui::TooltipOrder order);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void showMenu(const QPoint& global);
  void askForRanges();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
