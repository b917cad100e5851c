#include "views/curves/lines_plottable.h"

#include <algorithm>
#include <atomic>
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
constexpr double kReplacedOpacity = 0.5;
constexpr double kDotRadius = 3;
constexpr size_t kMostMarks = 200;  // of one line; more would hide it
constexpr int kStripe = 64;         // columns that a thread fills at a time

QPen faint(QPen pen, double opacity) {
  QColor color = pen.color();
  color.setAlphaF(static_cast<float>(opacity));
  pen.setColor(color);
  pen.setStyle(Qt::SolidLine);
  pen.setWidthF(1);
  return pen;
}

// Which columns of a dashed line are drawn: one period.
std::vector<bool> dashesOf(const QPen& pen, double ratio) {
  std::vector<bool> shown;
  if (pen.style() == Qt::SolidLine) {
    return shown;
  }
  bool on = true;
  for (const double length : pen.dashPattern()) {
    shown.insert(shown.end(), static_cast<size_t>(std::lround(std::max(length * ratio, 1.0))), on);
    on = !on;
  }
  return shown;
}

// Discs at the points of a line in columns first .. last-1.
void traceDots(const CurvePoints& points, const PlotArea& area, double radius, int first, int last,
               std::vector<ColumnSpan>& spans) {
  const auto [begin, end] = points.between(area.x.lower, area.x.upper);
  for (size_t i = begin; i < end && end - begin <= kMostMarks; ++i) {
    if (!drawable(points[i].y, area.log_y) || !drawable(points[i].x, area.log_x)) {
      continue;
    }
    const QPointF center(area.toPixelX(points[i].x), area.toPixelY(points[i].y));
    for (int column = std::max(first, static_cast<int>(std::floor(center.x() - radius)));
         column < std::min<double>(last, center.x() + radius); ++column) {
      const double away = column + 0.5 - center.x();
      const double half = std::sqrt(std::max(radius * radius - away * away, 0.25));
      spans.push_back({column, static_cast<float>(center.y() - half), static_cast<float>(center.y() + half)});
    }
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
  for (const DrawnCurve& drawn : *curves) {
    const Curve& curve = drawn.curve;
    if (show_raw && curve.raw != nullptr && curve.raw != curve.smooth) {
      all.push_back({curve.raw.get(), faint(penOf(drawn.style), kRawOpacity), false});
    }
    for (const Points& part : curve.replaced) {
      all.push_back({part.get(), faint(penOf(drawn.style), kReplacedOpacity), false});
    }
  }
  for (const DrawnCurve& drawn : *curves) {
    const Points& front = drawn.curve.smooth ? drawn.curve.smooth : drawn.curve.raw;
    if (front != nullptr) {
      QPen pen = penOf(drawn.style);
      pen.setWidthF(width);
      pen.setJoinStyle(Qt::RoundJoin);
      all.push_back({front.get(), pen, drawn.marks});
    }
  }
  return all;
}

void LinesPlottable::draw(QCPPainter* painter) {
  if (curves == nullptr || curves->empty()) {
    return;
  }
  const bool vectors = painter->modes().testFlag(QCPPainter::pmVectorized);
  const bool many = curves->size() > kManyCurves && !vectors;
  std::vector<Stroke> lines = strokes(many ? 1.0 : 1.6);
  const PlotArea where = area();
  const auto thin =
      vectors ? lines.begin()
      : many  ? lines.end()
              : std::stable_partition(lines.begin(), lines.end(), [&](const Stroke& stroke) {
                 return density(*stroke.points, where) >= kDense * parentPlot()->bufferDevicePixelRatio();
               });
  // Bands are drawn before the thin lines.
  const std::vector<Stroke> bands(lines.begin(), thin);
  if (!bands.empty()) {
    fillColumns(bands, many ? Edges::kHard : Edges::kSoft);
    painter->drawImage(where.pixels.topLeft(), image_.image());
  }
  painter->setAntialiasing(true);
  painter->setBrush(Qt::NoBrush);
  for (auto stroke = thin; stroke != lines.end(); ++stroke) {
    drawStroke(painter, *stroke);
  }
}

void LinesPlottable::fillColumns(const std::vector<Stroke>& bands, Edges edges) {
  const double ratio = parentPlot()->bufferDevicePixelRatio();
  PlotArea device = area();
  device.pixels = QRectF(QPointF(0, 0), device.pixels.size() * ratio);
  image_.resize(device.pixels.size().toSize(), ratio);
  const PixelColumns columns(device);
  const int count = std::min(columns.count(), image_.image().width());
  std::vector<std::vector<bool>> dashes;
  dashes.reserve(bands.size());
  for (const Stroke& band : bands) {
    const bool dense = density(*band.points, device) >= kDense;
    dashes.push_back(dense ? std::vector<bool>() : dashesOf(band.pen, ratio));
  }
  std::atomic<int> next{0};
  const auto work = [&] {
    std::vector<ColumnSpan> spans;
    for (int first = next.fetch_add(kStripe); first < count; first = next.fetch_add(kStripe)) {
      const int last = std::min(first + kStripe, count);
      image_.clear(first, last);
      for (size_t i = 0; i < bands.size(); ++i) {
        spans.clear();
        traceColumns(*bands[i].points, columns, first, last, spans);
        if (const std::vector<bool>& shown = dashes[i]; !shown.empty()) {
          std::erase_if(spans, [&](const ColumnSpan& span) {
            return !shown[static_cast<size_t>(span.column) % shown.size()];
          });
        }
        if (bands[i].marks) {
          traceDots(*bands[i].points, device, kDotRadius * ratio, first, last, spans);
        }
        image_.fill(spans, bands[i].pen.color(), bands[i].pen.widthF() * ratio, edges);
      }
      image_.finish(first, last);
    }
  };
  // A few lines are filled before a thread wakes up.
  constexpr size_t kWorthHelp = 8;
  for (int i = 0; bands.size() >= kWorthHelp && i < helpers_.maxThreadCount(); ++i) {
    helpers_.start(work);
  }
  work();
  helpers_.waitForDone();
}

void LinesPlottable::drawStroke(QCPPainter* painter, const Stroke& stroke) {
  const PlotArea where = area();
  line_.clear();
  traceLine(*stroke.points, where, line_);
  if (painter->modes().testFlag(QCPPainter::pmVectorized)) {
    line_ = clipLine(line_, where.pixels);
  }
  painter->setPen(stroke.pen);
  const auto draw_dots = [&](size_t begin, size_t end) {
    painter->save();
    painter->setBrush(stroke.pen.color());
    painter->setPen(Qt::NoPen);
    for (size_t i = begin; i < end; ++i) {
      painter->drawEllipse(line_[i], kDotRadius, kDotRadius);
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
    if (end - begin == 1 || (stroke.marks && line_.size() < kMostMarks)) {
      draw_dots(begin, end);
    }
    begin = end + 1;
  }
}

void LinesPlottable::drawLegendIcon(QCPPainter*, const QRectF&) const {}

}  // namespace heddle::ui
