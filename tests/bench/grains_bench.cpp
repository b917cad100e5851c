// Speed of cutting text into both grains on one core, beside the fine tokens alone. HEDDLE_BENCH_TOKENIZER
// names anything that openTokenizer() takes, HEDDLE_BENCH_TEXT a UTF-8 file; without them the sample text and
// grains learnt from it are used.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>

#include "engine/base/file.h"
#include "engine/text/grains/comparison.h"
#include "engine/text/grains/learn.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "engine/text/sample_text.h"

namespace heddle {
namespace {

const std::string& benchText() {
  static const std::string text = [] {
    if (const char* path = std::getenv("HEDDLE_BENCH_TEXT"); path != nullptr) {
      return readFile(path).value();
    }
    std::string sample;
    for (int64_t index = 0; index < 2000; ++index) {
      sample += documentText(generateDocument(1, index)) + "\n";
    }
    return sample;
  }();
  return text;
}

const std::vector<std::string_view>& paragraphs() {
  static const std::vector<std::string_view> lines = [] {
    std::vector<std::string_view> all;
    for (std::string_view rest = benchText(); !rest.empty();) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      if (end > 0) {
        all.push_back(rest.substr(0, end));
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return all;
  }();
  return lines;
}

const Grains& benchGrains() {
  static const Grains grains = [] {
    if (const char* path = std::getenv("HEDDLE_BENCH_TOKENIZER"); path != nullptr) {
      return openTokenizer(path).value();
    }
    LearnSettings settings;
    settings.coarse = CoarseKind::kPhrases;
    size_t at = 0;
    return learnGrains({[&at](std::vector<std::string>& out) -> Result<bool> {
                          out.clear();
                          if (at == paragraphs().size()) {
                            return false;
                          }
                          out.emplace_back(paragraphs()[at++]);
                          return true;
                        },
                        [&at]() -> Status {
                          at = 0;
                          return {};
                        }},
                       settings)
        .value();
  }();
  return grains;
}

void fineAlone(benchmark::State& state) {
  const Tokenizer& fine = benchGrains().fine();
  std::vector<Piece> pieces;
  for (auto _ : state) {
    for (const std::string_view paragraph : paragraphs()) {
      pieces.clear();
      fine.encode(paragraph, pieces);
      benchmark::DoNotOptimize(pieces.data());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(benchText().size()));
}

void bothGrains(benchmark::State& state) {
  const Grains& grains = benchGrains();
  GrainedText grained;
  for (auto _ : state) {
    for (const std::string_view paragraph : paragraphs()) {
      grains.encode(paragraph, grained);
      benchmark::DoNotOptimize(grained.units.data());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(benchText().size()));
}

void compareAlone(benchmark::State& state) {
  for (auto _ : state) {
    TokenizerComparer comparer({{"it", benchGrains()}});
    for (const std::string_view paragraph : paragraphs()) {
      comparer.add(paragraph);
    }
    benchmark::DoNotOptimize(comparer.finish());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(benchText().size()));
}

BENCHMARK(fineAlone)->Unit(benchmark::kMillisecond);
BENCHMARK(bothGrains)->Unit(benchmark::kMillisecond);
BENCHMARK(compareAlone)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heddle

BENCHMARK_MAIN();
