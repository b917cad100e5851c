#include "engine/data/prepare.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "engine/base/file.h"
#include "engine/data/corpus_description.h"
#include "engine/data/corpus_source.h"
#include "engine/data/folder_lock.h"
#include "engine/data/packing.h"
#include "engine/text/grains/learn.h"
#include "engine/text/grains/tokenizer_folder.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

// Part of every name in the workspace: raised when the same text would give other tokenisers or tokens.
constexpr int64_t kFormat = 3;

// Shares of the progress.
constexpr double kRead = 0.1;
constexpr double kLearnt = 0.4;

// Every file below a path, or the file that it is, into the hash.
Status hashFiles(const fs::path& path, ContentHasher& hasher) {
  std::vector<fs::path> files;
  std::error_code code;
  if (fs::is_directory(path, code)) {
    for (const auto& entry : fs::recursive_directory_iterator(path, code)) {
      if (entry.is_regular_file(code)) {
        files.push_back(entry.path());
      }
    }
    std::sort(files.begin(), files.end());
  } else {
    files.push_back(path);
  }
  for (const fs::path& file : files) {
    const Result<std::string> bytes = readFile(file);
    if (!bytes.ok()) {
      return bytes.error();
    }
    hasher.add(file.filename().string());
    hasher.add(*bytes);
  }
  return {};
}

CoarseKind coarseKindOf(const TextRecipe& text) {
  return text.coarse == "phrases" ? CoarseKind::kPhrases
         : text.coarse == "words" ? CoarseKind::kWords
                                  : CoarseKind::kNone;
}

LearnSettings learnSettings(const TextRecipe& text, const fs::path& temporary) {
  LearnSettings settings;
  settings.kind = text.tokenizer;
  settings.vocabulary = text.vocabulary;
  settings.vocab_size = text.vocab_size;
  settings.lowercase = text.lowercase;
  settings.character_coverage = text.character_coverage;
  settings.coarse = coarseKindOf(text);
  settings.coarse_file = text.coarse_file;
  settings.phrases = {text.phrase_min_count, text.phrase_min_probability,
                      static_cast<int>(text.phrase_longest)};
  if (text.phrase_count > 0) {
    settings.phrase_count = text.phrase_count;
  }
  settings.segmented = text.segmented;
  settings.coarse_vocab_size = text.coarse_vocab_size;
  settings.memory_bytes = 512 << 20;
  settings.temporary = temporary;
  return settings;
}

class Preparation {
 public:
  Preparation(const TextRecipe& text, const std::vector<CorpusRecipe>& corpora, const Workspace& workspace,
              const PrepareProgress& progress)
      : text_(text), corpora_(corpora), workspace_(workspace), progress_(progress) {
    for (const CorpusRecipe& corpus : corpora) {
      sources_.emplace_back(text, &corpus);
    }
    if (corpora.empty()) {
      sources_.emplace_back(text, nullptr);
    }
  }

  Result<PreparedText> run() {
    Status status = makeWorkspace();
    status = status.ok() ? readAll() : status;
    status = status.ok() ? makeTokenizer() : status;
    if (!status.ok()) {
      return status.error();
    }
    PreparedText prepared{
        .tokenizer = tokenizer_, .heldout_fraction = text_.heldout_fraction, .grain = text_.grain};
    for (size_t index = 0; index < sources_.size(); ++index) {
      Result<PreparedCorpus> corpus = pack(index);
      if (!corpus.ok()) {
        return corpus.error();
      }
      prepared.corpora.push_back(std::move(*corpus));
    }
    status = report(1.0, "corpus ready");
    return status.ok() ? Result<PreparedText>(std::move(prepared)) : status.error();
  }

 private:
  Status makeWorkspace() const {
    for (const fs::path& parent : {workspace_.corpora(), workspace_.tokenizers()}) {
      if (const Status status = makeFolder(parent); !status.ok()) {
        return status;
      }
      std::error_code code;
      for (const auto& entry : fs::directory_iterator(parent, code)) {
        removeAbandonedParts(entry.path());
      }
    }
    return {};
  }

  Status report(double fraction, std::string_view what) const {
    if (progress_ && !progress_(fraction, what)) {
      return Error{"preparing the corpus was cancelled while " + std::string(what), "start again to go on"};
    }
    return {};
  }

  // Of corpus `index`, which is at `share` of its own work, between the two shares of the whole.
  double shareOf(double from, double to, size_t index, double share) const {
    return from + (to - from) * (static_cast<double>(index) + share) / static_cast<double>(sources_.size());
  }

