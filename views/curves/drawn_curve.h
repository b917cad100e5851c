// A curve as a chart draws it, and how a legend shows that.

#pragma once

#include <QIcon>
#include <QPalette>

#include "views/curves/curve_data.h"

class QPainter;

namespace heddle::ui {

struct DrawnCurve {
  Curve curve;
  QString name;  // of the run, with the metric where the chart has several
  int style = 0;
  bool marks = false;  // points as dots: a sparse second metric of the same run
};

// Its line, with a dot where its points have dots.
void drawSample(QPainter& painter, const QRectF& where, const DrawnCurve& drawn, const QPalette& palette);
QIcon lineIcon(const DrawnCurve& drawn, const QPalette& palette, qreal device_pixel_ratio);

}  // namespace heddle::ui
