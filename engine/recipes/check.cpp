#include "engine/recipes/check.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <system_error>

#include "engine/base/file.h"
#include "engine/recipes/fields.h"
#include "engine/recipes/mixture.h"
#include "engine/recipes/objective.h"
#include "engine/recipes/sizes.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

std::string phaseKey(size_t phase, std::string_view key) {
  return "phase." + std::to_string(phase) + "." + std::string(key);
}

std::string corpusKey(size_t corpus, std::string_view key) {
  return "corpus." + std::to_string(corpus) + "." + std::string(key);
}

std::string count(int64_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what);
}

class Checker {
 public:
  Checker(const Recipe& recipe, const KeyLines& lines, std::set<std::string> wrong)
      : recipe_(recipe), lines_(lines), wrong_(std::move(wrong)) {}

  RecipeCheck run(RecipeUse use) {
    checkValues();
    checkObjective();
    checkPhases();
    checkCorpora();
    checkMixtures();
    checkCoarse();
    checkVocabulary();
    if (use == RecipeUse::kTrain) {
      checkModel();
      checkTrainable();
      checkSchedule();
      checkDevice();
      checkMemory();
    } else if (use == RecipeUse::kText) {
      std::erase_if(problems_, [](const RecipeProblem& problem) {
        return !problem.key.starts_with("text.") && !problem.key.starts_with("corpus.");
      });
    }
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const RecipeProblem& a, const RecipeProblem& b) { return a.line < b.line; });
    return {.problems = std::move(problems_), .vocab_size = vocabSize()};
  }

 private:
  // Of text.vocabulary, which takes a while to open: once.
  const Result<GrainSizes>& given() {
    if (!given_) {
      given_ = givenSizes(recipe_.text);
    }
    return *given_;
  }

  int64_t vocabSize() {
    if (recipe_.model.vocab_size > 0 || recipe_.text.vocabulary.empty()) {
      return expectedVocabSize(recipe_, GrainSizes{});
    }
    return given().ok() ? expectedVocabSize(recipe_, *given()) : 0;
  }

  // `keys`: all that the finding rests on, the one to change first. What rests on a key that is wrong in
  // itself would only repeat that.
  void report(const std::vector<std::string>& keys, std::string text, std::string hint) {
    if (std::any_of(keys.begin(), keys.end(),
                    [&](const std::string& key) { return wrong_.count(key) > 0; })) {
      return;
    }
    int line = 0;
    for (const std::string& key : keys) {
      if (const auto found = lines_.find(key); line == 0 && found != lines_.end()) {
        line = found->second;
      }
    }
    problems_.push_back(
        {.line = line, .key = keys.front(), .text = std::move(text), .hint = std::move(hint)});
  }

  void checkValue(const Field& field, size_t item) {
    const std::string key = fieldKey(field, item);
    const Status checked = checkFieldValue(field, field.get(recipe_, item));
    if (!checked) {
      report({key}, checked.error().text, checked.error().hint);
      wrong_.insert(key);
    }
  }

  void checkValues() {
    for (const Field& field : recipeFields()) {
      for (size_t item = 0; item < findGroup(field.group)->count(recipe_); ++item) {
        checkValue(field, item);
      }
    }
    if (recipe_.name.empty()) {
      report({"name"}, "The run has no name", "give it one: name = \"my first run\"");
    }
  }

  void checkModel() {
    const ModelRecipe& model = recipe_.model;
    if (model.num_attention_heads > 0 && model.hidden_size % model.num_attention_heads != 0) {
      const int64_t near = (model.hidden_size / model.num_attention_heads + 1) * model.num_attention_heads;
      report({"model.hidden_size", "model.num_attention_heads"},
             "model.hidden_size is " + std::to_string(model.hidden_size) + ", which " +
                 count(model.num_attention_heads, "heads") + " cannot share evenly",
             "make it a multiple of model.num_attention_heads, " + std::to_string(near) + " for instance");
    }
    if ((predictsPairs(recipe_.objective) || rowKind(recipe_.objective) == RowKind::kElectra) &&
        model.type_vocab_size < 2) {
      report({"model.type_vocab_size", "objective.rows"},
             "Rows of objective.rows = " + recipe_.objective.rows +
                 " have two segments, but model.type_vocab_size is " + std::to_string(model.type_vocab_size),
             "set model.type_vocab_size = 2, or objective.rows = \"doc_sentences\"");
    }
  }

  void checkObjective() {
    const ObjectiveRecipe objective = withPublishedDefaults(recipe_.objective);
    const double share = objective.mask_share + objective.random_share;
    if (share > 1 + 1e-9) {
      report(
          {"objective.mask_share", "objective.random_share"},
          "objective.mask_share and objective.random_share are shares of the same positions, but add up to " +
              fieldValueText(share),
          "lower one of them; BERT takes 0.8 and 0.1, and keeps the rest");
    }
    checkRowsAndMasks(objective);
  }

  // Rows and masks that make sense only together.
  void checkRowsAndMasks(const ObjectiveRecipe& objective) {
    const RowKind rows = rowKind(objective);
    const MaskKind masking = maskKind(objective);
    const auto apart = [&](const std::string& hint) {
      report({"objective.masking", "objective.rows"},
             "objective.rows = " + objective.rows + " and objective.masking = " + objective.masking +
                 " do not go together",
             hint);
    };
    if ((rows == RowKind::kLm) != (masking == MaskKind::kNone)) {
      apart("language models take rows = \"lm\" with masking = \"none\"");
    } else if ((rows == RowKind::kT5) != (masking == MaskKind::kT5)) {
      apart("T5 takes rows = \"t5\" with masking = \"t5\"");
    } else if (rows == RowKind::kXlnet && masking != MaskKind::kPermutation) {
      apart("XLNet takes rows = \"xlnet\" with masking = \"permutation\"");
    }
    if (rowGrains(objective) != RowGrains::kFine && masking != MaskKind::kUnit) {
      report({"objective.masking", "objective.grains"},
             "objective.grains = " + objective.grains +
                 " needs masks that hide the same text in both grains, which objective.masking = " +
                 objective.masking + " does not",
             "set objective.masking = \"unit\"");
    }
    for (size_t index = 0; rows == RowKind::kXlnet && index < recipe_.phases.size(); ++index) {
      const int64_t length = recipe_.phases[index].length;
      if (objective.reuse_length > length - 5) {
        report({"objective.reuse_length", phaseKey(index, "length")},
               "objective.reuse_length is " + std::to_string(objective.reuse_length) + ", but rows of " +
                   count(length, "tokens") + " need at least 5 for what is new",
               "lower it; XLNet reused half of its 512 tokens");
      }
    }
  }

  // What the family cannot learn from.
  void checkTrainable() {
    const ObjectiveRecipe& objective = recipe_.objective;
    const std::string start = recipe_.model.family + " cannot be trained with objective.";
    const RowKind rows = rowKind(objective);
    const MaskKind masking = maskKind(objective);
    if (masking == MaskKind::kElectra || masking == MaskKind::kPermutation || masking == MaskKind::kT5 ||
        masking == MaskKind::kNone) {
      report({"objective.masking", "model.family"}, start + "masking = " + objective.masking,
             "take token, unit, ngram or span");
    } else if (rows == RowKind::kXlnet || rows == RowKind::kLm || rows == RowKind::kT5) {
      report({"objective.rows", "model.family"}, start + "rows = " + objective.rows,
             "take sentence_pair, sentence_order, full_sentences, doc_sentences, single or electra");
    } else if (rowGrains(objective) != RowGrains::kFine) {
      report({"objective.grains", "model.family"},
             start + "grains = " + objective.grains + ": it reads one sequence of fine tokens",
             "set objective.grains = \"fine\"");
    }
  }

  void checkPhases() {
    if (recipe_.phases.empty()) {
      report({"phase"}, "The recipe has no phase, so there is nothing to train",
             "add a [[phase]] with length, rows and steps");
    }
    for (size_t index = 0; index < recipe_.phases.size(); ++index) {
      const PhaseRecipe& phase = recipe_.phases[index];
      if (phase.length > recipe_.model.max_position_embeddings) {
        report({phaseKey(index, "length"), "model.max_position_embeddings"},
               phaseKey(index, "length") + " is " + std::to_string(phase.length) +
                   ", but the model has only " + count(recipe_.model.max_position_embeddings, "positions"),
               "shorten the rows, or raise model.max_position_embeddings");
      }
      if (phase.steps == 0 && phase.tokens == 0 && phase.hours == 0 && phase.flops == 0) {
        report({phaseKey(index, "steps"), phaseKey(index, "tokens"), phaseKey(index, "hours"),
                phaseKey(index, "flops"), "phase." + std::to_string(index), "phase"},
               "Phase " + std::to_string(index + 1) + " would never end",
               "give it steps, tokens, hours or flops; the first to be reached ends it");
      }
    }
  }

  void checkSchedule() {
    const OptimizerRecipe& optimizer = recipe_.optimizer;
    int64_t steps = 0;
    std::vector<std::string> keys = {"optimizer.schedule_steps", "optimizer.schedule"};
    std::optional<size_t> endless;
    for (size_t index = 0; index < recipe_.phases.size(); ++index) {
      steps += recipe_.phases[index].steps;
      keys.push_back(phaseKey(index, "steps"));
      const PhaseRecipe& phase = recipe_.phases[index];
      // A phase without any limit is reported already.
      if (phase.steps == 0 && (phase.tokens > 0 || phase.hours > 0 || phase.flops > 0) && !endless) {
        endless = index;
      }
    }
    if (optimizer.schedule == "linear" && optimizer.schedule_steps == 0 && endless) {
      report(keys,
             "The linear schedule falls to 0 over a known number of steps, but phase " +
                 std::to_string(*endless + 1) + " has no limit in steps",
             "set optimizer.schedule_steps, give the phase steps, or take optimizer.schedule = \"constant\"");
      return;
    }
    const int64_t known = optimizer.schedule_steps > 0 ? optimizer.schedule_steps : endless ? 0 : steps;
    if (known > 0 && optimizer.warmup_steps > known) {
      keys.insert(keys.begin(), "optimizer.warmup_steps");
      report(keys,
             "optimizer.warmup_steps is " + std::to_string(optimizer.warmup_steps) + ", but there are only " +
                 count(known, "steps"),
             "warm up for a tenth of the steps or less");
    }
  }

  void checkDevice() {
    const std::string& device = recipe_.run.device;
    constexpr std::string_view kCuda = "cuda:";
    const auto isIndex = [](std::string_view text) {
      return !text.empty() && text.size() < 4 &&
             std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (device != "auto" && device != "cpu" && device != "cuda" &&
        !(device.rfind(kCuda, 0) == 0 && isIndex(std::string_view(device).substr(kCuda.size())))) {
      report({"run.device"}, "run.device is \"" + device + "\", which is no device",
             "choose auto, cpu, cuda, or cuda:1 for the second GPU");
    }
    const ModelRecipe& model = recipe_.model;
    const int64_t width = model.num_attention_heads > 0 ? model.hidden_size / model.num_attention_heads : 0;
    if (device.rfind("cuda", 0) == 0 && !headsFitGpu(model)) {
      report({"model.num_attention_heads", "model.hidden_size", "run.device"},
             "Heads are " + std::to_string(width) +
                 " wide, but attention on a GPU takes widths of 32, 64 and 128",
             "choose another model.num_attention_heads, or run.device = \"cpu\"");
    }
  }

  void checkCorpora() {
    const std::vector<CorpusRecipe>& corpora = recipe_.corpora;
    for (size_t index = 0; index < corpora.size(); ++index) {
      const CorpusRecipe& corpus = corpora[index];
      const std::string name = corpusKey(index, "name");
      const std::string table = "corpus." + std::to_string(index);
      const auto same = std::find_if(corpora.begin(), corpora.begin() + static_cast<ptrdiff_t>(index),
                                     [&](const CorpusRecipe& other) { return other.name == corpus.name; });
      if (corpus.name.empty() && corpora.size() > 1) {
        report({name, table}, "Corpus " + std::to_string(index + 1) + " has no name, but there are several",
               "give each one a name, which mixtures use");
      } else if (same != corpora.begin() + static_cast<ptrdiff_t>(index)) {
        report({name, table}, "Two corpora have the name \"" + corpus.name + "\"", "rename one of them");
      }
      if (corpus.name.find_first_of(" \t\r\n=") != std::string::npos) {
        report({name},
               name + " is \"" + corpus.name + "\", with blanks or = inside, so mixtures could not use it",
               "write it as one word");
      }
      const std::string files = corpusKey(index, "files");
      if (corpus.files.empty()) {
        report({files, table}, "Corpus " + std::to_string(index + 1) + " has no files",
               "name files or folders, or take the [[corpus]] out: without any there is the sample text");
      }
      for (const fs::path& path : corpus.files) {
        checkTextPath(path, files);
      }
      if (corpus.max_characters > 0 && corpus.max_characters < corpus.min_characters) {
        report({corpusKey(index, "max_characters"), corpusKey(index, "min_characters")},
               "Documents of corpus " + std::to_string(index + 1) + " would need at least " +
                   count(corpus.min_characters, "characters") + " and at most " +
                   std::to_string(corpus.max_characters),
               "lower min_characters, or raise max_characters; 0 = no limit");
      }
    }
  }

  void checkMixtures() {
    std::vector<std::string> weights;
    for (size_t index = 0; index < recipe_.corpora.size(); ++index) {
      weights.push_back(corpusKey(index, "weight"));
    }
    bool own = false;
    for (size_t phase = 0; phase < recipe_.phases.size(); ++phase) {
      const std::string& mixture = recipe_.phases[phase].mixture;
      const Result<std::vector<double>> mixed = mixtureWeights(recipe_.corpora, mixture);
      if (!mixed.ok() && mixture.find_first_not_of(" \t\r\n") != std::string::npos) {
        report({phaseKey(phase, "mixture")}, phaseKey(phase, "mixture") + ": " + mixed.error().text,
               mixed.error().hint);
      } else if (!mixed.ok() && !own) {
        own = true;
        report(weights, mixed.error().text, mixed.error().hint);
      }
    }
  }

  void checkCoarse() {
    const TextRecipe& text = recipe_.text;
    for (const fs::path& path : text.segmented) {
      checkTextPath(path, "text.segmented");
    }
    std::error_code ignored;
    if (!text.coarse_file.empty() && !fs::exists(text.coarse_file, ignored)) {
      report({"text.coarse_file"}, "The coarse file " + text.coarse_file.string() + " is not there",
             "correct text.coarse_file, or leave it empty to learn the coarse grain");
    }
    if (text.coarse == "none") {
      if (text.grain == "coarse") {
        report({"text.grain", "text.coarse"}, "text.grain is coarse, but text.coarse is none",
               "set text.coarse to phrases or words");
      }
      if (rowGrains(recipe_.objective) != RowGrains::kFine) {
        report({"objective.grains", "text.coarse"},
               "objective.grains is " + recipe_.objective.grains + ", but text.coarse is none",
               "set text.coarse to phrases or words");
      }
      if (!text.coarse_file.empty()) {
        report({"text.coarse_file", "text.coarse"}, "There is a text.coarse_file, but text.coarse is none",
               "set text.coarse to phrases or words, or leave the file out");
      }
    }
    // A folder may bring its words along.
    if (text.coarse == "words" && text.coarse_file.empty() && text.segmented.empty() &&
        !fs::is_directory(text.vocabulary, ignored)) {
      report({"text.segmented", "text.coarse_file", "text.coarse"},
             "Chinese words are learnt from text with blanks between them, but text.segmented is empty",
             "name such files, or a words model or a list of words as text.coarse_file");
    }
    if (text.sampling_alpha > 0 && text.tokenizer != "unigram" && text.tokenizer != "bpe") {
      report({"text.sampling_alpha", "text.tokenizer"},
             "text.sampling_alpha is above 0, but " + text.tokenizer + " has one segmentation alone",
             "set it to 0, or take unigram or bpe");
    }
    if (text.sampling_alpha > 0 && text.tokenizer == "unigram" &&
        (text.sampling_nbest == 0 || text.sampling_nbest == 1)) {
      report({"text.sampling_nbest", "text.sampling_alpha"},
             "text.sampling_nbest is " + std::to_string(text.sampling_nbest) +
                 ", which leaves text.sampling_alpha nothing to draw from",
             "set it to -1 for all segmentations, or to 2 or more");
    }
    if (text.tokenizer == "bpe" && text.sampling_alpha > 1) {
      report({"text.sampling_alpha"},
             "text.sampling_alpha is " + fieldValueText(text.sampling_alpha) +
                 ", but bpe skips at most all merges, a share of 1",
             "BPE dropout takes 0.1");
    }
    if (text.tokenizer == "byte-bpe" && text.vocabulary.empty()) {
      report({"text.vocabulary", "text.tokenizer"},
             "A byte-level BPE cannot be learnt here, but text.vocabulary is empty",
             "name a published vocab.json with its merges.txt beside it, or take bpe");
    }
  }

  void checkTextPath(const fs::path& path, const std::string& key) {
    const std::string shown = "The text " + path.string();
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      report({key}, shown + " is not there",
             path.is_relative() ? "paths count from the folder of the recipe" : "correct " + key);
      return;
    }
    if (fs::is_directory(status)) {
      bool has_files = false;
      fs::recursive_directory_iterator inside(path, fs::directory_options::skip_permission_denied, error);
      for (; !error && !has_files && inside != end(inside); inside.increment(error)) {
        std::error_code unreadable;
        has_files = inside->is_regular_file(unreadable);
      }
      if (error) {
        report({key}, shown + " is a folder that cannot be read: " + error.message(),
               "check its permissions");
      } else if (!has_files) {
        report({key}, shown + " is a folder without files", "put text files into it, or name another one");
      }
      return;
    }
    if (!std::ifstream(path)) {
      report({key}, shown + " cannot be opened for reading", "check its permissions");
    } else if (fs::is_regular_file(status) && fs::file_size(path, error) == 0 && !error) {
      report({key}, shown + " is empty", "name a file with text in it");
    }
  }

  void checkVocabulary() {
    const fs::path& path = recipe_.text.vocabulary;
    if (path.empty()) {
      if (recipe_.model.vocab_size > 0 && recipe_.model.vocab_size < recipe_.text.vocab_size) {
        report({"model.vocab_size", "text.vocab_size"},
               "model.vocab_size is " + std::to_string(recipe_.model.vocab_size) +
                   ", but the vocabulary will have up to " + count(recipe_.text.vocab_size, "tokens"),
               "set model.vocab_size = 0 to take as many as the tokeniser has");
      }
      return;
    }
    std::error_code ignored;
    const std::string& kind = recipe_.text.tokenizer;
    const bool is_list =
        !fs::is_directory(path, ignored) && kind != "unigram" && kind != "bpe" && kind != "byte-bpe";
    if (is_list && !checkSpecialTokens(path)) {
      return;
    }
    if (!given().ok()) {
      report({"text.vocabulary", "text.tokenizer"}, given().error().text, given().error().hint);
    } else {
      checkVocabSize(recipe_.text.grain == "coarse" ? given()->coarse : given()->fine);
      // Text can be packed without them, but no model trained on it.
      if (const std::string missing(missingSpecial(recipe_.objective, given()->special)); !missing.empty()) {
        report({"objective.rows", "text.vocabulary"},
               "The tokeniser " + path.string() + " has no " + missing +
                   " or anything that stands for it, and training rows need it",
               "name a tokeniser that was made for an encoder, or leave text.vocabulary empty to learn one");
      }
    }
  }

  // Of a vocab.txt; false when something was reported.
  bool checkSpecialTokens(const fs::path& path) {
    const Result<std::string> text = readFile(path);
    if (!text) {
      report({"text.vocabulary"}, text.error().text, text.error().hint);
      return false;
    }
    std::set<std::string> missing = {"[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    for (size_t at = 0; at < text->size();) {
      const size_t end = std::min(text->find('\n', at), text->size());
      const bool dos = end > at && (*text)[end - 1] == '\r';
      missing.erase(text->substr(at, end - at - (dos ? 1 : 0)));
      at = end + 1;
    }
    if (missing.empty()) {
      return true;
    }
    report({"text.vocabulary"}, "The vocabulary " + path.string() + " has no " + *missing.begin(),
           "name a BERT vocab.txt, one token per line");
    return false;
  }

  void checkVocabSize(int64_t tokens) {
    if (recipe_.model.vocab_size > 0 && recipe_.model.vocab_size < tokens) {
      report({"model.vocab_size", "text.vocabulary"},
             "model.vocab_size is " + std::to_string(recipe_.model.vocab_size) + ", but the vocabulary " +
                 recipe_.text.vocabulary.string() + " has " + count(tokens, "tokens"),
             "set model.vocab_size = 0 to take as many as the tokeniser has");
    }
  }

  // Activations depend on rows at once and on kernels; weights, gradients and moments are there whatever else
  // is done.
  void checkMemory() {
    // No single GPU of today has more; what device = "auto" finds is not known here.
    constexpr double kLargestGpuBytes = 288.0 * 1024 * 1024 * 1024;
    const double machine =
        static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    const double limit = recipe_.run.device == "cpu" ? machine : std::max(machine, kLargestGpuBytes);
    const ParameterCount parameters =
        countParameters(recipe_.model, vocabSize(), predictsPairs(recipe_.objective));
    const double needed = 16.0 * static_cast<double>(parameters.total());
    if (needed > limit) {
      report({"model.hidden_size", "model.num_hidden_layers", "model.intermediate_size", "model.vocab_size"},
             "The model has " + humanCount(static_cast<double>(parameters.total())) +
                 " parameters and needs " + humanBytes(needed) +
                 " for weights, gradients and Adam moments alone, more than the " + humanBytes(limit) +
                 " there are",
             "lower model.hidden_size, model.num_hidden_layers or the vocabulary");
    }
  }

  const Recipe& recipe_;
  const KeyLines& lines_;
  std::set<std::string> wrong_;
  std::vector<RecipeProblem> problems_;
  std::optional<Result<GrainSizes>> given_;
};

}  // namespace

