// The points of one series, with the lowest and highest value of every block of them: what a frame or an
// extent needs of a million points is found in their blocks.

#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "engine/store/store.h"

namespace heddle::ui {

// Immutable; x never falls.
class CurvePoints {
 public:
  // Of the finite values in a block of neighbours.
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

  // Visits the finite values at first .. last-1 in order: `whole(const Block&)` for each block that fits into
  // what is left, `single(double)` for values outside blocks. Where `whole` returns false, the block is
  // looked into.
  template <typename Whole, typename Single>
  void visit(size_t first, size_t last, Whole&& whole, Single&& single) const {
    visitLevel(levels_.size(), first, last, whole, single);
  }

 private:
  static constexpr size_t kFan = 32;  // points in a block of the lowest level, blocks in one of the next

  // `level` counts from 1 at the lowest blocks; 0 are the points.
  template <typename Whole, typename Single>
  void visitLevel(size_t level, size_t first, size_t last, Whole& whole, Single& single) const {
    if (level == 0) {
      for (size_t i = first; i < last; ++i) {
        if (isFinite(points_[i].y)) {
          single(points_[i].y);
        }
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

  static bool isFinite(double value) { return std::isfinite(value); }

  std::vector<CurvePoint> points_;
  std::vector<std::vector<Block>> levels_;  // whole blocks only
  std::vector<size_t> spans_;               // points in one block of each level
};

using Points = std::shared_ptr<const CurvePoints>;

}  // namespace heddle::ui
