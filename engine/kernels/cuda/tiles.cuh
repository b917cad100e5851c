// What the bf16 attention kernels share: tiles of 64 or 32 packed rows in shared memory and the warp's
// products over them. A tile has rows of kDim + 8 elements: the 16 bytes more put the eight rows of an
// ldmatrix into different banks.

#pragma once

#include "engine/kernels/cuda/mma.cuh"
#include "engine/kernels/cuda/place.cuh"

namespace heddle::cuda {

constexpr int kTileThreads = 128;  // four warps

template <int kDim>
inline constexpr int kTileStride = kDim + 8;

// Rows first .. first + kRows - 1 of a packed row that has `length` of them, `stride` elements apart; zeros
// past the end.
template <int kRows, int kDim>
__device__ __forceinline__ void copyTile(Bf16* tile, const Bf16* source, int64_t stride, int first,
                                         int length) {
  constexpr int kPieces = kDim / 8;
  for (int i = static_cast<int>(threadIdx.x); i < kRows * kPieces; i += kTileThreads) {
    const int row = i / kPieces;
    const int piece = i % kPieces;
    const bool valid = first + row < length;
    copyAsync(tile + row * kTileStride<kDim> + piece * 8,
              source + (valid ? first + row : 0) * stride + piece * 8, valid);
  }
}

// scores [16 x 8 kColumns] = a [16 x kDim] b^T, b [8 kColumns x kDim]; both tiles in shared memory, a at the
// warp's first row.
template <int kDim, int kColumns>
__device__ __forceinline__ void productOfRows(float (&scores)[kColumns][4], const Bf16* a, const Bf16* b) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const Bf16* a_row = a + lane % 16 * kTileStride<kDim> + lane / 16 * 8;
  const Bf16* b_row = b + (lane % 8 + lane / 16 * 8) * kTileStride<kDim> + lane / 8 % 2 * 8;
#pragma unroll
  for (int n = 0; n < kColumns; ++n) {
    scores[n][0] = scores[n][1] = scores[n][2] = scores[n][3] = 0.0f;
  }
#pragma unroll
  for (int k = 0; k < kDim; k += 16) {
    uint32_t a_tiles[4];
    loadTiles(a_tiles, a_row + k);
#pragma unroll
    for (int n = 0; n < kColumns; n += 2) {
      uint32_t b_tiles[4];
      loadTiles(b_tiles, b_row + n * 8 * kTileStride<kDim> + k);
      multiplyAdd(scores[n], a_tiles, b_tiles[0], b_tiles[1]);
      multiplyAdd(scores[n + 1], a_tiles, b_tiles[2], b_tiles[3]);
    }
  }
}

// sum [16 x kDim] += weights [16 x 8 kColumns] b, b [8 kColumns x kDim] in shared memory. The result layout
// of one product is the operand layout of the next: two neighbouring 16 x 8 results are one 16 x 16 operand.
template <int kDim, int kColumns>
__device__ __forceinline__ void addWeightedRows(float (&sum)[kDim / 8][4],
                                                const float (&weights)[kColumns][4], const Bf16* b) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const Bf16* b_row = b + lane % 16 * kTileStride<kDim> + lane / 16 * 8;
#pragma unroll
  for (int k = 0; k < kColumns; k += 2) {
    const uint32_t a_tiles[4] = {
        packBf16(weights[k][0], weights[k][1]), packBf16(weights[k][2], weights[k][3]),
        packBf16(weights[k + 1][0], weights[k + 1][1]), packBf16(weights[k + 1][2], weights[k + 1][3])};
#pragma unroll
    for (int n = 0; n < kDim / 8; n += 2) {
      uint32_t b_tiles[4];
      loadTilesTransposed(b_tiles, b_row + k * 8 * kTileStride<kDim> + n * 8);
      multiplyAdd(sum[n], a_tiles, b_tiles[0], b_tiles[1]);
      multiplyAdd(sum[n + 1], a_tiles, b_tiles[2], b_tiles[3]);
    }
  }
}

// Stores a warp's [16 x kDim] sums, times `factor` of each of the thread's two rows, where the rows exist.
template <int kDim>
__device__ __forceinline__ void storeRows(Bf16* to, int64_t stride, int first, int length,
                                          const float (&sum)[kDim / 8][4], float factor_low,
                                          float factor_high) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int low = first + lane / 4;
  const int high = low + 8;
#pragma unroll
  for (int n = 0; n < kDim / 8; ++n) {
    const int column = n * 8 + lane % 4 * 2;
    if (low < length) {
      *reinterpret_cast<uint32_t*>(to + low * stride + column) =
          packBf16(sum[n][0] * factor_low, sum[n][1] * factor_low);
    }
    if (high < length) {
      *reinterpret_cast<uint32_t*>(to + high * stride + column) =
          packBf16(sum[n][2] * factor_high, sum[n][3] * factor_high);
    }
  }
}

// Which keys of a tile of 64 the thread's two queries keep: bit n of kept[r][c] for query row r (0: g, 1: g +
// 8) and key 8 n + 2 t + c. The eight draws of one Philox block are just the eight keys a thread holds of one
// row and column.
__device__ __forceinline__ void keptKeys(const DropoutSettings& dropout, uint32_t row, uint32_t head,
                                         int query_low, int first_key, uint32_t (&kept)[2][2]) {
  const uint32_t lane = threadIdx.x % 32;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
#pragma unroll
    for (int c = 0; c < 2; ++c) {
      const uint32_t element = static_cast<uint32_t>(first_key) + lane % 4 * 2 + static_cast<uint32_t>(c);
      const Philox4 block = philox(dropout.key, dropoutCounter(element) | head << 16,
                                   static_cast<uint32_t>(query_low + 8 * r), row, dropout.step);
      kept[r][c] = 0;
#pragma unroll
      for (uint32_t n = 0; n < 8; ++n) {
        kept[r][c] |= (drawOf(block, n) >= dropout.threshold ? 1u : 0u) << n;
      }
    }
  }
}

}  // namespace heddle::cuda
