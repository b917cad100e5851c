// The kernels of this folder in plain C++, for CPUs without AVX2. The tile of a product fits the registers of
// SSE2.

#include "engine/kernels/cpu/simd_scalar.h"

namespace heddle::cpu {
namespace {
constexpr int kRows = 4, kColumnVecs = 2;
}  // namespace
}  // namespace heddle::cpu

#include "engine/kernels/cpu/attention_body.h"
#include "engine/kernels/cpu/rows_body.h"
#include "engine/kernels/cpu/step_body.h"

namespace heddle::cpu {

extern const KernelTable kScalarKernels = {gemm,         attention,        attentionBackward,  norm,
                                           normBackward, activation,       activationBackward, columnSum,
                                           addTo,        logitsStatistics, logitsGradient,     adamWithHalf,
                                           squareSum,    maskRowFloats,    fromHalf,           toHalf};

}  // namespace heddle::cpu
