// The fused operations of an encoder layer on a GPU against their plain references on the CPU, with equal
// random masks.

#include "engine/kernels/reference.h"
#include "tests/unit/kernels_cuda/cuda_device.h"

namespace heddle {
namespace {

using at::Tensor;

DropoutSite siteOf(double p) {
  return {p, 0xFEDCBA9876543210ull, 17};
}

TEST_F(OnGpu, AttentionEqualsItsReference) {
  const PackedRows rows = raggedRows();
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    for (const int64_t head_dim : {32, 64, 128}) {
      for (const double p : {0.0, 0.1}) {
        SCOPED_TRACE(::testing::Message() << type << ", head width " << head_dim << ", dropout " << p);
        expectGpuAgrees(
            [&](const auto& in, const PackedRows& packed) {
              return packedAttention(in[0], packed, 3, siteOf(p));
            },
            [&](const auto& in, const PackedRows& packed) {
              return reference::packedAttention(in[0], packed, 3, siteOf(p));
            },
            {randomTensor({rows.rows.size(0), 9 * head_dim}, 1)}, rows, type);
      }
    }
  }
}

TEST_F(OnGpu, AttentionOfAnotherHeadWidthIsRefusedWithTheWidth) {
  const PackedRows rows = toGpu(packRows({4}));
  try {
    packedAttention(at::zeros({4, 3 * 48}).cuda(), rows, 1, {});
    FAIL() << "a head width of 48 was taken";
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("48"), std::string::npos);
  }
}

TEST_F(OnGpu, JoiningNormEqualsItsReference) {
  const PackedRows rows = raggedRows();
  const int64_t tokens = rows.rows.size(0);
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    for (const int64_t hidden : {128, 768, 100, 4096}) {
      for (const double p : {0.0, 0.1}) {
        SCOPED_TRACE(::testing::Message() << type << ", hidden " << hidden << ", dropout " << p);
        expectGpuAgrees(
            [&](const auto& in, const PackedRows& packed) {
              return dropoutAddLayerNorm(in[0], in[1], in[2], in[3], in[4], 1e-6, packed, siteOf(p));
            },
            [&](const auto& in, const PackedRows& packed) {
              return reference::dropoutAddLayerNorm(in[0], in[1], in[2], in[3], in[4], 1e-6, packed,
                                                    siteOf(p));
            },
            {randomTensor({tokens, hidden}, 1), randomTensor({hidden}, 2), randomTensor({tokens, hidden}, 3),
             randomTensor({hidden}, 4), randomTensor({hidden}, 5)},
            rows, type);
      }
    }
  }
}

TEST_F(OnGpu, NormWithDropoutEqualsItsReference) {
  const PackedRows rows = raggedRows();
  const int64_t tokens = rows.rows.size(0);
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    expectGpuAgrees(
        [&](const auto& in, const PackedRows& packed) {
          return layerNormDropout(in[0], in[1], in[2], 1e-12, packed, siteOf(0.1));
        },
        [&](const auto& in, const PackedRows& packed) {
          return reference::layerNormDropout(in[0], in[1], in[2], 1e-12, packed, siteOf(0.1));
        },
        {randomTensor({tokens, 256}, 1), randomTensor({256}, 2), randomTensor({256}, 3)}, rows, type);
  }
}

TEST_F(OnGpu, ActivationsEqualTheirReferences) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    for (const Activation activation : {Activation::kGelu, Activation::kGeluTanh, Activation::kRelu}) {
      expectGpuAgrees(
          [&](const auto& in, const PackedRows&) { return biasActivation(in[0], in[1], activation); },
          [&](const auto& in, const PackedRows&) {
            return reference::biasActivation(in[0], in[1], activation);
          },
          {randomTensor({300, 130}, 1) * 3, randomTensor({130}, 2)}, {}, type);
    }
  }
}

TEST_F(OnGpu, ProductsEqualTheirReferences) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    expectGpuAgrees([&](const auto& in, const PackedRows&) { return linearNoBias(in[0], in[1]); },
                    [&](const auto& in, const PackedRows&) { return reference::linearNoBias(in[0], in[1]); },
                    {randomTensor({77, 64}, 1), randomTensor({48, 64}, 2)}, {}, type);
  }
}

TEST_F(OnGpu, MasksEqualThoseOfTheCpu) {
  const PackedRows rows = raggedRows();
  const Tensor x = at::ones({rows.rows.size(0), 130});
  const Tensor ones = at::ones({130}), zeros = at::zeros({130});
  // What is left of a shift of one is the mask itself.
  const Tensor on_cpu = layerNormDropout(x, zeros, ones, 1e-6, rows, siteOf(0.3));
  const Tensor on_gpu =
      layerNormDropout(x.cuda(), zeros.cuda(), ones.cuda(), 1e-6, toGpu(rows), siteOf(0.3)).cpu();
  EXPECT_TRUE(at::equal(on_cpu, on_gpu));
}

}  // namespace
}  // namespace heddle
