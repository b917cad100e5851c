// Where the gradients of parameters go, whatever the layers compute in.

#include "engine/model/parameters.h"

#include "engine/model/layers.h"
#include "tests/unit/kernels/test_batches.h"

namespace heddle {
namespace {

using at::Tensor;

// bf16 keeps eight bits: a sum of some dozen products that was rounded to it anywhere would be off by more.
constexpr double kFloatSums = 1e-6;

TEST(Parameters, GetTheirGradientsInFp32WhenTheyComputeInBf16) {
  ParameterSet parameters;
  const Linear dense(parameters, {"dense"}, 24, 40);
  Parameter* norm = parameters.declare({"norm.weight"}, {40}, Initial::kOnes, Decay::kNo);
  Parameter* shift = parameters.declare({"norm.bias"}, {40}, Initial::kZeros, Decay::kNo);
  Parameter* table = parameters.declare({"table"}, {6, 24}, Initial::kTruncatedNormal, Decay::kYes);
  parameters.allocate(at::kCPU, ComputeType::kBf16);
  parameters.initialize(1, 0.5);
  const PackedRows rows = packRows({9});
  const Tensor ids = at::tensor(std::vector<int32_t>{1, 1, 0, 5, 5, 5, 5, 2, 1}, at::kInt);
  const Tensor slope = randomTensor({9, 40}, 3, at::kBFloat16);

  // Two micro-batches: the second is added to the first.
  for (int repeat = 0; repeat < 2; ++repeat) {
    const Tensor x = embeddingRows(table->compute(), ids);
    layerNormDropout(dense.forward(x), norm->compute(), shift->compute(), 1e-6, rows, {}).backward(slope);
  }
  const auto gradient = [&](const char* name) {
    for (const PublishedTensor& tensor : parameters.published()) {
      if (tensor.name == name) {
        return parameters.gradients().narrow(0, tensor.offset, tensor.count).view(tensor.shape);
      }
    }
    return Tensor();
  };
  EXPECT_LT(relativeDifference(gradient("norm.bias"), 2 * slope.to(at::kDouble).sum(0)), kFloatSums);
  // Not of dense.weight: a CPU that multiplies bf16 itself rounds the product.
  for (const char* name : {"dense.bias", "norm.weight", "norm.bias", "table"}) {
    const Tensor grad = gradient(name);
    EXPECT_GT(grad.abs().max().item<float>(), 0) << name;
    EXPECT_FALSE(grad.equal(grad.to(at::kBFloat16).to(at::kFloat))) << name << " was rounded to bf16";
  }
}

TEST(Parameters, KeepTheirGradientBufferThroughABackwardPass) {
  for (const ComputeType type : {ComputeType::kFp32, ComputeType::kBf16}) {
    ParameterSet parameters;
    const Linear dense(parameters, {"dense"}, 8, 8);
    parameters.allocate(at::kCPU, type);
    parameters.initialize(1, 0.5);
    const void* buffer = parameters.gradients().data_ptr();
    const at::ScalarType compute = type == ComputeType::kBf16 ? at::kBFloat16 : at::kFloat;
    for (int repeat = 1; repeat < 3; ++repeat) {
      dense.forward(at::ones({3, 8}, compute)).sum().backward();
      EXPECT_EQ(parameters.gradients().data_ptr(), buffer);
      // 64 weights whose gradient is the number of rows, 8 biases likewise.
      EXPECT_EQ(parameters.gradients().sum().item<float>(), static_cast<float>(repeat * 3 * 72));
    }
  }
}

}  // namespace
}  // namespace heddle
