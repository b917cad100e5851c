// The attention kernels, run by the emulator, against plain loops in double.

#include <algorithm>
#include <array>
#include <tuple>

#include "tests/unit/kernels_cuda/emulated_data.h"

namespace heddle::cuda {
namespace {

struct Batch {
  std::vector<int> starts = {0};
  std::vector<int> rows;
  int max_length = 0;

  explicit Batch(const std::vector<int>& lengths) {
    for (size_t b = 0; b < lengths.size(); ++b) {
      starts.push_back(starts.back() + lengths[b]);
      rows.insert(rows.end(), static_cast<size_t>(lengths[b]), static_cast<int>(10 + b));
      max_length = std::max(max_length, lengths[b]);
    }
  }
  size_t tokens() const { return rows.size(); }
};

struct Expected {
  Values out;       // [tokens, hidden]
  Values lse;       // [heads, tokens]
  Values grad_qkv;  // [tokens, 3 hidden]
};

// softmax(q k^T / sqrt(D)) with dropout, times v, and the gradients by the chain rule, one query at a time.
Expected reference(const Batch& batch, const Values& qkv, const Values& grad_out, size_t heads, size_t dim,
                   const DropoutSettings& dropout) {
  const size_t hidden = heads * dim;
  const double scale = 1.0 / std::sqrt(static_cast<double>(dim));
  Expected expected{Values(batch.tokens() * hidden), Values(heads * batch.tokens()), Values(qkv.size())};
  for (size_t b = 0; b + 1 < batch.starts.size(); ++b) {
    const auto begin = static_cast<size_t>(batch.starts[b]);
    const auto length = static_cast<size_t>(batch.starts[b + 1]) - begin;
    for (size_t a = 0; a < heads; ++a) {
      const auto at = [&](size_t token, size_t part, size_t d) {
        return (begin + token) * 3 * hidden + part * hidden + a * dim + d;
      };
      for (size_t i = 0; i < length; ++i) {
        Values probs(length);
        double sum = 0;
        for (size_t j = 0; j < length; ++j) {
          double dot = 0;
          for (size_t d = 0; d < dim; ++d) {
            dot += qkv[at(i, 0, d)] * qkv[at(j, 1, d)];
          }
          probs[j] = std::exp(dot * scale);
          sum += probs[j];
        }
        expected.lse[a * batch.tokens() + begin + i] = std::log(sum);
        Values grad_probs(length);
        Values factors(length);
        double mean_grad = 0;
        for (size_t j = 0; j < length; ++j) {
          probs[j] /= sum;
          factors[j] = dropoutFactor(dropout, batch.rows[begin], static_cast<int>(i), static_cast<int>(a),
                                     static_cast<int>(j));
          for (size_t d = 0; d < dim; ++d) {
            const double grad = grad_out[(begin + i) * hidden + a * dim + d];
            expected.out[(begin + i) * hidden + a * dim + d] += probs[j] * factors[j] * qkv[at(j, 2, d)];
            expected.grad_qkv[at(j, 2, d)] += probs[j] * factors[j] * grad;
            grad_probs[j] += factors[j] * grad * qkv[at(j, 2, d)];
          }
          mean_grad += probs[j] * grad_probs[j];
        }
        for (size_t j = 0; j < length; ++j) {
          const double grad_score = probs[j] * (grad_probs[j] - mean_grad) * scale;
          for (size_t d = 0; d < dim; ++d) {
            expected.grad_qkv[at(i, 0, d)] += grad_score * qkv[at(j, 1, d)];
            expected.grad_qkv[at(j, 1, d)] += grad_score * qkv[at(i, 0, d)];
          }
        }
      }
    }
  }
  return expected;
}

struct Found {
  Buffer out, lse, grad_qkv;
};

Found runKernels(Type type, const Batch& batch, Buffer& qkv, Buffer& grad_out, int heads, int dim,
                 const DropoutSettings& dropout) {
  const size_t tokens = batch.tokens();
  const auto hidden = static_cast<size_t>(heads * dim);
  Found found{Buffer(type, tokens * hidden), Buffer(Type::kFloat, static_cast<size_t>(heads) * tokens),
              Buffer(type, tokens * 3 * hidden)};
  Buffer delta(Type::kFloat, static_cast<size_t>(heads) * tokens);
  AttentionCall call{};
  call.type = type;
  call.qkv = qkv.data();
  call.out = found.out.data();
  call.lse = found.lse.floats();
  call.starts = batch.starts.data();
  call.rows = batch.rows.data();
  call.tokens = static_cast<int64_t>(tokens);
  call.batch = static_cast<int>(batch.starts.size()) - 1;
  call.max_length = batch.max_length;
  call.heads = heads;
  call.head_dim = dim;
  call.dropout = dropout;
  attentionForward(call, nullptr);
  attentionBackward(call, grad_out.data(), found.grad_qkv.data(), delta.floats(), nullptr);
  return found;
}

using Case = std::tuple<Type, int, double>;  // type, head width, dropout
class EmulatedAttention : public ::testing::TestWithParam<Case> {
 protected:
  void TearDown() override { emulation::setSchedule({}); }
};

TEST_P(EmulatedAttention, AgreesWithPlainLoopsOnARaggedBatch) {
  const auto [type, dim, p] = GetParam();
  constexpr int kHeads = 2;
  const Batch batch({1, 67, 2, 33});
  const size_t hidden = kHeads * static_cast<size_t>(dim);
  Buffer qkv(type, randomValues(batch.tokens() * 3 * hidden, 1, 2.0));
  Buffer grad_out(type, randomValues(batch.tokens() * hidden, 2));
  const DropoutSettings dropout = dropoutFor(p);
  const Expected expected =
      reference(batch, qkv.values(), grad_out.values(), kHeads, static_cast<size_t>(dim), dropout);
  const Found found = runKernels(type, batch, qkv, grad_out, kHeads, dim, dropout);
  expectNear(found.out.values(), expected.out, tolerance(type), "out");
  expectNear(found.lse.values(), expected.lse, 1e-5, "lse");
  expectNear(found.grad_qkv.values(), expected.grad_qkv, tolerance(type), "grad_qkv");
}

TEST_P(EmulatedAttention, GivesTheSameBitsInWhateverOrderThreadsAndCopiesHappen) {
  const auto [type, dim, p] = GetParam();
  const Batch batch({70});
  Buffer qkv(type, randomValues(batch.tokens() * 3 * static_cast<size_t>(dim), 3));
  Buffer grad_out(type, randomValues(batch.tokens() * static_cast<size_t>(dim), 4));
  const Found first = runKernels(type, batch, qkv, grad_out, 1, dim, dropoutFor(p));
  for (const auto& schedule : {emulation::Schedule{.reversed = true, .eager_copies = false},
                               emulation::Schedule{.reversed = true, .eager_copies = true},
                               emulation::Schedule{.reversed = false, .eager_copies = true}}) {
    emulation::setSchedule(schedule);
    const Found again = runKernels(type, batch, qkv, grad_out, 1, dim, dropoutFor(p));
    EXPECT_TRUE(again.out == first.out);
    EXPECT_TRUE(again.lse == first.lse);
    EXPECT_TRUE(again.grad_qkv == first.grad_qkv);
  }
}

INSTANTIATE_TEST_SUITE_P(TypesAndWidths, EmulatedAttention,
                         ::testing::Values(Case{Type::kFloat, 32, 0.0}, Case{Type::kFloat, 64, 0.1},
                                           Case{Type::kFloat, 128, 0.3}, Case{Type::kBf16, 32, 0.2},
                                           Case{Type::kBf16, 64, 0.0}, Case{Type::kBf16, 64, 0.1},
                                           Case{Type::kBf16, 128, 0.3}));

}  // namespace
}  // namespace heddle::cuda
