#include "engine/data/corpus_source.h"

#include <algorithm>

#include "engine/text/sample_text.h"

namespace heddle {

Status CorpusSource::rewind() {
  next_document_ = 0;
  hasher_ = {};
  if (!surveyed_) {
    documents_ = 0;
    kept_.clear();
    examined_.reset();
    portion_.reset();
    filter_.reset();
    bytes_ahead_ = 0;
    at_end_ = false;
  }
  if (corpus_ == nullptr) {
    return {};
  }
  if (!surveyed_ && (corpus_->min_characters > 0 || corpus_->max_characters > 0 || corpus_->deduplicate)) {
    filter_ =
        std::make_unique<DocumentFilter>(DocumentFilterOptions{.min_characters = corpus_->min_characters,
                                                               .max_characters = corpus_->max_characters,
                                                               .deduplicate = corpus_->deduplicate});
    examined_ = std::make_unique<OrderedWork<Portion>>(0, [filter = filter_.get()] {
      return [filter](Portion& portion) {
        for (const Paragraphs& document : portion.documents) {
          portion.traits.push_back(filter->examine(document));
        }
      };
    });
  }
  const Result<CorpusFormat> format = corpusFormat(corpus_->format);
  if (!format.ok()) {
    return format.error();
  }
  Result<CorpusReader> reader =
      CorpusReader::open({.files = corpus_->files, .format = *format, .json_key = corpus_->json_key});
  if (!reader.ok()) {
    return reader.error();
  }
  reader_ = std::make_unique<CorpusReader>(std::move(*reader));
  return {};
}

Result<bool> CorpusSource::read(Paragraphs& document) {
  const int64_t index = next_document_++;
  if (corpus_ != nullptr) {
    return reader_->next(document);
  }
  document.clear();
  if (index >= text_.sample_documents) {
    return false;
  }
  const SampleDocument sample =
      generateDocument(static_cast<uint64_t>(text_.sample_seed), index, text_.sample_language);
  for (const std::vector<SampleSentence>& sentences : sample.paragraphs) {
    document.push_back(paragraphText(sentences));
  }
  return true;
}

Result<bool> CorpusSource::next(Paragraphs& document) {
  if (!surveyed_) {
    return survey(document);
  }
  while (true) {
    const auto index = static_cast<size_t>(next_document_);
    const Result<bool> more = read(document);
    if (!more.ok()) {
      return more;
    }
    if (!*more) {
      changed_ = hasher_.hash() != hash_;
      return changed_ ? Result<bool>(Error{
                            "cannot prepare a corpus: the text of " + name() + " changed while it was read",
                            "start again when nothing writes to it"})
                      : more;
    }
    if (index >= kept_.size() || kept_[index]) {
      hashDocument(document);
      return more;
    }
  }
}

void CorpusSource::hashDocument(const Paragraphs& document) {
  for (const std::string& paragraph : document) {
    hasher_.add(paragraph);
  }
  hasher_.add(static_cast<int64_t>(document.size()));
}

Status CorpusSource::readAhead() {
  constexpr size_t kPortionBytes = 256 << 10;
  constexpr size_t kBytesAhead = 32 << 20;
  while (!at_end_ && bytes_ahead_ < kBytesAhead && examined_->size() < examined_->threads() + 2) {
    auto portion = std::make_unique<Portion>();
    while (portion->bytes < kPortionBytes) {
      Paragraphs document;
      const Result<bool> more = read(document);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more) {
        at_end_ = true;
        break;
      }
      for (const std::string& paragraph : document) {
        portion->bytes += paragraph.size();
      }
      portion->documents.push_back(std::move(document));
    }
    bytes_ahead_ += portion->bytes;
    if (!portion->documents.empty()) {
      examined_->add(std::move(portion));
    }
  }
  return {};
}

Result<bool> CorpusSource::readExamined(Paragraphs& document, DocumentFilter::Traits& traits) {
  if (portion_ == nullptr || portion_->next == portion_->documents.size()) {
    if (const Status status = readAhead(); !status.ok()) {
      return status.error();
    }
    if (examined_->size() == 0) {
      return false;
    }
    portion_ = examined_->take();
    bytes_ahead_ -= portion_->bytes;
  }
  document = std::move(portion_->documents[portion_->next]);
  traits = portion_->traits[portion_->next++];
  return true;
}

Result<bool> CorpusSource::survey(Paragraphs& document) {
  while (true) {
    DocumentFilter::Traits traits;
    const Result<bool> more = filter_ ? readExamined(document, traits) : read(document);
    if (!more.ok()) {
      return more;
    }
    if (!*more) {
      surveyed_ = true;
      hash_ = hasher_.hash();
      if (filter_) {
        filtered_ = filter_->report();
        examined_.reset();
        portion_.reset();
        filter_.reset();
      }
      return false;
    }
    const bool keeps = !filter_ || filter_->take(document, traits) == DocumentFate::kKept;
    if (filter_) {
      kept_.push_back(keeps);
    }
    if (keeps) {
      hashDocument(document);
      ++documents_;
      return true;
    }
  }
}

double CorpusSource::fraction() const {
  if (corpus_ == nullptr) {
    return std::min(1.0, static_cast<double>(next_document_) /
                             static_cast<double>(std::max<int64_t>(1, text_.sample_documents)));
  }
  return reader_ != nullptr ? reader_->fraction() : 0;
}

std::string CorpusSource::name() const {
  if (corpus_ == nullptr) {
    return "the sample text";
  }
  const size_t files = corpus_->files.size();
  const std::string shown = (files > 0 ? corpus_->files.front().string() : std::string("no file")) +
                            (files > 1 ? " and " + std::to_string(files - 1) + " more" : "");
  return corpus_->name.empty() ? shown : "the corpus " + corpus_->name + " (" + shown + ")";
}

}  // namespace heddle
