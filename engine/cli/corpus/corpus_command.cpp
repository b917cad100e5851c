#include "engine/cli/corpus/corpus_command.h"

#include <algorithm>
#include <filesystem>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/paths.h"
#include "engine/cli/runs/text_table.h"
#include "engine/cli/tokenizer/reporter.h"
#include "engine/cli/tokenizer/text_input.h"
#include "engine/data/corpus_description.h"
#include "engine/data/packed_text.h"
#include "engine/data/prepare.h"
#include "engine/data/pretraining_data.h"
#include "engine/data/training_rows.h"
#include "engine/recipes/check.h"
#include "engine/recipes/parse.h"
#include "engine/recipes/sizes.h"
#include "engine/text/grains/tokenizer_folder.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

// The steps at which a run's phases began, as its newest checkpoint has them.
struct RecordedPhases {
  std::vector<int64_t> begins;
  int64_t until = 0;  // finished steps of that checkpoint; the next one's phase is known too
};

RecordedPhases recordedPhases(const RunFolder& run) {
  RecordedPhases newest;
  std::error_code ignored;
  for (const auto& checkpoint : fs::directory_iterator(run.checkpoints(), ignored)) {
    const fs::path state = checkpoint.path() / "state.json";
    const Result<std::string> text = readFile(state);
    const Result<Json> json = text.ok() ? parseJson(*text, state.string()) : text.error();
    if (!json.ok() || !json->is_object() || !fs::exists(checkpoint.path() / "DONE", ignored)) {
      continue;
    }
    const Json progress = json->value("progress", Json::object());
    const auto steps = jsonValue<int64_t>(*json, "step", 0);
    const auto begins = progress.find("phase_steps");
    if (steps < newest.until || begins == progress.end() || !begins->is_array()) {
      continue;
    }
    newest = {.begins = {}, .until = steps};
    for (const Json& begin : *begins) {
      newest.begins.push_back(begin.is_number_integer() ? begin.get<int64_t>() : 0);
    }
  }
  return newest;
}

class CorpusCommand {
 public:
  CorpusCommand(const CorpusOptions& options, std::ostream& out, std::ostream& err)
      : options_(options),
        reporter_(options.json, out, err),
        workspace_{options.workspace.empty() ? defaultWorkspace() : fs::path(options.workspace)} {}

  int run() {
    switch (options_.action) {
      case CorpusAction::kBuild:
        return build();
      case CorpusAction::kList:
        return list();
      case CorpusAction::kReport:
        return report();
      case CorpusAction::kRows:
        return rows();
    }
    return kTokenizerBadRequest;
  }

 private:
  Result<Recipe> readChecked(RecipeUse use) const {
    fs::path path = options_.recipe;
    if (!options_.run.empty()) {
      path = RunFolder{workspace_.runs() / options_.run}.recipe();
    }
    ParsedRecipe parsed = readRecipe(path);
    for (const std::string& setting : options_.settings) {
      if (const Status status = applySetting(parsed.recipe, setting); !status.ok()) {
        return status.error();
      }
    }
    const std::vector<RecipeProblem> problems = allProblems(parsed, use);
    if (!problems.empty()) {
      return Error{"the recipe cannot be used:\n" + problemsText(problems, path.string())};
    }
    return parsed.recipe;
  }

  // The recipe that the options of `build` stand for.
  Result<Recipe> recipeOfOptions() const {
    if (!options_.recipe.empty()) {
      return readChecked(RecipeUse::kText);
    }
    Recipe recipe;
    if (!options_.files.empty()) {
      CorpusRecipe corpus = options_.corpus;
      corpus.files.assign(options_.files.begin(), options_.files.end());
      recipe.corpora.push_back(std::move(corpus));
    }
    if (!options_.tokenizer.empty()) {
      const fs::path path = tokenizerPath(options_.tokenizer, options_.workspace);
      const Result<Grains> grains = openTokenizer(path);
      if (!grains.ok()) {
        return grains.error();
      }
      recipe.text.vocabulary = path;
      recipe.text.tokenizer = grains->fine().kind();
      recipe.text.lowercase = grains->lowercase();
      recipe.text.coarse = coarseKindName(grains->coarseKind());
    }
    for (const std::string& setting : options_.settings) {
      if (const Status status = applySetting(recipe, setting); !status.ok()) {
        return status.error();
      }
    }
    const std::vector<RecipeProblem> problems = checkRecipe(recipe, {}, RecipeUse::kText);
    if (!problems.empty()) {
      return Error{problemsText(problems, "")};
    }
    return recipe;
  }

  Result<PreparedText> prepare(const Recipe& recipe) {
    return prepareText(recipe.text, recipe.corpora, workspace_, [this](double share, std::string_view what) {
      return reporter_.progress(share, what);
    });
  }

