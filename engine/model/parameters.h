// The trainable tensors of a model in flat buffers: one for values, one for gradients. The optimiser,
// clipping and checkpoints walk the buffers; layers hold views. Weights that decay come first, so weight
// decay is one boundary instead of a mask. A parameter may be stored under several published names, each an
// equal slice of its first dimension: the query, key and value weights are one [3 H, H] matrix here and three
// tensors in a checkpoint.

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace heddle {

enum class Initial { kTruncatedNormal, kZeros, kOnes };

// Weight decay applies to matrices, never to biases and LayerNorm (BERT's optimization.py).
enum class Decay { kYes, kNo };

class Parameter {
 public:
  // The tensor layers compute with, in the compute precision: a leaf that requires grad, whose grad() is the
  // fp32 buffer of the master value whatever the precision.
  const at::Tensor& compute() const { return half_.defined() ? half_ : value_; }
  // fp32 master value, a leaf that requires grad.
  const at::Tensor& value() const { return value_; }

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<int64_t>& shape() const { return shape_; }

 private:
  friend class ParameterSet;
  std::vector<std::string> names_;
  std::vector<int64_t> shape_;  // of the whole, all names together
  Initial initial_ = Initial::kZeros;
  Decay decay_ = Decay::kNo;
  int64_t offset_ = 0;
  int64_t count_ = 0;
  at::Tensor value_;
  at::Tensor half_;
};

// A published tensor: one name of a parameter, as slices of the flat buffers.
struct PublishedTensor {
  std::string name;
  std::vector<int64_t> shape;
  int64_t offset = 0;
  int64_t count = 0;
};

enum class ComputeType { kFp32, kBf16 };

class ParameterSet {
 public:
  // Declares one parameter; the pointer stays valid and is usable after allocate().
  Parameter* declare(std::vector<std::string> names, std::vector<int64_t> shape, Initial initial,
                     Decay decay);

  // Creates the buffers, once, after all declarations. Values are zero until initialize() or a checkpoint
  // fills them.
  void allocate(const at::Device& device, ComputeType compute);

  // Fills all values: a function of (seed, name, element) only. Truncated normal: N(0, range) redrawn beyond
  // two deviations, as in google-research/bert.
  void initialize(uint64_t seed, double range);

  // Copies the fp32 values into the bf16 compute copies; nothing to do for fp32. Call after values changed by
  // hand.
  void refreshComputeCopies();

  std::vector<PublishedTensor> published() const;
  int64_t count() const { return count_; }           // N, elements of all parameters
  int64_t decayedCount() const { return decayed_; }  // elements [0, decayed) have weight decay

  const at::Tensor& values() const { return values_; }        // [N] fp32
  const at::Tensor& gradients() const { return gradients_; }  // [N] fp32
  const at::Tensor& halves() const { return halves_; }        // [N] bf16, or undefined
  ComputeType compute() const { return compute_; }

 private:
  std::deque<Parameter> parameters_;
  int64_t count_ = 0;
  int64_t decayed_ = 0;
  ComputeType compute_ = ComputeType::kFp32;
  at::Tensor values_, gradients_, halves_;
};

}  // namespace heddle
