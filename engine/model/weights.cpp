#include "engine/model/weights.h"

#include <ATen/ATen.h>

#include <cstring>
#include <optional>

#include "engine/base/json.h"
#include "engine/base/safetensors.h"

namespace heddle {
namespace {

std::string shapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

// The entry as a new fp32 host tensor, or nothing for a type that is no floating point.
std::optional<at::Tensor> asFloat(const TensorEntry& entry) {
  at::ScalarType type{};
  switch (entry.type) {
    case TensorType::kF32:
      type = at::kFloat;
      break;
    case TensorType::kF64:
      type = at::kDouble;
      break;
    case TensorType::kF16:
      type = at::kHalf;
      break;
    case TensorType::kBF16:
      type = at::kBFloat16;
      break;
    default:
      return std::nullopt;
  }
  const at::Tensor raw = at::empty(entry.shape, type);
  std::memcpy(raw.data_ptr(), entry.bytes.data(), entry.bytes.size());
  return raw.to(at::kFloat);
}

}  // namespace

Status saveBuffers(const std::filesystem::path& path, const ParameterSet& parameters,
                   const std::vector<FlatBuffer>& buffers) {
  std::vector<NamedTensor> tensors;
  std::vector<at::Tensor> hosts;  // keeps the bytes alive until they are written
  for (const FlatBuffer& buffer : buffers) {
    const at::Tensor host = buffer.flat.detach().to(at::kCPU).contiguous();  // [N]
    hosts.push_back(host);
    const std::span<const std::byte> bytes(static_cast<const std::byte*>(host.data_ptr()), host.nbytes());
    for (const PublishedTensor& tensor : parameters.published()) {
      tensors.push_back({buffer.prefix + tensor.name,
                         {TensorType::kF32, tensor.shape,
                          bytes.subspan(static_cast<size_t>(tensor.offset) * sizeof(float),
                                        static_cast<size_t>(tensor.count) * sizeof(float))}});
    }
  }
  return writeSafetensors(path, std::move(tensors), {{"format", "pt"}});
}

Status loadBuffers(const std::filesystem::path& path, const ParameterSet& parameters,
                   const std::vector<FlatBuffer>& buffers) {
  const auto file = SafetensorsFile::open(path);
  if (!file) {
    return file.error();
  }
  struct Copy {
    at::Tensor from, to;
  };
  std::vector<Copy> copies;
  std::string wrong;
  int wrong_count = 0;
  const auto report = [&](const std::string& problem) {
    if (++wrong_count <= 3) {
      wrong += (wrong.empty() ? "" : "; ") + problem;
    }
  };
  for (const FlatBuffer& buffer : buffers) {
    for (const PublishedTensor& tensor : parameters.published()) {
      const std::string name = buffer.prefix + tensor.name;
      const auto it = file->tensors().find(name);
      if (it == file->tensors().end()) {
        report(name + " is missing");
        continue;
      }
      if (it->second.shape != tensor.shape) {
        report(name + " is " + shapeText(it->second.shape) + ", the model's is " + shapeText(tensor.shape));
        continue;
      }
      const auto values = asFloat(it->second);
      if (!values) {
        report(name + " has the type " + typeName(it->second.type) + ", not floating point");
        continue;
      }
      copies.push_back({values->flatten(), buffer.flat.narrow(0, tensor.offset, tensor.count)});
    }
  }
  if (wrong_count > 0) {
    return Error{"cannot use the weights of " + path.string() + ": " + wrong +
                     (wrong_count > 3 ? "; and " + std::to_string(wrong_count - 3) + " more" : ""),
                 "the checkpoint is of another model; choose one of the same family and sizes"};
  }
  at::NoGradGuard no_grad;
  for (const Copy& copy : copies) {
    copy.to.copy_(copy.from);
  }
  return {};
}

Status saveConfig(const std::filesystem::path& path, const ModelRecipe& model, bool next_sentence) {
  const nlohmann::ordered_json config = {
      {"architectures", {next_sentence ? "BertForPreTraining" : "BertForMaskedLM"}},
      {"model_type", model.family},
      {"attention_probs_dropout_prob", model.attention_probs_dropout_prob},
      {"dtype", "float32"},
      {"hidden_act", model.hidden_act},
      {"hidden_dropout_prob", model.hidden_dropout_prob},
      {"hidden_size", model.hidden_size},
      {"initializer_range", model.initializer_range},
      {"intermediate_size", model.intermediate_size},
      {"layer_norm_eps", model.layer_norm_eps},
      {"max_position_embeddings", model.max_position_embeddings},
      {"num_attention_heads", model.num_attention_heads},
      {"num_hidden_layers", model.num_hidden_layers},
      {"pad_token_id", 0},
      {"type_vocab_size", model.type_vocab_size},
      {"vocab_size", model.vocab_size}};
  return writeFileAtomic(path, config.dump(2) + "\n");
}

Result<ModelRecipe> loadConfig(const std::filesystem::path& path) {
  const auto bytes = readFile(path);
  if (!bytes) {
    return bytes.error();
  }
  const auto config = parseJson(*bytes, path.string());
  if (!config) {
    return config.error();
  }
  ModelRecipe model;
  const auto family = jsonValue<std::string>(*config, "model_type", "");
  if (family != "bert") {
    return Error{"cannot load the model of " + path.string() + ": its model_type is \"" + family + "\"",
                 "this version knows bert"};
  }
  std::string missing;
  const auto size = [&](const char* key) {
    const auto value = jsonValue<int64_t>(*config, key, 0);
    if (value <= 0) {
      missing += (missing.empty() ? "" : ", ") + std::string(key);
    }
    return value;
  };
  model.family = family;
  model.preset.clear();
  model.vocab_size = size("vocab_size");
  model.hidden_size = size("hidden_size");
  model.num_hidden_layers = size("num_hidden_layers");
  model.num_attention_heads = size("num_attention_heads");
  model.intermediate_size = size("intermediate_size");
  model.max_position_embeddings = size("max_position_embeddings");
  model.type_vocab_size = size("type_vocab_size");
  if (!missing.empty()) {
    return Error{"cannot load the model of " + path.string() +
                 ": these sizes are missing or not positive: " + missing};
  }
  if (model.hidden_size % model.num_attention_heads != 0) {
    return Error{"cannot load the model of " + path.string() +
                 ": num_attention_heads does not divide hidden_size"};
  }
  model.hidden_act = jsonValue<std::string>(*config, "hidden_act", model.hidden_act);
  model.hidden_dropout_prob = jsonValue(*config, "hidden_dropout_prob", model.hidden_dropout_prob);
  model.attention_probs_dropout_prob =
      jsonValue(*config, "attention_probs_dropout_prob", model.attention_probs_dropout_prob);
  model.layer_norm_eps = jsonValue(*config, "layer_norm_eps", model.layer_norm_eps);
  model.initializer_range = jsonValue(*config, "initializer_range", model.initializer_range);
  return model;
}

}  // namespace heddle
