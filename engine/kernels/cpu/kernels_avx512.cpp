// The kernels of this folder for CPUs with AVX-512 (F, BW, DQ, VL). The tile of a product fills the registers
// of the level.

#include "engine/kernels/cpu/simd_avx512.h"

namespace heddle::cpu {
namespace {
constexpr int kRows = 14, kColumnVecs = 2;
}  // namespace
}  // namespace heddle::cpu

#include "engine/kernels/cpu/attention_body.h"
#include "engine/kernels/cpu/rows_body.h"
#include "engine/kernels/cpu/step_body.h"

namespace heddle::cpu {

extern const KernelTable kAvx512Kernels = {gemm,         attention,        attentionBackward,  norm,
                                           normBackward, activation,       activationBackward, columnSum,
                                           addTo,        logitsStatistics, logitsGradient,     adamWithHalf,
                                           squareSum,    maskRowFloats,    fromHalf,           toHalf};

}  // namespace heddle::cpu
