// Times one pretraining step of BERT on rows of random ids: forward, masked-LM loss, backward, clip to 1,
// AdamW. Prints one JSON line (median, minimum and maximum seconds, tokens per second) and, with --profile,
// where the time went.
//
//   step_bench SIZE [--rows 16] [--length 128] [--precision fp32|bf16] [--threads 2] [--steps 12] [--warmup
//   3] [--device cpu] [--profile] SIZE: tiny mini small base large

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/kernels/memory.h"
#include "engine/model/bert.h"
#include "engine/recipes/fields.h"
#include "engine/recipes/sizes.h"
#include "engine/train/device.h"
#include "engine/train/optimizer.h"

namespace heddle {
namespace {

constexpr int64_t kVocabulary = 30522;

struct Options {
  std::string size = "mini";
  int64_t rows = 16, length = 128, threads = 2, steps = 12, warmup = 3;
  std::string precision = "fp32", device = "cpu";
  bool profile = false;
};

struct Share {
  double seconds = 0;
  int64_t calls = 0;
};
std::map<std::string, Share> shares;
std::mutex shares_mutex;

// Time inside an operation without that of operations it calls.
struct Frame : at::ObserverContext {
  double start = 0;
  double children = 0;
  Frame* parent = nullptr;
};
thread_local Frame* current_frame = nullptr;

std::unique_ptr<at::ObserverContext> onStart(const at::RecordFunction&) {
  auto frame = std::make_unique<Frame>();
  frame->parent = current_frame;
  current_frame = frame.get();
  frame->start = monotonicSeconds();
  return frame;
}

void onEnd(const at::RecordFunction& function, at::ObserverContext* context) {
  auto* frame = static_cast<Frame*>(context);
  const double seconds = monotonicSeconds() - frame->start;
  current_frame = frame->parent;
  if (frame->parent != nullptr) {
    frame->parent->children += seconds;
  }
  const std::lock_guard lock(shares_mutex);
  Share& share = shares[function.name()];
  share.seconds += seconds - frame->children;
  share.calls += 1;
}

Batch randomBatch(const Options& options) {
  RandomStream draws(1, 0, 0);
  Batch batch;
  batch.starts = {0};
  for (int64_t row = 0; row < options.rows; ++row) {
    for (int64_t position = 0; position < options.length; ++position) {
      if (draws.uniform() < 0.15) {
        batch.masked_positions.push_back(static_cast<int32_t>(batch.tokens.size()));
        batch.masked_labels.push_back(static_cast<int32_t>(5 + draws.below(kVocabulary - 5)));
      }
      batch.tokens.push_back(static_cast<int32_t>(5 + draws.below(kVocabulary - 5)));
      batch.positions.push_back(static_cast<int32_t>(position));
      batch.segments.push_back(0);
    }
    batch.starts.push_back(static_cast<int32_t>(batch.tokens.size()));
  }
  return batch;
}

int run(const Options& options) {
  keepFreedMemory();
  Recipe recipe;
  if (!applyPreset(recipe.model, options.size)) {
    std::fprintf(stderr, "step_bench: there is no size %s\n", options.size.c_str());
    return 2;
  }
  recipe.model.vocab_size = kVocabulary;
  RunRecipe place_recipe;
  place_recipe.device = options.device;
  place_recipe.threads = options.threads;
  const auto place = choosePlace(place_recipe, recipe.model);
  if (!place) {
    std::fprintf(stderr, "%s\n", place.error().message().c_str());
    return 1;
  }
  ParameterSet parameters;
  const Bert bert(parameters, recipe.model, false);
  const bool bf16 = options.precision == "bf16";
  parameters.allocate(place->device, bf16 ? ComputeType::kBf16 : ComputeType::kFp32);
  parameters.initialize(1, 0.02);
  OptimizerState state = zeroMoments(parameters);
  OptimizerRecipe rule;
  const PackedBatch batch = toDevice(randomBatch(options), place->device);
  std::vector<double> times;
  for (int64_t step = 0; step < options.warmup + options.steps; ++step) {
    if (step == options.warmup && options.profile) {
      at::addGlobalCallback(at::RecordFunctionCallback(&onStart, &onEnd).scopes({at::RecordScope::FUNCTION}));
    }
    synchronize(place->device);
    const double start = monotonicSeconds();
    const at::Tensor hidden = bert.encode({batch, 0.1, 0.1, 1, step});
    const at::Tensor loss = bert.losses(hidden, batch).masked_lm.loss_sum / batch.masked_positions.size(0);
    loss.backward();
    optimizerStep(parameters, state, rule, 1e-4, step + 1);
    synchronize(place->device);
    if (step >= options.warmup) {
      times.push_back(monotonicSeconds() - start);
    }
  }
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  const double flops = 3 * static_cast<double>(options.rows) *
                       forwardFlops(recipe.model, kVocabulary, static_cast<double>(options.length),
                                    0.15 * static_cast<double>(options.length), false);
  const double peak = productRate(place->device, bf16 ? ComputeType::kBf16 : ComputeType::kFp32);
  std::printf(
      "{\"program\": \"heddle\", \"model\": \"bert\", \"size\": \"%s\", \"batch\": %lld, \"length\": %lld, "
      "\"precision\": \"%s\", \"device\": \"%s\", \"seconds\": %.4f, \"min\": %.4f, \"max\": %.4f, "
      "\"tokens_per_second\": %.0f, \"gflops\": %.1f, \"peak_gflops\": %.1f}\n",
      options.size.c_str(), static_cast<long long>(options.rows), static_cast<long long>(options.length),
      options.precision.c_str(), place->device_text.c_str(), median, times.front(), times.back(),
      static_cast<double>(options.rows * options.length) / median, flops / median * 1e-9, peak * 1e-9);
  if (options.profile) {
    double total = 0;
    for (const double time : times) {
      total += time;
    }
    // The vocabulary's operations are a product, a softmax and two products; attention's own products are
    // left out.
    double products = 0;
    for (const auto& [name, share] : shares) {
      if (name.rfind("heddle::linear", 0) == 0 || name.rfind("heddle::vocabulary", 0) == 0) {
        products += share.seconds;
      }
    }
    const double attention_flops =
        3.0 * 4.0 *
        static_cast<double>(options.rows * options.length * options.length * recipe.model.hidden_size *
                            recipe.model.num_hidden_layers);
    const double rate = (flops - attention_flops) * static_cast<double>(options.steps) / products;
    std::printf(
        "products with weights: %.1f %% of the time, at %.0f GFLOP/s, %.0f %% of the largest product's "
        "rate\n",
        100 * products / total, rate * 1e-9, 100 * rate / peak);
    std::vector<std::pair<std::string, Share>> sorted(shares.begin(), shares.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
    for (const auto& [name, share] : sorted) {
      std::printf("%6.2f %%  %8.3f ms a step  %6.1f calls a step  %s\n", 100 * share.seconds / total,
                  1e3 * share.seconds / static_cast<double>(options.steps),
                  static_cast<double>(share.calls) / static_cast<double>(options.steps), name.c_str());
    }
  }
  return 0;
}

}  // namespace
}  // namespace heddle

int main(int argc, char** argv) {
  heddle::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--profile") {
      options.profile = true;
    } else if (word.rfind("--", 0) != 0) {
      options.size = word;
    } else {
      ++i;
      if (word == "--rows") {
        options.rows = std::atoll(value.c_str());
      } else if (word == "--length") {
        options.length = std::atoll(value.c_str());
      } else if (word == "--threads") {
        options.threads = std::atoll(value.c_str());
      } else if (word == "--steps") {
        options.steps = std::atoll(value.c_str());
      } else if (word == "--warmup") {
        options.warmup = std::atoll(value.c_str());
      } else if (word == "--precision") {
        options.precision = value;
      } else if (word == "--device") {
        options.device = value;
      } else {
        std::fprintf(stderr, "step_bench: unknown option %s\n", word.c_str());
        return 2;
      }
    }
  }
  return heddle::run(options);
}
