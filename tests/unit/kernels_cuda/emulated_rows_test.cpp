// The kernels that work on rows or flat buffers, run by the emulator, against plain loops in double.

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "tests/unit/kernels_cuda/emulated_data.h"

namespace heddle::cuda {
namespace {

struct Case {
  Type type;
  int width;
  double p;
  size_t tokens = 5;
  int off = 0;  // which tensor does not start on a vector: 1 x ... 10 partial
};

class EmulatedNorm : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto [type, width, p, tokens, off] = GetParam();
    const size_t size = tokens * static_cast<size_t>(width);
    x = Buffer(type, randomValues(size, 1), lead(1));
    residual = Buffer(type, randomValues(size, 2), lead(2));
    grad_out = Buffer(type, randomValues(size, 3), lead(3));
    bias = Buffer(type, randomValues(static_cast<size_t>(width), 4), lead(4));
    weight = Buffer(type, randomValues(static_cast<size_t>(width), 5), lead(5));
    shift = Buffer(type, randomValues(static_cast<size_t>(width), 6), lead(6));
    mean = Buffer(Type::kFloat, tokens);
    rstd = Buffer(Type::kFloat, tokens);
    for (size_t t = 0; t < tokens; ++t) {
      rows.push_back(static_cast<int>(3 + t / 3));
      positions.push_back(static_cast<int>(t % 3));
    }
    call.type = type;
    call.x = x.data();
    call.weight = weight.data();
    call.shift = shift.data();
    call.mean = mean.floats();
    call.rstd = rstd.floats();
    call.rows = rows.data();
    call.positions = positions.data();
    call.tokens = static_cast<int64_t>(tokens);
    call.hidden = width;
    call.eps = 1e-12f;
    call.dropout = dropoutFor(p);
  }
  void TearDown() override { emulation::setSchedule({}); }
  size_t lead(int tensor) const { return GetParam().off == tensor ? 1 : 0; }

  // Forward and backward of the kernels and of plain loops. `before`: dropout(x + bias) + residual, then the
  // norm.
  void check(bool before) {
    const auto [type, width_int, p, tokens, off] = GetParam();
    const auto width = static_cast<size_t>(width_int);
    const size_t size = tokens * width;
    call.bias = before ? bias.data() : nullptr;
    call.residual = before ? residual.data() : nullptr;
    Buffer out(type, size, lead(7)), grad_x(type, size, lead(8)), grad_residual(type, size, lead(9));
    Buffer partial(Type::kFloat, static_cast<size_t>(normParts(call.tokens)) * 3 * width, lead(10)),
        sums(Type::kFloat, 3 * width);
    normForward(call, out.data(), nullptr);
    NormGradients gradients{};
    gradients.grad_out = grad_out.data();
    gradients.grad_x = grad_x.data();
    gradients.grad_residual = before ? grad_residual.data() : nullptr;
    gradients.partial = partial.floats();
    gradients.sums = sums.floats();
    normBackward(call, gradients, nullptr);

    const Values xs = x.values(), rs = residual.values(), gs = grad_out.values(), bs = bias.values(),
                 ws = weight.values(), ss = shift.values();
    Values expected_out(size), expected_x(size), expected_residual(size), expected_sums(3 * width);
    for (size_t t = 0; t < tokens; ++t) {
      Values z(width), factor(width), grad(width);
      double average = 0, variance = 0, sum = 0, dot = 0;
      for (size_t c = 0; c < width; ++c) {
        factor[c] = dropoutFactor(call.dropout, rows[t], positions[t], 0, static_cast<int>(c));
        z[c] = before ? (xs[t * width + c] + bs[c]) * factor[c] + rs[t * width + c] : xs[t * width + c];
        average += z[c] / static_cast<double>(width);
      }
      for (size_t c = 0; c < width; ++c) {
        variance += (z[c] - average) * (z[c] - average) / static_cast<double>(width);
      }
      for (size_t c = 0; c < width; ++c) {
        z[c] = (z[c] - average) / std::sqrt(variance + 1e-12);
        const double after = before ? 1.0 : factor[c];
        const double g = gs[t * width + c] * after;
        expected_out[t * width + c] = (z[c] * ws[c] + ss[c]) * after;
        expected_sums[c] += g * z[c];
        expected_sums[width + c] += g;
        grad[c] = g * ws[c];
        sum += grad[c] / static_cast<double>(width);
        dot += grad[c] * z[c] / static_cast<double>(width);
      }
      for (size_t c = 0; c < width; ++c) {
        const double g = (grad[c] - sum - z[c] * dot) / std::sqrt(variance + 1e-12);
        expected_residual[t * width + c] = g;
        expected_x[t * width + c] = before ? g * factor[c] : g;
        expected_sums[2 * width + c] += g * factor[c];
      }
    }
    expectNear(out.values(), expected_out, tolerance(type), "out");
    expectNear(grad_x.values(), expected_x, tolerance(type), "grad_x");
    Values found_sums = sums.values();
    if (before) {
      expectNear(grad_residual.values(), expected_residual, tolerance(type), "grad_residual");
    } else {
      found_sums.resize(2 * width);
      expected_sums.resize(2 * width);
    }
    expectNear(found_sums, expected_sums, 1e-4, "sums");
  }

