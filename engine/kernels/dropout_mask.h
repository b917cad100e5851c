// Which element a dropout mask keeps: a pure function of (key, step, row, position, element), the same bits
// on CPU and GPU. 16 random bits an element; p is rounded to a multiple of 2^-16 and the scale is that of the
// rounded p, so means are exact.

#pragma once

#include <cstdint>

#include "engine/base/random.h"

namespace heddle {

// Elements whose draw is below this are dropped.
HEDDLE_HOST_DEVICE uint32_t dropoutThreshold(double p) {
  return static_cast<uint32_t>(p * 65536.0 + 0.5);
}

// What kept elements are multiplied by.
HEDDLE_HOST_DEVICE float dropoutScale(double p) {
  return static_cast<float>(65536.0 / (65536.0 - static_cast<double>(dropoutThreshold(p))));
}

// The counter word of element i, and which of its eight 16-bit draws is i's. Elements are grouped by 64 so
// that one vector of eight lanes covers eight neighbouring elements: lane = i % 8, draw = i / 8 % 8.
HEDDLE_HOST_DEVICE uint32_t dropoutCounter(uint32_t element) {
  return element / 64 * 8 + element % 8;
}
HEDDLE_HOST_DEVICE uint32_t dropoutDraw(uint32_t element) {
  return element / 8 % 8;
}

// The 16 bits of one element. `plane` is 0 for hidden states (element = channel) and the head for attention
// probabilities (position = query, element = key position). element < 2^19, plane < 2^16.
HEDDLE_HOST_DEVICE uint32_t dropoutBits(uint64_t key, uint32_t step, uint32_t row, uint32_t position,
                                        uint32_t plane, uint32_t element) {
  const Philox4 block = philox(key, dropoutCounter(element) | plane << 16, position, row, step);
  const uint32_t draw = dropoutDraw(element);
  return block.x[draw / 2] >> (draw % 2 * 16) & 0xFFFFu;
}

}  // namespace heddle
