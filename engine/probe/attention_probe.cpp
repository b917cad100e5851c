#include "engine/probe/attention_probe.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/base/clock.h"
#include "engine/base/safetensors.h"
#include "engine/model/bert.h"
#include "engine/model/weights.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "engine/train/checkpoint.h"

namespace heddle {
namespace {

constexpr size_t kKeptModels = 3;
constexpr int64_t kShortestInput = 5;  // [CLS] a [SEP] b [SEP]

struct InputText {
  Batch batch;  // one row
  std::vector<AttentionToken> tokens;
  bool truncated = false;
};

// The tokens of the grain that the model reads, with what each covers of the text.
std::vector<Piece> encode(const Grains& grains, bool coarse, const std::string& text) {
  GrainedText grained;
  grains.encode(text, grained);
  if (!coarse) {
    return std::move(grained.fine);
  }
  std::vector<Piece> pieces;
  for (const Unit& unit : grained.units) {
    const auto first = grained.fine.begin() + unit.first;
    if (unit.coarse == kFallsBack) {
      pieces.insert(pieces.end(), first, first + unit.count);
    } else {
      pieces.push_back({unit.coarse, first->begin, (first + unit.count - 1)->end});
    }
  }
  return pieces;
}

InputText makeInput(const Grains& grains, bool coarse, const AttentionRequest& request, int64_t longest) {
  std::vector<Piece> a = encode(grains, coarse, request.text_a);
  std::vector<Piece> b = encode(grains, coarse, request.text_b);
  const SpecialIds& special = grains.fine().special();
  const bool pair = !request.text_b.empty();
  const int64_t room = longest - (pair ? 3 : 2);
  InputText input;
  while (static_cast<int64_t>(a.size() + b.size()) > room) {
    (a.size() >= b.size() ? a : b).pop_back();
    input.truncated = true;
  }
  const auto add = [&](int32_t id, int32_t segment, int32_t begin, int32_t end) {
    input.batch.positions.push_back(static_cast<int32_t>(input.batch.tokens.size()));
    input.batch.tokens.push_back(id);
    input.batch.segments.push_back(segment);
    input.tokens.push_back({grains.coarseText(id), segment, begin, end});
  };
  add(special.cls, 0, -1, -1);
  for (const Piece& piece : a) {
    add(piece.id, 0, piece.begin, piece.end);
  }
  add(special.sep, 0, -1, -1);
  if (pair) {
    for (const Piece& piece : b) {
      add(piece.id, 1, piece.begin, piece.end);
    }
    add(special.sep, 1, -1, -1);
  }
  input.batch.starts = {0, static_cast<int32_t>(input.batch.tokens.size())};
  return input;
}

}  // namespace

struct AttentionProbe::LoadedModel {
  LoadedModel(std::filesystem::path folder, ModelRecipe recipe, bool next_sentence, Grains its_grains,
              bool reads_coarse)
      : checkpoint(std::move(folder)),
        model(std::move(recipe)),
        grains(std::move(its_grains)),
        coarse(reads_coarse),
        bert(parameters, model, next_sentence) {}

