// Takes the place of engine/kernels/cuda/mma.cuh: the PTX instructions by their definition (PTX ISA, "Matrix
// fragments for mma.m16n8k16" and "ldmatrix"), written from it and not from the kernels.

#pragma once

#include <cstring>

#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {

// Lane l gives the address of row l % 8 of tile l / 8. Without transposition, lane l receives of each tile
// elements 2 (l % 4) and the next of row l / 4; with it, of column l / 4.
inline void gatherTiles(uint32_t (&tiles)[4], const Bf16* row, bool transposed) {
  emulation::demandAligned(row, 16, "gives ldmatrix a row that does not start on 16 bytes");
  const auto* lanes = emulation::exchange({{reinterpret_cast<uint64_t>(row)}});
  const unsigned lane = threadIdx.x % 32;
  for (unsigned tile = 0; tile < 4; ++tile) {
    uint16_t pair[2];
    for (unsigned i = 0; i < 2; ++i) {
      const unsigned along = lane % 4 * 2 + i;
      const unsigned r = transposed ? along : lane / 4;
      const unsigned c = transposed ? lane / 4 : along;
      pair[i] = reinterpret_cast<const Bf16*>(lanes[tile * 8 + r].word[0])[c].bits;
    }
    tiles[tile] = static_cast<uint32_t>(pair[0]) | static_cast<uint32_t>(pair[1]) << 16;
  }
}
inline void loadTiles(uint32_t (&tiles)[4], const Bf16* row) {
  gatherTiles(tiles, row, false);
}
inline void loadTilesTransposed(uint32_t (&tiles)[4], const Bf16* row) {
  gatherTiles(tiles, row, true);
}

inline float halfOf(uint64_t word, unsigned which) {
  return toFloat(Bf16{static_cast<uint16_t>(word >> (16 * which))});
}

// Element (row, k) of a is in lane 4 (row % 8) + k % 8 / 2, word (row >= 8) + 2 (k >= 8), half k % 2; element
// (k, column) of b in lane 4 column + k % 8 / 2, word (k >= 8), half k % 2.
inline void multiplyAdd(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  const auto* lanes = emulation::exchange({{a[0], a[1], a[2], a[3], b0, b1}});
  const unsigned lane = threadIdx.x % 32;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned row = lane / 4 + i / 2 * 8;
    const unsigned column = lane % 4 * 2 + i % 2;
    for (unsigned k = 0; k < 16; ++k) {
      const float left = halfOf(lanes[row % 8 * 4 + k % 8 / 2].word[row / 8 + 2 * (k / 8)], k % 2);
      const float right = halfOf(lanes[column * 4 + k % 8 / 2].word[4 + k / 8], k % 2);
      sum[i] += left * right;
    }
  }
}

inline void copyAsync(Bf16* to, const Bf16* from, bool valid) {
  emulation::copyLater(to, from, valid);
}
inline void commitCopies() {
  emulation::commitCopies();
}
template <int kPending>
void waitForCopies() {
  emulation::waitForCopies(kPending);
}

}  // namespace heddle::cuda
