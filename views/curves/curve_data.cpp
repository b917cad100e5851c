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
  const auto before = [](const CurvePoint& point, double x) { return point.x < x; };
  auto first = std::lower_bound(points.begin(), points.end(), area.x.lower, before);
  auto last = std::lower_bound(first, points.end(), area.x.upper, before);
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
  std::vector<double> values;
  std::vector<double> last_values;
  for (const Points& points : series) {
    const double* last = nullptr;
    for (const CurvePoint& point : *points) {
      if (point.x >= visible.lower && point.x <= visible.upper && drawable(point.y, log_y)) {
        values.push_back(point.y);
        last = &point.y;
      }
    }
    if (last != nullptr) {
      last_values.push_back(*last);
    }
  }
  if (values.empty()) {
    return std::nullopt;
  }
  if (!ignore_outliers) {
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    return ExtentY{.span = {*lowest, *highest}, .hidden = 0};
  }
  const auto percentile = [&values](double share) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(
                                            std::lround(share * static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), place, values.end());
    return *place;
  };
  Span span{percentile(0.05), percentile(0.95)};
  for (const double value : last_values) {
    span.lower = std::min(span.lower, value);
    span.upper = std::max(span.upper, value);
  }
  // What the margin of the axis will show anyway is not hidden.
  const Span shown = padded(span, log_y, 0.05);
  const auto hidden = std::count_if(values.begin(), values.end(),
                                    [&](double y) { return y < shown.lower || y > shown.upper; });
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
