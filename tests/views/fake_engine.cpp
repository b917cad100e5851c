// Stands in for heddle-engine where only its outside matters: run, resume and serve with the real files and
// formats, no LibTorch, and a loss that is a plain function of the step. What it does is chosen by the
// recipe's name and by the text it is asked about:
//   "refused ..."  the recipe is refused before the first step: exit code 2, the reason on standard error
//   "failing ..."  fails at step 3
//   serve, text "crash"  dies;  text "problem"  answers with a failure
//   tokenizer compare, a path with "dies"  dies after its first progress;  with "waits"  never answers
//   corpus rows, step 12  answers with a failure
//   corpus build, a corpus called "dies" or "waits"  does so after its first progress; all else is packed
// HEDDLE_FAKE_STEP_MS is the time of a step (default 5).

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/paths.h"
#include "engine/base/safetensors.h"
#include "engine/cli/corpus/corpus_command.h"
#include "engine/events/event.h"
#include "engine/events/inspection.h"
#include "engine/recipes/parse.h"
#include "engine/recipes/sizes.h"
#include "engine/text/grains/comparison.h"

namespace heddle {
namespace {

constexpr int64_t kTokensPerStep = 1000;
constexpr double kSecondsPerStep = 0.01;  // as reported, so that curves are exact
constexpr uint16_t kHalfOne = 0x3C00;

class FakeRun {
 public:
  FakeRun(RunFolder folder, Recipe recipe, LineAppender events)
      : folder_(std::move(folder)), recipe_(std::move(recipe)), events_(std::move(events)) {
    const char* step_ms = std::getenv("HEDDLE_FAKE_STEP_MS");
    pause_ = std::chrono::milliseconds(step_ms != nullptr ? std::atoi(step_ms) : 5);
  }

  int train(int64_t from_step) {
    const Estimate estimate = estimateRecipe(recipe_);
    const int64_t total = recipe_.phases.front().steps;
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    say(RunStarted{.run_id = folder_.id(),
                   .name = recipe_.name,
                   .family = recipe_.model.family,
                   .objective = "MLM + NSP",
                   .seed = recipe_.seed,
                   .host = host.data(),
                   .pid = ::getpid(),
                   .engine_version = "fake",
                   .torch_version = "none",
                   .device = "cpu (1 thread)",
                   .precision = "fp32",
                   .from_step = from_step,
                   .total_steps = total,
                   .parameters = estimate.parameters.total(),
                   .flops_per_step = 1e9,
                   .memory_estimate_bytes = estimate.memoryBytes(),
                   .predicted_seconds = kSecondsPerStep * static_cast<double>(total)});
    say(LogLine{LogLevel::kInfo, "the fake engine trains from step " + std::to_string(from_step)});
    for (int64_t step = from_step + 1; step <= total; ++step) {
      std::this_thread::sleep_for(pause_);
      say(Heartbeat{.step = step,
                    .progress = static_cast<double>(step) / static_cast<double>(total),
                    .remaining_seconds = kSecondsPerStep * static_cast<double>(total - step),
                    .activity = "training"});
      say(metrics(step));
      if (recipe_.name.starts_with("failing") && step == 3) {
        say(RunFailed{"The loss became NaN at step 3", "lower optimizer.learning_rate"});
        return 1;
      }
      const bool stop = stopAsked();
      const bool last = step == total;
      if (stop || last ||
          (recipe_.checkpoint.every_steps > 0 && step % recipe_.checkpoint.every_steps == 0)) {
        save(step);
      }
      if (stop || last) {
        say(RunStopped{last ? StopReason::kFinished : StopReason::kStopped, step});
        return 0;
      }
    }
    return 0;
  }

  // The newest checkpoint's step, from the folder; 0 without one.
  static int64_t newestCheckpoint(const RunFolder& folder) {
    int64_t newest = 0;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder.checkpoints(), missing)) {
      newest = std::max<int64_t>(newest, std::atoll(entry.path().filename().c_str()));
    }
    return newest;
  }

 private:
  void say(EventBody body) {
    const Status said = events_.append(encodeEvent({wallSeconds(), std::move(body)}));
    if (!said) {
      std::cerr << said.error().message() << "\n";
      std::exit(1);
    }
  }

  Metrics metrics(int64_t step) const {
    Metrics values{.step = step,
                   .tokens = step * kTokensPerStep,
                   .flops = 1e9 * static_cast<double>(step),
                   .seconds = kSecondsPerStep * static_cast<double>(step)};
    const double loss = 3.0 + 7.0 * std::exp(-static_cast<double>(step) / 100.0);
    values.values = {
        {"train/loss", loss},         {"train/mlm_loss", loss - 0.5},   {"train/learning_rate", 1e-4},
        {"train/gradient_norm", 1.0}, {"train/tokens_per_second", 1e5}, {"train/memory_bytes", 3e8}};
    if (recipe_.evaluation.every_steps > 0 && step % recipe_.evaluation.every_steps == 0) {
      values.values.emplace_back("eval/mlm_loss", loss + 0.1);
      values.values.emplace_back("eval/mlm_accuracy", 1.0 / loss);
    }
    return values;
  }

