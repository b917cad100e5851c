// All lines of a chart as one plottable: thinned to the pixel columns anew in every frame. For plot sources
// only.

#pragma once

#include <qcustomplot.h>

#include <QThreadPool>
#include <unordered_map>
#include <vector>

#include "views/curves/column_image.h"
#include "views/curves/curve_chart.h"

namespace heddle::ui {

class LinesPlottable final : public QCPAbstractPlottable {
 public:
  LinesPlottable(QCPAxis* key_axis, QCPAxis* value_axis);

  const std::vector<DrawnCurve>* curves = nullptr;  // borrowed from the chart
  bool show_raw = true;

  void setPalette(const QPalette& palette);
  PlotArea area() const;

  double selectTest(const QPointF& position, bool only_selectable, QVariant* details) const override;
  QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& keys) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter* painter, const QRectF& rect) const override;

 private:
  // One line of the frame.
  struct Stroke {
    const CurvePoints* points;
    QPen pen;
    bool marks;  // dots at its points
  };

  const QPen& penOf(int style);
  std::vector<Stroke> strokes(double width);
  void drawStroke(QCPPainter* painter, const Stroke& stroke);
  // All lines of a screen, in their order.
  void fillColumns(const std::vector<Stroke>& strokes, bool many);

  QPalette palette_;
  std::unordered_map<int, QPen> pens_;  // of styles: to find a legible colour takes a while
  std::vector<QPointF> line_;           // reused from frame to frame, as the image is
  ColumnImage image_;
  QThreadPool helpers_;
};

}  // namespace heddle::ui
