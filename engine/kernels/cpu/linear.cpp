// Products with weights, bias and activation, and embedding gradients on the CPU.

#include <ATen/ATen.h>
#include <torch/library.h>

#include <array>
#include <numeric>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/kernels/cpu/product.h"
#include "engine/kernels/parallel.h"

namespace heddle::cpu {
namespace {

constexpr int64_t kPiece = 64;     // rows of one partial column sum
constexpr size_t kIdBuckets = 64;  // of an embedding's gradient, at most that many threads

// bf16 products go to oneDNN where the CPU multiplies bf16 twice as fast as fp32; elsewhere it is slower than
// our own product of the values in fp32.
bool multipliesHalves(const at::Tensor& a, const at::Tensor& b) {
#if defined(__x86_64__)
  static const bool has_instructions = __builtin_cpu_supports("avx512bf16");
  return has_instructions && a.scalar_type() == at::kBFloat16 && b.scalar_type() == at::kBFloat16;
#else
  return false;
#endif
}

// Zero rows up to a multiple of 128. oneDNN compiles and keeps a program for every shape it meets, and packed
// batches have another number of tokens at every step.
at::Tensor padRows(const at::Tensor& x) {
  constexpr int64_t kMultiple = 128;
  const int64_t rows = x.size(0), rounded = (rows + kMultiple - 1) / kMultiple * kMultiple;
  if (rows == rounded) {
    return x;
  }
  at::Tensor padded = at::empty({rounded, x.size(1)}, x.options());
  padded.narrow(0, 0, rows).copy_(x);
  padded.narrow(0, rows, rounded - rows).zero_();
  return padded;
}

// A dense fp32 factor of a product, or its transpose.
struct Factor {
  const at::Tensor& matrix;
  bool transposed = false;
};

// c = a b + bias, or c += a b.
void multiply(Factor a, Factor b, at::Tensor& c, const at::Tensor& bias = {}, bool accumulate = false) {
  Gemm g;
  g.m = c.size(0);
  g.n = c.size(1);
  g.k = a.matrix.size(a.transposed ? 0 : 1);
  g.a = a.matrix.const_data_ptr<float>();
  g.a_stride = a.matrix.size(1);
  g.a_transposed = a.transposed;
  g.b = b.matrix.const_data_ptr<float>();
  g.b_stride = b.matrix.size(1);
  g.b_transposed = b.transposed;
  g.c = c.mutable_data_ptr<float>();
  g.c_stride = g.n;
  g.accumulate = accumulate;
  g.bias = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  parallelGemm(g);
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  if (multipliesHalves(x, weight)) {
    const at::Tensor padded = padRows(x);
    const at::Tensor out =
        bias.has_value() ? at::addmm(*bias, padded, weight.t()) : at::mm(padded, weight.t());
    return out.narrow(0, 0, x.size(0));
  }
  const at::Tensor x32 = asFloat(x), weight32 = asFloat(weight);
  const at::Tensor bias32 = bias.has_value() ? asFloat(*bias) : at::Tensor();
  at::Tensor out = at::empty({x.size(0), weight.size(0)}, x32.options());
  multiply({x32}, {weight32, true}, out, bias32);
  return out.to(x.scalar_type());
}

at::Tensor linearBackwardInput(const at::Tensor& grad_out, const at::Tensor& weight) {
  if (multipliesHalves(grad_out, weight)) {
    return at::mm(padRows(grad_out), weight).narrow(0, 0, grad_out.size(0));
  }
  const at::Tensor grad32 = asFloat(grad_out), weight32 = asFloat(weight);
  at::Tensor grad_x = at::empty({grad_out.size(0), weight.size(1)}, grad32.options());
  multiply({grad32}, {weight32}, grad_x);
  return grad_x.to(grad_out.scalar_type());
}

void linearBackwardWeight(const at::Tensor& grad_out, const at::Tensor& x, at::Tensor& grad_weight) {
  if (multipliesHalves(grad_out, x)) {
    grad_weight.add_(at::mm(padRows(grad_out).t(), padRows(x)));
    return;
  }
  const at::Tensor grad32 = asFloat(grad_out), x32 = asFloat(x);
  at::Tensor target = asFloat(grad_weight);
  multiply({grad32, true}, {x32}, target, {}, true);
  if (!target.is_same(grad_weight)) {
    grad_weight.copy_(target);
  }
}

// Adds the pieces' sums [pieces, width] in order.
at::Tensor addPieces(const at::Tensor& partial) {
  at::Tensor total = at::empty({partial.size(1)}, partial.options());
  kernels().column_sum(partial.const_data_ptr<float>(), total.mutable_data_ptr<float>(), partial.size(0),
                       partial.size(1));
  return total;
}

at::Tensor columnSum(const at::Tensor& x) {
  const at::Tensor x32 = asFloat(x);
  const int64_t n = x.size(0), width = x.size(1);
  at::Tensor partial = at::empty({(n + kPiece - 1) / kPiece, width}, x32.options());
  const auto* data = x32.const_data_ptr<float>();
  auto* sums = partial.mutable_data_ptr<float>();
  const KernelTable& table = kernels();
  parallelFor(0, n, kPiece, [&](int64_t begin, int64_t end) {
    table.column_sum(data + begin * width, sums + begin / kPiece * width, end - begin, width);
  });
  return addPieces(partial);
}

at::Tensor biasActivation(const at::Tensor& x, const at::Tensor& bias, int64_t activation) {
  const at::Tensor x32 = asFloat(x), bias32 = asFloat(bias);
  const int64_t width = x.size(1);
  at::Tensor out = at::empty_like(x32);
  const auto* data = x32.const_data_ptr<float>();
  const auto* bias_data = bias32.const_data_ptr<float>();
  auto* out_data = out.mutable_data_ptr<float>();
  const KernelTable& table = kernels();
  parallelFor(0, x.size(0), kPiece, [&](int64_t begin, int64_t end) {
    table.activation(static_cast<int>(activation), data + begin * width, bias_data, out_data + begin * width,
                     end - begin, width);
  });
  return out.to(x.scalar_type());
}

std::tuple<at::Tensor, at::Tensor> biasActivationBackward(const at::Tensor& grad_out, const at::Tensor& x,
                                                          const at::Tensor& bias, int64_t activation) {
  const at::Tensor grad32 = asFloat(grad_out), x32 = asFloat(x), bias32 = asFloat(bias);
  const int64_t n = x.size(0), width = x.size(1);
  at::Tensor grad_x = at::empty_like(x32);
  at::Tensor partial = at::empty({(n + kPiece - 1) / kPiece, width}, x32.options());
  const auto* grad_data = grad32.const_data_ptr<float>();
  const auto* data = x32.const_data_ptr<float>();
  const auto* bias_data = bias32.const_data_ptr<float>();
  auto* grad_x_data = grad_x.mutable_data_ptr<float>();
  auto* sums = partial.mutable_data_ptr<float>();
  const KernelTable& table = kernels();
  parallelFor(0, n, kPiece, [&](int64_t begin, int64_t end) {
    const int64_t at = begin * width;
    table.activation_backward(static_cast<int>(activation), grad_data + at, data + at, bias_data,
                              grad_x_data + at, sums + begin / kPiece * width, end - begin, width);
  });
  return {grad_x.to(x.scalar_type()), addPieces(partial)};
}

void embeddingBackward(const at::Tensor& grad_out, const at::Tensor& ids, at::Tensor& grad_table) {
  const at::Tensor grad32 = asFloat(grad_out);
  at::Tensor target = asFloat(grad_table);
  const int64_t tokens = ids.numel(), hidden = grad_out.size(1), vocab = grad_table.size(0);
  const auto* id_data = ids.const_data_ptr<int32_t>();
  // Ids are dealt to buckets, tokens of a bucket stay in their order: an id is summed by one thread, in the
  // order of its tokens.
  std::array<int64_t, kIdBuckets + 1> ends{};  // of bucket b: ends[b], once its tokens are dealt
  for (int64_t token = 0; token < tokens; ++token) {
    const int64_t id = id_data[token];
    TORCH_CHECK_INDEX(id >= 0 && id < vocab, "Cannot add an embedding gradient at id ", id,
                      ": the table has ", vocab, " rows");
    ++ends[static_cast<size_t>(id) % kIdBuckets + 1];
  }
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<int64_t> order(static_cast<size_t>(tokens));
  for (int64_t token = 0; token < tokens; ++token) {
    order[static_cast<size_t>(ends[static_cast<size_t>(id_data[token]) % kIdBuckets]++)] = token;
  }
  const auto* grad_data = grad32.const_data_ptr<float>();
  auto* target_data = target.mutable_data_ptr<float>();
  const KernelTable& table = kernels();
  parallelTasks(kIdBuckets, [&](int64_t bucket) {
    const auto at = static_cast<size_t>(bucket);
    for (int64_t i = at == 0 ? 0 : ends[at - 1]; i < ends[at]; ++i) {
      const int64_t token = order[static_cast<size_t>(i)];
      table.add(target_data + id_data[token] * hidden, grad_data + token * hidden, hidden);
    }
  });
  if (!target.is_same(grad_table)) {
    grad_table.copy_(target);
  }
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CPU, m) {
  m.impl("linear", linear);
  m.impl("linear_backward_input", linearBackwardInput);
  m.impl("linear_backward_weight", linearBackwardWeight);
  m.impl("column_sum", columnSum);
  m.impl("bias_activation", biasActivation);
  m.impl("bias_activation_backward", biasActivationBackward);
  m.impl("embedding_backward", embeddingBackward);
}

}  // namespace heddle::cpu
