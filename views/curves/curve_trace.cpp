#include "views/curves/curve_trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle::ui {
namespace {

const QPointF kBreak(std::numeric_limits<double>::quiet_NaN(), 0);

// Collects the points of one pixel column. Heights are kept as values, since only those that remain need a
// pixel.
class LineTracer {
 public:
  LineTracer(const PlotArea& area, std::vector<QPointF>& line) : area_(area), line_(line) {}

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

// From values to pixels, with the divisions done once for all of them.
class PixelScale {
 public:
  PixelScale(const Span& span, bool logarithmic, double at_lower, double at_upper)
      : logarithmic_(logarithmic),
        lower_(span.lower),
        offset_(at_lower),
        factor_((at_upper - at_lower) / (logarithmic ? std::log(span.upper / span.lower) : span.size())) {}

  double operator()(double value) const {
    return offset_ + factor_ * (logarithmic_ ? std::log(value / lower_) : value - lower_);
  }

 private:
  bool logarithmic_;
  double lower_;
  double offset_;
  double factor_;
};

// Collects the spans of one line; columns never go back.
class SpanTracer {
 public:
  SpanTracer(const CurvePoints& points, const PixelColumns& columns, std::vector<ColumnSpan>& spans)
      : points_(points),
        log_x_(columns.area().log_x),
        log_y_(columns.area().log_y),
        to_x_(columns.area().x, log_x_, 0, columns.area().pixels.width() * columns.slices()),
        to_y_(columns.area().y, log_y_, columns.area().pixels.height(), 0),
        spans_(spans) {}

  // Of the points at .. next-1, which lie in this column.
  void addColumn(int column, size_t at, size_t next) {
    const CurvePoints::Block inside = points_.extremes(at, next, log_y_);
    if (inside.count > 0) {
      extend(column, pixel(inside.high), pixel(inside.low));
    }
  }

  // The segment from a point to the next one, in columns begin .. end.
  void connect(size_t from, int begin, int end) {
    const double* values = points_.values();
    const double a = points_.x(from);
    const double b = points_.x(from + 1);
    if (!drawable(values[from], log_y_) || !drawable(values[from + 1], log_y_) || !drawable(a, log_x_) ||
        !(a < b)) {
      return;
    }
    const double ax = to_x_(a);
    const double bx = to_x_(b);
    const double ay = to_y_(values[from]);
    const double slope = (to_y_(values[from + 1]) - ay) / (bx - ax);
    for (int column = begin; column <= end && column <= bx; ++column) {
      const float left = clamped(ay + (std::clamp<double>(column, ax, bx) - ax) * slope);
      const float right = clamped(ay + (std::clamp<double>(column + 1, ax, bx) - ax) * slope);
      extend(column, std::min(left, right), std::max(left, right));
    }
  }

 private:
  // Beyond any screen; keeps the conversion to whole pixels defined.
  static float clamped(double pixel) { return static_cast<float>(std::clamp(pixel, -1e6, 1e6)); }
  float pixel(double y) const { return clamped(to_y_(y)); }

  // A segment ends in the column of the next points, and begins in that of the ones before.
  void extend(int column, float top, float bottom) {
    if (!spans_.empty() && spans_.back().column == column) {
      spans_.back().top = std::min(spans_.back().top, top);
      spans_.back().bottom = std::max(spans_.back().bottom, bottom);
    } else {
      spans_.push_back({column, top, bottom});
    }
  }

  const CurvePoints& points_;
  bool log_x_;
  bool log_y_;
  PixelScale to_x_;
  PixelScale to_y_;
  std::vector<ColumnSpan>& spans_;
};

}  // namespace

void traceLine(const CurvePoints& points, const PlotArea& area, std::vector<QPointF>& line) {
  auto [first, last] = points.between(area.x.lower, area.x.upper);
  // One neighbour on each side, so that the line leaves the area where it should.
  first -= first == 0 ? 0 : 1;
  last += last == points.size() ? 0 : 1;
  const double columns_per_unit = area.pixels.width() / area.x.size();
  LineTracer tracer(area, line);
  for (size_t i = first; i < last; ++i) {
    const CurvePoint& point = points[i];
    if (!drawable(point.y, area.log_y) || !drawable(point.x, area.log_x)) {
      tracer.breakLine();
      continue;
    }
    const double place = area.log_x ? area.toPixelX(point.x) : (point.x - area.x.lower) * columns_per_unit;
    tracer.add(std::floor(place), point.x, point.y);
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

double density(const CurvePoints& points, const PlotArea& area) {
  const auto [first, last] = points.between(area.x.lower, area.x.upper);
  return static_cast<double>(last - first) / std::max(area.pixels.width(), 1.0);
}

PixelColumns::PixelColumns(const PlotArea& area, int slices) : area_(area), slices_(slices) {
  const auto columns = static_cast<int>(std::ceil(area.pixels.width())) * slices;
  for (int column = 0; column < columns; ++column) {
    begins_.push_back(area.toX(area.pixels.left() + static_cast<double>(column) / slices));
  }
  begins_.push_back(std::numeric_limits<double>::infinity());
}

void traceColumns(const CurvePoints& points, const PixelColumns& columns, int first, int last,
                  std::vector<ColumnSpan>& spans) {
  auto [at, end] = points.between(columns.begin(first), columns.area().x.upper);
  SpanTracer tracer(points, columns, spans);
  int from = first;  // column of the points before
  size_t width = 1;  // their number
  for (int column = first; column < last && at < end; ++column) {
    const size_t next = points.firstFrom(columns.begin(column + 1), at, end, at + width);
    if (next == at) {
      continue;
    }
    if (at > 0) {
      tracer.connect(at - 1, from, column);
    }
    tracer.addColumn(column, at, next);
    from = column;
    width = next - at;
    at = next;
  }
  if (at > 0 && at < points.size()) {
    tracer.connect(at - 1, from, last - 1);
  }
}

}  // namespace heddle::ui
