#include "engine/cli/corpus/corpus_arguments.h"

#include <CLI/CLI.hpp>

namespace heddle {

void CorpusArguments::addTo(CLI::App& app) {
  corpus_ = app.add_subcommand("corpus", "Pack text for training, list and report on it, show training rows");
  corpus_->require_subcommand(1);

  CLI::App* build = corpus_->add_subcommand(
      "build", "Pack the corpora of a recipe, or files; what is there already is used again");
  build->add_option("files", options_.files,
                    "Files or folders of text, also .gz and .zst (default: the sample text)");
  build->add_option("--recipe", options_.recipe, "A recipe (TOML) in place of files and options");
  CorpusRecipe& corpus = options_.corpus;
  build->add_option("--format", corpus.format, "Of the text: auto, plain, documents, jsonl or wikiextractor");
  build->add_option("--json-key", corpus.json_key, "The member that holds the text in JSON Lines");
  build->add_option("--min-characters", corpus.min_characters, "Shorter documents are dropped");
  build->add_option("--max-characters", corpus.max_characters, "Longer documents are dropped (0: none)");
  build->add_flag("--deduplicate", corpus.deduplicate, "Drop documents that repeat an earlier one");
  build->add_option("--tokenizer", options_.tokenizer,
                    "A tokeniser: file, folder, or name in the workspace (default: a WordPiece is learnt)");
  build->footer(
      "Examples:\n"
      "  heddle-engine corpus build wiki/ --tokenizer vocab.txt\n"
      "  heddle-engine corpus build --recipe recipe.toml --set text.coarse=phrases");

  CLI::App* list = corpus_->add_subcommand("list", "The packed corpora of the workspace, the newest first");

  CLI::App* report = corpus_->add_subcommand("report", "What a packed corpus holds");
  report->add_option("corpus", options_.name, "A folder, or a name in the workspace")->required();
  report->footer("Example: heddle-engine corpus report 5f0c...");

  CLI::App* rows = corpus_->add_subcommand("rows", "Training rows of a recipe or a run, in words");
  rows->add_option("--recipe", options_.recipe, "A recipe (TOML)");
  rows->add_option("--run", options_.run, "Id of a run");
  rows->add_option("--step", options_.step, "Of which step")->check(CLI::NonNegativeNumber);
  rows->add_option("--count", options_.count, "How many rows, at most those of the step")
      ->check(CLI::PositiveNumber);
  rows->footer("Example: heddle-engine corpus rows --recipe resources/presets/first-run.toml --count 4");

  for (CLI::App* command : {build, rows}) {
    command->add_option("--set", options_.settings, "Change one key: --set text.vocab_size=4000")->take_all();
  }
  for (CLI::App* command : {build, list, report, rows}) {
    command->add_option("--workspace", options_.workspace,
                        "Folder of corpora (default: $HEDDLE_WORKSPACE, else ~/.local/share/heddle)");
    command->add_flag("--json", options_.json, "Print JSON Lines for programs");
  }
}

bool CorpusArguments::parsed() const {
  return corpus_ != nullptr && corpus_->parsed();
}

CorpusOptions CorpusArguments::options() const {
  CorpusOptions options = options_;
  const std::string name = corpus_->get_subcommands().front()->get_name();
  options.action = name == "build"    ? CorpusAction::kBuild
                   : name == "list"   ? CorpusAction::kList
                   : name == "report" ? CorpusAction::kReport
                                      : CorpusAction::kRows;
  return options;
}

}  // namespace heddle