  int build() {
    const Result<Recipe> recipe = recipeOfOptions();
    if (!recipe.ok()) {
      return reporter_.fail(recipe.error(), kTokenizerBadRequest);
    }
    const Result<PreparedText> text = prepare(*recipe);
    if (!text.ok()) {
      return reporter_.fail(text.error());
    }
    if (!reporter_.json()) {
      reporter_.out() << "tokeniser  " << text->tokenizer.string() << '\n';
      for (const PreparedCorpus& corpus : text->corpora) {
        reporter_.out() << '\n';
        print(corpus.folder, corpus.report);
        for (const fs::path& sample : corpus.samples) {
          reporter_.out() << "sampled copy  " << sample.string() << '\n';
        }
      }
      return kTokenizerDone;
    }
    Json corpora = Json::array();
    for (const PreparedCorpus& corpus : text->corpora) {
      Json about = corpus.report.toJson();
      about["name"] = corpus.recipe.name;
      about["folder"] = corpus.folder.string();
      Json samples = Json::array();
      for (const fs::path& sample : corpus.samples) {
        samples.push_back(sample.string());
      }
      about["samples"] = std::move(samples);
      corpora.push_back(std::move(about));
    }
    reporter_.result({{"tokenizer", text->tokenizer.string()}, {"corpora", std::move(corpora)}});
    return kTokenizerDone;
  }

  void print(const fs::path& folder, const CorpusReport& report) {
    TextTable table;
    table.addColumn("what");
    table.addColumn("value");
    const auto add = [&table](const char* what, int64_t count) {
      table.addRow({what, std::to_string(count)});
    };
    table.addRow({"folder", folder.string()});
    add("documents", report.documents);
    add("sentences", report.sentences);
    add("fine tokens", report.tokens);
    add("units", report.units);
    if (report.vocabulary.coarse_size > report.vocabulary.fine_size) {
      add("coarse tokens", report.coarse_tokens);
      table.addRow({"phrase (word) rate", percent(report.coarseRate())});
    }
    add("bytes of text", report.text_bytes);
    if (report.filters.is_object()) {
      for (const char* fate : {"too_short", "too_long", "duplicate", "near_duplicate"}) {
        std::string what = fate;
        std::replace(what.begin(), what.end(), '_', ' ');
        table.addRow({"dropped, " + what, std::to_string(jsonValue<int64_t>(report.filters, fate, 0))});
      }
    }
    add("parts", report.parts);
    table.addRow({"time to pack", humanDuration(report.seconds)});
    table.print(reporter_.out());
    if (report.coarse_uses) {
      print("most frequent", report.coarse_uses->most_frequent);
      print("longest", report.coarse_uses->longest);
    }
  }

  void print(const char* title, const std::vector<CoarseUse>& uses) {
    TextTable table;
    table.addColumn(title);
    table.addColumn("units", TextTable::Align::kRight);
    for (const CoarseUse& use : uses) {
      table.addRow({use.text, std::to_string(use.count)});
    }
    reporter_.out() << '\n';
    table.print(reporter_.out());
  }

  int list() {
    const Result<std::vector<PackedCorpus>> packed = packedCorpora(workspace_);
    if (!packed.ok()) {
      return reporter_.fail(packed.error());
    }
    TextTable table;
    for (const char* column : {"CORPUS", "TEXT"}) {
      table.addColumn(column);
    }
    for (const char* column : {"DOCUMENTS", "FINE TOKENS", "COARSE RATE", "ON DISK"}) {
      table.addColumn(column, TextTable::Align::kRight);
    }
    Json corpora = Json::array();
    for (const PackedCorpus& corpus : *packed) {
      const bool sound = corpus.report.ok();
      const Result<Recipe> recipe = sound ? recipeOf(*corpus.report) : corpus.report.error();
      const std::string title = recipe.ok() ? corpusTitle(*recipe) : "";
      Json about = sound ? corpus.report->toJson() : Json{{"problem", corpus.report.error().message()}};
      about["folder"] = corpus.folder.string();
      about["title"] = title;
      about["bytes_on_disk"] = corpus.disk_bytes;
      corpora.push_back(std::move(about));
      const std::string id = corpus.folder.filename().string();
      const std::string size = humanBytes(static_cast<double>(corpus.disk_bytes));
      if (sound) {
        const CorpusReport& report = *corpus.report;
        const bool coarse = corpus.coarse != CoarseKind::kNone;
        table.addRow({id, title, std::to_string(report.documents), std::to_string(report.tokens),
                      coarse ? percent(report.coarseRate()) : "", size});
      } else {
        table.addRow({id, corpus.is_being_packed ? "being packed" : "not usable", "", "", "", size});
      }
    }
    if (reporter_.json()) {
      reporter_.result({{"corpora", std::move(corpora)}});
    } else if (packed->empty()) {
      reporter_.out() << "No corpus in " << workspace_.root.string()
                      << " yet: pack text with `heddle-engine corpus build`.\n";
    } else {
      table.print(reporter_.out());
    }
    return kTokenizerDone;
  }

