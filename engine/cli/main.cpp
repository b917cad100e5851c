// heddle-engine: reads its arguments and hands on. LibTorch is loaded only by the commands that compute.

#include <dlfcn.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "engine/base/file.h"
#include "engine/base/paths.h"
#include "engine/cli/corpus/corpus_arguments.h"
#include "engine/cli/run_commands.h"
#include "engine/cli/runs/runs_command.h"
#include "engine/cli/tokenizer/tokenizer_arguments.h"
#include "engine/cli/torch_commands.h"
#include "engine/text/sample_text.h"
#include "heddle_version.h"

namespace {

using namespace heddle;

int fail(const Error& error, int code) {
  std::fprintf(stderr, "heddle-engine: %s\n", error.message().c_str());
  return code;
}

// A function of libheddle-engine.so, or null with a sentence on stderr.
void* engineFunction(const char* name) {
  // Threads that wait for each other give their core away soon: two runs on one machine then share it evenly,
  // where spinning threads would halve the speed of both. Costs a run that is alone a few per cent at most.
  ::setenv("GOMP_SPINCOUNT", "100", 0);
  const std::filesystem::path here = programFolder();
  void* library = nullptr;
  for (const auto& folder : {here, here.parent_path() / kLibraryFolder}) {
    const auto path = folder / "libheddle-engine.so";
    if (std::error_code code; std::filesystem::exists(path, code)) {
      library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
      break;
    }
  }
  void* function = library == nullptr ? nullptr : ::dlsym(library, name);
  if (function == nullptr) {
    const char* reason = ::dlerror();
    fail({std::string("cannot load libheddle-engine.so: ") +
              (reason == nullptr ? "it is not beside " + (here / "heddle-engine").string()
                                 : std::string(reason)),
          "build or install Heddle again; packaging/setup fetches LibTorch"},
         kExitNoEngine);
  }
  return function;
}

ConsoleStyle consoleStyle(bool json) {
  if (json) {
    return ConsoleStyle::kJson;
  }
  return ::isatty(STDOUT_FILENO) != 0 ? ConsoleStyle::kTerminal : ConsoleStyle::kPlain;
}

int train(Result<TrainCommand> command, bool json) {
  if (!command) {
    return fail(command.error(), kExitBadRequest);
  }
  command->style = consoleStyle(json);
  const auto function = reinterpret_cast<decltype(&heddleTrain)>(engineFunction("heddleTrain"));
  return function == nullptr ? kExitNoEngine : function(&*command);
}

int serve() {
  const auto function = reinterpret_cast<decltype(&heddleServe)>(engineFunction("heddleServe"));
  return function == nullptr ? kExitNoEngine : function();
}

int writeSample(const std::filesystem::path& folder, const SampleOptions& options, bool with_gold) {
  if (const Status status = makeFolder(folder); !status.ok()) {
    return fail(status.error(), kExitFailed);
  }
  const auto text_path = folder / ("sample." + options.language + ".txt");
  std::ofstream text(text_path, std::ios::binary);
  std::ofstream gold;
  std::ofstream segmented;
  if (with_gold) {
    gold.open(folder / ("sample." + options.language + ".gold.jsonl"), std::ios::binary);
    segmented.open(folder / ("sample." + options.language + ".words.txt"), std::ios::binary);
  }
  if (!text || (with_gold && (!gold || !segmented))) {
    return fail({"cannot create " + text_path.string(), "choose a folder you may write to"}, kExitFailed);
  }
  if (const Status status =
          writeSampleText(options, text, with_gold ? &gold : nullptr, with_gold ? &segmented : nullptr);
      !status.ok()) {
    return fail(status.error(), kExitFailed);
  }
  std::printf("wrote %s\n", text_path.c_str());
  return kExitDone;
}

constexpr char kExitCodes[] =
    "Exit codes: 0 finished, or stopped and saved; 1 the run or request failed; 2 wrong arguments or\n"
    "recipe, nothing was started; 3 the engine's library or LibTorch cannot be loaded. Ctrl+C (SIGINT,\n"
    "SIGTERM) lets a run finish its step, save and exit with 0; a second one, and all that is no run,\n"
    "ends at once.";

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The engine of Heddle: pretrains and inspects BERT-family encoders."};
  app.set_version_flag("--version",
                       std::string("heddle-engine ") + kVersion + " (LibTorch " + kTorchVersion + ")");
  app.require_subcommand(1);
  app.footer(kExitCodes);

  std::string workspace;
  bool json = false;
  const auto addWorkspace = [&](CLI::App* command) {
    command->add_option(
        "--workspace", workspace,
        "Folder of runs and database (default: $HEDDLE_WORKSPACE, else ~/.local/share/heddle)");
  };
  const auto addJson = [&](CLI::App* command) {
    command->add_flag("--json", json, "Print JSON Lines for programs");
  };

