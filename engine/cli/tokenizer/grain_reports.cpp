#include <algorithm>

#include "engine/cli/runs/text_table.h"
#include "engine/cli/tokenizer/actions.h"
#include "engine/cli/tokenizer/text_input.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/chinese/segmentation_score.h"
#include "engine/text/phrases/phrase_report.h"

namespace heddle::tokenizer_actions {
namespace {

// AMBERT, section 4.1 and table 10.
constexpr int64_t kPublishedPhrases = 77645;
constexpr double kPublishedPhraseRate = 0.131;
constexpr double kPublishedWordRate = 0.515;

// Paragraphs of each file or folder as a data set of its own.
Status forEachDataSet(const TokenizerOptions& options, const std::vector<std::string>& files,
                      Reporter& reporter, const char* doing,
                      const std::function<void(const std::string&)>& start,
                      const std::function<void(std::string_view)>& take) {
  const std::vector<std::vector<std::string>> sets = [&files] {
    std::vector<std::vector<std::string>> each;
    for (const std::string& file : files) {
      each.push_back({file});
    }
    return files.empty() ? std::vector<std::vector<std::string>>{{}} : each;
  }();
  for (size_t at = 0; at < sets.size(); ++at) {
    Result<TextInput> input = TextInput::open(sets[at], options.format, options.json_key);
    if (!input.ok()) {
      return input.error();
    }
    start(sets[at].empty() ? "sample text" : std::filesystem::path(sets[at].front()).filename().string());
    const Status read = input->forEachParagraph(take, [&](double share) {
      reporter.progress((static_cast<double>(at) + share) / static_cast<double>(sets.size()), doing);
    });
    if (!read.ok()) {
      return read;
    }
  }
  return {};
}

struct WordRate {
  std::string name;
  int64_t units = 0;
  int64_t words = 0;  // of two or more pre-tokens
  double rate() const { return units == 0 ? 0 : static_cast<double>(words) / static_cast<double>(units); }
};

Json rateJson(const WordRate& rate) {
  return {{"name", rate.name}, {"units", rate.units}, {"words", rate.words}, {"rate", rate.rate()}};
}

Json scoreJson(const std::string& name, const SegmentationScore& score) {
  return {{"name", name},
          {"words", score.gold},
          {"precision", score.precision()},
          {"recall", score.recall()},
          {"f1", score.f1()},
          {"unseen_rate", score.unseenRate()},
          {"unseen_recall", score.unseenRecall()},
          {"word_rate", score.wordRate()}};
}

}  // namespace

int phrases(const TokenizerOptions& options, Reporter& reporter) {
  Result<PhraseDictionary> dictionary = PhraseDictionary{};
  LearnReport learnt;
  if (!options.dictionary.empty()) {
    if (!options.learn_from.empty() || options.learn.phrase_count || options.learn.phrase_rate) {
      return reporter.fail({"a dictionary that is there cannot also be learnt",
                            "leave out --dictionary, or --learn-from, --target-size and --target-rate"},
                           kTokenizerBadRequest);
    }
    dictionary = loadPhrases(options.dictionary);
  } else {
    const std::vector<std::string>& from = options.learn_from.empty() ? options.files : options.learn_from;
    Result<TextInput> input = TextInput::open(from, options.format, options.json_key);
    if (!input.ok()) {
      return reporter.fail(input.error(), kTokenizerBadRequest);
    }
    LearnSettings settings = options.learn;
    settings.lowercase = options.lowercase.value_or(true);
    dictionary = learnPhrases(
        input->documents(), settings,
        [&reporter](double share, std::string_view text) { return reporter.progress(share, text); }, &learnt);
  }
  if (!dictionary.ok()) {
    return reporter.fail(dictionary.error());
  }
  if (!options.out.empty()) {
    if (const Status saved = savePhrases(*dictionary, options.out); !saved.ok()) {
      return reporter.fail(saved.error());
    }
  }
  PhraseMeter meter(*dictionary);
  const Status read = forEachDataSet(
      options, options.files, reporter, "measuring phrase rates",
      [&meter](const std::string& name) { meter.startDataSet(name); },
      [&meter](std::string_view paragraph) { meter.add(paragraph); });
  if (!read.ok()) {
    return reporter.fail(read.error());
  }
  const PhraseReport report =
      meter.report(*dictionary, static_cast<size_t>(std::max<int64_t>(0, options.listed)));
  if (reporter.json()) {
    Json json = phraseReportJson(report);
    json["published"] = {{"dictionary_size", kPublishedPhrases}, {"mean_rate", kPublishedPhraseRate}};
    json["shortfall"] = learnt.shortfall;
    reporter.result(std::move(json));
    return kTokenizerDone;
  }
  std::ostream& out = reporter.out();
  out << phraseReportText(report) << "\nPublished (AMBERT, English): " << kPublishedPhrases
      << " phrases, mean phrase rate " << percent(kPublishedPhraseRate) << '\n';
  if (options.learn.phrase_count || options.learn.phrase_rate) {
    out << "Thresholds reached: count >= " << report.thresholds.min_count
        << ", probability >= " << decimal(report.thresholds.min_probability, 6) << '\n';
  }
  if (!learnt.shortfall.empty()) {
    out << learnt.shortfall << '\n';
  }
  return kTokenizerDone;
}

int words(const TokenizerOptions& options, Reporter& reporter) {
  if (options.model.empty() == (options.learn_from.empty() && options.dictionary.empty())) {
    return reporter.fail(
        {"Chinese words come either from a model or from text and lists to learn from",
         "give --model, or --learn-from with segmented text, --dictionary with a list of words"},
        kTokenizerBadRequest);
  }
  std::filesystem::path model = options.model;
  if (std::error_code code;
      std::filesystem::is_directory(tokenizerPath(options.model, options.workspace), code)) {
    model = tokenizerPath(options.model, options.workspace) / "words.model";
  }
  ChineseTraining training;
  training.segmented.assign(options.learn_from.begin(), options.learn_from.end());
  if (!options.dictionary.empty()) {
    training.dictionaries = {options.dictionary};
  }
  const Result<ChineseWords> words =
      options.model.empty()
          ? trainChineseWords(
                training, [&](double share, std::string_view text) { return reporter.progress(share, text); })
          : ChineseWords::load(model);
  if (!words.ok()) {
    return reporter.fail(words.error());
  }
  if (!options.out.empty()) {
    if (const Status saved = words->save(options.out); !saved.ok()) {
      return reporter.fail(saved.error());
    }
  }
  WordSet known;
  for (const std::string& file : options.learn_from) {
    Result<WordSet> seen = readWordSet(file);
    if (!seen.ok()) {
      return reporter.fail(seen.error());
    }
    known.merge(*seen);
  }
  std::vector<std::pair<std::string, SegmentationScore>> scores;
  for (const std::string& file : options.gold) {
    const Result<SegmentationScore> score = scoreSegmentation(*words, file, known);
    if (!score.ok()) {
      return reporter.fail(score.error());
    }
    scores.emplace_back(std::filesystem::path(file).filename().string(), *score);
  }
  std::vector<WordRate> rates;
  if (!options.files.empty()) {
    std::vector<WordSpan> spans;
    const Status read = forEachDataSet(
        options, options.files, reporter, "measuring word rates",
        [&rates](const std::string& name) { rates.push_back({name}); },
        [&](std::string_view paragraph) {
          spans.clear();
          words->segment(paragraph, spans);
          rates.back().units += static_cast<int64_t>(spans.size());
          rates.back().words += std::count_if(spans.begin(), spans.end(),
                                              [](const WordSpan& span) { return span.characters > 1; });
        });
    if (!read.ok()) {
      return reporter.fail(read.error());
    }
  }
  for (const auto& [name, score] : scores) {
    rates.push_back({name, score.found, score.units_of_several});
  }
  WordRate pooled{"pooled"};
  double mean = 0;
  for (const WordRate& rate : rates) {
    pooled.units += rate.units;
    pooled.words += rate.words;
    mean += rate.rate() / static_cast<double>(rates.size());
  }
  if (reporter.json()) {
    Json json = {{"dictionary_size", words->dictionarySize()},
                 {"gold", Json::array()},
                 {"data_sets", Json::array()},
                 {"mean_rate", mean},
                 {"pooled", rateJson(pooled)},
                 {"published", {{"mean_rate", kPublishedWordRate}}}};
    for (const auto& [name, score] : scores) {
      json["gold"].push_back(scoreJson(name, score));
    }
    for (const WordRate& rate : rates) {
      json["data_sets"].push_back(rateJson(rate));
    }
    reporter.result(std::move(json));
    return kTokenizerDone;
  }
  std::ostream& out = reporter.out();
  out << words->dictionarySize() << " words in the dictionary, " << (words->hasTagger() ? "with" : "without")
      << " a tagger for unknown words\n";
  if (!scores.empty()) {
    TextTable table;
    table.addColumn("gold text");
    for (const char* title : {"words", "precision", "recall", "F1", "unseen", "unseen recall"}) {
      table.addColumn(title, TextTable::Align::kRight);
    }
    for (const auto& [name, score] : scores) {
      table.addRow({name, std::to_string(score.gold), decimal(score.precision(), 4),
                    decimal(score.recall(), 4), decimal(score.f1(), 4),
                    known.empty() ? "" : percent(score.unseenRate()),
                    known.empty() ? "" : decimal(score.unseenRecall(), 4)});
    }
    out << '\n';
    table.print(out);
  }
  if (!rates.empty()) {
    TextTable table;
    table.addColumn("text");
    table.addColumn("units", TextTable::Align::kRight);
    table.addColumn("word rate", TextTable::Align::kRight);
    for (const WordRate& rate : rates) {
      table.addRow({rate.name, std::to_string(rate.units), percent(rate.rate())});
    }
    table.addRow({"mean", "", percent(mean)});
    table.addRow({"pooled", std::to_string(pooled.units), percent(pooled.rate())});
    out << '\n';
    table.print(out);
    out << "Published (AMBERT, Chinese): mean word rate " << percent(kPublishedWordRate) << '\n';
  }
  return kTokenizerDone;
}

}  // namespace heddle::tokenizer_actions