std::vector<RecipeProblem> checkRecipe(const Recipe& recipe, const KeyLines& lines, RecipeUse use) {
  return Checker(recipe, lines, {}).run(use).problems;
}

RecipeCheck examineRecipe(const Recipe& recipe, RecipeUse use) {
  return Checker(recipe, {}, {}).run(use);
}

std::vector<RecipeProblem> allProblems(const ParsedRecipe& parsed, RecipeUse use) {
  std::set<std::string> wrong;
  for (const RecipeProblem& problem : parsed.problems) {
    if (problem.key.empty()) {
      return parsed.problems;
    }
    wrong.insert(problem.key);
  }
  std::vector<RecipeProblem> problems = parsed.problems;
  const RecipeCheck check = Checker(parsed.recipe, parsed.lines, std::move(wrong)).run(use);
  problems.insert(problems.end(), check.problems.begin(), check.problems.end());
  std::stable_sort(problems.begin(), problems.end(),
                   [](const RecipeProblem& a, const RecipeProblem& b) { return a.line < b.line; });
  return problems;
}

std::vector<RecipeProblem> settingsWithoutEffect(const Recipe& recipe, const KeyLines& lines) {
  Recipe fresh;
  for (const FieldGroup& group : recipeGroups()) {
    if (group.isList()) {
      group.resize(fresh, 1);
    }
  }
  std::vector<RecipeProblem> found;
  for (const Field& field : recipeFields()) {
    for (size_t item = 0; item < findGroup(field.group)->count(recipe); ++item) {
      const FieldValue value = field.get(recipe, item);
      if (isUsed(field, recipe, item) || value == field.get(fresh, 0)) {
        continue;
      }
      const std::string key = fieldKey(field, item);
      const auto line = lines.find(key);
      found.push_back({.line = line == lines.end() ? 0 : line->second,
                       .key = key,
                       .text = key + " is " + fieldValueText(value) + " without an effect",
                       .hint = "it is used with " + usedWhen(field)});
    }
  }
  return found;
}

bool headsFitGpu(const ModelRecipe& model) {
  const int64_t width = model.num_attention_heads > 0 ? model.hidden_size / model.num_attention_heads : 0;
  return width == 32 || width == 64 || width == 128;
}

}  // namespace heddle
