// The safetensors format: u64 little-endian header length, JSON header, raw row-major tensors. Read through a
// memory map and checked whole before anything is used; written atomically. Knows no LibTorch: checkpoints,
// imports and views share it. https://github.com/huggingface/safetensors (format of version 0.x)

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/result.h"

namespace heddle {

enum class TensorType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };

// Bytes of one element.
size_t elementSize(TensorType type);
// "F32", as the format spells it.
const char* typeName(TensorType type);

struct TensorEntry {
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;  // row-major; may be misaligned for its type: copy, do not cast
};

// An open file: entries point into the map, valid while this lives. Move-only.
class SafetensorsFile {
 public:
  // Refuses what the reference implementation refuses: header over 100 MB, holes, overlaps, sizes that do not
  // fit the shape, unknown types, trailing bytes. The error names the file and the tensor.
  static Result<SafetensorsFile> open(const std::filesystem::path& path);

  const std::map<std::string, TensorEntry>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  MappedFile map_;
  std::map<std::string, TensorEntry> tensors_;
  std::map<std::string, std::string> metadata_;
};

struct NamedTensor {
  std::string name;
  TensorEntry entry;  // bytes borrowed until the call returns
};

// Atomic: the file is complete or unchanged. Tensors are laid out by element size, then name, as the
// reference writer does.
Status writeSafetensors(const std::filesystem::path& path, std::vector<NamedTensor> tensors,
                        const std::map<std::string, std::string>& metadata = {});

}  // namespace heddle