  Buffer x{Type::kFloat, 0}, residual{Type::kFloat, 0}, grad_out{Type::kFloat, 0}, bias{Type::kFloat, 0},
      weight{Type::kFloat, 0}, shift{Type::kFloat, 0};
  Buffer mean{Type::kFloat, 0}, rstd{Type::kFloat, 0};
  std::vector<int> rows, positions;
  NormCall call{};
};

TEST_P(EmulatedNorm, OfDropoutAndResidualAgreesWithPlainLoops) {
  check(/*before=*/true);
}
TEST_P(EmulatedNorm, ThenDropoutAgreesWithPlainLoops) {
  check(/*before=*/false);
}
TEST_P(EmulatedNorm, AgreesInTheOtherOrderOfBlocksAndThreads) {
  emulation::setSchedule({.reversed = true});
  check(/*before=*/true);
}

// One warp, several warps, a last chunk in part, several chunks a thread, widths that vectors do not divide,
// more tokens than blocks.
INSTANTIATE_TEST_SUITE_P(TypesAndWidths, EmulatedNorm,
                         ::testing::Values(Case{Type::kFloat, 128, 0.1}, Case{Type::kFloat, 384, 0.0},
                                           Case{Type::kFloat, 13, 0.5}, Case{Type::kFloat, 2056, 0.1},
                                           Case{Type::kFloat, 4104, 0.2}, Case{Type::kBf16, 768, 0.1},
                                           Case{Type::kBf16, 301, 0.1}, Case{Type::kFloat, 16, 0.1, 1100},
                                           Case{Type::kBf16, 264, 0.1, 520}));

std::vector<Case> withOneTensorOffVectors() {
  std::vector<Case> cases;
  for (int tensor = 1; tensor <= 10; ++tensor) {
    cases.push_back({tensor % 2 == 0 ? Type::kFloat : Type::kBf16, 128, 0.1, 3, tensor});
  }
  return cases;
}
INSTANTIATE_TEST_SUITE_P(OffVectors, EmulatedNorm, ::testing::ValuesIn(withOneTensorOffVectors()));

TEST(EmulatedSums, ParametersGetNoGradientFromNoTokens) {
  Buffer sums(Type::kFloat, 3 * 8), partial(Type::kFloat, 8);
  NormCall call{};
  call.hidden = 8;
  NormGradients gradients{};
  gradients.partial = partial.floats();
  gradients.sums = sums.floats();
  normBackward(call, gradients, nullptr);
  EXPECT_EQ(sums.values(), Values(24, 0.0));
}

double activationOf(int activation, double x) {
  const double inner = std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x);
  return activation == 0   ? 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)))
         : activation == 1 ? 0.5 * x * (1 + std::tanh(inner))
                           : std::max(x, 0.0);
}

TEST(EmulatedActivation, AgreesWithPlainLoopsAndCentralDifferences) {
  for (const auto& [type, rows, width, lead] :
       {std::tuple{Type::kFloat, 300, 40, size_t{0}}, std::tuple{Type::kFloat, 3, 1037, size_t{0}},
        std::tuple{Type::kBf16, 9, 1032, size_t{0}}, std::tuple{Type::kBf16, 3, 40, size_t{1}}}) {
    for (int activation = 0; activation < 3; ++activation) {
      const auto size = static_cast<size_t>(rows * width);
      Buffer x(type, randomValues(size, 1, 3.0), lead),
          bias(type, randomValues(static_cast<size_t>(width), 2), lead),
          grad_out(type, randomValues(size, 3), lead);
      Buffer out(type, size, lead), grad_x(type, size, lead);
      Buffer partial(Type::kFloat, static_cast<size_t>(columnParts(rows) * width)),
          grad_bias(Type::kFloat, static_cast<size_t>(width));
      biasActivationForward(type, x.data(), bias.data(), activation, rows, width, out.data(), nullptr);
      biasActivationBackward(type, grad_out.data(), x.data(), bias.data(), activation, rows, width,
                             grad_x.data(), partial.floats(), grad_bias.floats(), nullptr);
      const Values xs = x.values(), bs = bias.values(), gs = grad_out.values();
      Values expected(size), expected_grad(size), expected_bias(static_cast<size_t>(width));
      for (size_t i = 0; i < size; ++i) {
        const double sum = xs[i] + bs[i % static_cast<size_t>(width)];
        expected[i] = activationOf(activation, sum);
        const double step = 1e-6;
        expected_grad[i] = gs[i] *
                           (activationOf(activation, sum + step) - activationOf(activation, sum - step)) /
                           (2 * step);
        if (activation == 2 && std::fabs(sum) < step) {
          expected_grad[i] = 0;  // by convention, at the kink
        }
        expected_bias[i % static_cast<size_t>(width)] += expected_grad[i];
      }
      expectNear(out.values(), expected, tolerance(type), "out");
      expectNear(grad_x.values(), expected_grad, tolerance(type), "grad_x");
      expectNear(grad_bias.values(), expected_bias, 1e-4, "grad_bias");
    }
  }
}