  // Every corpus once, for its hash and its filters.
  Status readAll() {
    for (size_t index = 0; index < sources_.size(); ++index) {
      CorpusSource& source = sources_[index];
      if (const Status status = source.rewind(); !status.ok()) {
        return status;
      }
      Paragraphs document;
      for (int64_t count = 0;; ++count) {
        if (count % 256 == 0) {
          const Status status = report(shareOf(0, kRead, index, source.fraction()), "reading the text");
          if (!status.ok()) {
            return status;
          }
        }
        const Result<bool> more = source.next(document);
        if (!more.ok()) {
          return more.error();
        }
        if (!*more) {
          break;
        }
      }
      if (source.documents() == 0) {
        return noDocuments(source);
      }
    }
    return {};
  }

  static Error noDocuments(const CorpusSource& source) {
    const std::optional<FilterReport>& filtered = source.filtered();
    std::string dropped;
    for (const DocumentFate fate : {DocumentFate::kTooShort, DocumentFate::kTooLong}) {
      if (filtered && filtered->of(fate) > 0) {
        dropped += (dropped.empty() ? "" : ", ") + std::to_string(filtered->of(fate)) + " " + fateName(fate);
      }
    }
    if (!dropped.empty()) {
      return {"cannot prepare a corpus: the filters leave nothing of " + source.name() + " (" + dropped + ")",
              "lower min_characters, or raise max_characters"};
    }
    return {"cannot prepare a corpus: " + source.name() + " holds no text",
            "give files with one paragraph per line and a blank line between documents"};
  }

  // All corpora one after the other.
  DocumentSource allDocuments() {
    auto at = std::make_shared<size_t>(0);
    return {.next = [this, at](Paragraphs& document) -> Result<bool> {
              while (*at < sources_.size()) {
                const Result<bool> more = sources_[*at].next(document);
                if (!more.ok() || *more) {
                  return more;
                }
                if (++*at < sources_.size()) {
                  if (const Status status = sources_[*at].rewind(); !status.ok()) {
                    return status.error();
                  }
                }
              }
              return false;
            },
            .rewind =
                [this, at] {
                  *at = 0;
                  return sources_.front().rewind();
                },
            .fraction =
                [this, at] {
                  return *at < sources_.size() ? shareOf(0, 1, *at, sources_[*at].fraction()) : 1.0;
                }};
  }

  // Everything that decides the tokeniser.
  Result<std::string> tokenizerId() const {
    ContentHasher hasher;
    hasher.add(kFormat);
    for (const std::string& word : {text_.tokenizer, text_.coarse}) {
      hasher.add(word);
    }
    hasher.add(text_.lowercase);
    Status status;
    const bool learns_fine = text_.vocabulary.empty();
    if (learns_fine) {
      hasher.add(text_.vocab_size);
      hasher.add(static_cast<int64_t>(text_.character_coverage * 1e9));
    } else if (std::error_code code; fs::is_directory(text_.vocabulary, code)) {
      status = hashFiles(text_.vocabulary, hasher);
    } else {
      const Result<Grains> given =
          openTokenizer(text_.vocabulary, {.kind = text_.tokenizer, .lowercase = text_.lowercase});
      if (!given.ok()) {
        return given.error();
      }
      for (const TokenizerFile& file : given->fine().files()) {
        hasher.add(file.bytes);
      }
    }
    const CoarseKind coarse = coarseKindOf(text_);
    if (coarse != CoarseKind::kNone) {
      hasher.add(text_.phrase_min_count);
      hasher.add(static_cast<int64_t>(text_.phrase_min_probability * 1e9));
      hasher.add(text_.phrase_longest);
      hasher.add(text_.phrase_count);
      hasher.add(text_.coarse_vocab_size);
      for (const fs::path& path : text_.segmented) {
        status = status.ok() ? hashFiles(path, hasher) : status;
      }
      if (!text_.coarse_file.empty()) {
        status = status.ok() ? hashFiles(text_.coarse_file, hasher) : status;
      }
    }
    if (learns_fine || coarse == CoarseKind::kWords ||
        (coarse == CoarseKind::kPhrases && text_.coarse_file.empty())) {
      for (const CorpusSource& source : sources_) {
        hasher.add(source.hash().hex());
      }
    }
    return status.ok() ? Result<std::string>(hasher.hash().hex()) : status.error();
  }

