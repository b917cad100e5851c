// Random masks: the same bits at every SIMD level, in hidden states and in attention, and the share they
// promise.

#include "engine/kernels/dropout_mask.h"

#include <cmath>
#include <set>

#include "engine/kernels/cpu/kernel_table.h"
#include "engine/kernels/reference.h"
#include "tests/unit/kernels/test_batches.h"

namespace heddle {
namespace {

constexpr uint64_t kKey = 0xFEDCBA9876543210ull;

TEST(DropoutMask, VectorsDrawTheSameBitsAsTheDefinition) {
  for (const cpu::SimdLevel level :
       {cpu::SimdLevel::kScalar, cpu::SimdLevel::kAvx2, cpu::SimdLevel::kAvx512}) {
    if (!cpu::supported(level)) {
      continue;
    }
    const cpu::SimdLevel before = cpu::setSimdLevel(level);
    for (const double p : {0.1, 0.5, 0.999}) {
      const cpu::Mask mask{kKey, 77, dropoutThreshold(p), dropoutScale(p)};
      for (const int64_t n : {1, 64, 65, 300, 3072}) {
        std::vector<float> got(static_cast<size_t>((n + 127) / 128 * 128));
        cpu::kernels().mask_row(mask, 123456, 511, 15, n, got.data());
        for (int64_t i = 0; i < n; ++i) {
          const bool dropped =
              dropoutBits(kKey, 77, 123456, 511, 15, static_cast<uint32_t>(i)) < dropoutThreshold(p);
          ASSERT_EQ(got[static_cast<size_t>(i)], dropped ? 0.0F : dropoutScale(p))
              << "level " << static_cast<int>(level) << ", element " << i << " of " << n;
        }
      }
    }
    cpu::setSimdLevel(before);
  }
}

TEST(DropoutMask, EveryElementHasBitsOfItsOwn) {
  // Two elements that shared a counter word and a draw would always be dropped together.
  std::set<std::pair<uint32_t, uint32_t>> places;
  for (uint32_t element = 0; element < 4096; ++element) {
    places.insert({dropoutCounter(element), dropoutDraw(element)});
  }
  EXPECT_EQ(places.size(), 4096u);
}

TEST(DropoutMask, KeepsTheShareItPromises) {
  const PackedRows rows = packRows({512, 512});
  constexpr int64_t kChannels = 512;
  const double draws = 1024.0 * kChannels;
  for (const double p : {0.1, 0.25, 0.5}) {
    const at::Tensor mask = reference::hiddenMask(rows, kChannels, {p, kKey, 3}, at::zeros({}));
    const double kept = mask.count_nonzero().item<double>() / draws;
    // Five standard deviations of a binomial share.
    EXPECT_NEAR(kept, 1 - p, 5 * std::sqrt(p * (1 - p) / draws));
    EXPECT_NEAR(mask.mean().item<double>(), 1, 5 * std::sqrt(p / (1 - p) / draws) + 1e-5);
  }
}

TEST(DropoutMask, ChangesWithKeyStepRowPositionAndHead) {
  const auto draw = [](uint64_t key, uint32_t step, uint32_t row, uint32_t position, uint32_t plane) {
    std::vector<uint32_t> bits;
    for (uint32_t element = 0; element < 64; ++element) {
      bits.push_back(dropoutBits(key, step, row, position, plane, element));
    }
    return bits;
  };
  const auto base = draw(kKey, 1, 2, 3, 4);
  EXPECT_EQ(base, draw(kKey, 1, 2, 3, 4));
  EXPECT_NE(base, draw(kKey + 1, 1, 2, 3, 4));
  EXPECT_NE(base, draw(kKey, 2, 2, 3, 4));
  EXPECT_NE(base, draw(kKey, 1, 3, 3, 4));
  EXPECT_NE(base, draw(kKey, 1, 2, 4, 4));
  EXPECT_NE(base, draw(kKey, 1, 2, 3, 5));
}

TEST(DropoutMask, FusedNormDropsExactlyTheDefinedElements) {
  const PackedRows rows = packRows({3, 40}, 9);
  constexpr int64_t kHidden = 150;
  const DropoutSite site{0.3, kKey, 5};
  // Every normalised element is 1: what is left is the mask.
  const at::Tensor x = randomTensor({43, kHidden}, 1);
  const at::Tensor got = layerNormDropout(x, at::zeros({kHidden}), at::ones({kHidden}), 1e-12, rows, site);
  EXPECT_TRUE(got.equal(reference::hiddenMask(rows, kHidden, site, x)));
}

TEST(DropoutMask, FusedAttentionDropsExactlyTheDefinedProbabilities) {
  constexpr int64_t kLength = 48, kHeads = 2, kWidth = 48;
  const PackedRows rows = packRows({kLength, kLength}, 31);
  const DropoutSite site{0.3, kKey, 5};
  // Equal scores and unit vectors as values: the output is the mask over the length.
  at::Tensor qkv = at::zeros({2 * kLength, 3, kHeads, kWidth});
  qkv.select(1, 2).copy_(at::eye(kLength).repeat({2, 1}).unsqueeze(1).expand({2 * kLength, kHeads, kWidth}));
  const at::Tensor out = packedAttention(qkv.view({2 * kLength, -1}), rows, kHeads, site);
  for (int64_t row = 0; row < 2; ++row) {
    const at::Tensor got =
        out.narrow(0, row * kLength, kLength).view({kLength, kHeads, kWidth}).transpose(0, 1);
    const at::Tensor expected = reference::attentionMask(31 + row, kLength, kHeads, site, out) / kLength;
    EXPECT_LT(relativeDifference(got, expected), 1e-6);
    EXPECT_TRUE(got.eq(0).equal(expected.eq(0)));
  }
}

}  // namespace
}  // namespace heddle
