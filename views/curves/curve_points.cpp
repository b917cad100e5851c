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
  for (size_t span = kFan; span <= points_.size(); span *= kFan) {
    std::vector<Block> blocks(points_.size() / span);
    for (size_t i = 0; i < blocks.size(); ++i) {
      for (size_t part = i * kFan; part < (i + 1) * kFan; ++part) {
        if (!levels_.empty()) {
          add(blocks[i], levels_.back()[part]);
        } else if (isFinite(points_[part].y)) {
          add(blocks[i], {.low = points_[part].y, .high = points_[part].y, .count = 1});
        }
      }
    }
    levels_.push_back(std::move(blocks));
    spans_.push_back(span);
  }
}

}  // namespace heddle::ui
