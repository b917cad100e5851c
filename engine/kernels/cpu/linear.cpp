// Products with weights, bias and activation, and embedding gradients on the CPU.

#include <ATen/ATen.h>
#include <torch/library.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/kernels/cpu/product.h"
#include "engine/kernels/parallel.h"

namespace heddle::cpu {
namespace {

constexpr int64_t kPiece = 64;  // rows of one partial column sum

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
  Gemm g;
  g.m = x.size(0);
  g.n = weight.size(0);
  g.k = weight.size(1);
  g.a = x32.const_data_ptr<float>();
  g.a_stride = g.k;
  g.b = weight32.const_data_ptr<float>();
  g.b_stride = g.k;
  g.b_transposed = true;
  g.c = out.mutable_data_ptr<float>();
  g.c_stride = g.n;
  g.bias = bias32.defined() ? bias32.const_data_ptr<float>() : nullptr;
  parallelGemm(g);
  return out.to(x.scalar_type());
}

at::Tensor linearBackwardInput(const at::Tensor& grad_out, const at::Tensor& weight) {
  if (multipliesHalves(grad_out, weight)) {
    return at::mm(padRows(grad_out), weight).narrow(0, 0, grad_out.size(0));
  }
  const at::Tensor grad32 = asFloat(grad_out), weight32 = asFloat(weight);
  at::Tensor grad_x = at::empty({grad_out.size(0), weight.size(1)}, grad32.options());
  Gemm g;
  g.m = grad_out.size(0);
  g.n = weight.size(1);
  g.k = weight.size(0);
  g.a = grad32.const_data_ptr<float>();
  g.a_stride = g.k;
  g.b = weight32.const_data_ptr<float>();
  g.b_stride = g.n;
  g.c = grad_x.mutable_data_ptr<float>();
  g.c_stride = g.n;
  parallelGemm(g);
  return grad_x.to(grad_out.scalar_type());
}

void linearBackwardWeight(const at::Tensor& grad_out, const at::Tensor& x, at::Tensor& grad_weight) {
  if (multipliesHalves(grad_out, x)) {
    grad_weight.add_(at::mm(padRows(grad_out).t(), padRows(x)));
    return;
  }
  const at::Tensor grad32 = asFloat(grad_out), x32 = asFloat(x);
  at::Tensor target = asFloat(grad_weight);
  Gemm g;
  g.m = grad_out.size(1);
  g.n = x.size(1);
  g.k = x.size(0);
  g.a = grad32.const_data_ptr<float>();
  g.a_stride = g.m;
  g.a_transposed = true;
  g.b = x32.const_data_ptr<float>();
  g.b_stride = g.n;
  g.c = target.mutable_data_ptr<float>();
  g.c_stride = g.n;
  g.accumulate = true;
  parallelGemm(g);
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
  // Tokens of one id become neighbours, in their own order; an id is summed by one thread.
  std::vector<uint64_t> order(static_cast<size_t>(tokens));
  for (int64_t token = 0; token < tokens; ++token) {
    const int64_t id = id_data[token];
    TORCH_CHECK_INDEX(id >= 0 && id < vocab, "Cannot add an embedding gradient at id ", id,
                      ": the table has ", vocab, " rows");
    order[static_cast<size_t>(token)] = static_cast<uint64_t>(id) << 32 | static_cast<uint64_t>(token);
  }
  std::sort(order.begin(), order.end());
  std::vector<int64_t> groups;
  for (int64_t i = 0; i < tokens; ++i) {
    if (i == 0 || order[static_cast<size_t>(i)] >> 32 != order[static_cast<size_t>(i - 1)] >> 32) {
      groups.push_back(i);
    }
  }
  const auto group_count = static_cast<int64_t>(groups.size());
  groups.push_back(tokens);
  const auto* grad_data = grad32.const_data_ptr<float>();
  auto* target_data = target.mutable_data_ptr<float>();
  const KernelTable& table = kernels();
  parallelFor(0, group_count, 32, [&](int64_t begin, int64_t end) {
    for (int64_t i = groups[static_cast<size_t>(begin)]; i < groups[static_cast<size_t>(end)]; ++i) {
      const uint64_t entry = order[static_cast<size_t>(i)];
      table.add(target_data + static_cast<int64_t>(entry >> 32) * hidden,
                grad_data + static_cast<int64_t>(entry & 0xFFFFFFFFu) * hidden, hidden);
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
