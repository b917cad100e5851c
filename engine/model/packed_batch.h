// A packed batch on the device: the tensors of engine/data/batch.h plus what every fused operation wants to
// know of the rows. T = tokens, B = rows, M = masked positions

#pragma once

#include <ATen/core/Tensor.h>

#include "engine/data/batch.h"
#include "engine/kernels/ops.h"

namespace heddle {

struct PackedBatch {
  at::Tensor tokens;    // [T] int32
  at::Tensor segments;  // [T] int32
  PackedRows rows;
  at::Tensor masked_positions;  // [M] int32
  at::Tensor masked_labels;     // [M] int32
  at::Tensor pair_labels;       // [B] int32, or undefined
};

// Copies a batch to the device.
PackedBatch toDevice(const Batch& batch, const at::Device& device);

}  // namespace heddle
