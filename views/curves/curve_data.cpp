#include "views/curves/curve_data.h"

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
constexpr size_t kStartPoints = 5;

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

}  // namespace

std::vector<CurvePoint> lastWins(const std::vector<CurvePoint>& points) {
  std::vector<CurvePoint> kept;
  kept.reserve(points.size());
  for (const CurvePoint& point : points) {
    while (!kept.empty() && kept.back().step >= point.step) {
      kept.pop_back();
    }
    kept.push_back(point);
  }
  return kept;
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

void traceColumns(const std::vector<CurvePoint>& points, const PlotArea& area,
                  std::vector<ColumnSpan>& spans) {
  auto [point, last] = visiblePart(points, area.x);
  const auto columns = static_cast<int>(std::ceil(area.pixels.width()));
  bool connected = point != points.begin() && drawable((point - 1)->y, area.log_y);
  double previous = connected ? (point - 1)->y : 0;
  const auto pixel = [&area](double y) {
    // Beyond any screen; keeps the conversion to whole pixels defined.
    return static_cast<float>(std::clamp(area.toPixelY(y), -1e6, 1e6));
  };
  for (int column = 0; column < columns && point != last; ++column) {
    const double end = column + 1 == columns ? std::numeric_limits<double>::infinity()
                                             : area.toX(area.pixels.left() + column + 1);
    double low = connected ? previous : std::numeric_limits<double>::infinity();
    double high = connected ? previous : -std::numeric_limits<double>::infinity();
    bool any = false;
    for (; point != last && point->x < end; ++point) {
      if (!drawable(point->y, area.log_y)) {
        connected = false;
        continue;
      }
      any = true;
      connected = true;
      previous = point->y;
      low = std::min(low, previous);
      high = std::max(high, previous);
    }
    if (any) {
      spans.push_back({.column = column, .top = pixel(high), .bottom = pixel(low)});
    }
  }
}

double density(const std::vector<CurvePoint>& points, const PlotArea& area) {
  const auto [first, last] = visiblePart(points, area.x);
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
  const size_t stride = total / kMostForPercentiles + 1;
  const auto for_each = [&](auto&& visit) {
    for (const Points& points : series) {
      const auto [first, last] = visiblePart(*points, visible);
      for (auto point = first; point != last; ++point) {
        if (drawable(point->y, log_y)) {
          visit(point->y, static_cast<size_t>(point - first), point + 1 == last);
        }
      }
    }
  };
  std::vector<double> sample;
  std::vector<double> starts;
  Span all{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  Span ends = all;
  const auto hold = [&ends](double y) { ends = {std::min(ends.lower, y), std::max(ends.upper, y)}; };
  for_each([&](double y, size_t place, bool is_last) {
    all = {std::min(all.lower, y), std::max(all.upper, y)};
    if (place < kStartPoints) {
      starts.push_back(y);
    }
    if (place + 1 == kStartPoints || is_last) {
      if (!starts.empty()) {
        std::nth_element(starts.begin(), starts.begin() + std::ptrdiff_t(starts.size() / 2), starts.end());
        hold(starts[starts.size() / 2]);
        starts.clear();
      }
    }
    if (is_last) {
      hold(y);
    }
    if (place % stride == 0) {
      sample.push_back(y);
    }
  });
  if (all.lower > all.upper) {
    return std::nullopt;
  }
  if (!ignore_outliers || sample.empty()) {
    return ExtentY{.span = all, .hidden = 0};
  }
  const auto percentile = [&sample](double share) {
    const auto place = sample.begin() + static_cast<std::ptrdiff_t>(
                                            std::lround(share * static_cast<double>(sample.size() - 1)));
    std::nth_element(sample.begin(), place, sample.end());
    return *place;
  };
  Span span{percentile(0.05), percentile(0.95)};
  span = {std::min(span.lower, ends.lower), std::max(span.upper, ends.upper)};
  // What lies just beyond is no outlier: the top of a smooth curve is not cut off.
  const double reach = kOutlierReach * span.size();
  const Span nearby{span.lower - reach, span.upper + reach};
  for_each([&](double y, size_t, bool) {
    if (y >= nearby.lower && y <= nearby.upper) {
      span = {std::min(span.lower, y), std::max(span.upper, y)};
    }
  });
  // What the margin of the axis will show anyway is not hidden.
  const Span shown = padded(span, log_y, kMarginY);
  int64_t hidden = 0;
  if (all.lower < shown.lower || all.upper > shown.upper) {
    for_each([&](double y, size_t, bool) { hidden += y < shown.lower || y > shown.upper ? 1 : 0; });
  }
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
