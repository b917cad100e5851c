#include "engine/recipes/sizes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/recipes/objective.h"
#include "engine/text/grains/tokenizer_folder.h"

namespace heddle {
namespace {

constexpr double kMebi = 1024.0 * 1024.0;
// What a process with LibTorch holds before its first tensor: code, tables, thread stacks.
constexpr double kLibraryBytes = 150 * kMebi;
// What oneDNN's programs and packed weights add to it in bf16.
constexpr double kHalfLibraryBytes = 40 * kMebi;

// Logits that the vocabulary head keeps at once, at most: on a CPU all where they are few, else those of a
// chunk of positions.
constexpr double kCpuLogits = 48 * kMebi;
constexpr double kCpuChunk = 512;
constexpr double kCudaLogits = 128 * kMebi;
// Blocks of rows whose sums over logits are kept beside each other on a GPU, at most.
constexpr double kCudaRowBlocks = 256;

double asReal(int64_t value) {
  return static_cast<double>(value);
}

int64_t linearParameters(int64_t in, int64_t out) {
  return in * out + out;
}

double matrixFlops(double rows, int64_t in, int64_t out) {
  return 2.0 * rows * asReal(in) * asReal(out);
}

bool usesBf16(const Recipe& recipe, const EstimateOptions& options) {
  return recipe.run.precision == "bf16" || (recipe.run.precision == "auto" && options.bf16);
}

bool usesCuda(const Recipe& recipe, const EstimateOptions& options) {
  return recipe.run.device.rfind("cuda", 0) == 0 || (recipe.run.device == "auto" && options.cuda);
}

int64_t vocabularyOf(const Recipe& recipe, const EstimateOptions& options) {
  return options.vocab_size > 0 ? options.vocab_size : expectedVocabSize(recipe);
}

PhaseEstimate estimatePhase(const Recipe& recipe, size_t index, int64_t vocab_size,
                            const EstimateOptions& options) {
  const PhaseRecipe& phase = recipe.phases[index];
  PhaseEstimate estimate;
  estimate.tokens_per_row = asReal(phase.length) * (index < options.fill.size() ? options.fill[index] : 1.0);
  estimate.tokens_per_step = estimate.tokens_per_row * asReal(phase.rows);
  estimate.flops_per_row = trainingFlops(recipe, vocab_size, estimate.tokens_per_row);
  estimate.flops_per_step = estimate.flops_per_row * asReal(phase.rows);

  const auto limit = [&](double steps) {
    const auto whole = static_cast<int64_t>(std::ceil(std::min(steps, 1e18)));
    estimate.steps = std::min(estimate.steps.value_or(whole), whole);
  };
  if (phase.steps > 0) {
    limit(asReal(phase.steps));
  }
  if (phase.tokens > 0 && estimate.tokens_per_step > 0) {
    limit(asReal(phase.tokens) / estimate.tokens_per_step);
  }
  if (phase.flops > 0 && estimate.flops_per_step > 0) {
    limit(phase.flops / estimate.flops_per_step);
  }
  if (phase.hours > 0 && estimate.flops_per_step > 0 && options.flops_per_second > 0) {
    limit(phase.hours * 3600 / (estimate.flops_per_step / options.flops_per_second + options.update_seconds));
  }
  return estimate;
}

// What a forward pass keeps for the backward pass, by part, in bytes for one phase. Attention probabilities
// and dropout masks are never kept: the fused operations compute them again.
struct Activations {
  double embeddings = 0;
  double attention = 0;
  double feed_forward = 0;
  double norms = 0;
  double vocabulary = 0;
  double gradients = 0;  // in flight through one layer
  double copies = 0;     // fp32 working copies of one layer

