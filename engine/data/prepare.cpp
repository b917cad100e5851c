#include "engine/data/prepare.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/random.h"
#include "engine/data/content_hash.h"
#include "engine/data/corpus_reader.h"
#include "engine/data/shard.h"
#include "engine/text/sample_text.h"
#include "engine/text/sentences.h"
#include "engine/text/wordpiece.h"
#include "engine/text/wordpiece_trainer.h"

namespace heddle {
namespace {

// Part of every name in the workspace: raised when the same text would give other vocabularies or tokens.
constexpr int64_t kFormat = 1;

using Paragraphs = std::vector<std::string>;

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

// Documents read together: tokenised by all threads, then written in their order.
struct Portion {
  std::vector<Paragraphs> documents;
  std::vector<std::vector<int32_t>> tokens;   // per document
  std::vector<std::vector<int32_t>> lengths;  // per document: tokens of each sentence
};

// Per thread: ICU objects and buffers.
class Tokenizer {
 public:
  explicit Tokenizer(const WordPiece& vocabulary) : vocabulary_(vocabulary) {}

  void run(const Paragraphs& document, std::vector<int32_t>& tokens, std::vector<int32_t>& lengths) {
    tokens.clear();
    lengths.clear();
    for (const std::string& paragraph : document) {
      splitter_.split(paragraph, sentences_);
      for (const ByteRange& sentence : sentences_) {
        pieces_.clear();
        vocabulary_.encode(
            std::string_view(paragraph).substr(static_cast<size_t>(sentence.begin),
                                               static_cast<size_t>(sentence.end - sentence.begin)),
            pieces_);
        for (const Piece& piece : pieces_) {
          tokens.push_back(piece.id);
        }
        lengths.push_back(static_cast<int32_t>(pieces_.size()));
      }
    }
  }

 private:
  const WordPiece& vocabulary_;
  SentenceSplitter splitter_;
  std::vector<ByteRange> sentences_;
  std::vector<Piece> pieces_;
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
    hasher.add(static_cast<int64_t>(recipe_.heldout_fraction * 1e9));
    const std::filesystem::path folder = workspace_.corpora() / hasher.hash().hex();
    const std::filesystem::path path = folder / "corpus.shard";
    Result<Shard> shard = Shard::open(path);
    if (!shard.ok()) {
      if (const Status status = makeFolder(folder); !status.ok()) {
        return status.error();
      }
      if (const Status status = writeShard(path, vocabulary, vocabulary_hash); !status.ok()) {
        return status.error();
      }
      shard = Shard::open(path);
    }
    if (!shard.ok()) {
      return shard.error();
    }
    if (const Status status = report(0.0, 1.0, 1.0, "corpus ready"); !status.ok()) {
      return status.error();
    }
    return PreparedCorpus{.corpus = path,
                          .vocabulary = vocabulary_path_,
                          .lowercase = recipe_.lowercase,
                          .documents = shard->documents(),
                          .sentences = shard->sentences(),
                          .tokens = shard->tokens(),
                          .heldout_documents = shard->heldoutDocuments()};
  }

  Status writeShard(const std::filesystem::path& path, const WordPiece& vocabulary, const ContentHash& hash) {
    const Result<std::unique_ptr<ShardWriter>> writer = ShardWriter::create(path, vocabulary.size(), hash);
    if (!writer.ok()) {
      return writer.error();
    }
    ShardWriter& shard = **writer;
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 2u, 16u);
    std::vector<std::unique_ptr<Tokenizer>> tokenizers;
    for (unsigned index = 0; index < threads; ++index) {
      tokenizers.push_back(std::make_unique<Tokenizer>(vocabulary));
    }
    constexpr size_t kPortionBytes = 4 << 20;
    Portion portion;
    size_t portion_bytes = 0;
    const auto take = [&](const Paragraphs& document) {
      portion.documents.push_back(document);
      portion_bytes =
          std::accumulate(document.begin(), document.end(), portion_bytes,
                          [](size_t bytes, const std::string& text) { return bytes + text.size(); });
      if (portion_bytes < kPortionBytes) {
        return Status{};
      }
      portion_bytes = 0;
      tokenise(portion, tokenizers);
      return writePortion(portion, shard);
    };
    if (const Status status = forEachDocument(0.4, 1.0, "packing the corpus", take); !status.ok()) {
      return status;
    }
    tokenise(portion, tokenizers);
    if (const Status status = writePortion(portion, shard); !status.ok()) {
      return status;
    }
    if (shard.tokens() == 0) {
      return Error{"cannot prepare a corpus: " + source_.name() + " holds no words",
                   "give text that is more than white space and control characters"};
    }
    return shard.finish(heldoutDocuments(shard.documents()));
  }

  static void tokenise(Portion& portion, std::vector<std::unique_ptr<Tokenizer>>& tokenizers) {
    portion.tokens.resize(portion.documents.size());
    portion.lengths.resize(portion.documents.size());
    std::atomic<size_t> next = 0;
    std::vector<std::jthread> workers;
    for (const std::unique_ptr<Tokenizer>& tokenizer : tokenizers) {
      workers.emplace_back([&portion, &next, worker = tokenizer.get()] {
        for (size_t index = next++; index < portion.documents.size(); index = next++) {
          worker->run(portion.documents[index], portion.tokens[index], portion.lengths[index]);
        }
      });
    }
  }

  static Status writePortion(Portion& portion, ShardWriter& shard) {
    Status status;
    for (size_t document = 0; status.ok() && document < portion.documents.size(); ++document) {
      std::span<const int32_t> rest = portion.tokens[document];
      for (const int32_t length : portion.lengths[document]) {
        shard.addSentence(rest.first(static_cast<size_t>(length)));
        rest = rest.subspan(static_cast<size_t>(length));
      }
      status = shard.endDocument();
    }
    portion.documents.clear();
    return status;
  }

  // The documents with the smallest hashes: a fixed number of them, spread over the text, at least one on
  // either side.
  std::vector<uint8_t> heldoutDocuments(int64_t documents) const {
    std::vector<uint8_t> heldout(static_cast<size_t>(documents), 0);
    if (documents < 2 || recipe_.heldout_fraction <= 0) {
      return heldout;
    }
    const auto wanted = static_cast<int64_t>(recipe_.heldout_fraction * static_cast<double>(documents) + 0.5);
    const int64_t count = std::clamp<int64_t>(wanted, 1, documents - 1);
    std::vector<std::pair<uint64_t, size_t>> order;
    for (size_t document = 0; document < heldout.size(); ++document) {
      order.emplace_back(mixKey(nameKey("held-out documents"), document), document);
    }
    std::nth_element(order.begin(), order.begin() + count, order.end());
    for (int64_t index = 0; index < count; ++index) {
      heldout[order[static_cast<size_t>(index)].second] = 1;
    }
    return heldout;
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