  Status makeTokenizer() {
    const Result<std::string> id = tokenizerId();
    if (!id.ok()) {
      return id.error();
    }
    tokenizer_ = workspace_.tokenizers() / *id;
    Result<Grains> grains = loadGrains(tokenizer_);
    if (!grains.ok()) {
      Status status = makeFolder(tokenizer_);
      if (!status.ok()) {
        return status;
      }
      const auto progress = [&](double share, std::string_view what) {
        status = report(kRead + (kLearnt - kRead) * share, what);
        return status.ok();
      };
      grains = learnGrains(allDocuments(), learnSettings(text_, workspace_.tokenizers()), progress);
      if (!grains.ok()) {
        return status.ok() ? grains.error() : status;
      }
      status = saveGrains(*grains, tokenizer_);
      if (!status.ok()) {
        return status;
      }
      grains = loadGrains(tokenizer_);
      if (!grains.ok()) {
        return grains.error();
      }
    }
    grains_.emplace(std::move(*grains));
    const Result<ContentHash> hash = tokenizerHash(tokenizer_);
    if (!hash.ok()) {
      return hash.error();
    }
    vocabulary_ = {.fine_size = grains_->fineSize(), .coarse_size = grains_->coarseSize(), .hash = *hash};
    return {};
  }

  // With sampling a corpus is packed as it is, for held-out text, and once more for each sampled copy.
  int64_t copies() const { return text_.sampling_alpha > 0 ? text_.sampling_copies : 0; }

  Result<PreparedCorpus> pack(size_t index) {
    PreparedCorpus prepared;
    if (!corpora_.empty()) {
      prepared.recipe = corpora_[index];
    }
    for (int64_t copy = 0; copy <= copies(); ++copy) {
      const fs::path folder = workspace_.corpora() / corpusId(index, copy);
      Result<CorpusReport> packed = packCopy(index, copy, folder);
      if (packed.ok() && copy == 0) {
        packed = describe(index, std::move(*packed), folder);
      }
      if (!packed.ok()) {
        return packed.error();
      }
      if (copy == 0) {
        prepared.folder = folder;
        prepared.report = std::move(*packed);
      } else {
        prepared.samples.push_back(folder);
      }
    }
    return prepared;
  }

  // Copy 0 is the text as it is, whatever the recipe says about sampling.
  std::string corpusId(size_t index, int64_t copy) const {
    ContentHasher hasher;
    hasher.add(kFormat);
    hasher.add(sources_[index].hash().hex());
    hasher.add(vocabulary_.hash.hex());
    if (copy > 0) {
      hasher.add(static_cast<int64_t>(text_.sampling_alpha * 1e9));
      hasher.add(text_.sampling_nbest);
      hasher.add(copy);
    }
    return hasher.hash().hex();
  }

  // Share of a corpus's copies that are packed.
  double packed(size_t index, int64_t copy) const {
    return (static_cast<double>(copy) + sources_[index].fraction()) / static_cast<double>(copies() + 1);
  }

  Result<CorpusReport> packCopy(size_t index, int64_t copy, const fs::path& folder) {
    Result<Corpus> corpus = Corpus::open(folder, text_.heldout_fraction);
    if (corpus.ok() && corpus->check().ok()) {
      return corpus->report();
    }
    if (const Status status = makeFolder(folder); !status.ok()) {
      return status.error();
    }
    FolderLock lock(folder);
    for (bool waited = false; !lock.tryAcquire(); waited = true) {
      const Status status = report(shareOf(kLearnt, 1.0, index, packed(index, copy)),
                                   "waiting for another program to pack the corpus");
      if (!status.ok()) {
        return status.error();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(waited ? 200 : 10));
    }
    corpus = Corpus::open(folder, text_.heldout_fraction);
    if (!corpus.ok() || !corpus->check().ok()) {
      if (const Status status = write(index, copy, folder); !status.ok()) {
        return status.error();
      }
      corpus = Corpus::open(folder, text_.heldout_fraction);
    }
    return corpus.ok() ? Result<CorpusReport>(corpus->report()) : corpus.error();
  }

