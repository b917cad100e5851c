// Learns Chinese words from segmented text and prints how well gold files agree, the share of units of two or
// more characters, and the speed on one core.
//   chinese_bench TRAIN [--dictionary FILE] [--epochs N] [--save MODEL] [--speed TEXT] [GOLD ...]
// With a model at hand instead, and against jieba in turns on the same text:
//   pair.py 'chinese_bench --model MODEL --speed TEXT' 'python jieba_seconds.py TEXT'

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/chinese/segmentation_score.h"

namespace {

using namespace heddle;

constexpr int kRounds = 6;

struct Arguments {
  ChineseTraining training;
  std::string model, save, speed;
  std::vector<std::string> gold;
};

Arguments readArguments(int argc, char** argv) {
  Arguments out;
  for (int at = 1; at < argc; ++at) {
    const std::string argument = argv[at];
    const bool has_value = at + 1 < argc;
    if (argument == "--dictionary" && has_value) {
      out.training.dictionaries.emplace_back(argv[++at]);
    } else if (argument == "--epochs" && has_value) {
      out.training.epochs = std::atoi(argv[++at]);
    } else if (argument == "--model" && has_value) {
      out.model = argv[++at];
    } else if (argument == "--save" && has_value) {
      out.save = argv[++at];
    } else if (argument == "--speed" && has_value) {
      out.speed = argv[++at];
    } else if (out.training.segmented.empty() && out.model.empty()) {
      out.training.segmented.emplace_back(argument);
    } else {
      out.gold.push_back(argument);
    }
  }
  return out;
}

// Of the processor, so that what else runs on the machine does not count.
double processorSeconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

Result<ChineseWords> train(const ChineseTraining& training) {
  const double start = processorSeconds();
  ChineseTrainingReport report;
  auto words = trainChineseWords(training, {}, &report);
  if (words.ok()) {
    std::printf("trained in %.1f s: %lld sentences, %lld words, %lld in the dictionary, %.1f MB\n",
                processorSeconds() - start, static_cast<long long>(report.sentences),
                static_cast<long long>(report.words), static_cast<long long>(report.dictionary),
                static_cast<double>(report.bytes) / 1e6);
    std::printf("word weight %.3g, unknown words %+.0f nats, F1 %.4f held out\n", report.word_weight,
                report.unknown_nats, report.heldout_f1);
  }
  return words;
}

Status printScores(const ChineseWords& words, const Arguments& arguments) {
  WordSet known;
  for (const auto& path : arguments.training.segmented) {
    auto read = readWordSet(path);
    if (!read.ok()) {
      return read.error();
    }
    known.merge(*read);
  }
  std::printf("%-44s %8s %7s %7s %7s %7s %7s %7s\n", "gold", "words", "P", "R", "F1", "OOV", "R_oov", "rate");
  for (const std::string& path : arguments.gold) {
    const auto score = scoreSegmentation(words, path, known);
    if (!score.ok()) {
      return score.error();
    }
    std::printf("%-44s %8lld %7.4f %7.4f %7.4f %6.2f%% %7.4f %6.1f%%\n",
                std::filesystem::path(path).filename().c_str(), static_cast<long long>(score->gold),
                score->precision(), score->recall(), score->f1(), 100 * score->unseenRate(),
                score->unseenRecall(), 100 * score->wordRate());
  }
  return {};
}

void printSpeed(const ChineseWords& words, const std::string& text) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::vector<WordSpan> spans;
  double best = 1e9;
  size_t units = 0;
  size_t several = 0;
  for (int round = 0; round < kRounds; ++round) {
    units = several = 0;
    const double start = processorSeconds();
    for (const std::string_view line : lines) {
      spans.clear();
      words.segment(line, spans);
      units += spans.size();
      for (const WordSpan& span : spans) {
        several += span.characters > 1 ? 1 : 0;
      }
    }
    best = std::min(best, processorSeconds() - start);
  }
  std::printf("speed: %.1f MB/s (%zu bytes, %zu units, %.1f %% of two or more characters)\n",
              static_cast<double>(text.size()) / 1e6 / best, text.size(), units,
              100.0 * static_cast<double>(several) / static_cast<double>(std::max<size_t>(units, 1)));
  std::printf("{\"seconds\": %.6f, \"units\": %zu}\n", best, units);
}

Status run(const Arguments& arguments) {
  const auto words =
      arguments.model.empty() ? train(arguments.training) : ChineseWords::load(arguments.model);
  if (!words.ok()) {
    return words.error();
  }
  if (!arguments.save.empty()) {
    if (Status saved = words->save(arguments.save); !saved.ok()) {
      return saved;
    }
  }
  if (!arguments.gold.empty()) {
    if (Status printed = printScores(*words, arguments); !printed.ok()) {
      return printed;
    }
  }
  if (!arguments.speed.empty()) {
    const auto text = readFile(arguments.speed);
    if (!text.ok()) {
      return text.error();
    }
    printSpeed(*words, *text);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (const Status done = run(readArguments(argc, argv)); !done.ok()) {
    std::fprintf(stderr, "%s\n", done.error().message().c_str());
    return 1;
  }
  return 0;
}
