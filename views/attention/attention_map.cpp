#include "views/attention/attention_map.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "engine/base/safetensors.h"

namespace heddle::ui {
namespace {

std::string shapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + "]";
}

}  // namespace

std::span<const uint16_t> AttentionMap::head(int layer, int head) const {
  const size_t cells = tokens.size() * tokens.size();
  return {
      probs + (static_cast<size_t>(layer) * static_cast<size_t>(heads) + static_cast<size_t>(head)) * cells,
      cells};
}

float AttentionMap::weight(int layer, int head_index, int query, int key) const {
  return halfToFloat(
      head(layer, head_index)[static_cast<size_t>(query) * tokens.size() + static_cast<size_t>(key)]);
}

Result<AttentionMap> readAttentionMap(const std::filesystem::path& path, const AttentionAnswer& answer) {
  const std::string what = "Reading the attention map " + path.string();
  Result<SafetensorsFile> opened = SafetensorsFile::open(path);
  if (!opened) {
    return opened.error();
  }
  auto file = std::make_shared<SafetensorsFile>(std::move(opened).value());
  const auto found = file->tensors().find("probs");
  if (found == file->tensors().end()) {
    return Error{what + ": there is no tensor named probs in it",
                 "start the inspection again; the engine may be of another version"};
  }
  const TensorEntry& entry = found->second;
  const auto tokens = static_cast<int64_t>(answer.tokens.size());
  const std::vector<int64_t> expected = {answer.layers, answer.heads, tokens, tokens};
  if (entry.type != TensorType::kF16 || entry.shape != expected) {
    return Error{what + ": expected F16 " + shapeText(expected) + ", found " + typeName(entry.type) + " " +
                     shapeText(entry.shape),
                 "start the inspection again; the engine may be of another version"};
  }
  AttentionMap map;
  map.tokens = answer.tokens;
  map.layers = static_cast<int>(answer.layers);
  map.heads = static_cast<int>(answer.heads);
  map.truncated = answer.truncated;
  if (reinterpret_cast<std::uintptr_t>(entry.bytes.data()) % alignof(uint16_t) == 0) {
    map.probs = reinterpret_cast<const uint16_t*>(entry.bytes.data());
    map.storage = file;
    return map;
  }
  // A writer need not align its data.
  auto copy = std::make_shared<std::vector<uint16_t>>(entry.bytes.size() / sizeof(uint16_t));
  std::memcpy(copy->data(), entry.bytes.data(), entry.bytes.size());
  map.probs = copy->data();
  map.storage = copy;
  return map;
}

AttentionMap makeAttentionMap(std::vector<AttentionToken> tokens, int layers, int heads,
                              std::vector<uint16_t> probs) {
  AttentionMap map;
  map.tokens = std::move(tokens);
  map.layers = layers;
  map.heads = heads;
  auto storage = std::make_shared<const std::vector<uint16_t>>(std::move(probs));
  map.probs = storage->data();
  map.storage = storage;
  return map;
}

float halfToFloat(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000U) << 16;
  const uint32_t exponent = (half >> 10) & 0x1FU;
  const uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {
    const float size = static_cast<float>(mantissa) * 0x1p-24F;
    return sign != 0 ? -size : size;
  }
  const uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

uint16_t floatToHalf(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000U);
  if (std::isnan(value)) {
    return sign | 0x7E00U;
  }
  const float size = std::fabs(value);
  if (size >= 65520.0F) {
    return sign | 0x7C00U;
  }
  if (size < 0x1p-14F) {
    // nearbyint rounds to even, and 1024 lands on the smallest normal number.
    return sign | static_cast<uint16_t>(std::nearbyint(size * 0x1p24F));
  }
  const uint32_t rounded = (bits & 0x7FFFFFFFU) + 0xFFFU + ((bits >> 13) & 1U);
  return sign | static_cast<uint16_t>((rounded >> 13) - (112U << 10));
}

}  // namespace heddle::ui
