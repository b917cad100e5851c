// Packed attention on the CPU: every (row, head) is a task of its own.

#include <ATen/ATen.h>
#include <torch/library.h>

#include <tuple>

#include "engine/kernels/cpu/masks.h"
#include "engine/kernels/cpu/product.h"
#include "engine/kernels/parallel.h"

namespace heddle::cpu {
namespace {

// The tile of one row and head; pointers of all tensors are fp32.
struct Heads {
  Heads(const at::Tensor& qkv, const at::Tensor& starts, const at::Tensor& rows, int64_t max_length,
        int64_t heads)
      : tokens(qkv.size(0)),
        hidden(qkv.size(1) / 3),
        count(heads),
        qkv_data(qkv.const_data_ptr<float>()),
        starts_data(starts.const_data_ptr<int32_t>()),
        rows_data(rows.const_data_ptr<int32_t>()),
        tasks((starts.numel() - 1) * heads) {
    // Scratch is measured by max_length and results are not cleared first, so a batch that contradicts itself
    // stops here.
    const int64_t last = starts.numel() - 1;
    TORCH_CHECK(starts_data[0] == 0 && starts_data[last] == tokens,
                "packed attention: starts must run from 0 to ", tokens, ", run from ", starts_data[0], " to ",
                starts_data[last]);
    for (int64_t row = 0; row < last; ++row) {
      const int64_t length = static_cast<int64_t>(starts_data[row + 1]) - starts_data[row];
      TORCH_CHECK(length >= 0 && length <= max_length, "packed attention: row ", row, " has ", length,
                  " tokens, the longest row is said to have ", max_length);
    }
  }

  // out and lse may be read or written: the caller knows which.
  AttentionTile tile(int64_t task, float* out, float* lse, const Mask& mask) const {
    const int64_t row = task / count, head = task % count, width = hidden / count;
    const int64_t first = starts_data[row];
    AttentionTile tile;
    tile.n = starts_data[row + 1] - first;
    tile.head_size = width;
    tile.qkv_stride = 3 * hidden;
    tile.out_stride = hidden;
    tile.q = qkv_data + first * 3 * hidden + head * width;
    tile.k = tile.q + hidden;
    tile.v = tile.k + hidden;
    tile.out = out + first * hidden + head * width;
    tile.lse = lse + head * tokens + first;
    tile.row = tile.n > 0 ? static_cast<uint32_t>(rows_data[first]) : 0;
    tile.head = static_cast<uint32_t>(head);
    tile.mask = mask;
    return tile;
  }

  int64_t tokens, hidden, count;
  const float* qkv_data;
  const int32_t* starts_data;
  const int32_t* rows_data;
  int64_t tasks;
};

std::tuple<at::Tensor, at::Tensor> forward(const at::Tensor& qkv, const at::Tensor& starts,
                                           const at::Tensor& rows, int64_t max_length, int64_t num_heads,
                                           double p, int64_t key, int64_t step) {
  const at::Tensor input = asFloat(qkv);
  const Heads heads(input, starts, rows, max_length, num_heads);
  at::Tensor out = at::empty({heads.tokens, heads.hidden}, input.options());
  at::Tensor lse = at::empty({num_heads, heads.tokens}, input.options());
  auto* out_data = out.mutable_data_ptr<float>();
  auto* lse_data = lse.mutable_data_ptr<float>();
  const Mask mask = makeMask(p, key, step);
  const KernelTable& table = kernels();
  parallelTasks(heads.tasks, [&](int64_t task) {
    table.attention(heads.tile(task, out_data, lse_data, mask), threadScratch(attentionScratch(max_length)));
  });
  return {out.to(qkv.scalar_type()), lse};
}

at::Tensor backward(const at::Tensor& grad_out, const at::Tensor& qkv, const at::Tensor& out,
                    const at::Tensor& lse, const at::Tensor& starts, const at::Tensor& rows,
                    int64_t max_length, int64_t num_heads, double p, int64_t key, int64_t step) {
  const at::Tensor input = asFloat(qkv), output = asFloat(out), slope = asFloat(grad_out);
  const Heads heads(input, starts, rows, max_length, num_heads);
  at::Tensor grad = at::empty_like(input);
  auto* grad_data = grad.mutable_data_ptr<float>();
  const auto* slope_data = slope.const_data_ptr<float>();
  // The tile's pointers serve the forward pass too, which writes through them; here they are only read.
  auto* out_data = const_cast<float*>(output.const_data_ptr<float>());
  auto* lse_data = const_cast<float*>(lse.const_data_ptr<float>());
  const Mask mask = makeMask(p, key, step);
  const KernelTable& table = kernels();
  parallelTasks(heads.tasks, [&](int64_t task) {
    AttentionTileBackward tile;
    tile.forward = heads.tile(task, out_data, lse_data, mask);
    tile.grad_out = slope_data + (tile.forward.out - out_data);
    tile.grad_q = grad_data + (tile.forward.q - heads.qkv_data);
    tile.grad_k = tile.grad_q + heads.hidden;
    tile.grad_v = tile.grad_k + heads.hidden;
    table.attention_backward(tile, threadScratch(attentionScratch(max_length)));
  });
  return grad.to(qkv.scalar_type());
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CPU, m) {
  m.impl("packed_attention", forward);
  m.impl("packed_attention_backward", backward);
}

}  // namespace heddle::cpu
