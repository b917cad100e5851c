// Speed of learning and finding English phrases. HEDDLE_BENCH_TEXT names a UTF-8 file to use instead of the
// sample text; HEDDLE_BENCH_MIB the memory to count within. Counting uses all cores, the rest one.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "engine/base/file.h"
#include "engine/data/corpus_reader.h"
#include "engine/text/phrases/phrase_report.h"
#include "engine/text/phrases/phrase_search.h"
#include "engine/text/sample_text.h"

namespace heddle {
namespace {

// English AMBERT.
constexpr int64_t kPublishedSize = 77645;
constexpr double kPublishedRate = .131;

const std::filesystem::path& benchFile() {
  static const std::filesystem::path file = [] {
    if (const char* path = std::getenv("HEDDLE_BENCH_TEXT"); path != nullptr) {
      return std::filesystem::path(path);
    }
    std::string sample;
    for (int64_t index = 0; index < 4000; ++index) {
      sample += documentText(generateDocument(1, index)) + "\n";
    }
    const std::filesystem::path made = std::filesystem::temp_directory_path() / "heddle_phrases_bench.txt";
    if (!writeFileAtomic(made, sample).ok()) {
      std::abort();
    }
    return made;
  }();
  return file;
}

// The first 32 MB, as paragraphs.
const std::vector<std::string>& benchParagraphs() {
  static const std::vector<std::string> paragraphs = [] {
    std::vector<std::string> all;
    std::vector<std::string> document;
    CorpusReader reader = CorpusReader::open({.files = {benchFile()}}).value();
    for (size_t bytes = 0; bytes < (32 << 20) && reader.next(document).value();) {
      for (std::string& paragraph : document) {
        bytes += paragraph.size();
        all.push_back(std::move(paragraph));
      }
    }
    return all;
  }();
  return paragraphs;
}

Result<PhraseCounts> count(int longest) {
  CorpusReader reader = CorpusReader::open({.files = {benchFile()}}).value();
  PhraseCountOptions options;
  options.longest = longest;
  if (const char* mib = std::getenv("HEDDLE_BENCH_MIB"); mib != nullptr) {
    options.memory_bytes = std::atoll(mib) << 20;
  }
  return countPhrases({[&reader](std::vector<std::string>& out) { return reader.next(out); },
                       [&reader] { return reader.fraction(); }},
                      options);
}

const PhraseCounts& benchCounts() {
  static const PhraseCounts counts = count(4).value();
  return counts;
}

Result<PhraseChoice> benchSearch() {
  return searchPhrases(benchCounts(), {.size = kPublishedSize, .rate = kPublishedRate}, {},
                       benchParagraphs());
}

const PhraseDictionary& benchDictionary() {
  static const PhraseDictionary dictionary = benchSearch().value().dictionary;
  return dictionary;
}

void countNGrams(benchmark::State& state) {
  for (auto _ : state) {
    const Result<PhraseCounts> counts = count(static_cast<int>(state.range(0)));
    if (!counts.ok()) {
      state.SkipWithError(counts.error().message().c_str());
      return;
    }
    state.counters["candidates"] = static_cast<double>(counts->candidates.size());
    state.counters["words"] = static_cast<double>(counts->corpus_words);
    state.counters["types"] = static_cast<double>(counts->corpus_types);
  }
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

void searchSize(benchmark::State& state) {
  benchCounts();
  for (auto _ : state) {
    benchmark::DoNotOptimize(searchPhrases(benchCounts(), {.size = kPublishedSize}, {}).ok());
  }
}

// Both published figures at once: of all pairs of thresholds that give the size, the one that gives the rate.
void searchSizeAndRate(benchmark::State& state) {
  benchDictionary();
  for (auto _ : state) {
    benchmark::DoNotOptimize(benchSearch().ok());
  }
  state.counters["phrases"] = static_cast<double>(benchDictionary().phrases.size());
  state.counters["c"] = static_cast<double>(benchDictionary().thresholds.min_count);
  state.counters["tau"] = benchDictionary().thresholds.min_probability;
}

void split(benchmark::State& state, bool phrases) {
  const PhraseTokenizer tokenizer(benchDictionary());
  WordList words;
  std::vector<PhraseUnit> units;
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& paragraph : benchParagraphs()) {
      if (phrases) {
        tokenizer.split(paragraph, units);
        benchmark::DoNotOptimize(units.data());
      } else {
        splitWords(paragraph, /*lowercase=*/true, words);
        benchmark::DoNotOptimize(words.words.data());
      }
      bytes += static_cast<int64_t>(paragraph.size());
    }
  }
  state.SetBytesProcessed(bytes);
}

void splitIntoWords(benchmark::State& state) {
  split(state, /*phrases=*/false);
}
void splitIntoPhrases(benchmark::State& state) {
  split(state, /*phrases=*/true);
}

// The report on the text itself, printed for reading.
void report(benchmark::State& state) {
  PhraseReport result;
  for (auto _ : state) {
    PhraseMeter meter(benchDictionary());
    for (const std::string& paragraph : benchParagraphs()) {
      meter.add(paragraph);
    }
    result = meter.report(benchDictionary());
  }
  state.counters["rate"] = result.pooled.rate();
  std::fputs(phraseReportText(result).c_str(), stderr);
}

BENCHMARK(countNGrams)->Arg(4)->Arg(5)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);
BENCHMARK(searchSize)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(searchSizeAndRate)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(splitIntoWords)->Unit(benchmark::kMillisecond);
BENCHMARK(splitIntoPhrases)->Unit(benchmark::kMillisecond);
BENCHMARK(report)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace heddle

BENCHMARK_MAIN();
