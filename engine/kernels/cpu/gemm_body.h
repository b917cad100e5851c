// Matrix products in fp32, written once for all SIMD levels: blocks of both factors are copied into scratch
// in the order in which the inner tile of kRows x kColumns sums reads them, as in Goto and van de Geijn 2008,
// "Anatomy of high-performance matrix multiplication". MKL, for comparison, leaves AVX-512 unused on CPUs of
// other makers.

#pragma once

#include "engine/kernels/cpu/kernel_table.h"

namespace heddle::cpu {
namespace {

template <int... I>
struct Indices {};
template <int N, int... I>
struct CountTo : CountTo<N - 1, N - 1, I...> {};
template <int... I>
struct CountTo<0, I...> {
  using Type = Indices<I...>;
};
template <int I>
struct Index {
  static constexpr int kValue = I;
};
template <typename Body, int... I>
[[gnu::always_inline]] inline void unrolled(const Body& body, Indices<I...>) {
  (body(Index<I>{}), ...);
}
// body(Index<0>) .. body(Index<N - 1>), unrolled whatever the compiler thinks of it: the sums of a tile must
// stay in registers.
template <int N, typename Body>
[[gnu::always_inline]] inline void unroll(const Body& body) {
  unrolled(body, typename CountTo<N>::Type{});
}

constexpr int kColumns = kColumnVecs * Vec::kWidth;
constexpr int64_t kDepth = 256;             // of a block, in k
constexpr int64_t kBlockRows = kRows * 10;  // of a block of A
constexpr int64_t kBlockColumns = 1024;     // of a block of B
constexpr int64_t kRowStride =
    kDepth + 16;  // apart from a power of two, or rows would compete for the same cache lines
constexpr int64_t kATile =
    (kRows * kRowStride > kDepth * Vec::kWidth) ? kRows * kRowStride : kDepth * Vec::kWidth;
static_assert(kRows <= Vec::kWidth, "a row of a transposed A tile is one vector");
static_assert(kBlockColumns * kDepth + kBlockRows / kRows * kATile * 2 <= kGemmScratch,
              "scratch of a product");

struct TileTarget {
  float* c;
  int64_t stride;
  int columns;  // of the tile that exist
  bool accumulate;
  const float* bias;
};

// kAColumns: A as a[k * kWidth + row]; else a[row * kRowStride + k].
template <int kTileRows, bool kAColumns>
void tile(int64_t depth, const float* a, const float* b, const TileTarget& to) {
  Vec sums[kTileRows][kColumnVecs];
  unroll<kTileRows>([&](auto r) __attribute__((always_inline)) {
    unroll<kColumnVecs>([&](auto j) __attribute__((always_inline)) { sums[r.kValue][j.kValue] = set1(0); });
  });
  for (int64_t k = 0; k < depth; ++k) {
    Vec right[kColumnVecs];
    unroll<kColumnVecs>([&](auto j) __attribute__((always_inline)) {
      right[j.kValue] = load(b + k * kColumns + j.kValue * Vec::kWidth);
    });
    unroll<kTileRows>([&](auto r) __attribute__((always_inline)) {
      const Vec left = set1(kAColumns ? a[k * Vec::kWidth + r.kValue] : a[r.kValue * kRowStride + k]);
      unroll<kColumnVecs>([&](auto j) __attribute__((always_inline)) {
        sums[r.kValue][j.kValue] = fma(left, right[j.kValue], sums[r.kValue][j.kValue]);
      });
    });
  }
  unroll<kTileRows>([&](auto r) __attribute__((always_inline)) {
    float* row = to.c + r.kValue * to.stride;
    unroll<kColumnVecs>([&](auto j) __attribute__((always_inline)) {
      constexpr int kFirst = decltype(j)::kValue * Vec::kWidth;
      Vec& sum = sums[r.kValue][j.kValue];
      if (to.columns >= kFirst + Vec::kWidth) {
        if (to.accumulate) {
          sum = sum + load(row + kFirst);
        } else if (to.bias != nullptr) {
          sum = sum + load(to.bias + kFirst);
        }
        store(row + kFirst, sum);
      } else if (to.columns > kFirst) {
        const int rest = to.columns - kFirst;
        if (to.accumulate) {
          sum = sum + loadPart(row + kFirst, rest);
        } else if (to.bias != nullptr) {
          sum = sum + loadPart(to.bias + kFirst, rest);
        }
        storePart(row + kFirst, sum, rest);
      }
    });
  });
}

using TileFunction = void (*)(int64_t, const float*, const float*, const TileTarget&);
struct TileFunctions {
  TileFunction of[kRows + 1][2];
};
template <int... R>
constexpr TileFunctions listTiles(Indices<R...>) {
  return {{{nullptr, nullptr}, {tile<R + 1, false>, tile<R + 1, true>}...}};
}
constexpr TileFunctions kTiles = listTiles(typename CountTo<kRows>::Type{});

// Columns first .. first + count of B, k from .. from + depth, as panels [count / kColumns][depth][kColumns],
// zeros behind the last column.
inline void packB(const Gemm& g, int64_t first, int64_t count, int64_t from, int64_t depth, float* to) {
  for (int64_t column = 0; column < count; column += kColumns, to += depth * kColumns) {
    const int64_t width = count - column < kColumns ? count - column : kColumns;
    if (!g.b_transposed) {
      const float* source = g.b + from * g.b_stride + first + column;
      for (int64_t k = 0; k < depth; ++k, source += g.b_stride) {
        for (int j = 0; j < kColumnVecs; ++j) {
          const int64_t rest = width - j * Vec::kWidth;
          const Vec part = rest >= Vec::kWidth
                               ? load(source + j * Vec::kWidth)
                               : loadPart(source + j * Vec::kWidth, rest > 0 ? static_cast<int>(rest) : 0);
          store(to + k * kColumns + j * Vec::kWidth, part);
        }
      }
      continue;
    }
    for (int64_t k = 0; k < depth; k += Vec::kWidth) {
      const int steps = depth - k < Vec::kWidth ? static_cast<int>(depth - k) : Vec::kWidth;
      for (int j = 0; j < kColumnVecs; ++j) {
        Vec square[Vec::kWidth];
        for (int r = 0; r < Vec::kWidth; ++r) {
          const int64_t row = j * Vec::kWidth + r;
          square[r] =
              row < width ? loadPart(g.b + (first + column + row) * g.b_stride + from + k, steps) : set1(0);
        }
        transpose(square);
        for (int s = 0; s < steps; ++s) {
          store(to + (k + s) * kColumns + j * Vec::kWidth, square[s]);
        }
      }
    }
  }
}

// Rows first .. first + rows of A, at most kRows of them.
inline void packA(const Gemm& g, int64_t first, int rows, int64_t from, int64_t depth, float* to) {
  if (g.a_transposed) {
    const float* source = g.a + from * g.a_stride + first;
    for (int64_t k = 0; k < depth; ++k, source += g.a_stride) {
      store(to + k * Vec::kWidth, loadPart(source, rows));
    }
    return;
  }
  for (int r = 0; r < rows; ++r) {
    const float* source = g.a + (first + r) * g.a_stride + from;
    float* target = to + r * kRowStride;
    int64_t k = 0;
    for (; k + Vec::kWidth <= depth; k += Vec::kWidth) {
      store(target + k, load(source + k));
    }
    if (k < depth) {
      storePart(target + k, loadPart(source + k, static_cast<int>(depth - k)), static_cast<int>(depth - k));
    }
  }
}

void gemm(const Gemm& g, float* scratch) {
  float* b_block = scratch;
  float* a_block = scratch + kBlockColumns * kDepth;
  for (int64_t from = 0; from < g.k; from += kDepth) {
    const int64_t depth = g.k - from < kDepth ? g.k - from : kDepth;
    const bool accumulate = g.accumulate || from > 0;
    for (int64_t column = 0; column < g.n; column += kBlockColumns) {
      const int64_t columns = g.n - column < kBlockColumns ? g.n - column : kBlockColumns;
      packB(g, column, columns, from, depth, b_block);
      for (int64_t row = 0; row < g.m; row += kBlockRows) {
        const int64_t rows = g.m - row < kBlockRows ? g.m - row : kBlockRows;
        // Tiles of nearly equal height: a last tile of two rows would cost as much as one of fourteen.
        const int64_t tiles = (rows + kRows - 1) / kRows;
        const auto tileStart = [&](int64_t t) { return rows * t / tiles; };
        for (int64_t t = 0; t < tiles; ++t) {
          packA(g, row + tileStart(t), static_cast<int>(tileStart(t + 1) - tileStart(t)), from, depth,
                a_block + t * kATile);
        }
        for (int64_t j = 0; j < columns; j += kColumns) {
          const int width = static_cast<int>(columns - j < kColumns ? columns - j : kColumns);
          for (int64_t t = 0; t < tiles; ++t) {
            const int64_t top = tileStart(t);
            const TileTarget to{g.c + (row + top) * g.c_stride + column + j, g.c_stride, width, accumulate,
                                g.bias != nullptr ? g.bias + column + j : nullptr};
            kTiles.of[tileStart(t + 1) - top][g.a_transposed ? 1 : 0](depth, a_block + t * kATile,
                                                                      b_block + j * depth, to);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace heddle::cpu
