// What may be looked at inside an encoder: dotted names fixed here, shapes beside them. A tap on a fused path
// switches that layer to the explicit path: slower, the same result within rounding.
//   n = tokens of a row    A = heads    T = packed tokens    H = hidden

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle {

namespace tap {
// One tensor a row, [A, n, n]; rows are queries and sum to one. After softmax, before dropout.
inline std::string attentionProbs(int64_t layer) {
  return "encoder." + std::to_string(layer) + ".attention.probs";
}
// [T, H]
inline std::string layerOutput(int64_t layer) {
  return "encoder." + std::to_string(layer) + ".output";
}
inline std::string embeddings() {
  return "embeddings.output";
}
}  // namespace tap

class Taps {
 public:
  explicit Taps(std::function<bool(std::string_view)> wanted) : wanted_(std::move(wanted)) {}

  bool wants(std::string_view name) const { return wanted_(name); }
  void put(const std::string& name, std::vector<at::Tensor> tensors) { captured_[name] = std::move(tensors); }

  // One tensor, or one a row where the shape depends on it. Empty: nothing of that name was captured.
  const std::vector<at::Tensor>& at(const std::string& name) const {
    static const std::vector<at::Tensor> nothing;
    const auto it = captured_.find(name);
    return it == captured_.end() ? nothing : it->second;
  }

 private:
  std::function<bool(std::string_view)> wanted_;
  std::map<std::string, std::vector<at::Tensor>> captured_;
};

}  // namespace heddle
