#include <ATen/ATen.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "engine/kernels/cuda/tensors.h"

namespace heddle::cuda {
namespace {

AttentionCall callOf(const at::Tensor& qkv, const at::Tensor& out, const at::Tensor& lse,
                     const at::Tensor& starts, const at::Tensor& rows, int64_t max_length, int64_t num_heads,
                     double p, int64_t key, int64_t step) {
  const int64_t head_dim = out.size(1) / num_heads;
  TORCH_CHECK(std::ranges::find(kHeadDims, head_dim) != std::end(kHeadDims),
              "Packed attention on CUDA was given ", num_heads, " heads of width ", head_dim,
              "; it takes widths 32, 64 and 128 (choose another ",
              "num_attention_heads, or device = \"cpu\")");
  AttentionCall call{};
  call.type = typeOf(qkv);
  call.qkv = qkv.const_data_ptr();
  call.out = out.data_ptr();
  call.lse = lse.data_ptr<float>();
  call.starts = starts.const_data_ptr<int>();
  call.rows = rows.const_data_ptr<int>();
  call.tokens = qkv.size(0);
  call.batch = asInt(starts.numel() - 1);
  call.max_length = asInt(max_length);
  call.heads = asInt(num_heads);
  call.head_dim = static_cast<int>(head_dim);
  call.dropout = dropoutOf(p, key, step);
  return call;
}

std::tuple<at::Tensor, at::Tensor> packedAttentionCuda(const at::Tensor& qkv, const at::Tensor& starts,
                                                       const at::Tensor& rows, int64_t max_length,
                                                       int64_t num_heads, double p, int64_t key,
                                                       int64_t step) {
  const Launcher launcher(qkv);
  const at::Tensor aligned = onVectors(qkv);
  at::Tensor out = at::empty({qkv.size(0), qkv.size(1) / 3}, qkv.options());
  at::Tensor lse = at::empty({num_heads, qkv.size(0)}, qkv.options().dtype(at::kFloat));
  attentionForward(callOf(aligned, out, lse, starts, rows, max_length, num_heads, p, key, step),
                   launcher.stream());
  launcher.finish();
  return {out, lse};
}

at::Tensor packedAttentionBackwardCuda(const at::Tensor& grad_out, const at::Tensor& qkv,
                                       const at::Tensor& out, const at::Tensor& lse, const at::Tensor& starts,
                                       const at::Tensor& rows, int64_t max_length, int64_t num_heads,
                                       double p, int64_t key, int64_t step) {
  const Launcher launcher(qkv);
  const at::Tensor aligned = onVectors(qkv);
  const at::Tensor aligned_grad = onVectors(grad_out);
  at::Tensor grad_qkv = at::empty(qkv.sizes(), qkv.options());
  at::Tensor delta = at::empty_like(lse);
  attentionBackward(callOf(aligned, out, lse, starts, rows, max_length, num_heads, p, key, step),
                    aligned_grad.const_data_ptr(), grad_qkv.data_ptr(), delta.data_ptr<float>(),
                    launcher.stream());
  launcher.finish();
  return grad_qkv;
}

}  // namespace

TORCH_LIBRARY_IMPL(heddle, CUDA, m) {
  m.impl("packed_attention", packedAttentionCuda);
  m.impl("packed_attention_backward", packedAttentionBackwardCuda);
}

}  // namespace heddle::cuda
