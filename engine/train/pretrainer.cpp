#include "engine/train/pretrainer.h"

#include <ATen/ATen.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <numeric>
#include <optional>

#include "engine/base/clock.h"
#include "engine/data/pretraining_data.h"
#include "engine/model/bert.h"
#include "engine/recipes/objective.h"
#include "engine/recipes/sizes.h"
#include "engine/train/checkpoint.h"
#include "engine/train/device.h"
#include "engine/train/optimizer.h"
#include "engine/train/progress.h"
#include "engine/train/run_channel.h"
#include "heddle_version.h"

namespace heddle {
namespace {

// What one step or one evaluation found, as means over all of its rows.
struct StepResult {
  double masked_lm = 0;
  double pair = 0;
  double masked_lm_accuracy = 0;
  double pair_accuracy = 0;
  int64_t tokens = 0;
  double flops = 0;
  double loss() const { return masked_lm + pair; }
};

const char* precisionName(ComputeType type) {
  return type == ComputeType::kBf16 ? "bf16" : "fp32";
}

// Of this model on this machine.
struct Speed {
  double flops_per_second = 0;  // of forward and backward passes
  double update_seconds = 0;    // of one optimiser update
};

class Pretrainer {
 public:
  Pretrainer(const PretrainingOptions& options, RunChannel& channel, const ComputePlace& place,
             ComputeType type, const PreparedText& text, const PretrainingData& data)
      : options_(options),
        recipe_(options.recipe),
        channel_(channel),
        place_(place),
        type_(type),
        text_(text),
        data_(data),
        model_recipe_(resolvedModel()),
        bert_(parameters_, model_recipe_, predictsPairs(recipe_.objective)),
        progress_(recipe_) {
    parameters_.allocate(place_.device, type_);
    optimizer_ = zeroMoments(parameters_);
  }

  // Returns why and where it ended; a checkpoint of that step is on disk then. `speed` as found before, if
  // so.
  Result<RunStopped> run(const std::optional<Speed>& speed);
  // Found in a second or so; leaves everything as it was.
  Speed measureSpeed();

 private:
  ModelRecipe resolvedModel() const {
    ModelRecipe model = recipe_.model;
    model.vocab_size = std::max(model.vocab_size, data_.vocabSize());
    return model;
  }
  Status restore();
  void announce(const Speed& speed);
  std::vector<Batch> stepBatches(const PhaseRecipe& phase, int64_t step) const;
  StepResult accumulate(const std::vector<Batch>& batches, const PhaseRecipe& phase);
  void report(const StepResult& result, double learning_rate, double norm, double seconds);
  Metrics metricsNow() const;
  void addPairMetrics(const std::string& side, const StepResult& result, Metrics& metrics) const;
  void evaluate();
  Status save();
  double batchFlops(const Batch& batch) const;
  double remainingSeconds() const;
  int64_t scheduleSteps() const;
  std::vector<double> fills() const;
  ForwardContext context(const PackedBatch& batch, double hidden_dropout, double attention_dropout,
                         int64_t step) const {
    return {batch, hidden_dropout, attention_dropout, recipe_.seed, step};
  }

