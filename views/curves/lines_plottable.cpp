#include "views/curves/lines_plottable.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "views/common/palette.h"

namespace heddle::ui {
namespace {

constexpr double kLineWidth = 1.6;
// Above this many curves a frame is drawn without anti-aliasing and one pixel wide.
constexpr size_t kManyCurves = 24;
// From this many points per pixel column on a line is a band: slices would show no more of it.
constexpr double kDense = 1.5;
constexpr double kRawOpacity = 0.25;
constexpr double kReplacedOpacity = 0.5;
constexpr double kDotRadius = 3;
constexpr size_t kMostMarks = 200;  // more would hide the line
constexpr int kStripe = 64;         // columns that a thread fills at a time

QPen faint(QPen pen, double opacity) {
  QColor color = pen.color();
  color.setAlphaF(static_cast<float>(opacity));
  pen.setColor(color);
  pen.setStyle(Qt::SolidLine);
  pen.setWidthF(1);
  return pen;
}

// Leaves out the gaps of a dashed line. `start` is the column where its dashes begin.
void dash(std::vector<ColumnSpan>& spans, const QPen& pen, double pixel, double start) {
  if (pen.style() == Qt::SolidLine) {
    return;
  }
  double period = 0;
  const QList<qreal> lengths = pen.dashPattern();
  for (const double length : lengths) {
    period += length * pixel;
  }
  std::erase_if(spans, [&](const ColumnSpan& span) {
    double place = std::fmod(span.column - start, period);
    place += place < 0 ? period : 0;
    bool on = true;
    for (const double length : lengths) {
      if (place < length * pixel) {
        return !on;
      }
      place -= length * pixel;
      on = !on;
    }
    return false;
  });
}

// Calls `use(place)` for the points that are drawn as dots: all of them where `marks` are wanted and would
// not hide the line, else those that have no line: they would vanish.
template <typename Use>
void forEachDot(const CurvePoints& points, const PlotArea& area, bool marks, Use&& use) {
  const auto [begin, end] = points.between(area.x.lower, area.x.upper);
  const bool all = marks && end - begin <= kMostMarks;
  if (!all && !points.hasGaps() && points.size() > 1) {
    return;
  }
  const auto usable = [&](size_t i) {
    return drawable(points.values()[i], area.log_y) && drawable(points.x(i), area.log_x);
  };
  for (size_t i = begin; i < end; ++i) {
    const bool joined = (i > 0 && usable(i - 1)) || (i + 1 < points.size() && usable(i + 1));
    if (usable(i) && (all || !joined)) {
      use(QPointF(area.toPixelX(points.x(i)), area.toPixelY(points.values()[i])));
    }
  }
}

// A disc, cut into `slices` to a pixel.
void traceDisc(const QPointF& center, double radius, int slices, std::vector<ColumnSpan>& spans) {
  const auto first = static_cast<int>(std::floor((center.x() - radius) * slices));
  const auto last = static_cast<int>(std::floor((center.x() + radius) * slices));
  for (int column = first; column <= last; ++column) {
    const double away = (column + 0.5) / slices - center.x();
    const double half = std::sqrt(std::max(radius * radius - away * away, 0.0));
    spans.push_back({column, static_cast<float>(center.y() - half), static_cast<float>(center.y() + half)});
  }
}

}  // namespace

LinesPlottable::LinesPlottable(QCPAxis* key_axis, QCPAxis* value_axis)
    : QCPAbstractPlottable(key_axis, value_axis) {
  removeFromLegend();
  constexpr int kMostHelpers = 7;
  helpers_.setMaxThreadCount(std::clamp(QThread::idealThreadCount() - 1, 1, kMostHelpers));
}

void LinesPlottable::setPalette(const QPalette& palette) {
  palette_ = palette;
  pens_.clear();
}

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

const QPen& LinesPlottable::penOf(int style) {
  const auto known = pens_.find(style);
  return known != pens_.end() ? known->second
                              : pens_.emplace(style, seriesPen(style, palette_, 1)).first->second;
}

// What is context lies behind.
std::vector<LinesPlottable::Stroke> LinesPlottable::strokes(double width) {
  std::vector<Stroke> all;
  all.reserve(2 * curves->size());
  const auto add = [&all](const Points& points, const QPen& pen, bool marks) {
    if (points != nullptr && !points->empty()) {
      all.push_back({points.get(), pen, marks});
    }
  };
  for (const DrawnCurve& drawn : *curves) {
    const Curve& curve = drawn.curve;
    if (show_raw && curve.raw != curve.smooth) {
      add(curve.raw, faint(penOf(drawn.style), kRawOpacity), false);
    }
    for (const Points& part : curve.replaced) {
      add(part, faint(penOf(drawn.style), kReplacedOpacity), false);
    }
  }
  for (const DrawnCurve& drawn : *curves) {
    QPen pen = penOf(drawn.style);
    pen.setWidthF(width);
    pen.setJoinStyle(Qt::RoundJoin);
    add(drawn.curve.smooth ? drawn.curve.smooth : drawn.curve.raw, pen, drawn.marks);
  }
  return all;
}

void LinesPlottable::draw(QCPPainter* painter) {
  // A plot that is still being laid out has room for its labels at most.
  if (curves == nullptr || curves->empty() || area().pixels.isEmpty()) {
    return;
  }
  if (painter->modes().testFlag(QCPPainter::pmVectorized)) {
    painter->setAntialiasing(true);
    painter->setBrush(Qt::NoBrush);
    for (const Stroke& stroke : strokes(kLineWidth)) {
      drawStroke(painter, stroke);
    }
    return;
  }
  const bool many = curves->size() > kManyCurves;
  fillColumns(strokes(many ? 1 : kLineWidth), many);
  painter->drawImage(area().pixels.topLeft(), image_.image());
}

void LinesPlottable::fillColumns(const std::vector<Stroke>& all, bool many) {
  const double ratio = parentPlot()->bufferDevicePixelRatio();
  PlotArea device = area();
  device.pixels = QRectF(QPointF(0, 0), device.pixels.size() * ratio);
  image_.resize(device.pixels.size().toSize(), ratio);
  const PixelColumns columns(device);
  const PixelColumns slices(device, kSlices);
  const int count = std::min(columns.count(), image_.image().width());
  std::vector<bool> dense;
  for (const Stroke& stroke : all) {
    dense.push_back(density(*stroke.points, device) >= kDense);
  }
  // Beside each other, dashes of many curves would make stripes.
  const auto dash_start = [&](size_t i) {
    constexpr double kShift = 5;  // no multiple of a period
    return device.toPixelX(all[i].points->x(0)) + kShift * ratio * static_cast<double>(i);
  };
  const auto draw = [&](size_t i, int first, int last, std::vector<ColumnSpan>& spans,
                        StrokeBuffers& buffers) {
    const Stroke& stroke = all[i];
    const QColor color = stroke.pen.color();
    const double width = stroke.pen.widthF() * ratio;
    spans.clear();
    if (many || dense[i]) {
      traceColumns(*stroke.points, columns, first, last, spans);
      if (!dense[i]) {
        dash(spans, stroke.pen, width, dash_start(i));
      }
      image_.fill(spans, color, width, many ? Edges::kHard : Edges::kSoft);
    } else {
      const int reach = brushReach(width);
      traceColumns(*stroke.points, slices, std::max(first * kSlices - reach, 0),
                   std::min(last * kSlices + reach, slices.count()), spans);
      dash(spans, stroke.pen, width * kSlices, dash_start(i) * kSlices);
      image_.stroke(spans, first, last, color, width, buffers);
    }
    forEachDot(*stroke.points, device, stroke.marks, [&](const QPointF& center) {
      spans.clear();
      traceDisc(center, kDotRadius * ratio, kSlices, spans);
      image_.cover(spans, first, last, color, buffers);
    });
  };
  std::atomic<int> next{0};
  const auto work = [&] {
    std::vector<ColumnSpan> spans;
    StrokeBuffers buffers;
    for (int first = next.fetch_add(kStripe); first < count; first = next.fetch_add(kStripe)) {
      const int last = std::min(first + kStripe, count);
      image_.clear(first, last);
      for (size_t i = 0; i < all.size(); ++i) {
        draw(i, first, last, spans, buffers);
      }
      image_.finish(first, last);
    }
  };
  // A few lines are drawn before a thread wakes up.
  constexpr size_t kWorthHelp = 8;
  for (int i = 0; all.size() >= kWorthHelp && i < helpers_.maxThreadCount(); ++i) {
    helpers_.start(work);
  }
  work();
  helpers_.waitForDone();
}

void LinesPlottable::drawStroke(QCPPainter* painter, const Stroke& stroke) {
  const PlotArea where = area();
  line_.clear();
  traceLine(*stroke.points, where, line_);
  line_ = clipLine(line_, where.pixels);
  painter->setPen(stroke.pen);
  for (size_t begin = 0; begin < line_.size();) {
    size_t end = begin;
    while (end < line_.size() && !std::isnan(line_[end].x())) {
      ++end;
    }
    if (end - begin > 1) {
      painter->drawPolyline(line_.data() + begin, static_cast<int>(end - begin));
    }
    begin = end + 1;
  }
  painter->save();
  painter->setBrush(stroke.pen.color());
  painter->setPen(Qt::NoPen);
  forEachDot(*stroke.points, where, stroke.marks, [&](const QPointF& center) {
    if (where.pixels.contains(center)) {
      painter->drawEllipse(center, kDotRadius, kDotRadius);
    }
  });
  painter->restore();
}

void LinesPlottable::drawLegendIcon(QCPPainter*, const QRectF&) const {}

}  // namespace heddle::ui
