// All lines of a chart as one plottable: thinned to the pixel columns anew in every frame. For plot sources
// only.

#pragma once

#include <qcustomplot.h>

#include <vector>

#include "views/curves/curve_chart.h"

namespace heddle::ui {

class LinesPlottable final : public QCPAbstractPlottable {
 public:
  LinesPlottable(QCPAxis* key_axis, QCPAxis* value_axis) : QCPAbstractPlottable(key_axis, value_axis) {
    removeFromLegend();
  }

  const std::vector<DrawnCurve>* curves = nullptr;  // borrowed from the chart
  bool show_raw = true;
  QPalette palette;

  PlotArea area() const;

  double selectTest(const QPointF& position, bool only_selectable, QVariant* details) const override;
  QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& keys) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter* painter, const QRectF& rect) const override;

 private:
  void drawLine(QCPPainter* painter, const std::vector<CurvePoint>& points, const PlotArea& area, bool marks);

  std::vector<QPointF> line_;  // reused from frame to frame, as the spans are
  std::vector<ColumnSpan> spans_;
};

}  // namespace heddle::ui
