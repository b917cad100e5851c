#include "engine/data/prepare.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/data/content_hash.h"
#include "engine/data/corpus.h"
#include "engine/data/corpus_reader.h"
#include "engine/data/packing.h"
#include "engine/text/grains/grains.h"
#include "engine/text/sample_text.h"
#include "engine/text/wordpiece.h"
#include "engine/text/wordpiece_trainer.h"

namespace heddle {
namespace {

// Part of every name in the workspace: raised when the same text would give other vocabularies or tokens.
constexpr int64_t kFormat = 2;

// The text of a recipe, read from the start as often as needed.
class Source {
 public:
  explicit Source(const TextRecipe& recipe) : recipe_(recipe) {}

  Status rewind() {
    sample_index_ = 0;
    if (recipe_.files.empty()) {
      return {};
    }
    Result<CorpusReader> reader = CorpusReader::open({.files = recipe_.files});
    if (!reader.ok()) {
      return reader.error();
    }
    reader_ = std::make_unique<CorpusReader>(std::move(*reader));
    return {};
  }

  Result<bool> next(Paragraphs& paragraphs) {
    if (reader_ != nullptr) {
      return reader_->next(paragraphs);
    }
    paragraphs.clear();
    if (sample_index_ >= recipe_.sample_documents) {
      return false;
    }
    const SampleDocument document =
        generateDocument(static_cast<uint64_t>(recipe_.sample_seed), sample_index_++);
    for (const std::vector<SampleSentence>& sentences : document.paragraphs) {
      paragraphs.push_back(paragraphText(sentences));
    }
    return true;
  }

  double fraction() const {
    return reader_ != nullptr ? reader_->fraction()
                              : static_cast<double>(sample_index_) /
                                    static_cast<double>(std::max<int64_t>(1, recipe_.sample_documents));
  }

  std::string name() const {
    if (recipe_.files.empty()) {
      return "the sample text";
    }
    return recipe_.files.front().string() +
           (recipe_.files.size() > 1 ? " and " + std::to_string(recipe_.files.size() - 1) + " more" : "");
  }

 private:
  const TextRecipe& recipe_;
  std::unique_ptr<CorpusReader> reader_;
  int64_t sample_index_ = 0;
};

class Preparation {
 public:
  Preparation(const TextRecipe& recipe, const Workspace& workspace, const PrepareProgress& progress)
      : recipe_(recipe), workspace_(workspace), progress_(progress), source_(recipe) {}

  Result<PreparedCorpus> run() {
    for (const Status& status : {makeFolder(workspace_.corpora()), makeFolder(workspace_.tokenizers())}) {
      if (!status.ok()) {
        return status.error();
      }
    }
    for (const std::filesystem::path& parent : {workspace_.corpora(), workspace_.tokenizers()}) {
      std::error_code code;
      for (const auto& entry : std::filesystem::directory_iterator(parent, code)) {
        removeAbandonedParts(entry.path());
      }
    }
    ContentHasher hasher;
    hasher.add(kFormat);
    Status status = forEachDocument(0.0, 0.1, "reading the text", [&hasher](const Paragraphs& document) {
      for (const std::string& paragraph : document) {
        hasher.add(paragraph);
      }
      hasher.add(static_cast<int64_t>(document.size()));
      return Status{};
    });
    if (!status.ok()) {
      return status.error();
    }
    if (documents_read_ == 0) {
      return Error{"cannot prepare a corpus: " + source_.name() + " holds no text",
                   "give files with one paragraph per line and a blank line between documents"};
    }
    const Result<WordPiece> vocabulary =
        recipe_.vocabulary.empty() ? learntVocabulary(hasher.hash()) : givenVocabulary();
    if (!vocabulary.ok()) {
      return vocabulary.error();
    }
    return pack(hasher.hash(), *vocabulary);
  }

 private:
  // Reports progress between `from` and `to`; an error when it asks to cancel.
  Status report(double from, double to, double share, const char* what) const {
    if (progress_ && !progress_(from + (to - from) * share, what)) {
      return Error{"preparing the corpus was cancelled while " + std::string(what), "start again to go on"};
    }
    return {};
  }

  template <typename Take>
  Status forEachDocument(double from, double to, const char* what, const Take& take) {
    if (const Status status = source_.rewind(); !status.ok()) {
      return status;
    }
    Paragraphs document;
    for (documents_read_ = 0;; ++documents_read_) {
      if (documents_read_ % 256 == 0) {
        if (const Status status = report(from, to, source_.fraction(), what); !status.ok()) {
          return status;
        }
      }
      const Result<bool> more = source_.next(document);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more) {
        return {};
      }
      if (const Status status = take(document); !status.ok()) {
        return status;
      }
    }
  }

  // Writes a vocabulary under its name.
  Status keepVocabulary(const std::string& id, std::string_view bytes) {
    const std::filesystem::path folder = workspace_.tokenizers() / id;
    vocabulary_path_ = folder / "vocab.txt";
    Status status = makeFolder(folder);
    if (status.ok()) {
      const Json about = {{"type", "wordpiece"}, {"lowercase", recipe_.lowercase}};
      status = writeFileAtomic(folder / "tokenizer.json", dumpJson(about) + "\n");
    }
    return status.ok() ? writeFileAtomic(vocabulary_path_, bytes) : status;
  }

