#include "engine/data/packing.h"

#include <memory>

#include "engine/base/random.h"
#include "engine/data/ordered_work.h"
#include "engine/text/sentences.h"

namespace heddle {
namespace {

constexpr int64_t kPortionBytes = 1 << 20;
constexpr int64_t kBytesInFlight = 32 << 20;

// Documents that are tokenised together by one thread.
struct Portion {
  int64_t first_document = 0;  // its number in the source
  int64_t bytes = 0;
  std::vector<Paragraphs> documents;

  struct Sentence {
    int32_t tokens = 0;
    int32_t units = 0;
  };
  struct Document {
    int32_t sentences = 0;
    int64_t bytes = 0;
  };
  std::vector<int32_t> tokens;
  std::vector<Unit> units;
  std::vector<Sentence> sentences;
  std::vector<Document> ends;
};

int64_t bytesOf(const Paragraphs& document) {
  int64_t bytes = 0;
  for (const std::string& paragraph : document) {
    bytes += static_cast<int64_t>(paragraph.size());
  }
  return bytes;
}

// One thread's ICU objects and buffers.
class PortionEncoder {
 public:
  PortionEncoder(const Grains& grains, const PackingOptions& options) : grains_(grains), options_(options) {}

  void run(Portion& portion) {
    portion.tokens.clear();
    portion.units.clear();
    portion.sentences.clear();
    portion.ends.clear();
    for (size_t index = 0; index < portion.documents.size(); ++index) {
      const Paragraphs& document = portion.documents[index];
      const size_t before = portion.sentences.size();
      seed_ = mixKey(mixKey(options_.seed, nameKey("sampled tokens")),
                     static_cast<uint64_t>(portion.first_document) + index);
      for (const std::string& paragraph : document) {
        addParagraph(paragraph, portion);
      }
      portion.ends.push_back({static_cast<int32_t>(portion.sentences.size() - before), bytesOf(document)});
    }
    portion.documents.clear();
  }

 private:
  void addParagraph(const std::string& paragraph, Portion& portion) {
    splitter_.split(paragraph, sentences_);
    for (const ByteRange& sentence : sentences_) {
      const std::string_view text = std::string_view(paragraph).substr(
          static_cast<size_t>(sentence.begin), static_cast<size_t>(sentence.end - sentence.begin));
      if (options_.sampling.alpha > 0) {
        seed_ = mixKey(seed_, 0);
        grains_.sample(text, options_.sampling, seed_, grained_);
      } else {
        grains_.encode(text, grained_);
      }
      for (const Piece& piece : grained_.fine) {
        portion.tokens.push_back(piece.id);
      }
      portion.units.insert(portion.units.end(), grained_.units.begin(), grained_.units.end());
      portion.sentences.push_back(
          {static_cast<int32_t>(grained_.fine.size()), static_cast<int32_t>(grained_.units.size())});
    }
  }

  const Grains& grains_;
  const PackingOptions& options_;
  SentenceSplitter splitter_;
  std::vector<ByteRange> sentences_;
  GrainedText grained_;
  uint64_t seed_ = 0;
};

Status write(const Portion& portion, CorpusWriter& writer) {
  std::span<const int32_t> tokens = portion.tokens;
  std::span<const Unit> units = portion.units;
  size_t sentence = 0;
  Status status;
  for (const Portion::Document& document : portion.ends) {
    for (int32_t index = 0; index < document.sentences; ++index, ++sentence) {
      const auto token_count = static_cast<size_t>(portion.sentences[sentence].tokens);
      const auto unit_count = static_cast<size_t>(portion.sentences[sentence].units);
      writer.addSentence(tokens.first(token_count), units.first(unit_count));
      tokens = tokens.subspan(token_count);
      units = units.subspan(unit_count);
    }
    status = writer.endDocument(document.bytes);
    if (!status.ok()) {
      break;
    }
  }
  return status;
}

}  // namespace

Result<int64_t> packDocuments(const NextDocument& next, const Grains& grains, CorpusWriter& writer,
                              const PackingOptions& options) {
  const int64_t kept = writer.sourceDocuments();
  int64_t text_bytes = 0;
  OrderedWork<Portion> pipeline(options.threads, [&] {
    return [encoder = std::make_shared<PortionEncoder>(grains, options)](Portion& portion) {
      encoder->run(portion);
    };
  });
  int64_t bytes_in_flight = 0;
  auto portion = std::make_unique<Portion>();
  std::unique_ptr<Portion> spare;  // reused, its buffers need no new memory
  const auto drain = [&](bool all) {
    Status status;
    while (status.ok() && pipeline.size() > 0 &&
           (all || pipeline.size() >= pipeline.threads() + 2 || bytes_in_flight >= kBytesInFlight)) {
      spare = pipeline.take();
      bytes_in_flight -= spare->bytes;
      status = write(*spare, writer);
    }
    return status;
  };
  const auto submit = [&] {
    bytes_in_flight += portion->bytes;
    pipeline.add(std::move(portion));
    const Status status = drain(false);
    portion = spare != nullptr ? std::move(spare) : std::make_unique<Portion>();
    portion->bytes = 0;
    return status;
  };
  Paragraphs document;
  for (int64_t number = 0;; ++number) {
    if (options.go_on) {
      if (const Status status = options.go_on(); !status.ok()) {
        return status.error();
      }
    }
    const Result<bool> more = next(document);
    if (!more.ok()) {
      return more.error();
    }
    if (!*more) {
      break;
    }
    const int64_t bytes = bytesOf(document);
    text_bytes += bytes;
    if (number < kept) {
      continue;
    }
    if (portion->documents.empty()) {
      portion->first_document = number;
    }
    portion->documents.push_back(std::move(document));
    portion->bytes += bytes;
    if (portion->bytes >= kPortionBytes) {
      if (const Status status = submit(); !status.ok()) {
        return status.error();
      }
    }
  }
  Status status;
  if (!portion->documents.empty()) {
    status = submit();
  }
  status = status.ok() ? drain(true) : status;
  if (!status.ok()) {
    return status.error();
  }
  return text_bytes;
}

}  // namespace heddle
