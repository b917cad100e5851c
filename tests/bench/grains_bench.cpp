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
#include "tests/bench/bench_text.h"

namespace heddle {
namespace {

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
                          if (at == benchLines().size()) {
                            return false;
                          }
                          out.emplace_back(benchLines()[at++]);
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
    for (const std::string_view paragraph : benchLines()) {
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
    for (const std::string_view paragraph : benchLines()) {
      grains.encode(paragraph, grained);
      benchmark::DoNotOptimize(grained.units.data());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(benchText().size()));
}

void compareAlone(benchmark::State& state) {
  for (auto _ : state) {
    TokenizerComparer comparer({{"it", benchGrains()}});
    for (const std::string_view paragraph : benchLines()) {
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