TEST(EmulatedSums, OfColumnsAddUpRowsThatLieApart) {
  for (const auto& [type, lead] : {std::pair{Type::kFloat, size_t{0}}, std::pair{Type::kBf16, size_t{0}},
                                   std::pair{Type::kBf16, size_t{1}}}) {
    constexpr size_t kRows = 700, kWidth = 37, kStride = 40;
    Buffer x(type, randomValues(kRows * kStride, 1), lead);
    Buffer partial(Type::kFloat, static_cast<size_t>(columnParts(kRows)) * kWidth),
        sums(Type::kFloat, kWidth);
    columnSum(type, x.data(), kRows, kWidth, kStride, partial.floats(), /*accumulate=*/false, sums.floats(),
              nullptr);
    columnSum(type, x.data(), kRows, kWidth, kStride, partial.floats(), /*accumulate=*/true, sums.floats(),
              nullptr);
    const Values xs = x.values();
    Values expected(kWidth);
    for (size_t i = 0; i < kRows * kStride; ++i) {
      if (i % kStride < kWidth) {
        expected[i % kStride] += 2 * xs[i];
      }
    }
    expectNear(sums.values(), expected, 1e-5, "sums");
  }
}

TEST(EmulatedCrossEntropy, TurnsLogitsIntoTheirGradientAndCountsHits) {
  for (const Type type : {Type::kFloat, Type::kBf16}) {
    for (const size_t vocabulary : {size_t{5}, size_t{64}, size_t{9003}}) {
      constexpr size_t kRows = 4;
      const size_t stride = (vocabulary + 7) / 8 * 8;
      Values start = randomValues(kRows * stride, 1, 6.0);
      const std::vector<int> labels = {0, static_cast<int>(vocabulary) - 1, 3, 2};
      start[2 * stride + 3] = 9.0;  // the highest of its row
      Buffer logits(type, start);
      const Values before = logits.values();
      Buffer losses(Type::kFloat, kRows);
      std::vector<int> hits(kRows, -1);
      crossEntropyInPlace(type, logits.data(), labels.data(), kRows, static_cast<int>(vocabulary),
                          static_cast<int64_t>(stride), /*with_gradients=*/false, losses.floats(),
                          hits.data(), nullptr);
      EXPECT_EQ(logits.values(), before);
      crossEntropyInPlace(type, logits.data(), labels.data(), kRows, static_cast<int>(vocabulary),
                          static_cast<int64_t>(stride), /*with_gradients=*/true, losses.floats(), hits.data(),
                          nullptr);
      Values expected = before, expected_losses(kRows);
      for (size_t r = 0; r < kRows; ++r) {
        const double* row = before.data() + r * stride;
        double sum = 0;
        for (size_t v = 0; v < vocabulary; ++v) {
          sum += std::exp(row[v]);
        }
        const auto label = static_cast<size_t>(labels[r]);
        expected_losses[r] = std::log(sum) - row[label];
        EXPECT_EQ(hits[r], *std::max_element(row, row + vocabulary) == row[label] ? 1 : 0);
        for (size_t v = 0; v < vocabulary; ++v) {
          expected[r * stride + v] = std::exp(row[v]) / sum - (v == label ? 1.0 : 0.0);
        }
      }
      EXPECT_EQ(hits[2], 1);
      expectNear(losses.values(), expected_losses, 1e-5, "losses");
      // Between the rows nothing is written.
      const Values after = logits.values();
      for (size_t i = 0; i < after.size(); ++i) {
        const double allowed =
            i % stride < vocabulary ? tolerance(type) * std::max(std::fabs(expected[i]), 1e-5) : 0.0;
        ASSERT_NEAR(after[i], expected[i], allowed) << i;
      }
    }
  }
}

TEST(EmulatedCrossEntropy, OfALabelOutsideTheVocabularyIsNaNAndReadsNothing) {
  Buffer logits(Type::kFloat, randomValues(16, 1)), losses(Type::kFloat, 2);
  const std::vector<int> labels = {8, -1};
  std::vector<int> hits(2, -1);
  crossEntropyInPlace(Type::kFloat, logits.data(), labels.data(), 2, 8, 8, /*with_gradients=*/false,
                      losses.floats(), hits.data(), nullptr);
  for (const double loss : losses.values()) {
    EXPECT_TRUE(std::isnan(loss));
  }
  EXPECT_EQ(hits, (std::vector<int>{0, 0}));
}

