#include "engine/model/parameters.h"

#include <ATen/ATen.h>

#include <cmath>

#include "engine/base/random.h"

namespace heddle {
namespace {

// Standard normal by Box-Muller, redrawn beyond two deviations.
double truncatedNormal(RandomStream& draws) {
  for (;;) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - draws.uniform()));
    const double value = radius * std::cos(2.0 * M_PI * draws.uniform());
    if (std::abs(value) <= 2.0) {
      return value;
    }
  }
}

}  // namespace

Parameter* ParameterSet::declare(std::vector<std::string> names, std::vector<int64_t> shape, Initial initial,
                                 Decay decay) {
  TORCH_INTERNAL_ASSERT(!values_.defined(), "parameters are declared before allocate()");
  TORCH_INTERNAL_ASSERT(shape.at(0) % static_cast<int64_t>(names.size()) == 0,
                        "published slices must be equal");
  Parameter& parameter = parameters_.emplace_back();
  parameter.names_ = std::move(names);
  parameter.shape_ = std::move(shape);
  parameter.initial_ = initial;
  parameter.decay_ = decay;
  parameter.count_ = 1;
  for (const int64_t size : parameter.shape_) {
    parameter.count_ *= size;
  }
  return &parameter;
}

void ParameterSet::allocate(const at::Device& device, ComputeType compute) {
  // Every parameter starts at a multiple of 64 bytes, so that vector loads of any width are aligned.
  constexpr int64_t kAlign = 16;
  for (const Decay decay : {Decay::kYes, Decay::kNo}) {
    for (Parameter& parameter : parameters_) {
      if (parameter.decay_ == decay) {
        parameter.offset_ = count_;
        count_ += (parameter.count_ + kAlign - 1) / kAlign * kAlign;
      }
    }
    if (decay == Decay::kYes) {
      decayed_ = count_;
    }
  }
  compute_ = compute;
  const auto fp32 = at::TensorOptions().dtype(at::kFloat).device(device);
  values_ = at::zeros({count_}, fp32);
  gradients_ = at::zeros({count_}, fp32);
  if (compute == ComputeType::kBf16) {
    halves_ = at::zeros({count_}, fp32.dtype(at::kBFloat16));
  }
  for (Parameter& parameter : parameters_) {
    const auto view = [&](const at::Tensor& flat) {
      return flat.narrow(0, parameter.offset_, parameter.count_).view(parameter.shape_);
    };
    const auto leaf = [&](const at::Tensor& flat) {
      at::Tensor tensor = view(flat).detach().requires_grad_(true);
      tensor.set_grad_dtype(at::kFloat);
      tensor.mutable_grad() = view(gradients_);
      return tensor;
    };
    parameter.value_ = leaf(values_);
    if (halves_.defined()) {
      parameter.half_ = leaf(halves_);
    }
  }
}

void ParameterSet::initialize(uint64_t seed, double range) {
  at::NoGradGuard no_grad;
  at::Tensor host = at::zeros({count_}, at::kFloat);  // [N]
  float* values = host.data_ptr<float>();
  for (const Parameter& parameter : parameters_) {
    const int64_t slice = parameter.count_ / static_cast<int64_t>(parameter.names_.size());
    for (size_t index = 0; index < parameter.names_.size(); ++index) {
      float* out = values + parameter.offset_ + static_cast<int64_t>(index) * slice;
      const uint64_t key =
          mixKey(mixKey(seed, nameKey("initialise")), nameKey(parameter.names_[index].c_str()));
      RandomStream draws(key, 0, 0);
      for (int64_t i = 0; i < slice; ++i) {
        switch (parameter.initial_) {
          case Initial::kTruncatedNormal:
            out[i] = static_cast<float>(range * truncatedNormal(draws));
            break;
          case Initial::kOnes:
            out[i] = 1.0F;
            break;
          case Initial::kZeros:
            out[i] = 0.0F;
            break;
        }
      }
    }
  }
  values_.copy_(host);
  refreshComputeCopies();
}

void ParameterSet::refreshComputeCopies() {
  if (halves_.defined()) {
    at::NoGradGuard no_grad;
    halves_.copy_(values_);
  }
}

std::vector<PublishedTensor> ParameterSet::published() const {
  std::vector<PublishedTensor> tensors;
  for (const Parameter& parameter : parameters_) {
    const auto slices = static_cast<int64_t>(parameter.names_.size());
    std::vector<int64_t> shape = parameter.shape_;
    shape[0] /= slices;
    for (int64_t index = 0; index < slices; ++index) {
      const int64_t count = parameter.count_ / slices;
      tensors.push_back(
          {parameter.names_[static_cast<size_t>(index)], shape, parameter.offset_ + index * count, count});
    }
  }
  return tensors;
}

}  // namespace heddle