  void save(int64_t step) {
    const std::string name = "checkpoints/" + std::to_string(step);
    const Status made = makeFolder(folder_.root / name);
    const Status written =
        made ? writeFileAtomic(folder_.root / name / "model.safetensors", std::to_string(step)) : made;
    if (written) {
      say(CheckpointSaved{step, name, static_cast<int64_t>(std::to_string(step).size())});
    }
  }

  bool stopAsked() {
    const Result<std::string> control = readFile(folder_.control());
    if (!control) {
      return false;
    }
    std::istringstream lines(control->substr(std::min(control_read_, control->size())));
    control_read_ = control->size();
    std::string line;
    while (std::getline(lines, line)) {
      const Result<std::optional<Command>> command = decodeCommand(line);
      if (command && *command == Command::kStop) {
        return true;
      }
    }
    return false;
  }

  RunFolder folder_;
  Recipe recipe_;
  LineAppender events_;
  std::chrono::milliseconds pause_{5};
  size_t control_read_ = 0;

 public:
  // Commands of earlier sessions are not for this one.
  void skipOldCommands() {
    const Result<std::string> control = readFile(folder_.control());
    control_read_ = control ? control->size() : 0;
  }
};

int startRun(const RunFolder& folder, const std::filesystem::path& recipe, bool resume) {
  const ParsedRecipe parsed = readRecipe(recipe);
  if (!parsed.ok() || parsed.recipe.name.starts_with("refused")) {
    std::cerr << (parsed.ok() ? "recipe.toml:1: this recipe is refused (choose another name)\n"
                              : problemsText(parsed.problems, "recipe.toml"));
    return 2;
  }
  const Status made = makeFolder(folder.root);
  const Status resolved = made ? writeFileAtomic(folder.recipe(), writeRecipe(parsed.recipe)) : made;
  Result<LineAppender> events = LineAppender::open(folder.events());
  if (!resolved || !events) {
    std::cerr << (resolved ? events.error().message() : resolved.error().message()) << "\n";
    return 1;
  }
  FakeRun run(folder, parsed.recipe, std::move(*events));
  run.skipOldCommands();
  return run.train(resume ? FakeRun::newestCheckpoint(folder) : 0);
}

// Two layers of two heads; every token looks at itself alone.
void answer(const AttentionRequest& request) {
  constexpr int64_t kLayers = 2;
  constexpr int64_t kHeads = 2;
  if (request.text_a == "crash") {
    std::cerr << "the fake engine was told to crash" << std::endl;
    ::raise(SIGKILL);
  }
  if (request.text_a == "problem") {
    std::cout << encodeFailure({request.id, "This text cannot be read", "use another one"}) << std::endl;
    return;
  }
  AttentionAnswer reply{
      .id = request.id, .array_path = request.array_path, .layers = kLayers, .heads = kHeads};
  reply.tokens.push_back({.text = "[CLS]"});
  std::istringstream words(request.text_a);
  std::string word;
  while (words >> word) {
    reply.tokens.push_back({.text = word});
  }
  reply.tokens.push_back({.text = "[SEP]"});
  const size_t tokens = reply.tokens.size();
  std::vector<uint16_t> probs(static_cast<size_t>(kLayers * kHeads) * tokens * tokens, 0);
  for (size_t i = 0; i < static_cast<size_t>(kLayers * kHeads) * tokens; ++i) {
    probs[i * tokens + i % tokens] = kHalfOne;
  }
  TensorEntry entry{.type = TensorType::kF16,
                    .shape = {kLayers, kHeads, static_cast<int64_t>(tokens), static_cast<int64_t>(tokens)},
                    .bytes = std::as_bytes(std::span(probs))};
  const Status written = writeSafetensors(request.array_path, {{"probs", entry}});
  std::cout << (written ? encodeAnswer(reply)
                        : encodeFailure({request.id, written.error().text, written.error().hint}))
            << std::endl;
}

int serve() {
  std::string line;
  while (std::getline(std::cin, line)) {
    if (const Result<AttentionRequest> request = decodeRequest(line); request) {
      answer(*request);
    }
  }
  return 0;
}