  // The report as this preparation would write it. A corpus packed by an older program, or for another
  // recipe, gets it.
  Result<CorpusReport> describe(size_t index, CorpusReport report, const fs::path& folder) const {
    // What was learnt from several corpora is not learnt again from one of them.
    TextRecipe text = text_;
    if (corpora_.size() > 1) {
      text.vocabulary = tokenizer_;
      text.coarse_file.clear();
    }
    std::vector<std::string> settings = textSettings(text, corpora_.empty() ? nullptr : &corpora_[index]);
    Json filters = filtersOf(index);
    const bool lacks_uses = vocabulary_.coarse_size > vocabulary_.fine_size && !report.coarse_uses;
    if (settings == report.settings && filters == report.filters && !lacks_uses) {
      return report;
    }
    report.settings = std::move(settings);
    report.filters = std::move(filters);
    if (lacks_uses) {
      const Result<Corpus> corpus = Corpus::open(folder, text_.heldout_fraction);
      if (!corpus.ok()) {
        return corpus.error();
      }
      report.coarse_uses = coarseUses(*corpus, *grains_);
    }
    const Status written = report.write(folder);
    return written.ok() ? Result<CorpusReport>(std::move(report)) : written.error();
  }

  Json filtersOf(size_t index) const {
    const std::optional<FilterReport>& filtered = sources_[index].filtered();
    return filtered ? toJson(*filtered) : Json();
  }

  Status write(size_t index, int64_t copy, const fs::path& folder) {
    CorpusSource& source = sources_[index];
    Result<CorpusWriter> writer = CorpusWriter::open(folder, vocabulary_);
    if (!writer.ok()) {
      return writer.error();
    }
    if (const Status status = source.rewind(); !status.ok()) {
      return status;
    }
    const auto started = std::chrono::steady_clock::now();
    int64_t asked = 0;
    PackingOptions options;
    options.go_on = [&] {
      return asked++ % 256 == 0
                 ? report(shareOf(kLearnt, 1.0, index, packed(index, copy)), "packing the corpus")
                 : Status{};
    };
    if (copy > 0) {
      options.sampling = {.alpha = text_.sampling_alpha, .nbest = static_cast<int32_t>(text_.sampling_nbest)};
      options.seed = static_cast<uint64_t>(copy);
    }
    const Result<int64_t> text_bytes = packDocuments(
        [&](Paragraphs& document) { return source.next(document); }, *grains_, *writer, options);
    if (!text_bytes.ok()) {
      if (source.changed()) {
        // What is packed already is not what the folder is named after.
        std::error_code ignored;
        fs::remove_all(folder, ignored);
      }
      return text_bytes.error();
    }
    if (writer->tokens() == 0) {
      return Error{"cannot prepare a corpus: " + source.name() + " holds no words",
                   "give text that is more than white space and control characters"};
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    return writer->finish({.text_bytes = *text_bytes,
                           .filters = filtersOf(index),
                           .seconds = seconds.count(),
                           .sampled_copy = copy});
  }

  const TextRecipe& text_;
  const std::vector<CorpusRecipe>& corpora_;
  const Workspace& workspace_;
  const PrepareProgress& progress_;
  std::vector<CorpusSource> sources_;
  fs::path tokenizer_;
  std::optional<Grains> grains_;
  ShardVocabulary vocabulary_;
};

template <typename Count>
int64_t sumOver(const std::vector<PreparedCorpus>& corpora, const Count& count) {
  int64_t sum = 0;
  for (const PreparedCorpus& corpus : corpora) {
    sum += count(corpus.report);
  }
  return sum;
}

}  // namespace

int64_t PreparedText::documents() const {
  return sumOver(corpora, [](const CorpusReport& report) { return report.documents; });
}

int64_t PreparedText::sentences() const {
  return sumOver(corpora, [](const CorpusReport& report) { return report.sentences; });
}

int64_t PreparedText::tokens() const {
  return sumOver(corpora, [](const CorpusReport& report) { return report.tokens; });
}

int64_t PreparedText::heldoutDocuments() const {
  return sumOver(corpora, [this](const CorpusReport& report) {
    return HeldoutDocuments(report.documents, heldout_fraction).count();
  });
}

Result<ContentHash> tokenizerHash(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    // Another process may be writing the same folder.
    if (entry.path().filename().string().find(".part") == std::string::npos) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  ContentHasher hasher;
  Status status;
  for (const fs::path& file : files) {
    status = status.ok() ? hashFiles(file, hasher) : status;
  }
  return status.ok() ? Result<ContentHash>(hasher.hash()) : status.error();
}

Result<PreparedText> prepareText(const TextRecipe& text, const std::vector<CorpusRecipe>& corpora,
                                 const Workspace& workspace, const PrepareProgress& progress) {
  return Preparation(text, corpora, workspace, progress).run();
}

}  // namespace heddle
