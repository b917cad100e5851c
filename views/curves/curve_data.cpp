#include "views/curves/curve_data.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle::ui {
namespace {

double scaled(double value, const Span& span, bool logarithmic) {
  return logarithmic ? std::log(value / span.lower) / std::log(span.upper / span.lower)
                     : (value - span.lower) / span.size();
}

double unscaled(double share, const Span& span, bool logarithmic) {
  return logarithmic ? span.lower * std::pow(span.upper / span.lower, share)
                     : span.lower + share * span.size();
}

// In heights of the 5th to 95th percentile: how far beyond a value may lie and still be shown.
constexpr double kOutlierReach = 1;

// So many first points of a series tell by their median where it starts: a single spike there does not.
constexpr std::ptrdiff_t kStartPoints = 5;

// Of the height, above and below what is shown.
constexpr double kMarginY = 0.05;

const QPointF kBreak(std::numeric_limits<double>::quiet_NaN(), 0);

// Collects the points of one pixel column. Heights are kept as values, since only those that remain need a
// pixel.
class ColumnTracer {
 public:
  ColumnTracer(const PlotArea& area, std::vector<QPointF>& line) : area_(area), line_(line) {}

  void add(double column, double x, double y) {
    if (open_ && column == column_) {
      if (y < low_) {
        low_ = y;
        low_last_ = true;
      } else if (y > high_) {
        high_ = y;
        low_last_ = false;
      }
      last_ = y;
      last_x_ = x;
      ++count_;
      return;
    }
    flush();
    open_ = true;
    count_ = 1;
    column_ = column;
    first_ = low_ = high_ = last_ = y;
    first_x_ = last_x_ = x;
  }

  void breakLine() {
    flush();
    if (!line_.empty() && !std::isnan(line_.back().x())) {
      line_.push_back(kBreak);
    }
  }

  void flush() {
    if (!open_) {
      return;
    }
    open_ = false;
    line_.emplace_back(area_.toPixelX(first_x_), area_.toPixelY(first_));
    if (count_ == 1) {
      return;
    }
    const double middle = area_.toPixelX(last_x_);
    const double before = low_last_ ? high_ : low_;
    const double after = low_last_ ? low_ : high_;
    if (before != first_) {
      line_.emplace_back(middle, area_.toPixelY(before));
    }
    if (after != last_ && after != before) {
      line_.emplace_back(middle, area_.toPixelY(after));
    }
    line_.emplace_back(middle, area_.toPixelY(last_));
  }

