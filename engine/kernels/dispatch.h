// Calls of the operations named in schema.cpp, and where their gradients go.

#pragma once

#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/dispatch/Dispatcher.h>

namespace heddle::detail {

// A typed handle, looked up once: `static const auto op = handle<Signature>("packed_attention");`
template <typename Signature>
c10::TypedOperatorHandle<Signature> handle(const char* name) {
  const std::string full = std::string("heddle::") + name;
  return c10::Dispatcher::singleton().findSchemaOrThrow(full.c_str(), "").typed<Signature>();
}

// The gradient of `leaf` is summed into what this returns: leaf.grad() where that exists in fp32 (then `own`
// is false and autograd is to be given nothing), else a new zero tensor.
struct GradientTarget {
  at::Tensor sum;
  bool own = true;
};
inline GradientTarget gradientTarget(const at::Tensor& leaf) {
  if (leaf.is_leaf() && leaf.requires_grad()) {
    const at::Tensor& grad = leaf.grad();
    if (grad.defined() && grad.scalar_type() == at::kFloat && grad.is_contiguous()) {
      return {grad, false};
    }
  }
  return {at::zeros(leaf.sizes(), leaf.options().dtype(at::kFloat)), true};
}

inline void checkFloating(const char* what, const at::Tensor& tensor) {
  TORCH_CHECK(tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kBFloat16, what,
              " must be fp32 or bf16, is ", tensor.scalar_type());
}
// A companion of `like`: of this shape, of the type of `like` and on its device.
inline void checkShape(const char* what, const at::Tensor& tensor, at::IntArrayRef shape,
                       const at::Tensor& like) {
  TORCH_CHECK(tensor.sizes() == shape && tensor.scalar_type() == like.scalar_type() &&
                  tensor.device() == like.device(),
              what, " must be ", like.scalar_type(), " ", shape, " on ", like.device(), ", is ",
              tensor.scalar_type(), " ", tensor.sizes(), " on ", tensor.device());
}
// The same of a tensor that kernels read as it lies.
inline void checkDense(const char* what, const at::Tensor& tensor, at::IntArrayRef shape,
                       const at::Tensor& like) {
  checkShape(what, tensor, shape, like);
  TORCH_CHECK(tensor.is_contiguous(), what, " must be dense, has the strides ", tensor.strides());
}
inline void checkIndices(const char* what, const at::Tensor& tensor, int64_t count, const at::Tensor& like) {
  TORCH_CHECK(tensor.scalar_type() == at::kInt && tensor.dim() == 1 && tensor.size(0) == count &&
                  tensor.is_contiguous() && tensor.device() == like.device(),
              what, " must be a dense int32 [", count, "] on ", like.device(), ", is ", tensor.scalar_type(),
              " ", tensor.sizes(), " on ", tensor.device());
}

}  // namespace heddle::detail