  const PretrainingOptions& options_;
  const Recipe& recipe_;
  RunChannel& channel_;
  const ComputePlace& place_;
  ComputeType type_;
  const PreparedText& text_;
  const PretrainingData& data_;
  ModelRecipe model_recipe_;
  ParameterSet parameters_;
  Bert bert_;
  OptimizerState optimizer_;
  Progress progress_;
  int64_t saved_step_ = -1;
  int64_t evaluated_step_ = -1;
  double session_start_ = 0;
  double session_start_fraction_ = 0;
};

// From the newest checkpoint that can be read; a damaged one is left out with a warning.
Status Pretrainer::restore() {
  std::vector<int64_t> steps = listCheckpoints(options_.folder);
  for (; !steps.empty(); steps.pop_back()) {
    const auto folder = checkpointFolder(options_.folder, steps.back());
    const auto state = loadCheckpointState(folder);
    Status status = state ? loadCheckpoint(folder, parameters_, &optimizer_) : Status(state.error());
    if (status.ok()) {
      status = progress_.restore((*state)["progress"]);
    }
    if (status.ok()) {
      saved_step_ = steps.back();
      channel_.describe({progress_.total().steps, progress_.fraction(), 0, "loading"});
      return {};
    }
    if (steps.size() == 1) {
      return status;
    }
    channel_.warn(status.error().message() + "; the checkpoint before it is used");
  }
  parameters_.initialize(recipe_.seed, model_recipe_.initializer_range);
  return {};
}

// A pass takes as many rows as a micro-batch has, fewer where those would take more than a second. It is
// repeated, because the first ones pay for memory, caches and threads that are used for the first time.
Speed Pretrainer::measureSpeed() {
  constexpr double kEnough = 0.1;  // seconds
  const PhaseRecipe phase = progress_.finished() ? recipe_.phases.back() : progress_.phase();
  const int64_t most = phase.micro_rows > 0 ? std::min(phase.micro_rows, phase.rows) : phase.rows;
  const auto batchesOf = [&](int64_t rows) {
    return std::vector<Batch>{data_.trainBatch(phase, progress_.total().steps, 0, rows)};
  };
  const auto secondsOf = [&](const auto& work) {
    const double start = monotonicSeconds();
    work();
    synchronize(place_.device);
    return std::max(monotonicSeconds() - start, 1e-9);
  };
  std::vector<Batch> batches = batchesOf(1);
  accumulate(batches, phase);
  const double row_seconds = secondsOf([&] { accumulate(batches, phase); });
  batches = batchesOf(std::clamp<int64_t>(static_cast<int64_t>(1.0 / row_seconds), 1, most));
  double warming = secondsOf([&] { accumulate(batches, phase); });
  while (warming < kEnough / 4) {
    warming += secondsOf([&] { accumulate(batches, phase); });
  }
  double flops = 0;
  double seconds = 0;
  do {
    seconds += secondsOf([&] { flops += accumulate(batches, phase).flops; });
  } while (seconds < kEnough);

  Speed speed{flops / seconds, 0};
  OptimizerState moments = zeroMoments(parameters_);
  for (int update = 0; update < 2; ++update) {  // the first touches the moments' memory
    // At a rate of 0 the weights stay as they are.
    speed.update_seconds = secondsOf([&] { optimizerStep(parameters_, moments, recipe_.optimizer, 0, 1); });
  }
  at::NoGradGuard no_grad;
  parameters_.gradients().zero_();  // an update that met no finite gradients has left them
  return speed;
}

// Rows are often shorter than they may be; those of a phase's first steps stand for all.
std::vector<double> Pretrainer::fills() const {
  constexpr int64_t kRows = 256;
  std::vector<double> fills;
  for (const PhaseRecipe& phase : recipe_.phases) {
    int64_t tokens = 0;
    int64_t rows = 0;
    for (int64_t step = 0; rows < kRows; ++step, rows += phase.rows) {
      tokens += data_.trainBatch(phase, step, 0, phase.rows).tokenCount();
    }
    fills.push_back(static_cast<double>(tokens) / static_cast<double>(rows * phase.length));
  }
  return fills;
}

// The linear schedule counts on the steps that phases are given (checkRecipe() asks for them), not on an
// estimate of the step at which another limit may end a phase earlier.
int64_t Pretrainer::scheduleSteps() const {
  if (recipe_.optimizer.schedule_steps > 0) {
    return recipe_.optimizer.schedule_steps;
  }
  return std::accumulate(recipe_.phases.begin(), recipe_.phases.end(), int64_t{0},
                         [](int64_t steps, const PhaseRecipe& phase) { return steps + phase.steps; });
}

void Pretrainer::announce(const Speed& speed) {
  const std::vector<double> fill = fills();
  const Estimate estimate = estimateRecipe(recipe_, {.vocab_size = model_recipe_.vocab_size,
                                                     .fill = fill,
                                                     .flops_per_second = speed.flops_per_second,
                                                     .update_seconds = speed.update_seconds,
                                                     .bf16 = type_ == ComputeType::kBf16,
                                                     .cuda = place_.device.is_cuda()});
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  RunStarted started;
  started.run_id = options_.folder.id();
  started.name = recipe_.name;
  started.family = recipe_.model.family;
  started.objective = objectiveTitle(recipe_.objective);
  started.seed = recipe_.seed;
  started.host = host;
  started.pid = ::getpid();
  started.engine_version = kVersion;
  started.torch_version = kTorchVersion;
  started.device = place_.device_text;
  started.precision = precisionName(type_);
  started.from_step = progress_.total().steps;
  started.total_steps =
      totalSteps(recipe_, {.vocab_size = model_recipe_.vocab_size, .fill = fill}).value_or(0);
  started.parameters = estimate.parameters.total();
  started.flops_per_step = estimate.phases.empty() ? 0 : estimate.phases.front().flops_per_step;
  started.memory_estimate_bytes = estimate.memoryBytes();
  started.predicted_seconds = estimate.seconds.value_or(0);
  channel_.post(started);
  std::string text = estimateText(estimate);
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    channel_.info(text.substr(0, end));
    text.erase(0, end + 1);
  }
}

std::vector<Batch> Pretrainer::stepBatches(const PhaseRecipe& phase, int64_t step) const {
  const int64_t micro = phase.micro_rows > 0 ? phase.micro_rows : phase.rows;
  std::vector<Batch> batches;
  for (int64_t first = 0; first < phase.rows; first += micro) {
    batches.push_back(data_.trainBatch(phase, step, first, std::min(micro, phase.rows - first)));
  }
  return batches;
}

double Pretrainer::batchFlops(const Batch& batch) const {
  const double rows = static_cast<double>(batch.rowCount());
  const double predictions = static_cast<double>(batch.masked_positions.size()) / std::max(rows, 1.0);
  double flops = 0;
  for (size_t row = 0; row + 1 < batch.starts.size(); ++row) {
    flops += forwardFlops(model_recipe_, model_recipe_.vocab_size, batch.starts[row + 1] - batch.starts[row],
                          predictions, predictsPairs(recipe_.objective));
  }
  return 3 * flops;
}

// Forward and backward over the micro-batches of a step; means are over the whole step.
StepResult Pretrainer::accumulate(const std::vector<Batch>& batches, const PhaseRecipe& phase) {
  const double hidden_dropout =
      phase.hidden_dropout_prob >= 0 ? phase.hidden_dropout_prob : model_recipe_.hidden_dropout_prob;
  const double attention_dropout = phase.attention_probs_dropout_prob >= 0
                                       ? phase.attention_probs_dropout_prob
                                       : model_recipe_.attention_probs_dropout_prob;
  double masked = 0;
  double pairs = 0;
  for (const Batch& batch : batches) {
    masked += static_cast<double>(batch.masked_positions.size());
    pairs += static_cast<double>(batch.pair_labels.size());
  }
  StepResult result;
  for (const Batch& batch : batches) {
    const PackedBatch packed = toDevice(batch, place_.device);
    const at::Tensor hidden =
        bert_.encode(context(packed, hidden_dropout, attention_dropout, batch.step));  // [T, H]
    const BertLosses losses = bert_.losses(hidden, packed);
    at::Tensor loss = losses.masked_lm.loss_sum / masked;
    result.masked_lm += losses.masked_lm.loss_sum.item<double>() / masked;
    result.masked_lm_accuracy += static_cast<double>(losses.masked_lm.correct) / masked;
    if (losses.pair_sum.defined()) {
      loss = loss + losses.pair_sum / pairs;
      result.pair += losses.pair_sum.item<double>() / pairs;
      result.pair_accuracy += static_cast<double>(losses.pair_correct) / pairs;
    }
    if (at::GradMode::is_enabled()) {
      loss.backward();
    }
    result.tokens += batch.tokenCount();
    result.flops += batchFlops(batch);
  }
  return result;
}

// "train/nsp_loss" and "train/nsp_accuracy", or sop with sentence order.
void Pretrainer::addPairMetrics(const std::string& side, const StepResult& result, Metrics& metrics) const {
  const std::string name = side + std::string(pairObjective(recipe_.objective));
  if (predictsPairs(recipe_.objective)) {
    metrics.values.emplace_back(name + "_loss", result.pair);
    metrics.values.emplace_back(name + "_accuracy", result.pair_accuracy);
  }
}

// Without values yet.
Metrics Pretrainer::metricsNow() const {
  const Work& work = progress_.total();
  return {.step = work.steps,
          .tokens = work.tokens,
          .flops = work.flops,
          .seconds = work.seconds,
          .values = {},
          .examples = work.examples,
          .epochs = work.epochs};
}

void Pretrainer::report(const StepResult& result, double learning_rate, double norm, double seconds) {
  Metrics metrics = metricsNow();
  metrics.values = {{"train/loss", result.loss()},
                    {"train/mlm_loss", result.masked_lm},
                    {"train/mlm_accuracy", result.masked_lm_accuracy}};
  addPairMetrics("train/", result, metrics);
  metrics.values.insert(metrics.values.end(),
                        {{"train/learning_rate", learning_rate},
                         {"train/gradient_norm", norm},
                         {"train/tokens_per_second", static_cast<double>(result.tokens) / seconds},
                         {"train/step_ms", seconds * 1e3},
                         {"train/memory_bytes", memoryInUse(place_.device)}});
  channel_.post(std::move(metrics));
}

void Pretrainer::evaluate() {
  at::NoGradGuard no_grad;
  channel_.describeActivity("evaluating");
  const PhaseRecipe phase = progress_.finished() ? recipe_.phases.back() : progress_.phase();
  PhaseRecipe without_dropout = phase;
  without_dropout.hidden_dropout_prob = 0;
  without_dropout.attention_probs_dropout_prob = 0;
  const int64_t chunk = phase.micro_rows > 0 ? phase.micro_rows : phase.rows;
  const int64_t rows = std::min(recipe_.evaluation.rows, data_.heldoutInstances(phase.length));
  std::vector<Batch> batches;
  for (int64_t first = 0; first < rows; first += chunk) {
    batches.push_back(data_.heldoutBatch(phase.length, first, std::min(chunk, rows - first)));
  }
  evaluated_step_ = progress_.total().steps;
  if (batches.empty()) {
    return;
  }
  const StepResult result = accumulate(batches, without_dropout);
  Metrics metrics = metricsNow();
  metrics.values = {{"eval/mlm_loss", result.masked_lm}, {"eval/mlm_accuracy", result.masked_lm_accuracy}};
  addPairMetrics("eval/", result, metrics);
  channel_.post(metrics);
  channel_.describeActivity("training");
}

Status Pretrainer::save() {
  const int64_t step = progress_.total().steps;
  if (saved_step_ == step) {
    return {};
  }
  channel_.describeActivity("saving");
  // A checkpoint that survives a power cut must not be ahead of its curve.
  if (const Status synced = channel_.sync(); !synced.ok()) {
    return synced;
  }
  const auto bytes = saveCheckpoint(options_.folder, step,
                                    {&parameters_,
                                     &optimizer_,
                                     model_recipe_,
                                     predictsPairs(recipe_.objective),
                                     text_.tokenizer,
                                     {{"step", step},
                                      {"grain", text_.grain},
                                      {"precision", precisionName(type_)},
                                      {"progress", progress_.toJson()}}});
  if (!bytes) {
    return bytes.error();
  }
  saved_step_ = step;
  channel_.post(CheckpointSaved{step, "checkpoints/" + std::to_string(step), *bytes});
  for (const int64_t removed : pruneCheckpoints(options_.folder, recipe_.checkpoint.keep_last)) {
    channel_.post(CheckpointRemoved{removed});
  }
  channel_.describeActivity("training");
  return {};
}

double Pretrainer::remainingSeconds() const {
  const double done = progress_.fraction() - session_start_fraction_;
  return done > 0 ? (monotonicSeconds() - session_start_) * (1.0 - progress_.fraction()) / done : 0;
}

Result<RunStopped> Pretrainer::run(const std::optional<Speed>& speed) {
  if (const Status restored = restore(); !restored.ok()) {
    return restored.error();
  }
  const int64_t schedule_steps = scheduleSteps();
  if (!speed) {
    channel_.describeActivity("measuring the speed of a step");
  }
  announce(speed ? *speed : measureSpeed());
  forgetFreedMemory(place_.device);  // of models that were measured
  session_start_ = monotonicSeconds();
  session_start_fraction_ = progress_.fraction();
  if (progress_.total().steps == 0 && recipe_.evaluation.every_steps > 0 && !channel_.stopRequested()) {
    evaluate();
  }
  std::future<std::vector<Batch>> next;
  while (!progress_.finished() && !channel_.stopRequested()) {
    const PhaseRecipe phase = progress_.phase();
    const int64_t step = progress_.total().steps;
    const double start = monotonicSeconds();
    const std::vector<Batch> batches = next.valid() ? next.get() : stepBatches(phase, step);
    next = std::async(std::launch::async, [this, phase, step] { return stepBatches(phase, step + 1); });

    const StepResult result = accumulate(batches, phase);
    const double learning_rate = learningRateAt(recipe_.optimizer, step, schedule_steps);
    const double norm = optimizerStep(parameters_, optimizer_, recipe_.optimizer, learning_rate, step + 1);
    synchronize(place_.device);
    const double seconds = monotonicSeconds() - start;
    if (!std::isfinite(result.loss()) || !std::isfinite(norm)) {
      return Error{"the loss or its gradient became " + std::to_string(result.loss()) + " / " +
                       std::to_string(norm) + " at step " + std::to_string(step + 1),
                   "lower optimizer.learning_rate or raise optimizer.warmup_steps and resume from the last "
                   "checkpoint"};
    }
    const size_t phase_index = progress_.phaseIndex();
    const auto rows_of_an_epoch = static_cast<double>(data_.instances(phase.length));
    progress_.add({.steps = 1,
                   .tokens = result.tokens,
                   .flops = result.flops,
                   .seconds = seconds,
                   .examples = phase.rows,
                   .epochs = static_cast<double>(phase.rows) / rows_of_an_epoch});
    if (progress_.phaseIndex() != phase_index) {
      next.wait();
      next = {};  // drawn for the phase that has ended
    }
    const Work& work = progress_.total();
    channel_.describe({work.steps, progress_.fraction(), remainingSeconds(), "training"});
    if (work.steps % std::max<int64_t>(recipe_.run.log_every_steps, 1) == 0 || progress_.finished()) {
      report(result, learning_rate, norm, seconds);
    }
    const auto due = [&work](int64_t every) { return every > 0 && work.steps % every == 0; };
    if (due(recipe_.evaluation.every_steps)) {
      evaluate();
    }
    channel_.readCommands();
    const bool asked = channel_.takeCheckpointRequest();
    if (asked || due(recipe_.checkpoint.every_steps)) {
      if (const Status saved = save(); !saved.ok()) {
        return saved.error();
      }
    }
    if (const auto failure = channel_.failure()) {
      return *failure;
    }
  }
  if (progress_.finished() && evaluated_step_ != progress_.total().steps) {
    evaluate();
  }
  if (const Status saved = save(); !saved.ok()) {
    return saved.error();
  }
  return RunStopped{progress_.finished() ? StopReason::kFinished : StopReason::kStopped,
                    progress_.total().steps};
}

struct Precision {
  ComputeType type = ComputeType::kFp32;
  std::optional<Speed> speed;  // where it had to be measured to choose
};

// Precision "auto": what the run used before it was interrupted, else bf16 where a step of this model is at
// least a tenth faster in it than in fp32. Steps decide, not products: on a CPU the operations around the
// products stay fp32.
Precision choosePrecision(const PretrainingOptions& options, RunChannel& channel, const ComputePlace& place,
                          const PreparedText& text, const PretrainingData& data) {
  const auto named = [](std::string_view name) {
    return Precision{name == "bf16" ? ComputeType::kBf16 : ComputeType::kFp32, {}};
  };
  const std::string& asked = options.recipe.run.precision;
  if (asked != "auto") {
    return named(asked);
  }
  for (std::vector<int64_t> steps = listCheckpoints(options.folder); !steps.empty(); steps.pop_back()) {
    const auto state = loadCheckpointState(checkpointFolder(options.folder, steps.back()));
    if (state) {
      return named(jsonValue<std::string>(*state, "precision", "fp32"));
    }
  }
  if (productRate(place.device, ComputeType::kBf16) < productRate(place.device, ComputeType::kFp32)) {
    return named("fp32");
  }
  channel.describeActivity("measuring precisions");
  const auto measured = [&](ComputeType type) {
    return Precision{type, Pretrainer(options, channel, place, type, text, data).measureSpeed()};
  };
  const Precision halves = measured(ComputeType::kBf16);
  Precision singles;
  try {
    singles = measured(ComputeType::kFp32);
  } catch (const c10::OutOfMemoryError&) {
    // A batch that fits a GPU in bf16 alone.
  }
  return !singles.speed || halves.speed->flops_per_second > 1.1 * singles.speed->flops_per_second ? halves
                                                                                                  : singles;
}

Error outOfMemory() {
  return {"the run ran out of memory", "lower phase.micro_rows, phase.length or the sizes of the model"};
}

// LibTorch has a type of its own for a GPU's memory alone; on a CPU only the text of the error tells.
Error failureOf(const c10::Error& problem) {
  const std::string text = problem.what_without_backtrace();
  if (dynamic_cast<const c10::OutOfMemoryError*>(&problem) != nullptr ||
      text.find("can't allocate memory") != std::string::npos) {
    return outOfMemory();
  }
  return {"the engine failed: " + text};
}

Result<RunStopped> prepareAndTrain(const PretrainingOptions& options, RunChannel& channel) {
  const auto place = choosePlace(options.recipe.run, options.recipe.model);
  if (!place) {
    return place.error();
  }
  if (!place->left_out.empty()) {
    channel.warn("the GPU is not used: " + place->left_out);
  }
  const auto text =
      prepareText(options.recipe.text, options.recipe.corpora, options.workspace,
                  [&channel](double fraction, std::string_view what) {
                    channel.describeActivity(std::string(what) + " (" +
                                             std::to_string(static_cast<int>(100 * fraction)) + " %)");
                    return !channel.stopRequested();
                  });
  if (!text) {
    if (channel.stopRequested()) {
      const std::vector<int64_t> steps = listCheckpoints(options.folder);
      return RunStopped{StopReason::kStopped, steps.empty() ? 0 : steps.back()};
    }
    return text.error();
  }
  channel.info("text: " + std::to_string(text->documents()) + " documents (" +
               std::to_string(text->heldoutDocuments()) + " held out), " + std::to_string(text->sentences()) +
               " sentences, " + std::to_string(text->tokens()) + " tokens");
  const auto data = PretrainingData::open(*text, options.recipe.objective, options.recipe.seed);
  if (!data) {
    return data.error();
  }
  const Precision precision = choosePrecision(options, channel, *place, *text, *data);
  return Pretrainer(options, channel, *place, precision.type, *text, *data).run(precision.speed);
}

}  // namespace

Result<StopReason> pretrain(const PretrainingOptions& options) {
  auto channel = RunChannel::open(options.folder, options.observer);
  if (!channel) {
    return channel.error();
  }
  removeUnfinishedCheckpoints(options.folder);
  Result<RunStopped> result = RunStopped{};
  try {
    result = prepareAndTrain(options, **channel);
  } catch (const c10::Error& problem) {
    result = failureOf(problem);
  } catch (const std::bad_alloc&) {
    result = outOfMemory();
  } catch (const std::exception& problem) {
    result = Error{std::string("the engine failed: ") + problem.what()};
  }
  if (!result) {
    (*channel)->post(RunFailed{result.error().text, result.error().hint});
    return result.error();
  }
  (*channel)->post(*result);
  return result->reason;
}

}  // namespace heddle