 private:
  const PlotArea& area_;
  std::vector<QPointF>& line_;
  bool open_ = false;
  bool low_last_ = false;
  int64_t count_ = 0;
  double column_ = 0;
  double first_ = 0;
  double low_ = 0;
  double high_ = 0;
  double last_ = 0;
  double first_x_ = 0;
  double last_x_ = 0;
};

bool drawable(double value, bool logarithmic) {
  return std::isfinite(value) && (!logarithmic || value > 0);
}

using PointIterator = std::vector<CurvePoint>::const_iterator;

// The points with x inside the span.
std::pair<PointIterator, PointIterator> visiblePart(const std::vector<CurvePoint>& points, const Span& x) {
  const auto first = std::lower_bound(points.begin(), points.end(), x.lower,
                                      [](const CurvePoint& point, double value) { return point.x < value; });
  const auto last = std::upper_bound(first, points.end(), x.upper,
                                     [](double value, const CurvePoint& point) { return value < point.x; });
  return {first, last};
}

// Visits the values of a part that can be drawn, as CurvePoints::visit().
template <typename Whole, typename Single>
void visitDrawable(const CurvePoints& points, PointIterator first, PointIterator last, bool logarithmic,
                   Whole&& whole, Single&& single) {
  points.visit(
      static_cast<size_t>(first - points.begin()), static_cast<size_t>(last - points.begin()),
      [&](const CurvePoints::Block& block) { return (!logarithmic || block.low > 0) && whole(block); },
      [&](double y) {
        if (!logarithmic || y > 0) {
          single(y);
        }
      });
}

CurvePoints::Block drawableBlock(const CurvePoints& points, PointIterator first, PointIterator last,
                                 bool logarithmic) {
  CurvePoints::Block all;
  const auto take = [&all](double low, double high, size_t count) {
    all = {std::min(all.low, low), std::max(all.high, high), all.count + count};
  };
  visitDrawable(
      points, first, last, logarithmic,
      [&](const CurvePoints::Block& block) {
        take(block.low, block.high, block.count);
        return true;
      },
      [&](double y) { take(y, y, 1); });
  return all;
}

// The end of the pixel column that begins at `first` and ends before `end_x`, and what is in it.
std::pair<PointIterator, CurvePoints::Block> columnBlock(const CurvePoints& points, PointIterator first,
                                                         PointIterator last, double end_x, bool logarithmic) {
  // A search and blocks cost more than to look at a few points.
  constexpr std::ptrdiff_t kFew = 64;
  if (last - first > kFew && (first + kFew)->x < end_x) {
    const auto end = std::lower_bound(first + kFew, last, end_x,
                                      [](const CurvePoint& each, double value) { return each.x < value; });
    return {end, drawableBlock(points, first, end, logarithmic)};
  }
  CurvePoints::Block inside;
  auto point = first;
  for (; point != last && point->x < end_x; ++point) {
    if (drawable(point->y, logarithmic)) {
      inside = {std::min(inside.low, point->y), std::max(inside.high, point->y), inside.count + 1};
    }
  }
  return {point, inside};
}

// Where a series starts, by the median of its first points, and where it ends: null without a drawable point.
std::optional<Span> startAndEnd(PointIterator first, PointIterator last, bool logarithmic) {
  std::vector<double> starts;
  for (auto point = first; point != last && point - first < kStartPoints; ++point) {
    if (drawable(point->y, logarithmic)) {
      starts.push_back(point->y);
    }
  }
  while (last != first && !drawable((last - 1)->y, logarithmic)) {
    --last;
  }
  if (last == first) {
    return std::nullopt;
  }
  const double end = (last - 1)->y;
  const auto middle = starts.begin() + static_cast<std::ptrdiff_t>(starts.size() / 2);
  std::nth_element(starts.begin(), middle, starts.end());
  const double start = starts.empty() ? end : *middle;
  return Span{std::min(start, end), std::max(start, end)};
}

QString parameterText(const Smoothing& smoothing) {
  switch (smoothing.kind) {
    case SmoothingKind::kGaussian:
      return QString::number(gaussianSigma(smoothing.weight), 'g', 3);
    case SmoothingKind::kWindow:
      return QString::number(windowPoints(smoothing.weight));
    default:
      return QString::number(smoothing.weight, 'g', 3);
  }
}

}  // namespace

QString smoothingText(const Smoothing& smoothing) {
  if (smoothing.weight <= 0) {
    return {};
  }
  const auto text = [](const char* source) { return QCoreApplication::translate("Curves", source); };
  switch (smoothing.kind) {
    case SmoothingKind::kTimeWeightedEma:
      return text(QT_TRANSLATE_NOOP("Curves", "time-weighted EMA %1")).arg(parameterText(smoothing));
    case SmoothingKind::kGaussian:
      return text(QT_TRANSLATE_NOOP("Curves", "Gaussian, σ %1 points")).arg(parameterText(smoothing));
    case SmoothingKind::kWindow:
      return text(QT_TRANSLATE_NOOP("Curves", "centred mean of %1 points")).arg(parameterText(smoothing));
    default:
      return text(QT_TRANSLATE_NOOP("Curves", "EMA %1")).arg(parameterText(smoothing));
  }
}

QString smoothingColumn(const Smoothing& smoothing) {
  const std::string_view key = smoothingKey(smoothing.kind);
  return QLatin1String(key.data(), static_cast<qsizetype>(key.size())) + QLatin1Char('_') +
         parameterText(smoothing);
}

std::vector<CurvePoint> lastWins(std::vector<CurvePoint> points) {
  size_t kept = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    while (kept > 0 && points[kept - 1].step >= points[i].step) {
      --kept;
    }
    points[kept++] = points[i];
  }
  points.resize(kept);
  return points;
}

double PlotArea::toPixelX(double value) const {
  return pixels.left() + scaled(value, x, log_x) * pixels.width();
}

double PlotArea::toPixelY(double value) const {
  return pixels.bottom() - scaled(value, y, log_y) * pixels.height();
}

double PlotArea::toX(double pixel) const {
  return unscaled((pixel - pixels.left()) / pixels.width(), x, log_x);
}

double PlotArea::toY(double pixel) const {
  return unscaled((pixels.bottom() - pixel) / pixels.height(), y, log_y);
}

void traceLine(const std::vector<CurvePoint>& points, const PlotArea& area, std::vector<QPointF>& line) {
  auto [first, last] = visiblePart(points, area.x);
  // One neighbour on each side, so that the line leaves the area where it should.
  first -= first == points.begin() ? 0 : 1;
  last += last == points.end() ? 0 : 1;
  const double columns_per_unit = area.pixels.width() / area.x.size();
  ColumnTracer tracer(area, line);
  for (auto point = first; point != last; ++point) {
    if (!drawable(point->y, area.log_y) || !drawable(point->x, area.log_x)) {
      tracer.breakLine();
      continue;
    }
    const double place = area.log_x ? area.toPixelX(point->x) : (point->x - area.x.lower) * columns_per_unit;
    tracer.add(std::floor(place), point->x, point->y);
  }
  tracer.flush();
}