  double total() const {
    return embeddings + attention + feed_forward + norms + vocabulary + gradients + copies;
  }
};

Activations activationsOf(const Recipe& recipe, const PhaseRecipe& phase, int64_t vocab_size, bool bf16,
                          bool cuda) {
  // On a CPU what is kept in bf16 takes up as much of the heap as in fp32: the fp32 copies that operations
  // work on leave holes between the kept tensors.
  const double element = bf16 && cuda ? 2 : 4;
  const ModelRecipe& model = recipe.model;
  const int64_t rows = phase.micro_rows > 0 ? std::min(phase.micro_rows, phase.rows) : phase.rows;
  const double tokens = asReal(rows) * asReal(phase.length);
  const double predictions = asReal(rows) * expectedPredictions(recipe.objective, asReal(phase.length));
  const double layers = asReal(model.num_hidden_layers);
  const double hidden = asReal(model.hidden_size);
  const double intermediate = asReal(model.intermediate_size);
  constexpr double kStatistics = 2 * sizeof(float);  // mean and 1 / deviation of a LayerNorm

  Activations bytes;
  bytes.embeddings = tokens * (2 * hidden * element + kStatistics);
  // Query, key, value, the attention's output, and the logarithm of every softmax sum.
  bytes.attention =
      layers * tokens * (4 * hidden * element + asReal(model.num_attention_heads) * sizeof(float));
  bytes.feed_forward = layers * tokens * 2 * intermediate * element;
  // What enters and what leaves both norms; the latter is the input of the products that follow and the
  // residual of the next.
  bytes.norms = layers * tokens * (4 * hidden * element + 2 * kStatistics);
  const double words = asReal(vocab_size);
  const double logits = predictions * words;
  bytes.vocabulary = predictions * 4 * hidden * element;
  if (cuda) {
    // Gradients of the head come out of the forward pass, beside those of the model.
    bytes.vocabulary += std::min(logits, kCudaLogits) * element + words * (hidden + 1) * sizeof(float) +
                        std::min(predictions, kCudaRowBlocks) * words * sizeof(float);
    if (bf16) {
      // A chunk's gradient of the word table in fp32, before it is added.
      bytes.vocabulary += words * hidden * sizeof(float);
    }
  } else {
    bytes.vocabulary += std::min(logits, std::max(kCpuLogits, kCpuChunk * words)) * sizeof(float);
  }
  bytes.gradients = tokens * (2 * intermediate + 2 * hidden) * element;
  if (bf16 && !cuda) {
    bytes.copies = tokens * 4 * intermediate * sizeof(float);
  }
  return bytes;
}

std::vector<MemoryPart> memoryOf(const Recipe& recipe, const ParameterCount& parameters, int64_t vocab_size,
                                 bool bf16, bool cuda) {
  const double weights = asReal(parameters.total());
  Activations peak;
  for (const PhaseRecipe& phase : recipe.phases) {
    const Activations bytes = activationsOf(recipe, phase, vocab_size, bf16, cuda);
    if (bytes.total() > peak.total()) {
      peak = bytes;
    }
  }
  std::vector<MemoryPart> parts = {
      {"weights", 4 * weights}, {"gradients", 4 * weights}, {"Adam moments", 8 * weights}};
  if (bf16) {
    parts.push_back({"bf16 copies", 2 * weights});
  }
  parts.push_back({"embeddings", peak.embeddings});
  parts.push_back({"attention", peak.attention});
  parts.push_back({"feed-forward", peak.feed_forward});
  parts.push_back({"norms", peak.norms});
  parts.push_back({"vocabulary head", peak.vocabulary});
  parts.push_back({"gradients in flight", peak.gradients});
  if (peak.copies > 0) {
    parts.push_back({"fp32 copies", peak.copies});
  }
  if (!cuda) {
    parts.push_back({"LibTorch", kLibraryBytes + (bf16 ? kHalfLibraryBytes : 0)});
  }
  return parts;
}

std::string withPrefix(double value, double base, std::span<const std::string_view> prefixes) {
  size_t index = 0;
  // 999.95 would be shown as 1000.0 of the smaller prefix.
  while (index + 1 < prefixes.size() && value >= base * (1 - 5e-5)) {
    value /= base;
    ++index;
  }
  std::array<char, 64> text{};
  const char* format = index == 0 && value == std::floor(value) ? "%.0f" : value < 9.995 ? "%.2f" : "%.1f";
  std::snprintf(text.data(), text.size(), format, value);
  std::string out(text.data());
  out += prefixes[index].empty() ? "" : " " + std::string(prefixes[index]);
  return out;
}

// "110,106,428".
std::string grouped(int64_t number) {
  std::string text = std::to_string(number);
  for (size_t end = text.size(); end > 3; end -= 3) {
    text.insert(end - 3, ",");
  }
  return text;
}

class Table {
 public:
  void line(std::string_view label, std::string_view value, std::string_view note = "") {
    constexpr size_t kLabel = 22;
    constexpr size_t kValue = 14;
    text_ += label;
    text_.append(label.size() < kLabel ? kLabel - label.size() : 1, ' ');
    text_.append(value.size() < kValue ? kValue - value.size() : 0, ' ');
    text_ += value;
    text_ += note.empty() ? "" : "  " + std::string(note);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

ParameterCount countParameters(const ModelRecipe& model, int64_t vocab_size, bool next_sentence) {
  const int64_t hidden = model.hidden_size;
  const int64_t norm = 2 * hidden;
  ParameterCount count;
  count.word_embeddings = vocab_size * hidden;
  count.other_embeddings = (model.max_position_embeddings + model.type_vocab_size) * hidden + norm;
  count.per_layer = 4 * linearParameters(hidden, hidden) + linearParameters(hidden, model.intermediate_size) +
                    linearParameters(model.intermediate_size, hidden) + 2 * norm;
  count.layers = count.per_layer * model.num_hidden_layers;
  count.vocabulary_head = linearParameters(hidden, hidden) + norm + vocab_size;
  if (next_sentence) {
    count.pooler = linearParameters(hidden, hidden);
    count.pair_head = linearParameters(hidden, 2);
  }
  return count;
}

Result<GrainSizes> givenSizes(const TextRecipe& text) {
  std::error_code ignored;
  if (const std::filesystem::path about = text.vocabulary / "tokenizer.json";
      std::filesystem::exists(about, ignored)) {
    const Result<std::string> bytes = readFile(about);
    const Result<Json> json = bytes.ok() ? parseJson(*bytes, about.string()) : bytes.error();
    // A tokenizer.json of other programs says nothing of sizes. Kinds with a vocab.txt have the special
    // tokens.
    if (json.ok() && json->is_object() && jsonValue<int64_t>(*json, "size", 0) > 0 &&
        std::filesystem::exists(text.vocabulary / "vocab.txt", ignored)) {
      const auto fine = jsonValue<int64_t>(*json, "size", 0);
      return GrainSizes{fine, std::max(fine, jsonValue<int64_t>(*json, "coarse_size", fine))};
    }
  }
  const Result<Grains> grains =
      openTokenizer(text.vocabulary, {.kind = text.tokenizer, .lowercase = text.lowercase});
  if (!grains.ok()) {
    return grains.error();
  }
  return GrainSizes{grains->fineSize(), grains->coarseSize(), specialTokens(grains->fine().special())};
}

int64_t expectedVocabSize(const Recipe& recipe) {
  if (recipe.model.vocab_size > 0 || recipe.text.vocabulary.empty()) {
    return expectedVocabSize(recipe, GrainSizes{});
  }
  const Result<GrainSizes> given = givenSizes(recipe.text);
  return given.ok() ? expectedVocabSize(recipe, *given) : 0;
}

int64_t expectedVocabSize(const Recipe& recipe, const GrainSizes& given) {
  const TextRecipe& text = recipe.text;
  if (recipe.model.vocab_size > 0) {
    return recipe.model.vocab_size;
  }
  const GrainSizes sizes = text.vocabulary.empty() ? GrainSizes{text.vocab_size, text.vocab_size} : given;
  if (text.grain != "coarse") {
    return sizes.fine;
  }
  const int64_t wanted = text.coarse == "phrases" ? text.phrase_count : text.coarse_vocab_size;
  return std::max(sizes.coarse, sizes.fine + wanted);
}

double forwardFlops(const ModelRecipe& model, int64_t vocab_size, double tokens, double predictions,
                    bool next_sentence) {
  const int64_t hidden = model.hidden_size;
  const double products =
      matrixFlops(tokens, hidden, 4 * hidden) + 2 * matrixFlops(tokens, hidden, model.intermediate_size);
  // Scores and weighted sums, each [tokens, tokens] by [tokens, hidden] over all heads.
  const double attention = 4 * tokens * tokens * asReal(hidden);
  const double head = matrixFlops(predictions, hidden, hidden) + matrixFlops(predictions, hidden, vocab_size);
  const double pair = next_sentence ? matrixFlops(1, hidden, hidden) + matrixFlops(1, hidden, 2) : 0;
  return asReal(model.num_hidden_layers) * (products + attention) + head + pair;
}

double expectedPredictions(const ObjectiveRecipe& objective, double tokens) {
  const double chosen = objective.mlm_probability * tokens;
  return objective.max_predictions > 0 ? std::min(chosen, asReal(objective.max_predictions)) : chosen;
}

double trainingFlops(const Recipe& recipe, int64_t vocab_size, double tokens_per_row) {
  return 3 * forwardFlops(recipe.model, vocab_size, tokens_per_row,
                          expectedPredictions(recipe.objective, tokens_per_row),
                          predictsPairs(recipe.objective));
}

double Estimate::memoryBytes() const {
  double bytes = 0;
  for (const MemoryPart& part : memory) {
    bytes += part.bytes;
  }
  return bytes;
}

Estimate estimateRecipe(const Recipe& recipe, const EstimateOptions& options) {
  Estimate estimate;
  estimate.vocab_size = vocabularyOf(recipe, options);
  estimate.parameters = countParameters(recipe.model, estimate.vocab_size, predictsPairs(recipe.objective));
  estimate.memory = memoryOf(recipe, estimate.parameters, estimate.vocab_size, usesBf16(recipe, options),
                             usesCuda(recipe, options));
  int64_t steps = 0;
  double tokens = 0;
  double flops = 0;
  bool known = true;
  for (size_t index = 0; index < recipe.phases.size(); ++index) {
    const PhaseEstimate phase_estimate = estimatePhase(recipe, index, estimate.vocab_size, options);
    known = known && phase_estimate.steps.has_value();
    const int64_t phase_steps = phase_estimate.steps.value_or(0);
    steps += phase_steps;
    tokens += asReal(phase_steps) * phase_estimate.tokens_per_step;
    flops += asReal(phase_steps) * phase_estimate.flops_per_step;
    estimate.phases.push_back(phase_estimate);
  }
  if (known) {
    estimate.steps = steps;
    estimate.tokens = tokens;
    estimate.flops = flops;
    if (options.flops_per_second > 0) {
      estimate.seconds = flops / options.flops_per_second + asReal(steps) * options.update_seconds;
    }
  }
  return estimate;
}

std::optional<int64_t> totalSteps(const Recipe& recipe, const EstimateOptions& options) {
  return estimateRecipe(recipe, options).steps;
}

std::string estimateText(const Estimate& estimate) {
  Table table;
  const ParameterCount& count = estimate.parameters;
  const auto parameters = [](int64_t number) { return humanCount(asReal(number)); };
  table.line("parameters", grouped(count.total()), "vocabulary of " + grouped(estimate.vocab_size));
  table.line("  word embeddings", parameters(count.word_embeddings));
  table.line("  other embeddings", parameters(count.other_embeddings));
  table.line("  layers", parameters(count.layers), parameters(count.per_layer) + " each");
  table.line("  heads", parameters(count.pooler + count.vocabulary_head + count.pair_head));
  for (size_t index = 0; index < estimate.phases.size(); ++index) {
    const PhaseEstimate& phase = estimate.phases[index];
    table.line("Phase " + std::to_string(index + 1),
               phase.steps ? grouped(*phase.steps) + " steps" : "by the clock",
               humanCount(phase.tokens_per_step) + " tokens and " + humanCount(phase.flops_per_step, "FLOP") +
                   " a step, " + humanCount(phase.flops_per_row, "FLOP") + " a row");
  }
  table.line("memory", humanBytes(estimate.memoryBytes()));
  for (const MemoryPart& part : estimate.memory) {
    table.line("  " + part.name, humanBytes(part.bytes));
  }
  table.line("steps", estimate.steps ? grouped(*estimate.steps) : "unknown");
  table.line("tokens", estimate.tokens ? humanCount(*estimate.tokens) : "unknown");
  table.line("work", estimate.flops ? humanCount(*estimate.flops, "FLOP") : "unknown");
  table.line("time", estimate.seconds ? humanDuration(*estimate.seconds) : "unknown",
             estimate.seconds ? "" : "no rate measured yet");
  return table.take();
}

std::string humanCount(double value, std::string_view unit) {
  constexpr std::array<std::string_view, 8> kPrefixes = {"", "k", "M", "G", "T", "P", "E", "Z"};
  std::string text = withPrefix(value, 1000, kPrefixes);
  if (!unit.empty()) {
    const bool prefixed = std::abs(value) >= 1000 * (1 - 5e-5);
    text += (prefixed ? "" : " ") + std::string(unit);
  }
  return text;
}

std::string humanBytes(double bytes) {
  constexpr std::array<std::string_view, 6> kPrefixes = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  return withPrefix(bytes, 1024, kPrefixes);
}

}  // namespace heddle
