#include "engine/text/phrases/phrase_counts.h"

#include <algorithm>
#include <thread>

#include "engine/text/phrases/ngram_reader.h"
#include "engine/text/phrases/ngram_tables.h"

namespace heddle {
namespace {

// Reading and sorting the text takes about this share of the time.
constexpr double kReadingShare = 0.6;

Status checkOptions(const PhraseCountOptions& options) {
  if (options.longest < 2 || options.longest > kLongestPhrase) {
    return Error{"cannot count phrases of up to " + std::to_string(options.longest) + " words",
                 "choose 2 to " + std::to_string(kLongestPhrase)};
  }
  if (options.min_count < 1) {
    return Error{"cannot count phrases seen " + std::to_string(options.min_count) + " times or more",
                 "the smallest count must be 1 or more"};
  }
  if (options.memory_bytes < kLeastPhraseMemory) {
    return Error{"cannot count phrases within " + std::to_string(options.memory_bytes >> 20) + " MiB",
                 "allow " + std::to_string(kLeastPhraseMemory >> 20) + " MiB or more"};
  }
  if (options.threads < 0) {
    return Error{"cannot count phrases with " + std::to_string(options.threads) + " threads",
                 "choose 1 or more, or 0 for one per core"};
  }
  return {};
}

int threadsOf(const PhraseCountOptions& options) {
  const int wanted =
      options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
  // A thread holds a batch and its words beside the buffers that are counted: about 8 MiB.
  const auto room = static_cast<int>(std::min<int64_t>(options.memory_bytes >> 23, 256));
  return std::clamp(wanted, 1, std::max(1, room));
}

// Candidates with words numbered by their text, so that nothing depends on who saw a word first.
void addCandidates(ngram::Tables& tables, const ngram::Estimates& estimates,
                   const std::vector<std::string_view>& texts, PhraseCounts& out) {
  std::vector<int32_t> number(texts.size(), -1);
  std::vector<uint32_t> used;
  for (const ngram::Entry& entry : tables.entries[1]) {
    used.push_back(ngram::wordAt(entry.key, 0));
  }
  std::sort(used.begin(), used.end(), [&texts](uint32_t a, uint32_t b) { return texts[a] < texts[b]; });
  for (const uint32_t id : used) {
    number[id] = static_cast<int32_t>(out.words.size());
    out.words.emplace_back(texts[id]);
  }
  for (int length = 2; length <= out.longest; ++length) {
    const auto n = static_cast<size_t>(length);
    for (size_t index = 0; index < tables.entries[n].size(); ++index) {
      const ngram::Entry& entry = tables.entries[n][index];
      PhraseCandidate& candidate = out.candidates.emplace_back();
      candidate.length = length;
      candidate.count = static_cast<int64_t>(entry.count);
      candidate.probability = estimates[n][index];
      for (int place = 0; place < length; ++place) {
        candidate.words[static_cast<size_t>(place)] = number[ngram::wordAt(entry.key, place)];
      }
    }
    tables.entries[n] = {};
  }
  std::sort(out.candidates.begin(), out.candidates.end(),
            [](const PhraseCandidate& a, const PhraseCandidate& b) {
              if (a.count != b.count) {
                return a.count > b.count;
              }
              return a.words != b.words ? a.words < b.words : a.length < b.length;
            });
}

}  // namespace

Result<PhraseCounts> countPhrases(const TextSource& source, const PhraseCountOptions& given,
                                  const std::function<bool(double)>& progress) {
  if (const Status checked = checkOptions(given); !checked.ok()) {
    return checked.error();
  }
  PhraseCountOptions options = given;
  if (options.temporary.empty()) {
    std::error_code code;
    options.temporary = std::filesystem::temp_directory_path(code);
    if (code) {
      return Error{"cannot count phrases: the system names no folder for temporary files",
                   "set TMPDIR, or name a folder"};
    }
  }
  const int threads = threadsOf(options);
  Result<std::unique_ptr<ngram::RunFile>> runs = ngram::RunFile::create(options.temporary);
  if (!runs.ok()) {
    return runs.error();
  }
  ngram::CorpusRuns corpus;
  corpus.runs = std::move(*runs);
  const auto part = [&progress](double from, double share) {
    return [&progress, from, share](double done) { return !progress || progress(from + share * done); };
  };
  if (const Status read = ngram::readNGrams(source, options, threads, part(0, kReadingShare), corpus);
      !read.ok()) {
    return read.error();
  }
  Result<ngram::Tables> tables =
      ngram::makeTables(*corpus.runs, options, threads, part(kReadingShare, 1 - kReadingShare));
  if (!tables.ok()) {
    return tables.error();
  }
  PhraseCounts counts;
  counts.longest = options.longest;
  counts.min_count = options.min_count;
  counts.lowercase = options.lowercase;
  counts.corpus_words = tables->corpus_words;
  counts.corpus_types = tables->different[1];
  counts.different = tables->different;
  for (size_t n = 1; n <= static_cast<size_t>(options.longest); ++n) {
    counts.discounts[n] = n >= 2 ? estimateDiscounts(tables->counts_of_counts[n]) : Discounts{};
    counts.lower[n] = estimateDiscounts(tables->lower_counts[n]);
  }
  const ngram::Estimates estimates =
      ngram::estimate(*tables, counts.discounts, counts.lower, options.longest, counts.corpus_types);
  addCandidates(*tables, estimates, corpus.ids.texts(), counts);
  return counts;
}

}  // namespace heddle