std::vector<QPointF> clipLine(const std::vector<QPointF>& line, const QRectF& frame) {
  std::vector<QPointF> clipped;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool starts = i == 0 || std::isnan(line[i - 1].x());
    const bool alone = starts && (i + 1 == line.size() || std::isnan(line[i + 1].x()));
    if (std::isnan(line[i].x()) || (alone && frame.contains(line[i]))) {
      clipped.push_back(line[i]);
    }
    if (std::isnan(line[i].x()) || starts) {
      continue;
    }
    // Liang and Barsky: the part enter .. leave of the segment lies inside.
    const QPointF from = line[i - 1];
    const QPointF way = line[i] - from;
    double enter = 0;
    double leave = 1;
    const auto cut = [&](double direction, double room) {
      if (direction == 0) {
        enter = room < 0 ? 2 : enter;
      } else if (direction < 0) {
        enter = std::max(enter, room / direction);
      } else {
        leave = std::min(leave, room / direction);
      }
    };
    cut(-way.x(), from.x() - frame.left());
    cut(way.x(), frame.right() - from.x());
    cut(-way.y(), from.y() - frame.top());
    cut(way.y(), frame.bottom() - from.y());
    if (enter > leave) {
      continue;
    }
    const QPointF first = from + enter * way;
    if (clipped.empty() || clipped.back() != first) {
      if (!clipped.empty() && !std::isnan(clipped.back().x())) {
        clipped.push_back(kBreak);
      }
      clipped.push_back(first);
    }
    clipped.push_back(leave < 1 ? from + leave * way : line[i]);
  }
  return clipped;
}

void traceColumns(const CurvePoints& points, const PlotArea& area, std::vector<ColumnSpan>& spans) {
  auto [point, last] = visiblePart(points.all(), area.x);
  const auto columns = static_cast<int>(std::ceil(area.pixels.width()));
  bool connected = point != points.begin() && drawable((point - 1)->y, area.log_y);
  double previous = connected ? (point - 1)->y : 0;
  const auto pixel = [&area](double y) {
    // Beyond any screen; keeps the conversion to whole pixels defined.
    return static_cast<float>(std::clamp(area.toPixelY(y), -1e6, 1e6));
  };
  for (int column = 0; column < columns && point != last; ++column) {
    const double end_x = column + 1 == columns ? std::numeric_limits<double>::infinity()
                                               : area.toX(area.pixels.left() + column + 1);
    const auto [end, inside] = columnBlock(points, point, last, end_x, area.log_y);
    if (inside.count > 0) {
      const double low = connected ? std::min(inside.low, previous) : inside.low;
      const double high = connected ? std::max(inside.high, previous) : inside.high;
      spans.push_back({.column = column, .top = pixel(high), .bottom = pixel(low)});
    }
    if (point != end) {
      connected = drawable((end - 1)->y, area.log_y);
      previous = connected ? (end - 1)->y : 0;
      point = end;
    }
  }
}

double density(const CurvePoints& points, const PlotArea& area) {
  const auto [first, last] = visiblePart(points.all(), area.x);
  return static_cast<double>(last - first) / std::max(area.pixels.width(), 1.0);
}

const CurvePoint* pointAt(const std::vector<CurvePoint>& points, double x) {
  if (points.empty()) {
    return nullptr;
  }
  const auto after = std::upper_bound(points.begin(), points.end(), x,
                                      [](double value, const CurvePoint& point) { return value < point.x; });
  return after == points.begin() ? &points.front() : &*(after - 1);
}

std::optional<Span> extentX(const std::vector<Points>& series, bool log_x) {
  std::optional<Span> extent;
  for (const Points& points : series) {
    for (const CurvePoint& point : *points) {
      if (drawable(point.x, log_x)) {
        extent = extent ? Span{std::min(extent->lower, point.x), extent->upper} : Span{point.x, point.x};
        break;
      }
    }
    if (extent && !points->empty() && drawable(points->back().x, log_x)) {
      extent->upper = std::max(extent->upper, points->back().x);
    }
  }
  return extent;
}