  int report() {
    std::error_code ignored;
    const fs::path named = workspace_.corpora() / options_.name;
    const fs::path folder = fs::exists(options_.name, ignored) ? fs::path(options_.name) : named;
    const Result<CorpusReport> report = CorpusReport::read(folder);
    if (!report.ok()) {
      return reporter_.fail(report.error());
    }
    if (reporter_.json()) {
      Json about = report->toJson();
      about["folder"] = folder.string();
      reporter_.result(std::move(about));
    } else {
      print(folder, *report);
    }
    return kTokenizerDone;
  }

  // The phase that a step falls into, where phases of a run ended at the steps that it recorded. The last one
  // holds all that come after it.
  Result<PhaseRecipe> phaseOf(const Recipe& recipe, int64_t step) const {
    RecordedPhases recorded;
    if (!options_.run.empty()) {
      recorded = recordedPhases({workspace_.runs() / options_.run});
    }
    int64_t begin = 0;
    for (size_t index = 0; index + 1 < recipe.phases.size(); ++index) {
      const PhaseRecipe& phase = recipe.phases[index];
      const bool by_steps = phase.tokens == 0 && phase.hours == 0 && phase.flops == 0;
      if (index + 1 < recorded.begins.size()) {
        begin = recorded.begins[index + 1];
      } else if (by_steps) {
        begin += phase.steps;
      } else if (step > std::max(begin, recorded.until)) {
        return Error{"cannot tell which phase step " + std::to_string(step) + " belongs to: phase " +
                         std::to_string(index) + " does not end by steps alone, and " +
                         (recorded.until > 0
                              ? "the run's newest checkpoint is of step " + std::to_string(recorded.until)
                              : "no checkpoint says how far it went"),
                     recorded.until > 0 ? "give an earlier step, or wait for a later checkpoint"
                                        : "give step 0, or the --run of a run with checkpoints"};
      } else {
        return phase;
      }
      if (step < begin) {
        return phase;
      }
    }
    return recipe.phases.back();
  }

  int rows() {
    if (options_.recipe.empty() == options_.run.empty()) {
      return reporter_.fail(
          {"training rows are those of a recipe or of a run", "give either --recipe FILE or --run ID"},
          kTokenizerBadRequest);
    }
    const Result<Recipe> recipe = readChecked(RecipeUse::kRows);
    if (!recipe.ok()) {
      return reporter_.fail(recipe.error(), kTokenizerBadRequest);
    }
    const Result<PhaseRecipe> phase = phaseOf(*recipe, options_.step);
    if (!phase.ok()) {
      return reporter_.fail(phase.error(), kTokenizerBadRequest);
    }
    const Result<PreparedText> text = prepare(*recipe);
    if (!text.ok()) {
      return reporter_.fail(text.error());
    }
    const Result<PretrainingData> data = PretrainingData::open(*text, recipe->objective, recipe->seed);
    const Result<Grains> grains = loadGrains(text->tokenizer);
    if (!data.ok() || !grains.ok()) {
      return reporter_.fail(data.ok() ? grains.error() : data.error());
    }
    const Batch batch = data->trainBatch(*phase, options_.step, 0, std::min(options_.count, phase->rows));
    for (int64_t row = 0; row < textRows(batch); ++row) {
      print(describeRow(batch, row, recipe->objective, *grains));
    }
    if (reporter_.json()) {
      reporter_.result({{"rows", textRows(batch)}});
    }
    return kTokenizerDone;
  }

  // What is predicted stands behind its token: "[MASK]{woven}".
  void print(const TrainingRow& row) {
    if (reporter_.json()) {
      reporter_.out() << encodeTrainingRow(row) << '\n';
      return;
    }
    reporter_.out() << row.row << (row.label_text.empty() ? "" : "  (" + row.label_text + ")") << ':';
    for (const TrainingToken& token : row.tokens) {
      reporter_.out() << ' ' << token.text << (token.label.empty() ? "" : "{" + token.label + "}");
    }
    if (!row.target.empty()) {
      reporter_.out() << "  ->";
      for (const std::string& token : row.target) {
        reporter_.out() << ' ' << token;
      }
    }
    reporter_.out() << '\n';
  }

  const CorpusOptions& options_;
  Reporter reporter_;
  Workspace workspace_;
};

}  // namespace

int corpusCommand(const CorpusOptions& options, std::ostream& out, std::ostream& err) {
  return CorpusCommand(options, out, err).run();
}

}  // namespace heddle
