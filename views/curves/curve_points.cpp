#include "views/curves/curve_points.h"

#include <algorithm>

namespace heddle::ui {
namespace {

void add(CurvePoints::Block& block, const CurvePoints::Block& part) {
  block.low = std::min(block.low, part.low);
  block.high = std::max(block.high, part.high);
  block.count += part.count;
}

}  // namespace

CurvePoints::CurvePoints(std::vector<CurvePoint> points) : points_(std::move(points)) {
  values_.reserve(points_.size());
  for (const CurvePoint& point : points_) {
    values_.push_back(point.y);
    if (drawable(point.y, false)) {
      add(whole_, {.low = point.y, .high = point.y, .count = 1});
    }
  }
  if (points_.size() > 1 && points_[0].x < points_[1].x) {
    first_x_ = points_[0].x;
    step_x_ = points_[1].x - first_x_;
    even_ = true;
    for (size_t i = 2; i < points_.size() && even_; ++i) {
      even_ = points_[i].x == evenX(i);
    }
  }
  for (size_t span = kFan; span <= points_.size(); span *= kFan) {
    std::vector<Block> blocks(points_.size() / span);
    for (size_t i = 0; i < blocks.size(); ++i) {
      for (size_t part = i * kFan; part < (i + 1) * kFan; ++part) {
        if (!levels_.empty()) {
          add(blocks[i], levels_.back()[part]);
        } else if (drawable(values_[part], false)) {
          add(blocks[i], {.low = values_[part], .high = values_[part], .count = 1});
        }
      }
    }
    levels_.push_back(std::move(blocks));
    spans_.push_back(span);
  }
}

std::pair<size_t, size_t> CurvePoints::between(double lower, double upper) const {
  const size_t first = firstFrom(lower, 0, size(), size() / 2);
  const double beyond = std::nextafter(upper, std::numeric_limits<double>::infinity());
  return {first, firstFrom(beyond, first, size(), size() / 2)};
}

size_t CurvePoints::firstFrom(double x, size_t first, size_t last, size_t guess) const {
  constexpr size_t kWalk = 16;  // points to look at one by one before a search
  if (even_ && first < last) {
    const double place = std::ceil((x - first_x_) / step_x_);
    guess = static_cast<size_t>(std::clamp(place, static_cast<double>(first), static_cast<double>(last)));
  }
  const auto search = [&](size_t from, size_t to) {
    return static_cast<size_t>(
        std::lower_bound(points_.begin() + static_cast<std::ptrdiff_t>(from),
                         points_.begin() + static_cast<std::ptrdiff_t>(to), x,
                         [](const CurvePoint& point, double value) { return point.x < value; }) -
        points_.begin());
  };
  guess = std::clamp(guess, first, last);
  size_t place = guess;
  for (; place > first && this->x(place - 1) >= x; --place) {
    if (guess - place >= kWalk) {
      return search(first, place);
    }
  }
  for (; place < last && this->x(place) < x; ++place) {
    if (place >= guess + kWalk) {
      return search(place, last);
    }
  }
  return place;
}

CurvePoints::Block CurvePoints::extremes(size_t first, size_t last, bool logarithmic) const {
  constexpr size_t kFew = 2 * kFan;  // to look at a few points costs less than to find their blocks
  Block all;
  if (whole_.count == points_.size() && (!logarithmic || whole_.low > 0) && last - first <= kFew) {
    // Two independent chains: a minimum waits for the one before.
    Block other;
    size_t i = first;
    for (; i + 1 < last; i += 2) {
      all.low = std::min(all.low, values_[i]);
      all.high = std::max(all.high, values_[i]);
      other.low = std::min(other.low, values_[i + 1]);
      other.high = std::max(other.high, values_[i + 1]);
    }
    if (i < last) {
      all.low = std::min(all.low, values_[i]);
      all.high = std::max(all.high, values_[i]);
    }
    add(all, other);
    all.count = last - first;
    return all;
  }
  visit(
      first, last, logarithmic,
      [&all](const Block& block) {
        add(all, block);
        return true;
      },
      [&all](double y) { add(all, {.low = y, .high = y, .count = 1}); });
  return all;
}

}  // namespace heddle::ui
