// Speed of the subword tokenisers on one core, on the sample text or on HEDDLE_BENCH_TEXT (a UTF-8 file).
// HEDDLE_BENCH_SPM (a .model) and HEDDLE_BENCH_BPE (a folder with vocab.json and merges.txt) replace what is
// learnt from the text; without the latter byte-level BPE is left out.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>

#include "engine/base/file.h"
#include "engine/text/subword/byte_bpe.h"
#include "engine/text/subword/hf_wordpiece.h"
#include "engine/text/subword/sentencepiece.h"
#include "engine/text/subword/sentencepiece_trainer.h"
#include "engine/text/subword/word_tokenizer.h"
#include "engine/text/wordpiece_trainer.h"
#include "tests/bench/bench_text.h"

namespace heddle {
namespace {

LineSource benchSource() {
  return [at = size_t{0}](std::string& line) mutable -> Result<bool> {
    if (at == benchLines().size()) {
      return false;
    }
    line = benchLines()[at++];
    return true;
  };
}

std::unique_ptr<Tokenizer> sentencePiece(SentencePieceTrainerOptions::Model model) {
  if (const char* path = std::getenv("HEDDLE_BENCH_SPM"); path != nullptr) {
    return std::move(SentencePiece::load(path)).value();
  }
  return std::move(SentencePiece::fromBytes(trainSentencePiece(benchSource(), {.model = model}).value()))
      .value();
}

std::unique_ptr<Tokenizer> hfWordPiece() {
  WordCounter counter(true);
  for (const std::string_view line : benchLines()) {
    counter.add(line);
  }
  return std::make_unique<HfWordPiece>(
      WordPiece::fromVocabulary(trainWordPiece(counter.take(), {}).value(), true).value());
}

void encodeLines(benchmark::State& state, const Tokenizer& tokenizer, const Sampling* sampling = nullptr) {
  std::vector<Piece> pieces;
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string_view line : benchLines()) {
      pieces.clear();
      if (sampling == nullptr) {
        tokenizer.encode(line, pieces);
      } else {
        tokenizer.sample(line, *sampling, static_cast<uint64_t>(bytes), pieces);
      }
      benchmark::DoNotOptimize(pieces.data());
      bytes += static_cast<int64_t>(line.size());
    }
  }
  state.SetBytesProcessed(bytes);
}

void encodeUnigram(benchmark::State& state) {
  encodeLines(state, *sentencePiece(SentencePieceTrainerOptions::Model::kUnigram));
}
void sampleUnigram(benchmark::State& state) {
  const Sampling sampling{.alpha = .1, .nbest = static_cast<int32_t>(state.range(0))};
  encodeLines(state, *sentencePiece(SentencePieceTrainerOptions::Model::kUnigram), &sampling);
}
void encodeBpe(benchmark::State& state) {
  encodeLines(state, *sentencePiece(SentencePieceTrainerOptions::Model::kBpe));
}
void encodeHfWordPiece(benchmark::State& state) {
  encodeLines(state, *hfWordPiece());
}
void encodeWords(benchmark::State& state) {
  encodeLines(state, *std::move(WordTokenizer::learn(benchSource(), {})).value());
}
void encodeByteBpe(benchmark::State& state) {
  const char* folder = std::getenv("HEDDLE_BENCH_BPE");
  if (folder == nullptr) {
    state.SkipWithError("HEDDLE_BENCH_BPE names no folder with vocab.json and merges.txt");
    return;
  }
  const std::filesystem::path root(folder);
  encodeLines(state, *std::move(ByteBpe::load(root / "vocab.json", root / "merges.txt")).value());
}
void trainModel(benchmark::State& state) {
  const auto model = static_cast<SentencePieceTrainerOptions::Model>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(trainSentencePiece(benchSource(), {.model = model}).ok());
  }
}

BENCHMARK(encodeUnigram)->Unit(benchmark::kMillisecond);
BENCHMARK(sampleUnigram)->Arg(-1)->Arg(16)->Unit(benchmark::kMillisecond);
BENCHMARK(encodeBpe)->Unit(benchmark::kMillisecond);
BENCHMARK(encodeByteBpe)->Unit(benchmark::kMillisecond);
BENCHMARK(encodeHfWordPiece)->Unit(benchmark::kMillisecond);
BENCHMARK(encodeWords)->Unit(benchmark::kMillisecond);
BENCHMARK(trainModel)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heddle

BENCHMARK_MAIN();