  Result<WordPiece> givenVocabulary() {
    Result<WordPiece> given = WordPiece::load(recipe_.vocabulary, recipe_.lowercase);
    const Result<std::string> bytes = readFile(recipe_.vocabulary);
    if (!given.ok() || !bytes.ok()) {
      return given.ok() ? bytes.error() : given.error();
    }
    ContentHasher hasher;
    hasher.add(*bytes);
    hasher.add(recipe_.lowercase);
    const Status kept = keepVocabulary(hasher.hash().hex(), *bytes);
    return kept.ok() ? std::move(given) : kept.error();
  }

  Result<WordPiece> learntVocabulary(const ContentHash& text) {
    ContentHasher hasher;
    hasher.add(text.hex());
    hasher.add(recipe_.vocab_size);
    hasher.add(recipe_.lowercase);
    const std::string id = hasher.hash().hex();
    vocabulary_path_ = workspace_.tokenizers() / id / "vocab.txt";
    if (Result<WordPiece> kept = WordPiece::load(vocabulary_path_, recipe_.lowercase); kept.ok()) {
      return kept;
    }
    WordCounter counter(recipe_.lowercase);
    Status status = forEachDocument(0.1, 0.3, "counting words", [&counter](const Paragraphs& document) {
      for (const std::string& paragraph : document) {
        counter.add(paragraph);
      }
      return Status{};
    });
    if (!status.ok()) {
      return status.error();
    }
    constexpr const char* kLearning = "learning the vocabulary";
    Result<std::vector<std::string>> pieces =
        trainWordPiece(counter.take(), {.vocab_size = recipe_.vocab_size}, [this, &status](double share) {
          status = report(0.3, 0.4, share, kLearning);
          return status.ok();
        });
    if (!pieces.ok()) {
      return status.ok() ? pieces.error() : status.error();
    }
    std::string bytes;
    for (const std::string& piece : *pieces) {
      bytes += piece;
      bytes += '\n';
    }
    status = keepVocabulary(id, bytes);
    return status.ok() ? WordPiece::fromVocabulary(std::move(*pieces), recipe_.lowercase) : status.error();
  }

  Result<PreparedCorpus> pack(const ContentHash& text, const WordPiece& vocabulary) {
    const Result<std::string> vocabulary_bytes = readFile(vocabulary_path_);
    if (!vocabulary_bytes.ok()) {
      return vocabulary_bytes.error();
    }
    const ContentHash vocabulary_hash = contentHash(*vocabulary_bytes);
    ContentHasher hasher;
    hasher.add(text.hex());
    hasher.add(vocabulary_hash.hex());
    hasher.add(recipe_.lowercase);
    const std::filesystem::path folder = workspace_.corpora() / hasher.hash().hex();
    Result<Corpus> corpus = Corpus::open(folder, recipe_.heldout_fraction);
    if (!corpus.ok() || !corpus->check().ok()) {
      if (const Status status = writeCorpus(folder, vocabulary, vocabulary_hash); !status.ok()) {
        return status.error();
      }
      corpus = Corpus::open(folder, recipe_.heldout_fraction);
    }
    if (!corpus.ok()) {
      return corpus.error();
    }
    if (const Status status = report(0.0, 1.0, 1.0, "corpus ready"); !status.ok()) {
      return status.error();
    }
    return PreparedCorpus{.corpus = folder,
                          .vocabulary = vocabulary_path_,
                          .lowercase = recipe_.lowercase,
                          .documents = corpus->documents(),
                          .sentences = corpus->sentences(),
                          .tokens = corpus->tokens(),
                          .heldout_documents = corpus->heldoutDocuments(),
                          .heldout_fraction = recipe_.heldout_fraction};
  }

  Status writeCorpus(const std::filesystem::path& folder, const WordPiece& vocabulary,
                     const ContentHash& hash) {
    const Grains grains(makeTokenizer(vocabulary));
    Result<CorpusWriter> writer = CorpusWriter::open(
        folder, {.fine_size = grains.fineSize(), .coarse_size = grains.coarseSize(), .hash = hash});
    if (!writer.ok()) {
      return writer.error();
    }
    if (const Status status = source_.rewind(); !status.ok()) {
      return status;
    }
    const auto started = std::chrono::steady_clock::now();
    int64_t asked = 0;
    const auto go_on = [&] {
      return asked++ % 256 == 0 ? report(0.4, 1.0, source_.fraction(), "packing the corpus") : Status{};
    };
    const Result<int64_t> text_bytes = packDocuments(
        [&](Paragraphs& document) { return source_.next(document); }, grains, *writer, {.go_on = go_on});
    if (!text_bytes.ok()) {
      return text_bytes.error();
    }
    if (writer->tokens() == 0) {
      return Error{"cannot prepare a corpus: " + source_.name() + " holds no words",
                   "give text that is more than white space and control characters"};
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    return writer->finish({.text_bytes = *text_bytes, .seconds = seconds.count()});
  }

  const TextRecipe& recipe_;
  const Workspace& workspace_;
  const PrepareProgress& progress_;
  Source source_;
  int64_t documents_read_ = 0;
  std::filesystem::path vocabulary_path_;
};

}  // namespace

Result<PreparedCorpus> prepareCorpus(const TextRecipe& recipe, const Workspace& workspace,
                                     const PrepareProgress& progress) {
  return Preparation(recipe, workspace, progress).run();
}

}  // namespace heddle
