// The points of one series, with the lowest and highest value of every block of them: what a frame or an
// extent needs of a million points is found in their blocks.

#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "engine/store/store.h"

namespace heddle::ui {

// A value that has a place on an axis.
inline bool drawable(double value, bool logarithmic) {
  return std::isfinite(value) && (!logarithmic || value > 0);
}

// Immutable; x never falls.
class CurvePoints {
 public:
  // Of the values in a block of neighbours that can be drawn.
  struct Block {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    size_t count = 0;
  };

  explicit CurvePoints(std::vector<CurvePoint> points);

  const std::vector<CurvePoint>& all() const { return points_; }
  size_t size() const { return points_.size(); }
  bool empty() const { return points_.empty(); }
  const CurvePoint& operator[](size_t place) const { return points_[place]; }
  const CurvePoint& front() const { return points_.front(); }
  const CurvePoint& back() const { return points_.back(); }
  auto begin() const { return points_.begin(); }
  auto end() const { return points_.end(); }

  // The values alone, close together for whoever looks at all of them.
  const double* values() const { return values_.data(); }

  // Some value cannot be drawn on any axis.
  bool hasGaps() const { return whole_.count < size(); }

  double x(size_t place) const { return even_ ? evenX(place) : points_[place].x; }

  // Places first .. second-1: the points with x in lower .. upper.
  std::pair<size_t, size_t> between(double lower, double upper) const;

  // The first of the points first .. last-1 whose x is not below `x`, else `last`. Looked for from `guess`
  // on.
  size_t firstFrom(double x, size_t first, size_t last, size_t guess) const;

  // Of the points first .. last-1.
  Block extremes(size_t first, size_t last, bool logarithmic) const;

  // Visits the finite values at first .. last-1 in order: `whole(const Block&)` for each block that fits into
  // what is left, `single(double)` for values outside blocks. Where `whole` returns false, the block is
  // looked into. On a logarithmic axis only values above zero count.
  template <typename Whole, typename Single>
  void visit(size_t first, size_t last, bool logarithmic, Whole&& whole, Single&& single) const {
    const auto take = [&](const Block& block) { return (!logarithmic || block.low > 0) && whole(block); };
    const auto take_one = [&](double y) {
      if (drawable(y, logarithmic)) {
        single(y);
      }
    };
    visitLevel(levels_.size(), first, last, take, take_one);
  }

 private:
  static constexpr size_t kFan = 32;  // points in a block of the lowest level, blocks in one of the next

  // `level` counts from 1 at the lowest blocks; 0 are the points.
  template <typename Whole, typename Single>
  void visitLevel(size_t level, size_t first, size_t last, Whole& whole, Single& single) const {
    if (level == 0) {
      for (size_t i = first; i < last; ++i) {
        single(values_[i]);
      }
      return;
    }
    const size_t span = spans_[level - 1];
    const size_t begin = (first + span - 1) / span;
    const size_t end = last / span;
    if (begin >= end) {
      visitLevel(level - 1, first, last, whole, single);
      return;
    }
    visitLevel(level - 1, first, begin * span, whole, single);
    for (size_t block = begin; block < end; ++block) {
      const Block& inside = levels_[level - 1][block];
      if (inside.count > 0 && !whole(inside)) {
        visitLevel(level - 1, block * span, (block + 1) * span, whole, single);
      }
    }
    visitLevel(level - 1, end * span, last, whole, single);
  }

  double evenX(size_t place) const { return first_x_ + static_cast<double>(place) * step_x_; }

  std::vector<CurvePoint> points_;
  std::vector<double> values_;
  // Most runs log every so many steps: then no x needs to be looked up.
  bool even_ = false;
  double first_x_ = 0;
  double step_x_ = 0;
  Block whole_;
  std::vector<std::vector<Block>> levels_;  // whole blocks only
  std::vector<size_t> spans_;               // points in one block of each level
};

using Points = std::shared_ptr<const CurvePoints>;

}  // namespace heddle::ui
