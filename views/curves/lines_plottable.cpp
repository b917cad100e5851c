#include "views/curves/lines_plottable.h"

#include <algorithm>
#include <cmath>

#include "views/common/palette.h"

namespace heddle::ui {
namespace {

// Above this many curves a frame is drawn without anti-aliasing and one pixel wide: anti-aliasing thousands
// of segments takes longer than a frame may.
constexpr size_t kManyCurves = 24;
// From this many points per pixel column on a line is a band, whose columns are filled directly.
constexpr double kDense = 1.5;
constexpr double kRawOpacity = 0.25;

QRgb blended(QRgb below, QRgb above, uint32_t alpha) {
  const auto channel = [&](int shift) {
    const uint32_t under = (below >> shift) & 0xFFU;
    const uint32_t over = (above >> shift) & 0xFFU;
    return ((over * alpha + under * (255 - alpha) + 127) / 255) << shift;
  };
  return channel(24) | channel(16) | channel(8) | channel(0);
}

enum class Edges { kSoft, kHard };

// `image` is premultiplied; rows and columns are device pixels. A span is drawn with a pen of `width`; with
// soft edges rows that it covers in part are drawn faintly, as anti-aliasing would.
void fillSpans(QImage& image, const std::vector<ColumnSpan>& spans, const QColor& color, double width,
               Edges edges) {
  const QRgb opaque = color.rgb() | 0xFF000000U;
  const auto full = static_cast<uint32_t>(color.alpha());
  const int height = image.height();
  const auto stride = static_cast<size_t>(image.bytesPerLine()) / sizeof(QRgb);
  auto* pixels = reinterpret_cast<QRgb*>(image.bits());
  for (const ColumnSpan& span : spans) {
    double top = span.top - width / 2;
    double bottom = span.bottom + width / 2;
    if (edges == Edges::kHard) {
      top = std::floor(span.top);
      bottom = std::max(std::floor(span.bottom) + 1.0, top + std::round(width));
    }
    top = std::max(top, 0.0);
    bottom = std::min(bottom, static_cast<double>(height));
    if (top >= bottom) {
      continue;
    }
    const int first = static_cast<int>(top);
    const int last = static_cast<int>(std::ceil(bottom)) - 1;
    QRgb* const begin = pixels + static_cast<size_t>(span.column);
    const auto paint = [&](int row, uint32_t alpha) {
      QRgb& pixel = begin[static_cast<size_t>(row) * stride];
      pixel = alpha == 255 ? opaque : blended(pixel, opaque, alpha);
    };
    const auto covered = [&](double share) { return static_cast<uint32_t>(full * share + 0.5); };
    if (first == last) {
      paint(first, covered(bottom - top));
      continue;
    }
    paint(first, covered(first + 1 - top));
    for (int row = first + 1; row < last; ++row) {
      paint(row, full);
    }
    paint(last, covered(bottom - last));
  }
}

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
  const bool vectors = painter->modes().testFlag(QCPPainter::pmVectorized);
  const bool many = curves->size() > kManyCurves && !vectors;
  const double line_width = many ? 1.0 : 1.6;
  painter->setAntialiasing(!many);
  painter->setBrush(Qt::NoBrush);
  // Dense lines are collected in an image of the plot's own pixels, which is drawn before the thin ones.
  const double ratio = parentPlot()->bufferDevicePixelRatio();
  PlotArea device = where;
  device.pixels = QRectF(QPointF(0, 0), where.pixels.size() * ratio);
  QImage bands;
  const auto is_dense = [&](const CurvePoints& points) {
    return !vectors && density(points, device) >= kDense;
  };
  const auto add_band = [&](const CurvePoints& points, const QColor& color, double width) {
    if (bands.isNull()) {
      bands = QImage(device.pixels.size().toSize(), QImage::Format_ARGB32_Premultiplied);
      bands.fill(Qt::transparent);
      bands.setDevicePixelRatio(ratio);
    }
    spans_.clear();
    traceColumns(points, device, spans_);
    fillSpans(bands, spans_, color, width * ratio, many ? Edges::kHard : Edges::kSoft);
  };
  std::vector<const DrawnCurve*> thin;
  const auto faint_pen = [this](const DrawnCurve& drawn) {
    QPen pen = seriesPen(drawn.style, palette, 1.0);
    pen.setStyle(Qt::SolidLine);
    QColor faint = pen.color();
    faint.setAlphaF(static_cast<float>(kRawOpacity));
    pen.setColor(faint);
    return pen;
  };
  for (const DrawnCurve& drawn : *curves) {
    if (!show_raw || drawn.curve.raw == nullptr || drawn.curve.raw == drawn.curve.smooth) {
      continue;
    }
    const QPen pen = faint_pen(drawn);
    if (is_dense(*drawn.curve.raw)) {
      add_band(*drawn.curve.raw, pen.color(), 1);
    } else {
      painter->setPen(pen);
      drawLine(painter, drawn.curve.raw->all(), where, false);
    }
  }
  for (const DrawnCurve& drawn : *curves) {
    const Points& points = drawn.curve.smooth ? drawn.curve.smooth : drawn.curve.raw;
    if (points != nullptr && is_dense(*points)) {
      add_band(*points, seriesColor(drawn.style, palette), line_width);
    } else if (points != nullptr) {
      thin.push_back(&drawn);
    }
  }
  if (!bands.isNull()) {
    painter->drawImage(where.pixels.topLeft(), bands);
  }
  for (const DrawnCurve* drawn : thin) {
    QPen pen = seriesPen(drawn->style, palette, line_width);
    pen.setJoinStyle(Qt::RoundJoin);
    painter->setPen(pen);
    drawLine(painter, (drawn->curve.smooth ? drawn->curve.smooth : drawn->curve.raw)->all(), where,
             drawn->marks);
  }
}

void LinesPlottable::drawLine(QCPPainter* painter, const std::vector<CurvePoint>& points,
                              const PlotArea& where, bool marks) {
  line_.clear();
  traceLine(points, where, line_);
  if (painter->modes().testFlag(QCPPainter::pmVectorized)) {
    line_ = clipLine(line_, where.pixels);
  }
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
