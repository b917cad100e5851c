#include "engine/base/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/base/json.h"

namespace heddle {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;

struct TypeInfo {
  TensorType type;
  const char* name;
  size_t size;
};

constexpr std::array<TypeInfo, 10> kTypes{{{TensorType::kF64, "F64", 8},
                                           {TensorType::kF32, "F32", 4},
                                           {TensorType::kF16, "F16", 2},
                                           {TensorType::kBF16, "BF16", 2},
                                           {TensorType::kI64, "I64", 8},
                                           {TensorType::kI32, "I32", 4},
                                           {TensorType::kI16, "I16", 2},
                                           {TensorType::kI8, "I8", 1},
                                           {TensorType::kU8, "U8", 1},
                                           {TensorType::kBool, "BOOL", 1}}};

const TypeInfo& infoOf(TensorType type) {
  return *std::find_if(kTypes.begin(), kTypes.end(),
                       [type](const TypeInfo& info) { return info.type == type; });
}

Error broken(const std::filesystem::path& path, const std::string& found) {
  return {"cannot read " + path.string() + " as safetensors: " + found,
          "the file is damaged or of another format; copy or export it again"};
}

// The product of the shape times the element size, or -1 on overflow or a negative dimension.
int64_t byteCount(const std::vector<int64_t>& shape, size_t element_size) {
  auto bytes = static_cast<int64_t>(element_size);
  for (const int64_t dimension : shape) {
    if (dimension < 0 || __builtin_mul_overflow(bytes, dimension, &bytes)) {
      return -1;
    }
  }
  return bytes;
}

}  // namespace

size_t elementSize(TensorType type) {
  return infoOf(type).size;
}
const char* typeName(TensorType type) {
  return infoOf(type).name;
}

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
  auto map = MappedFile::open(path);
  if (!map) {
    return map.error();
  }
  SafetensorsFile file;
  file.map_ = std::move(*map);
  const std::span<const std::byte> bytes = file.map_.bytes();
  uint64_t header_size = 0;
  if (bytes.size() < 8) {
    return broken(path,
                  "it has " + std::to_string(bytes.size()) + " bytes, fewer than the 8 of the header length");
  }
  std::memcpy(&header_size, bytes.data(), 8);
  if (header_size > kMaxHeader || header_size + 8 > bytes.size()) {
    return broken(path, "the header claims " + std::to_string(header_size) + " bytes, the file has " +
                            std::to_string(bytes.size()));
  }
  const auto header = parseJson({reinterpret_cast<const char*>(bytes.data()) + 8, header_size}, "the header");
  if (!header || !header->is_object()) {
    return broken(path, "its header is no JSON object");
  }
  const std::span<const std::byte> data = bytes.subspan(8 + header_size);
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& [name, item] : header->items()) {
    if (name == "__metadata__") {
      for (const auto& [key, value] : item.items()) {
        if (value.is_string()) {
          file.metadata_[key] = value.get<std::string>();
        }
      }
      continue;
    }
    try {
      const auto type_name = item.at("dtype").get<std::string>();
      const auto info = std::find_if(kTypes.begin(), kTypes.end(),
                                     [&](const TypeInfo& candidate) { return type_name == candidate.name; });
      if (info == kTypes.end()) {
        return broken(path, "tensor " + name + " has the type " + type_name + ", which Heddle does not read");
      }
      TensorEntry entry;
      entry.type = info->type;
      entry.shape = item.at("shape").get<std::vector<int64_t>>();
      const auto offsets = item.at("data_offsets").get<std::array<uint64_t, 2>>();
      if (offsets[0] > offsets[1] || offsets[1] > data.size()) {
        return broken(path, "tensor " + name + " ends at byte " + std::to_string(offsets[1]) +
                                ", the data at " + std::to_string(data.size()));
      }
      const int64_t expected = byteCount(entry.shape, info->size);
      if (expected < 0 || static_cast<uint64_t>(expected) != offsets[1] - offsets[0]) {
        return broken(path, "the shape of tensor " + name + " does not fit its " +
                                std::to_string(offsets[1] - offsets[0]) + " bytes");
      }
      entry.bytes = data.subspan(offsets[0], offsets[1] - offsets[0]);
      ranges.emplace_back(offsets[0], offsets[1]);
      file.tensors_.emplace(name, std::move(entry));
    } catch (const nlohmann::json::exception& problem) {
      return broken(path, "the entry of tensor " + name + " is malformed: " + problem.what());
    }
  }
  std::sort(ranges.begin(), ranges.end());
  uint64_t end = 0;
  for (const auto& [from, to] : ranges) {
    if (from != end) {
      return broken(path, "there is a hole or an overlap at byte " + std::to_string(from) + " of its data");
    }
    end = to;
  }
  if (end != data.size()) {
    return broken(path, std::to_string(data.size() - end) + " bytes follow its last tensor");
  }
  return file;
}

Status writeSafetensors(const std::filesystem::path& path, std::vector<NamedTensor> tensors,
                        const std::map<std::string, std::string>& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const NamedTensor& a, const NamedTensor& b) {
    const size_t size_a = elementSize(a.entry.type);
    const size_t size_b = elementSize(b.entry.type);
    return size_a != size_b ? size_a > size_b : a.name < b.name;
  });
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  uint64_t offset = 0;
  for (const NamedTensor& tensor : tensors) {
    const uint64_t end = offset + tensor.entry.bytes.size();
    header[tensor.name] = {{"dtype", typeName(tensor.entry.type)},
                           {"shape", tensor.entry.shape},
                           {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string head = header.dump();
  head.resize((head.size() + 7) / 8 * 8, ' ');
  const auto head_size = static_cast<uint64_t>(head.size());

  AtomicFile file;
  if (Status status = file.open(path); !status.ok()) {
    return status;
  }
  Status status = file.write({reinterpret_cast<const char*>(&head_size), 8});
  if (status.ok()) {
    status = file.write(head);
  }
  for (const NamedTensor& tensor : tensors) {
    if (!status.ok()) {
      return status;
    }
    status =
        file.write({reinterpret_cast<const char*>(tensor.entry.bytes.data()), tensor.entry.bytes.size()});
  }
  return status.ok() ? file.commit() : status;
}

}  // namespace heddle
