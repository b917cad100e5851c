#include "views/curves/lines_plottable.h"

#include <cmath>

#include "views/common/palette.h"

namespace heddle::ui {
namespace {

// Above this many curves a frame is drawn without anti-aliasing and one pixel wide: three times as fast.
constexpr size_t kManyCurves = 24;
constexpr double kRawOpacity = 0.25;

}  // namespace

PlotArea LinesPlottable::area() const {
  const QRect pixels = keyAxis()->axisRect()->rect();
  return {.pixels = QRectF(pixels),
          .x = {keyAxis()->range().lower, keyAxis()->range().upper},
          .y = {valueAxis()->range().lower, valueAxis()->range().upper},
          .log_x = keyAxis()->scaleType() == QCPAxis::stLogarithmic,
          .log_y = valueAxis()->scaleType() == QCPAxis::stLogarithmic};
}

double LinesPlottable::selectTest(const QPointF&, bool, QVariant*) const {
  return -1;  // curves are chosen in the table
}

QCPRange LinesPlottable::getKeyRange(bool& found, QCP::SignDomain) const {
  found = false;  // the chart scales its axes itself
  return {};
}

QCPRange LinesPlottable::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const {
  found = false;
  return {};
}

void LinesPlottable::draw(QCPPainter* painter) {
  if (curves == nullptr) {
    return;
  }
  const PlotArea where = area();
  const bool many = curves->size() > kManyCurves && !painter->modes().testFlag(QCPPainter::pmVectorized);
  painter->setAntialiasing(!many);
  painter->setBrush(Qt::NoBrush);
  const auto pen_of = [&](const DrawnCurve& curve) {
    QPen pen = seriesPen(curve.style, palette, many ? 1.0 : 1.6);
    pen.setCosmetic(many);
    pen.setJoinStyle(Qt::RoundJoin);
    return pen;
  };
  for (const DrawnCurve& drawn : *curves) {
    if (!show_raw || drawn.curve.raw == nullptr || drawn.curve.raw == drawn.curve.smooth) {
      continue;
    }
    QPen pen = pen_of(drawn);
    pen.setStyle(Qt::SolidLine);
    pen.setWidthF(1);
    QColor faint = pen.color();
    faint.setAlphaF(static_cast<float>(kRawOpacity));
    pen.setColor(faint);
    painter->setPen(pen);
    drawLine(painter, *drawn.curve.raw, where, false);
  }
  for (const DrawnCurve& drawn : *curves) {
    const Points& points = drawn.curve.smooth ? drawn.curve.smooth : drawn.curve.raw;
    if (points != nullptr) {
      painter->setPen(pen_of(drawn));
      drawLine(painter, *points, where, drawn.marks);
    }
  }
}

void LinesPlottable::drawLine(QCPPainter* painter, const std::vector<CurvePoint>& points,
                              const PlotArea& where, bool marks) {
  line_.clear();
  traceLine(points, where, line_);
  const auto draw_dots = [&](size_t begin, size_t end) {
    painter->save();
    painter->setBrush(painter->pen().color());
    painter->setPen(Qt::NoPen);
    for (size_t i = begin; i < end; ++i) {
      painter->drawEllipse(line_[i], 3.0, 3.0);
    }
    painter->restore();
  };
  size_t begin = 0;
  while (begin < line_.size()) {
    size_t end = begin;
    while (end < line_.size() && !std::isnan(line_[end].x())) {
      ++end;
    }
    if (end - begin > 1) {
      painter->drawPolyline(line_.data() + begin, static_cast<int>(end - begin));
    }
    // A point between two gaps has no line, so it would vanish.
    if (end - begin == 1 || (marks && line_.size() < 200)) {
      draw_dots(begin, end);
    }
    begin = end + 1;
  }
}

void LinesPlottable::drawLegendIcon(QCPPainter*, const QRectF&) const {}

}  // namespace heddle::ui