std::optional<ExtentY> extentY(const std::vector<Points>& series, const Span& visible, bool log_y,
                               bool ignore_outliers) {
  constexpr size_t kMostForPercentiles = 50000;
  size_t total = 0;
  for (const Points& points : series) {
    total += points->size();
  }
  const auto stride = static_cast<std::ptrdiff_t>(total / kMostForPercentiles + 1);
  CurvePoints::Block all;
  std::vector<double> sample;
  std::optional<Span> ends;
  for (const Points& points : series) {
    const auto [first, last] = visiblePart(points->all(), visible);
    const CurvePoints::Block inside = drawableBlock(*points, first, last, log_y);
    all = {std::min(all.low, inside.low), std::max(all.high, inside.high), all.count + inside.count};
    if (!ignore_outliers) {
      continue;
    }
    if (const auto way = startAndEnd(first, last, log_y)) {
      ends = ends ? Span{std::min(ends->lower, way->lower), std::max(ends->upper, way->upper)} : *way;
    }
    for (auto point = first; point < last; point += std::min(stride, last - point)) {
      if (drawable(point->y, log_y)) {
        sample.push_back(point->y);
      }
    }
  }
  if (all.count == 0) {
    return std::nullopt;
  }
  if (!ignore_outliers || sample.empty()) {
    return ExtentY{.span = {all.low, all.high}, .hidden = 0};
  }
  const auto percentile = [&sample](double share) {
    const auto place = sample.begin() + static_cast<std::ptrdiff_t>(
                                            std::lround(share * static_cast<double>(sample.size() - 1)));
    std::nth_element(sample.begin(), place, sample.end());
    return *place;
  };
  Span span{percentile(0.05), percentile(0.95)};
  span = {std::min(span.lower, ends->lower), std::max(span.upper, ends->upper)};
  // What lies just beyond is no outlier: the top of a smooth curve is not cut off.
  const double reach = kOutlierReach * span.size();
  const Span nearby{span.lower - reach, span.upper + reach};
  const auto widen = [&span](double low, double high) {
    span = {std::min(span.lower, low), std::max(span.upper, high)};
  };
  const auto for_each = [&](auto&& whole, auto&& single) {
    for (const Points& points : series) {
      const auto [first, last] = visiblePart(points->all(), visible);
      visitDrawable(*points, first, last, log_y, whole, single);
    }
  };
  for_each(
      [&](const CurvePoints::Block& block) {
        const bool near = block.low >= nearby.lower && block.high <= nearby.upper;
        if (near) {
          widen(block.low, block.high);
        }
        return near || block.low > nearby.upper || block.high < nearby.lower;
      },
      [&](double y) {
        if (y >= nearby.lower && y <= nearby.upper) {
          widen(y, y);
        }
      });
  // What the margin of the axis will show anyway is not hidden.
  const Span shown = padded(span, log_y, kMarginY);
  int64_t hidden = 0;
  for_each(
      [&](const CurvePoints::Block& block) {
        const bool beyond = block.low > shown.upper || block.high < shown.lower;
        hidden += beyond ? static_cast<int64_t>(block.count) : 0;
        return beyond || (block.low >= shown.lower && block.high <= shown.upper);
      },
      [&](double y) { hidden += y < shown.lower || y > shown.upper ? 1 : 0; });
  return ExtentY{.span = span, .hidden = hidden};
}

Span padded(const Span& span, bool logarithmic, double margin) {
  if (logarithmic) {
    const double ratio = span.upper > span.lower ? std::pow(span.upper / span.lower, margin) : 1.5;
    return {span.lower / ratio, span.upper * ratio};
  }
  if (span.upper > span.lower) {
    return {span.lower - margin * span.size(), span.upper + margin * span.size()};
  }
  const double around = span.lower == 0 ? 1 : std::fabs(span.lower) * 0.1;
  return {span.lower - around, span.upper + around};
}

std::vector<QStringList> chartsOf(const QStringList& metrics) {
  const QString loss = QStringLiteral("train/loss");
  const QString held_out = QStringLiteral("eval/mlm_loss");
  const bool together = metrics.contains(loss) && metrics.contains(held_out);
  std::vector<QStringList> charts;
  for (const QString& metric : metrics) {
    if (together && metric == held_out) {
      continue;
    }
    charts.push_back(together && metric == loss ? QStringList{loss, held_out} : QStringList{metric});
  }
  return charts;
}

QStringList usualMetrics() {
  return {QStringLiteral("train/loss"),
          QStringLiteral("eval/mlm_loss"),
          QStringLiteral("train/mlm_loss"),
          QStringLiteral("eval/mlm_accuracy"),
          QStringLiteral("train/learning_rate"),
          QStringLiteral("train/gradient_norm"),
          QStringLiteral("train/tokens_per_second")};
}

}  // namespace heddle::ui
