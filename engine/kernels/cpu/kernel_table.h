// The vectorised inner loops of the CPU operations, once per SIMD level, chosen at run time. Raw pointers and
// plain structs only: the files behind this table are compiled with -mavx512f and the like, so nothing they
// share with others may be inline code. All tensors are fp32, row-major and dense unless a stride stands
// beside them.
//   T tokens, H hidden, D head width

#pragma once

#include <cstdint>

namespace heddle::cpu {

enum class SimdLevel { kScalar, kAvx2, kAvx512 };

// C [m, n] = A [m, k] B [k, n] + bias [n], or C += A B. Sums over k run in the same order for every way a
// product is cut into blocks of m and n.
struct Gemm {
  int64_t m = 0, n = 0, k = 0;
  const float* a = nullptr;
  int64_t a_stride = 0;
  bool a_transposed = false;  // a[k * a_stride + m] instead of a[m * a_stride + k]
  const float* b = nullptr;
  int64_t b_stride = 0;
  bool b_transposed = false;  // b[n * b_stride + k] instead of b[k * b_stride + n]
  float* c = nullptr;
  int64_t c_stride = 0;
  bool accumulate = false;
  const float* bias = nullptr;  // may be null; only without accumulate
};
// Floats of scratch, 64-byte aligned, that one gemm call needs.
inline constexpr int64_t kGemmScratch = 512 * 1024;

// Where a mask is drawn; threshold 0 switches it off.
struct Mask {
  uint64_t key = 0;
  uint32_t step = 0;
  uint32_t threshold = 0;
  float scale = 1;
};

// One row and head of a batch: n tokens from q on.
struct AttentionTile {
  int64_t n = 0, head_size = 0;
  int64_t qkv_stride = 0, out_stride = 0;  // between tokens
  const float *q = nullptr, *k = nullptr, *v = nullptr;
  float* out = nullptr;
  float* lse = nullptr;  // [n]
  uint32_t row = 0, head = 0;
  Mask mask;
};
struct AttentionTileBackward {
  AttentionTile forward;  // out and lse are read
  const float* grad_out = nullptr;
  float *grad_q = nullptr, *grad_k = nullptr, *grad_v = nullptr;  // with qkv_stride; overwritten
};
// Queries handled at once, and the floats of scratch that a tile of n tokens needs (kGemmScratch included).
inline constexpr int64_t kAttentionQueries = 128;
constexpr int64_t attentionScratch(int64_t n) {
  return kGemmScratch + 3 * kAttentionQueries * (n + 32) + (n + 128);
}

// out = LayerNorm(mask(x + bias) + residual); bias and residual null: out = mask(LayerNorm(x)).
struct NormRows {
  int64_t hidden = 0;
  const float *x = nullptr, *bias = nullptr, *residual = nullptr;
  const float *weight = nullptr, *shift = nullptr;
  const int32_t *rows = nullptr, *positions = nullptr;
  float *out = nullptr, *mean = nullptr, *rstd = nullptr;
  float eps = 0;
  Mask mask;
};
struct NormRowsBackward {
  NormRows forward;  // mean and rstd are read, out is not used
  const float* grad_out = nullptr;
  float *grad_x = nullptr, *grad_residual = nullptr;
};
// Floats of scratch of the two calls.
constexpr int64_t normScratch(int64_t hidden) {
  return 3 * (hidden + 128);
}

struct AdamPiece {
  float *param = nullptr, *grad = nullptr, *m = nullptr, *v = nullptr;
  uint16_t* half = nullptr;  // bfloat16 copy or null
  float beta1, beta2, epsilon, grad_scale;
  float rest1, rest2;  // 1 - beta, rounded once: in fp32 1 - 0.999f is wrong by 1e-5
  float decay;         // learning rate times weight decay
  float step_m;        // learning rate over the bias correction of m
  float scale_v;       // one over the square root of the bias correction of v
};

struct KernelTable {
  void (*gemm)(const Gemm& product, float* scratch);

  void (*attention)(const AttentionTile& tile, float* scratch);
  void (*attention_backward)(const AttentionTileBackward& tile, float* scratch);

  // Tokens begin .. end.
  void (*norm)(const NormRows& rows, int64_t begin, int64_t end, float* scratch);
  // The same; `sums` [3, H] receives the sums over these tokens for bias, weight and shift.
  void (*norm_backward)(const NormRowsBackward& rows, int64_t begin, int64_t end, float* sums,
                        float* scratch);

  // n rows of `width`; activation as in schema.cpp. `sums` [width] receives the column sums of grad_x.
  void (*activation)(int kind, const float* x, const float* bias, float* out, int64_t n, int64_t width);
  void (*activation_backward)(int kind, const float* grad_out, const float* x, const float* bias,
                              float* grad_x, float* sums, int64_t n, int64_t width);

  // sums [width] = column sums of n rows.
  void (*column_sum)(const float* x, float* sums, int64_t n, int64_t width);
  // to [n] += from [n]
  void (*add)(float* to, const float* from, int64_t n);

  // Logits [v, m] of v words without their bias [v], one column a position: per column the largest logit and
  // the sum of exp(logit - largest), bias included.
  void (*logits_statistics)(const float* logits, const float* bias, int64_t words, int64_t m, float* largest,
                            float* sums);
  // logits [v, m] become scale exp(logit + bias - lse[column]); bias_sums [v] receives the row sums.
  void (*logits_gradient)(float* logits, const float* bias, int64_t words, int64_t m, const float* lse,
                          float scale, float* bias_sums);

  void (*adam)(const AdamPiece& piece, int64_t n);
  double (*square_sum)(const float* x, int64_t n);

  // Multipliers 0 or mask.scale of elements 0 .. n - 1 of one (row, position, plane); writes n rounded up to
  // 128.
  void (*mask_row)(const Mask& mask, uint32_t row, uint32_t position, uint32_t plane, int64_t n, float* out);

  void (*from_half)(const uint16_t* from, float* to, int64_t n);
  void (*to_half)(const float* from, uint16_t* to, int64_t n);
};

// The tables of the levels. Only x86-64 has the last two.
extern const KernelTable kScalarKernels;
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvx512Kernels;

// The best level of this CPU, unless HEDDLE_SIMD (scalar, avx2, avx512) or setSimdLevel asks for a lower one.
SimdLevel simdLevel();
// For tests and benchmarks: returns what was in force. Throws c10::Error where the CPU lacks the level.
SimdLevel setSimdLevel(SimdLevel level);
bool supported(SimdLevel level);

// The table in force.
const KernelTable& kernels();

}  // namespace heddle::cpu
