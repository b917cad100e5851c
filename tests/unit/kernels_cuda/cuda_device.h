// A GPU for a test, or the reason why it is skipped; and the comparison of one operation on GPU and CPU.

#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "engine/kernels/cuda/loader/cuda_plugin.h"
#include "engine/kernels/ops.h"
#include "tests/unit/kernels/test_batches.h"

namespace heddle {

// Tests of this kind run on a GPU alone.
class OnGpu : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = missingGpu(); !missing.empty()) {
      GTEST_SKIP() << "needs a GPU: " << missing;
    }
    if (const std::string unfit = unfitGpu(0); !unfit.empty()) {
      GTEST_SKIP() << "needs a GPU that the plug-in runs on: " << unfit;
    }
    // With a GPU there is no excuse.
    static const Status loaded = loadCudaPluginFile(HEDDLE_CUDA_PLUGIN_FILE);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message();
    ASSERT_TRUE(at::hasCUDA());
  }
};

inline PackedRows toGpu(const PackedRows& rows) {
  PackedRows moved = rows;
  moved.starts = rows.starts.cuda();
  moved.rows = rows.rows.cuda();
  moved.positions = rows.positions.cuda();
  return moved;
}

using DeviceOperation = std::function<at::Tensor(const std::vector<at::Tensor>&, const PackedRows&)>;

// fp32: both sides sum some hundred terms, in different orders. bf16: results and factors are rounded to
// eight bits.
constexpr double kGpuFloatTolerance = 1e-5;
constexpr double kGpuHalfTolerance = 2e-2;

// Runs `fused` on the GPU and `expected` on the CPU in fp64 on equal numbers and compares results and
// gradients; then the GPU again, which must give the same bits.
inline void expectGpuAgrees(const DeviceOperation& fused, const DeviceOperation& expected,
                            const std::vector<at::Tensor>& inputs, const PackedRows& rows,
                            at::ScalarType type) {
  const double allowed = type == at::kFloat ? kGpuFloatTolerance : kGpuHalfTolerance;
  const PackedRows gpu_rows = rows.starts.defined() ? toGpu(rows) : rows;
  std::vector<at::Tensor> on_cpu;
  for (const at::Tensor& input : inputs) {
    on_cpu.push_back(leaf(input.to(type).to(at::kDouble)));
  }
  const at::Tensor wanted = expected(on_cpu, rows);
  const at::Tensor slope = randomTensor(wanted.sizes(), 99, type);
  wanted.backward(slope.to(at::kDouble));
  std::vector<at::Tensor> first_run;
  for (int run = 0; run < 2; ++run) {
    std::vector<at::Tensor> on_gpu;
    for (const at::Tensor& input : inputs) {
      on_gpu.push_back(leaf(input.to(type).cuda()));
    }
    const at::Tensor got = fused(on_gpu, gpu_rows);
    got.backward(slope.cuda().to(got.scalar_type()));
    std::vector<at::Tensor> results{got.detach()};
    EXPECT_LT(relativeDifference(got.cpu(), wanted), allowed) << "result";
    for (size_t i = 0; i < inputs.size(); ++i) {
      ASSERT_TRUE(on_gpu[i].grad().defined()) << "input " << i;
      EXPECT_LT(relativeDifference(on_gpu[i].grad().cpu(), on_cpu[i].grad()), allowed)
          << "gradient of input " << i;
      results.push_back(on_gpu[i].grad());
    }
    if (run == 0) {
      first_run = results;
    }
    for (size_t i = 0; i < results.size(); ++i) {
      EXPECT_TRUE(at::equal(results[i], first_run[i]))
          << "not the same bits in run " << run << ", result " << i;
    }
  }
}

}  // namespace heddle
