#include "engine/text/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/filteredbrk.h>
#include <unicode/utext.h>

namespace heddle {

struct SentenceSplitter::Impl {
  std::unique_ptr<icu::BreakIterator> breaks;  // null only where ICU lacks its data: paragraphs stay whole
  UText text = UTEXT_INITIALIZER;
};

SentenceSplitter::SentenceSplitter() : impl_(std::make_unique<Impl>()) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> plain(
      icu::BreakIterator::createSentenceInstance(icu::Locale::getEnglish(), status));
  if (U_FAILURE(status)) {
    return;
  }
  const std::unique_ptr<icu::FilteredBreakIteratorBuilder> abbreviations(
      icu::FilteredBreakIteratorBuilder::createInstance(icu::Locale::getEnglish(), status));
  if (U_FAILURE(status)) {
    impl_->breaks = std::move(plain);
    return;
  }
  impl_->breaks.reset(abbreviations->build(plain.release(), status));
}

SentenceSplitter::~SentenceSplitter() {
  utext_close(&impl_->text);
}

void SentenceSplitter::split(std::string_view paragraph, std::vector<ByteRange>& out) {
  out.clear();
  const auto size = static_cast<int32_t>(paragraph.size());
  if (size == 0) {
    return;
  }
  UErrorCode status = U_ZERO_ERROR;
  utext_openUTF8(&impl_->text, paragraph.data(), size, &status);
  if (impl_->breaks != nullptr) {
    impl_->breaks->setText(&impl_->text, status);
  }
  if (impl_->breaks == nullptr || U_FAILURE(status)) {
    out.push_back({0, size});
    return;
  }
  int32_t begin = impl_->breaks->first();
  for (int32_t end = impl_->breaks->next(); end != icu::BreakIterator::DONE; end = impl_->breaks->next()) {
    out.push_back({begin, end});
    begin = end;
  }
}

}  // namespace heddle
