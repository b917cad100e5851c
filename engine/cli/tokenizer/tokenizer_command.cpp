#include "engine/cli/tokenizer/tokenizer_command.h"

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/paths.h"
#include "engine/cli/runs/text_table.h"
#include "engine/cli/tokenizer/actions.h"
#include "engine/cli/tokenizer/text_input.h"
#include "engine/data/content_hash.h"
#include "engine/text/grains/tokenizer_folder.h"

namespace heddle {
namespace tokenizer_actions {
namespace {

Json thresholdsJson(const PhraseThresholds& thresholds) {
  return {{"min_count", thresholds.min_count},
          {"min_probability", thresholds.min_probability},
          {"longest", thresholds.longest}};
}

std::string thresholdsText(const PhraseThresholds& thresholds) {
  return "count >= " + std::to_string(thresholds.min_count) +
         ", probability >= " + decimal(thresholds.min_probability, 4) + ", at most " +
         std::to_string(thresholds.longest) + " words";
}

// Tokenisers in the workspace are named by what they are.
std::string contentName(const Grains& grains) {
  ContentHasher hasher;
  hasher.add(grains.fine().kind());
  hasher.add(static_cast<int64_t>(grains.lowercase()));
  for (const TokenizerFile& file : grains.fine().files()) {
    hasher.add(file.bytes);
  }
  for (int32_t id = grains.fineSize(); id < grains.coarseSize(); ++id) {
    hasher.add(grains.coarseText(id));
  }
  return hasher.hash().hex();
}

Json describe(const Grains& grains) {
  Json json = {{"tokenizer_kind", grains.fine().kind()},
               {"lowercase", grains.lowercase()},
               {"size", grains.fineSize()},
               {"coarse", coarseKindName(grains.coarseKind())},
               {"coarse_size", grains.coarseSize()}};
  if (grains.phrases() != nullptr) {
    json["thresholds"] = thresholdsJson(grains.phrases()->thresholds);
  }
  return json;
}

void describe(const Grains& grains, TextTable& table) {
  table.addRow({"kind", std::string(grains.fine().kind())});
  table.addRow({"lower-cased", grains.lowercase() ? "yes" : "no"});
  table.addRow({"fine pieces", std::to_string(grains.fineSize())});
  table.addRow({"coarse grain", std::string(coarseKindName(grains.coarseKind()))});
  if (grains.coarseKind() != CoarseKind::kNone) {
    table.addRow({std::string(coarseKindName(grains.coarseKind())),
                  std::to_string(grains.coarseSize() - grains.fineSize())});
    table.addRow({"coarse pieces", std::to_string(grains.coarseSize())});
  }
  if (grains.phrases() != nullptr) {
    table.addRow({"thresholds", thresholdsText(grains.phrases()->thresholds)});
  }
}

TextTable twoColumns() {
  TextTable table;
  table.addColumn("what");
  table.addColumn("value");
  return table;
}

}  // namespace

Result<Grains> openNamed(const TokenizerOptions& options, const std::string& name) {
  OpenOptions open;
  open.kind = options.kind;
  open.lowercase = options.lowercase;
  open.phrases = options.dictionary;
  return openTokenizer(tokenizerPath(name, options.workspace), open);
}

int train(const TokenizerOptions& options, Reporter& reporter) {
  const double start = monotonicSeconds();
  LearnSettings settings = options.learn;
  settings.lowercase = options.lowercase.value_or(true);
  if (options.coarse_name != "none" && options.coarse_name != "phrases" && options.coarse_name != "words") {
    return reporter.fail(
        {"there is no coarse grain \"" + options.coarse_name + "\"", "choose none, phrases or words"},
        kTokenizerBadRequest);
  }
  settings.coarse = options.coarse_name == "phrases" ? CoarseKind::kPhrases
                    : options.coarse_name == "words" ? CoarseKind::kWords
                                                     : CoarseKind::kNone;
  Result<TextInput> input = TextInput::open(options.files, options.format, options.json_key);
  if (!input.ok()) {
    return reporter.fail(input.error(), kTokenizerBadRequest);
  }
  LearnReport report;
  const Result<Grains> grains = learnGrains(
      input->documents(), settings,
      [&reporter](double share, std::string_view text) { return reporter.progress(share, text); }, &report);
  if (!grains.ok()) {
    return reporter.fail(grains.error());
  }
  const Workspace workspace{options.workspace.empty() ? defaultWorkspace()
                                                      : std::filesystem::path(options.workspace)};
  const std::filesystem::path folder = options.out.empty() ? workspace.tokenizers() / contentName(*grains)
                                                           : std::filesystem::path(options.out);
  if (const Status saved = saveGrains(*grains, folder); !saved.ok()) {
    return reporter.fail(saved.error());
  }
  const double seconds = monotonicSeconds() - start;
  if (reporter.json()) {
    Json json = describe(*grains);
    json["folder"] = folder.string();
    json["name"] = folder.filename().string();
    json["documents"] = report.documents;
    json["shortfall"] = report.shortfall;
    json["phrase_rate"] = report.phrase_rate;
    json["word_types"] = report.word_types;
    json["heldout_f1"] = report.heldout_f1;
    json["seconds"] = seconds;
    reporter.result(std::move(json));
    return kTokenizerDone;
  }
  TextTable table = twoColumns();
  table.addRow({"folder", folder.string()});
  describe(*grains, table);
  table.addRow({"documents", std::to_string(report.documents)});
  if (report.phrase_rate > 0) {
    table.addRow({"phrase rate", percent(report.phrase_rate)});
  }
  if (report.heldout_f1 > 0) {
    table.addRow({"F1, held out", decimal(report.heldout_f1, 4)});
  }
  table.addRow({"time", humanDuration(seconds)});
  table.print(reporter.out());
  if (!report.shortfall.empty()) {
    reporter.out() << report.shortfall << '\n';
  }
  return kTokenizerDone;
}

int info(const TokenizerOptions& options, Reporter& reporter) {
  const Result<Grains> grains = openNamed(options, options.tokenizers.front());
  if (!grains.ok()) {
    return reporter.fail(grains.error());
  }
  const SpecialIds& special = grains->fine().special();
  const std::pair<const char*, int32_t> specials[] = {{"pad", special.pad},
                                                      {"unk", special.unk},
                                                      {"cls", special.cls},
                                                      {"sep", special.sep},
                                                      {"mask", special.mask}};
  if (reporter.json()) {
    Json json = describe(*grains);
    json["specials"] = Json::object();
    for (const auto& [name, id] : specials) {
      json["specials"][name] = id == kNoSpecial ? Json() : Json{{"id", id}, {"text", grains->coarseText(id)}};
    }
    for (int32_t id = 0; options.list && id < grains->coarseSize(); ++id) {
      json["pieces"].push_back(grains->coarseText(id));
    }
    reporter.result(std::move(json));
    return kTokenizerDone;
  }
  TextTable table = twoColumns();
  describe(*grains, table);
  for (const auto& [name, id] : specials) {
    table.addRow(
        {name, id == kNoSpecial ? "none" : grains->coarseText(id) + " (" + std::to_string(id) + ")"});
  }
  table.print(reporter.out());
  for (int32_t id = 0; options.list && id < grains->coarseSize(); ++id) {
    reporter.out() << id << '\t' << grains->coarseText(id) << '\n';
  }
  return kTokenizerDone;
}

}  // namespace tokenizer_actions

namespace {

int act(const TokenizerOptions& options, std::istream& in, Reporter& reporter) {
  namespace actions = tokenizer_actions;
  switch (options.action) {
    case TokenizerAction::kTrain:
      return actions::train(options, reporter);
    case TokenizerAction::kEncode:
      return actions::encode(options, in, reporter);
    case TokenizerAction::kInfo:
      return actions::info(options, reporter);
    case TokenizerAction::kCompare:
      return actions::compare(options, reporter);
    case TokenizerAction::kPhrases:
      return actions::phrases(options, reporter);
    case TokenizerAction::kWords:
      return actions::words(options, reporter);
  }
  return kTokenizerBadRequest;
}

}  // namespace

int tokenizerCommand(const TokenizerOptions& options, std::istream& in, std::ostream& out,
                     std::ostream& err) {
  Reporter reporter(options.json, out, err);
  const int code = act(options, in, reporter);
  if (code == kTokenizerDone && !out.flush()) {
    err << "heddle-engine: cannot write the result: the output takes no more (free some space on that "
           "disk)\n";
    return kTokenizerFailed;
  }
  return code;
}

}  // namespace heddle