// Each tokeniser needs one token more for a word than the one before.
int compareTokenizers(const std::vector<std::string>& words) {
  std::cout << dumpJson({{"kind", "progress"}, {"share", 0.25}, {"text", "counting tokens"}}) << std::endl;
  TokenizerComparison comparison{
      .bytes = 400, .words = 100, .word_types = 10, .tokenizers = {}, .differences = {}};
  TokenDifference difference{.token = "the", .counts = {}, .difference = 0.1};
  for (size_t i = 2; i < words.size() && !words[i].starts_with("--"); ++i) {
    if (words[i].find("dies") != std::string::npos) {
      std::cerr << "the fake engine was told to die" << std::endl;
      ::raise(SIGKILL);
    }
    if (words[i].find("waits") != std::string::npos) {
      std::this_thread::sleep_for(std::chrono::hours(1));
    }
    const auto place = static_cast<int64_t>(i - 1);
    comparison.tokenizers.push_back({.name = "vocab.txt",
                                     .kind = "wordpiece",
                                     .size = 5 * place,
                                     .tokens = 100 * place,
                                     .unknown = 1,
                                     .used = 5,
                                     .word_type_tokens = 10 * place,
                                     .length_histogram = {0, 100 * place},
                                     .frequency_profile = {{1, 50}, {2, 25}},
                                     .counts = {}});
    difference.counts.push_back(10 * place);
  }
  comparison.differences.push_back(difference);
  Json result = comparison.toJson();
  result["kind"] = "result";
  std::cout << dumpJson(result) << std::endl;
  return 0;
}

int trainingRows(int64_t step, int64_t count) {
  if (step == 12) {
    std::cout << dumpJson({{"kind", "failure"}, {"text", "This step is not there"}, {"hint", "use another"}})
              << std::endl;
    return 1;
  }
  for (int64_t row = 0; row < count; ++row) {
    TrainingRow made{.row = row, .label = 0, .label_text = "next", .tokens = {}, .target = {}};
    made.tokens = {{.text = "[CLS]"},
                   {.text = "[MASK]", .unit = 0, .state = TokenState::kMasked, .label = std::to_string(step)},
                   {.text = "[SEP]"}};
    std::cout << encodeTrainingRow(made) << std::endl;
  }
  return 0;
}

// Nothing in it needs LibTorch.
int buildCorpus(const std::string& recipe, const std::string& workspace) {
  // It may be a pipe, which can be read once.
  const std::filesystem::path copy = std::filesystem::path(workspace) / "given.toml";
  if (const auto text = readFile(recipe); !text.ok() || !writeFileAtomic(copy, *text).ok()) {
    return 2;
  }
  const ParsedRecipe parsed = readRecipe(copy);
  const std::string name = parsed.recipe.corpora.empty() ? "" : parsed.recipe.corpora.front().name;
  if (name == "dies" || name == "waits") {
    std::cout << dumpJson({{"kind", "progress"}, {"share", 0.5}, {"text", "packing the corpus"}})
              << std::endl;
    if (name == "waits") {
      std::this_thread::sleep_for(std::chrono::hours(1));
    }
    std::cerr << "the fake engine was told to die" << std::endl;
    ::raise(SIGKILL);
  }
  return corpusCommand(
      {.action = CorpusAction::kBuild, .workspace = workspace, .json = true, .recipe = copy.string()},
      std::cout, std::cerr);
}

int fakeEngine(const std::vector<std::string>& words) {
  const auto option = [&](const std::string& name) {
    const auto at = std::find(words.begin(), words.end(), name);
    return at == words.end() || at + 1 == words.end() ? std::string() : *(at + 1);
  };
  if (words.size() == 1 && words[0] == "serve") {
    return serve();
  }
  if (words.size() > 1 && words[0] == "tokenizer" && words[1] == "compare") {
    return compareTokenizers(words);
  }
  if (words.size() > 1 && words[0] == "corpus" && words[1] == "rows") {
    return trainingRows(std::atoll(option("--step").c_str()), std::atoll(option("--count").c_str()));
  }
  if (words.size() > 1 && words[0] == "corpus" && words[1] == "build") {
    return buildCorpus(option("--recipe"), option("--workspace"));
  }
  if (words.size() < 2 || option("--workspace").empty()) {
    std::cerr << "fake_engine: run RECIPE --workspace DIR --id ID | resume ID --workspace DIR | serve\n";
    return 2;
  }
  const bool resume = words[0] == "resume";
  const Workspace workspace{option("--workspace")};
  const RunFolder folder{workspace.runs() / (resume ? words[1] : option("--id"))};
  return startRun(folder, resume ? folder.recipe() : std::filesystem::path(words[1]), resume);
}

}  // namespace
}  // namespace heddle

int main(int argc, char** argv) {
  return heddle::fakeEngine({argv + 1, argv + argc});
}