  RunArguments run_arguments;
  CLI::App* run = app.add_subcommand("run", "Start a run from a recipe and stay until it ends");
  run->add_option("recipe", run_arguments.recipe, "Recipe (TOML)")->required();
  run->add_option("--set", run_arguments.settings, "Change one key: --set optimizer.learning_rate=1e-3")
      ->take_all();
  run->add_option("--id", run_arguments.id, "Name of the run's folder (default: time and name)");
  addWorkspace(run);
  addJson(run);
  run->footer(
      "Example: heddle-engine run resources/presets/first-run.toml --workspace /tmp/try --set "
      "phase.0.steps=200");

  std::string resume_id;
  CLI::App* resume = app.add_subcommand("resume", "Continue a run from its newest checkpoint");
  resume->add_option("run", resume_id, "Id of the run")->required();
  addWorkspace(resume);
  addJson(resume);
  resume->footer("Example: heddle-engine resume 20261121-040506-bert-mini");

  CLI::App* serve_command =
      app.add_subcommand("serve", "Keep checkpoints loaded and answer JSON requests on standard input");
  serve_command->footer(
      "Example: echo "
      "'{\"kind\":\"attention\",\"id\":1,\"checkpoint\":\"/ws/runs/ID/checkpoints/100\",\"text_a\":\"A loom "
      "weaves.\",\"array_path\":\"/tmp/a.safetensors\"}' | heddle-engine serve");

  RunsOptions runs_options;
  CLI::App* runs = app.add_subcommand("runs", "Read the workspace: list, show, metrics");
  runs->require_subcommand(1);
  CLI::App* runs_list = runs->add_subcommand("list", "All runs, newest first");
  CLI::App* runs_show = runs->add_subcommand("show", "One run in full");
  CLI::App* runs_metrics = runs->add_subcommand("metrics", "Names of a run's metrics, or the points of one");
  runs_list->add_flag("--archived", runs_options.archived, "Archived runs too");
  for (CLI::App* command : {runs_show, runs_metrics}) {
    command->add_option("run", runs_options.id, "Id of the run, or its beginning")->required();
  }
  runs_metrics->add_option("--metric", runs_options.metric,
                           "Points of this metric (default: the names of all)");
  runs_metrics->add_option("--axis", runs_options.axis,
                           "step, tokens, examples, epochs, seconds, flops, time or another metric");
  runs_metrics->add_flag("--csv", runs_options.csv, "Print CSV");
  for (CLI::App* command : {runs_list, runs_show, runs_metrics}) {
    addWorkspace(command);
    addJson(command);
  }
  runs->footer("Example: heddle-engine runs metrics ID --metric train/loss --csv > loss.csv");

  TokenizerArguments tokenizer;
  tokenizer.addTo(app);

  CorpusArguments corpus;
  corpus.addTo(app);

  std::string sample_folder;
  SampleOptions sample_options;
  bool gold = false;
  CLI::App* sample = app.add_subcommand("sample", "Write the sample text, to look at it or to try things on");
  sample->add_option("folder", sample_folder, "Where to write")->required();
  sample->add_option("--documents", sample_options.documents, "How many documents")
      ->check(CLI::PositiveNumber);
  sample->add_option("--seed", sample_options.seed, "Equal seeds give equal text");
  sample->add_option("--language", sample_options.language, "en or zh")
      ->check(CLI::IsMember(sampleLanguages()))
      ->capture_default_str();
  sample->add_flag(
      "--gold", gold,
      "Also write the true phrases and parts of speech (JSON Lines), and the text cut into words");
  sample->footer("Example: heddle-engine sample /tmp/text --documents 500 --gold");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? kExitDone : kExitBadRequest;
  }
  run_arguments.workspace = workspace;
  if (run->parsed()) {
    return train(prepareRun(run_arguments), json);
  }
  if (resume->parsed()) {
    return train(prepareResume(resume_id, workspace), json);
  }
  if (serve_command->parsed()) {
    return serve();
  }
  if (tokenizer.parsed()) {
    return tokenizerCommand(tokenizer.options(), std::cin, std::cout, std::cerr);
  }
  if (corpus.parsed()) {
    return corpusCommand(corpus.options(), std::cout, std::cerr);
  }
  if (sample->parsed()) {
    return writeSample(sample_folder, sample_options, gold);
  }
  runs_options.action = runs_show->parsed()      ? RunsAction::kShow
                        : runs_metrics->parsed() ? RunsAction::kMetrics
                                                 : RunsAction::kList;
  runs_options.workspace = workspace;
  runs_options.json = json;
  return runsCommand(runs_options, std::cout, std::cerr);
}