  std::filesystem::path checkpoint;
  ModelRecipe model;
  Grains grains;
  bool coarse;  // which grain the model reads
  ParameterSet parameters;
  Bert bert;
};

AttentionProbe::AttentionProbe() = default;
AttentionProbe::~AttentionProbe() = default;

Result<AttentionProbe::LoadedModel*> AttentionProbe::load(const std::filesystem::path& checkpoint) {
  const auto known = std::find_if(loaded_.begin(), loaded_.end(),
                                  [&](const auto& model) { return model->checkpoint == checkpoint; });
  if (known != loaded_.end()) {
    loaded_.splice(loaded_.begin(), loaded_, known);
    return loaded_.front().get();
  }
  const auto state = loadCheckpointState(checkpoint);
  if (!state) {
    return state.error();
  }
  const auto config = loadConfig(checkpoint / "config.json");
  if (!config) {
    return config.error();
  }
  const auto grains = loadGrains(checkpoint / "tokenizer");
  if (!grains) {
    return grains.error();
  }
  const bool coarse = jsonValue<std::string>(*state, "grain", "fine") == "coarse";
  const int64_t entries = coarse ? grains->coarseSize() : grains->fineSize();
  if (entries > config->vocab_size) {
    return Error{"cannot use the checkpoint " + checkpoint.string() + ": its vocabulary has " +
                     std::to_string(entries) + " pieces, its model " + std::to_string(config->vocab_size),
                 "the folder mixes two models; choose another checkpoint"};
  }
  // Every input begins with [CLS] and ends with [SEP].
  const SpecialIds& special = grains->fine().special();
  if (special.cls == kNoSpecial || special.sep == kNoSpecial) {
    return Error{"cannot show the attention of the checkpoint " + checkpoint.string() +
                     ": its tokeniser has no " + (special.cls == kNoSpecial ? "[CLS]" : "[SEP]") +
                     " or anything that stands for it",
                 "its tokenizer folder was made for another model; choose another checkpoint"};
  }
  auto model = std::make_unique<LoadedModel>(checkpoint, *config, jsonValue(*state, "next_sentence", true),
                                             *grains, coarse);
  model->parameters.allocate(at::kCPU, ComputeType::kFp32);
  if (const Status status = loadCheckpoint(checkpoint, model->parameters, nullptr); !status.ok()) {
    return status.error();
  }
  loaded_.push_front(std::move(model));
  if (loaded_.size() > kKeptModels) {
    loaded_.pop_back();
  }
  return loaded_.front().get();
}

Result<AttentionAnswer> AttentionProbe::attention(const AttentionRequest& request) {
  const double start = monotonicSeconds();
  const auto loaded = load(request.checkpoint);
  if (!loaded) {
    return loaded.error();
  }
  const LoadedModel& model = **loaded;
  if (model.model.max_position_embeddings < kShortestInput) {
    return Error{"cannot show attention of " + request.checkpoint + ": its model has only " +
                     std::to_string(model.model.max_position_embeddings) + " positions",
                 "choose another checkpoint"};
  }
  InputText input = makeInput(model.grains, model.coarse, request, model.model.max_position_embeddings);
  if (std::none_of(input.tokens.begin(), input.tokens.end(),
                   [](const AttentionToken& token) { return token.begin >= 0; })) {
    return Error{"cannot show attention: the text has no tokens", "type a sentence"};
  }

  at::NoGradGuard no_grad;
  Taps taps([](std::string_view name) { return name.ends_with(".attention.probs"); });
  const PackedBatch packed = toDevice(input.batch, at::kCPU);
  model.bert.encode({packed, 0, 0, 0, 0, &taps});

  AttentionAnswer answer;
  answer.id = request.id;
  answer.array_path = request.array_path;
  answer.layers = model.model.num_hidden_layers;
  answer.heads = model.model.num_attention_heads;
  answer.tokens = std::move(input.tokens);
  answer.truncated = input.truncated;
  const auto n = static_cast<int64_t>(answer.tokens.size());
  const at::Tensor probs = at::empty({answer.layers, answer.heads, n, n}, at::kHalf);
  for (int64_t layer = 0; layer < answer.layers; ++layer) {
    probs.select(0, layer).copy_(taps.at(tap::attentionProbs(layer)).front());  // [A, n, n]
  }
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(probs.data_ptr()), probs.nbytes());
  if (const Status status = writeSafetensors(
          request.array_path, {{"probs", {TensorType::kF16, {answer.layers, answer.heads, n, n}, bytes}}});
      !status.ok()) {
    return status.error();
  }
  answer.elapsed_ms = (monotonicSeconds() - start) * 1e3;
  return answer;
}

}  // namespace heddle