TEST(EmulatedEmbedding, AddsRowsOfEqualIdsAcrossCutRuns) {
  constexpr size_t kHidden = 130, kVocabulary = 6;
  // Runs that end inside a window, at its edge, and run over several.
  const std::vector<std::pair<int, int>> runs = {{0, 3}, {1, 61}, {2, 64}, {3, 200}, {5, 30}};
  std::vector<int> ids;
  for (const auto& [id, count] : runs) {
    ids.insert(ids.end(), static_cast<size_t>(count), id);
  }
  const size_t tokens = ids.size();
  std::vector<int64_t> order(tokens);
  for (size_t i = 0; i < tokens; ++i) {
    order[i] = static_cast<int64_t>((i * 7) % tokens);  // 358 tokens: a permutation
  }
  for (const auto& [type, table_type] :
       {std::pair{Type::kFloat, Type::kFloat}, std::pair{Type::kBf16, Type::kFloat},
        std::pair{Type::kBf16, Type::kBf16}}) {
    Buffer grad_out(type, randomValues(tokens * kHidden, 1)),
        table(table_type, randomValues(kVocabulary * kHidden, 2));
    Values expected = table.values();
    const Values grads = grad_out.values();
    for (size_t i = 0; i < tokens; ++i) {
      for (size_t h = 0; h < kHidden; ++h) {
        expected[static_cast<size_t>(ids[i]) * kHidden + h] +=
            grads[static_cast<size_t>(order[i]) * kHidden + h];
      }
    }
    Buffer partial(Type::kFloat, static_cast<size_t>(embeddingParts(static_cast<int64_t>(tokens))) * kHidden);
    embeddingBackward(type, grad_out.data(), ids.data(), order.data(), static_cast<int64_t>(tokens), kHidden,
                      partial.floats(), table_type, table.data(), nullptr);
    expectNear(table.values(), expected, table_type == Type::kFloat ? 1e-5 : 1e-2, "table");
  }
}

TEST(EmulatedAdam, StepsEveryElementZeroesTheGradientAndWritesTheCopy) {
  for (const auto& [size, lead] : {std::pair{size_t{1}, size_t{0}}, std::pair{size_t{1030}, size_t{0}},
                                   std::pair{size_t{40}, size_t{1}}}) {
    Buffer param(Type::kFloat, randomValues(size, 1)), grad(Type::kFloat, randomValues(size, 2), lead),
        m(Type::kFloat, randomValues(size, 3)), v(Type::kFloat, Values(size, 0.25)), half(Type::kBf16, size);
    const Values p0 = param.values(), g0 = grad.values(), m0 = m.values();
    AdamCall call{};
    call.param = param.floats();
    call.grad = grad.floats();
    call.m = m.floats();
    call.v = v.floats();
    call.half = half.data();
    call.size = static_cast<int64_t>(size);
    call.learning_rate = 0.01f;
    call.beta1 = 0.9f;
    call.beta2 = 0.999f;
    call.epsilon = 1e-6f;
    call.weight_decay = 0.1f;
    call.grad_scale = 0.5f;
    call.one_minus_beta1 = 0.1f;
    call.one_minus_beta2 = 0.001f;
    call.correction1 = 0.19f;
    call.correction2 = 0.001999f;
    adamStep(call, nullptr);
    Values expected(size);
    for (size_t i = 0; i < size; ++i) {
      const double g = 0.5 * g0[i];
      const double first = (0.9 * m0[i] + 0.1 * g) / 0.19;
      const double second = (0.999 * 0.25 + 0.001 * g * g) / 0.001999;
      expected[i] = p0[i] - 0.01 * (first / (std::sqrt(second) + 1e-6) + 0.1 * p0[i]);
    }
    expectNear(param.values(), expected, 1e-6, "param");
    expectNear(half.values(), expected, 4e-3, "half");
    EXPECT_EQ(grad.values(), Values(size, 0.0));
  }
}

TEST(EmulatedSums, OfSquaresAreTakenInDouble) {
  for (const size_t lead : {size_t{0}, size_t{1}}) {
    Buffer x(Type::kFloat, randomValues(5003, 1, 1e3), lead);
    std::vector<double> total(kNormSlots, -1.0);
    sumOfSquares(x.floats(), 5003, total.data(), nullptr);
    double expected = 0;
    for (const double value : x.values()) {
      expected += value * value;
    }
    EXPECT_NEAR(total[0], expected, 1e-12 * expected);
  }
}

}  // namespace
}  // namespace heddle::cuda
