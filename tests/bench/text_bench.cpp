// Speed of the text and data layers on one core. Without HEDDLE_BENCH_TEXT (a UTF-8 file) and
// HEDDLE_BENCH_VOCAB (a vocab.txt) the sample text and a vocabulary learnt from it are used.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "engine/base/file.h"
#include "engine/data/corpus_reader.h"
#include "engine/data/document_filter.h"
#include "engine/data/prepare.h"
#include "engine/data/pretraining_data.h"
#include "engine/text/sample_text.h"
#include "engine/text/sentences.h"
#include "engine/text/wordpiece.h"
#include "engine/text/wordpiece_trainer.h"
#include "tests/bench/bench_text.h"

namespace heddle {
namespace {

const WordPiece& benchVocabulary() {
  static const WordPiece vocabulary = [] {
    if (const char* path = std::getenv("HEDDLE_BENCH_VOCAB"); path != nullptr) {
      return WordPiece::load(path, true).value();
    }
    WordCounter counter(true);
    counter.add(benchText());
    return WordPiece::fromVocabulary(trainWordPiece(counter.take(), {}).value(), true).value();
  }();
  return vocabulary;
}

// HEDDLE_BENCH_CORPUS names a file in any format that the reader knows; MB/s count the text it gives.
void readCorpus(benchmark::State& state) {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "heddle_text_bench.txt";
  if (const char* given = std::getenv("HEDDLE_BENCH_CORPUS"); given != nullptr) {
    path = given;
  } else if (!writeFileAtomic(path, benchText()).ok()) {
    state.SkipWithError("cannot write the text to read");
    return;
  }
  int64_t bytes = 0;
  for (auto _ : state) {
    CorpusReader reader = CorpusReader::open({.files = {path}}).value();
    std::vector<std::string> paragraphs;
    while (reader.next(paragraphs).value()) {
      for (const std::string& paragraph : paragraphs) {
        bytes += static_cast<int64_t>(paragraph.size());
      }
    }
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(readCorpus)->Unit(benchmark::kMillisecond);

// Lines as documents through the filter that drops repetitions.
void filterCorpus(benchmark::State& state) {
  std::vector<std::vector<std::string>> documents;
  int64_t bytes = 0;
  for (const std::string_view text : benchLines()) {
    documents.push_back({std::string(text)});
    bytes += static_cast<int64_t>(text.size());
  }
  for (auto _ : state) {
    DocumentFilter filter({.deduplicate = true});
    for (const std::vector<std::string>& document : documents) {
      benchmark::DoNotOptimize(filter.take(document));
    }
  }
  state.SetBytesProcessed(bytes * state.iterations());
}
BENCHMARK(filterCorpus)->Unit(benchmark::kMillisecond);

// Texts of at most 64 bytes, cut at spaces: the "short texts" of published comparisons.
std::vector<std::string_view> shortTexts() {
  std::vector<std::string_view> texts;
  for (std::string_view line : benchLines()) {
    while (!line.empty()) {
      size_t end = line.size() <= 64 ? line.size() : line.rfind(' ', 64);
      end = end == std::string_view::npos || end == 0 ? std::min<size_t>(64, line.size()) : end;
      texts.push_back(line.substr(0, end));
      line.remove_prefix(end);
    }
  }
  return texts;
}

void encodeAll(benchmark::State& state, const std::vector<std::string_view>& texts) {
  const WordPiece& vocabulary = benchVocabulary();
  std::vector<Piece> pieces;
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string_view text : texts) {
      pieces.clear();
      vocabulary.encode(text, pieces);
      benchmark::DoNotOptimize(pieces.data());
      bytes += static_cast<int64_t>(text.size());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(texts.size()));
  state.SetBytesProcessed(bytes);
}

void encodeShortTexts(benchmark::State& state) {
  encodeAll(state, shortTexts());
}
void encodeParagraphs(benchmark::State& state) {
  encodeAll(state, benchLines());
}

void splitSentences(benchmark::State& state) {
  const std::vector<std::string_view> lines = benchLines();
  SentenceSplitter splitter;
  std::vector<ByteRange> ranges;
  for (auto _ : state) {
    for (const std::string_view line : lines) {
      splitter.split(line, ranges);
      benchmark::DoNotOptimize(ranges.data());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(benchText().size()));
}

void countWords(benchmark::State& state) {
  for (auto _ : state) {
    WordCounter counter(true);
    counter.add(benchText());
    benchmark::DoNotOptimize(counter.take());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(benchText().size()));
}

void trainVocabulary(benchmark::State& state) {
  WordCounter counter(true);
  counter.add(benchText());
  const WordCounts words = counter.take();
  for (auto _ : state) {
    benchmark::DoNotOptimize(trainWordPiece(words, {.vocab_size = state.range(0)}).ok());
  }
}

void generateSample(benchmark::State& state) {
  int64_t index = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(generateDocument(1, index++));
  }
  state.SetItemsProcessed(state.iterations());
}

void makeBatch(benchmark::State& state) {
  const Workspace workspace{std::filesystem::temp_directory_path() /
                            ("heddle_bench_" + std::to_string(::getpid()))};
  TextRecipe recipe;
  recipe.vocab_size = 2000;
  const Result<PreparedText> text = prepareText(recipe, {}, workspace);
  const Result<PretrainingData> data =
      text.ok() ? PretrainingData::open(*text, {}, 1) : Result<PretrainingData>(text.error());
  if (!data.ok()) {
    state.SkipWithError(data.error().message().c_str());
    return;
  }
  int64_t step = 0;
  int64_t tokens = 0;
  for (auto _ : state) {
    const Batch batch = data->trainBatch({.length = state.range(0), .rows = 32}, step++, 0, 32);
    tokens += batch.tokenCount();
  }
  state.SetItemsProcessed(tokens);
  std::error_code ignored;
  std::filesystem::remove_all(workspace.root, ignored);
}

BENCHMARK(encodeShortTexts)->Unit(benchmark::kMillisecond);
BENCHMARK(encodeParagraphs)->Unit(benchmark::kMillisecond);
BENCHMARK(splitSentences)->Unit(benchmark::kMillisecond);
BENCHMARK(countWords)->Unit(benchmark::kMillisecond);
BENCHMARK(trainVocabulary)->Arg(8000)->Arg(30522)->Unit(benchmark::kMillisecond);
BENCHMARK(generateSample);
BENCHMARK(makeBatch)->Arg(128)->Arg(512)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace heddle

BENCHMARK_MAIN();
