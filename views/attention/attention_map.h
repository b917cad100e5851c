// The attention of all heads of one checkpoint on one text, as `serve` answered it. Values stay half
// precision and mapped: 144 heads of 512 tokens are 75 MB.

#pragma once

#include <QString>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/events/inspection.h"

namespace heddle::ui {

struct AttentionMap {
  QString model;                       // what the user calls it: the run's name and family
  int64_t step = 0;                    // of the checkpoint
  std::vector<AttentionToken> tokens;  // [query] = [key]
  int layers = 0;
  int heads = 0;
  bool truncated = false;               // the text was cut to the model's longest input
  std::shared_ptr<const void> storage;  // keeps `probs` alive
  const uint16_t* probs = nullptr;      // IEEE half [layers, heads, query, key]

  int size() const { return static_cast<int>(tokens.size()); }
  bool empty() const { return probs == nullptr || tokens.empty(); }
  // Half [query, key] of one head.
  std::span<const uint16_t> head(int layer, int head) const;
  float weight(int layer, int head, int query, int key) const;
};

// Maps `path`, which holds "probs" as F16 [layers, heads, query, key]. The file may be deleted afterwards.
// Errors: no such file or tensor, another type, a shape that does not fit the answer. `model` and `step` are
// left to the caller.
Result<AttentionMap> readAttentionMap(const std::filesystem::path& path, const AttentionAnswer& answer);

// A map from values at hand, half [layers, heads, query, key].
AttentionMap makeAttentionMap(std::vector<AttentionToken> tokens, int layers, int heads,
                              std::vector<uint16_t> probs);

float halfToFloat(uint16_t half);
uint16_t floatToHalf(float value);  // round to nearest even

}  // namespace heddle::ui
