#include "engine/text/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/filteredbrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace heddle {
namespace {

// Walks a paragraph backwards and forwards by characters; 0 beyond its ends.
class Characters {
 public:
  explicit Characters(std::string_view text)
      : bytes_(reinterpret_cast<const uint8_t*>(text.data())), size_(static_cast<int32_t>(text.size())) {}

  UChar32 before(int32_t& at) const {
    UChar32 c = 0;
    if (at > 0) {
      U8_PREV(bytes_, 0, at, c);
    }
    return c;
  }
  UChar32 after(int32_t& at) const {
    UChar32 c = 0;
    if (at < size_) {
      U8_NEXT(bytes_, at, size_, c);
    }
    return c;
  }
  int32_t size() const { return size_; }
  uint8_t byte(int32_t at) const { return bytes_[at]; }

 private:
  const uint8_t* bytes_;
  int32_t size_;
};

bool opens(UChar32 c) {
  const auto category = c <= 0 ? U_UNASSIGNED : static_cast<UCharCategory>(u_charType(c));
  return category == U_START_PUNCTUATION || category == U_INITIAL_PUNCTUATION;
}

// Some texts end quotes with the opening mark too. Asked at rising places, each of which holds that mark,
// says whether it ends a quote there.
class DoubleQuotes {
 public:
  explicit DoubleQuotes(std::string_view text) : text_(text) {}

  bool closesAt(int32_t place) {
    constexpr std::string_view kOpening = "\xE2\x80\x9C";
    constexpr std::string_view kClosing = "\xE2\x80\x9D";
    for (auto at = static_cast<size_t>(scanned_);;) {
      at = text_.find("\xE2\x80", at);
      if (at >= static_cast<size_t>(place)) {
        break;
      }
      const std::string_view mark = text_.substr(at, 3);
      inside_ = mark == kOpening ? !inside_ : inside_ && mark != kClosing;
      at += 2;
    }
    scanned_ = place;
    return inside_;
  }

 private:
  std::string_view text_;
  int32_t scanned_ = 0;
  bool inside_ = false;
};

// Bytes before its first question mark, so that marks without end take no time without end.
constexpr int32_t kLongestAddress = 512;

// Cuts that are none: behind the number of a list item ("2．科学"), an initial ("Jennifer M. Anderson",
// "W.H.S. Koerner") and inside an address ("page.asp?category=1").
bool insideSentence(const Characters& text, int32_t cut) {
  int32_t at = cut;
  const bool space = u_isUWhiteSpace(text.before(at));
  at = cut;
  while (at > 0 && text.byte(at - 1) == ' ') {
    --at;
  }
  const UChar32 mark = text.before(at);
  int32_t behind = cut;
  const UChar32 next = text.after(behind);
  if (mark == 0xFF0E || (mark == '.' && !space)) {
    int32_t digit = at;
    return u_isdigit(text.before(digit));
  }
  if (mark == '?' && !space && next < 0x80 && u_isalnum(next)) {
    // The rest of the word has a slash in it.
    const int32_t furthest = std::max(0, at - kLongestAddress);
    for (int32_t letter = at; letter > furthest && text.byte(letter - 1) > ' '; --letter) {
      if (text.byte(letter - 1) == '/') {
        return true;
      }
    }
    return false;
  }
  if (mark == '.' && u_isupper(next)) {
    int32_t letter = at;
    const UChar32 initial = text.before(letter);
    int32_t earlier = letter;
    const UChar32 front = text.before(earlier);
    // "I" is more often a word, at the end of a sentence too.
    return initial != 'I' && u_isupper(initial) && (front == ' ' || front == '.' || front == 0);
  }
  return false;
}

// The end of a piece of at most kLongest bytes from `begin` on: behind the last clause mark, else white space
// of its second half, else any character.
int32_t emergencyCut(const Characters& text, int32_t begin) {
  constexpr UChar32 kClauseMarks[] = {',', ';', ':', 0xFF0C, 0xFF1B, 0xFF1A, 0x3001, 0x2026, 0x3002};
  int32_t space = 0;
  int32_t at = begin + SentenceSplitter::kLongest;
  while (at > begin && U8_IS_TRAIL(text.byte(at)) && at > begin + SentenceSplitter::kLongest - 4) {
    --at;
  }
  const int32_t any = at;
  while (at > begin + SentenceSplitter::kLongest / 2) {
    const int32_t end = at;
    const UChar32 c = text.before(at);
    if (std::find(std::begin(kClauseMarks), std::end(kClauseMarks), c) != std::end(kClauseMarks)) {
      return end;
    }
    if (space == 0 && c > 0 && u_isUWhiteSpace(c)) {
      space = end;
    }
  }
  return space > 0 ? space : any;
}

void append(const Characters& text, int32_t begin, int32_t end, std::vector<ByteRange>& out) {
  while (end - begin > SentenceSplitter::kLongest) {
    const int32_t cut = emergencyCut(text, begin);
    out.push_back({begin, cut});
    begin = cut;
  }
  out.push_back({begin, end});
}

}  // namespace

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
  const Characters text(paragraph);
  if (text.size() == 0) {
    return;
  }
  UErrorCode status = U_ZERO_ERROR;
  utext_openUTF8(&impl_->text, paragraph.data(), text.size(), &status);
  if (impl_->breaks != nullptr) {
    impl_->breaks->setText(&impl_->text, status);
  }
  if (impl_->breaks == nullptr || U_FAILURE(status)) {
    append(text, 0, text.size(), out);
    return;
  }
  DoubleQuotes quotes(paragraph);
  int32_t begin = impl_->breaks->first();
  for (int32_t end = impl_->breaks->next(); end != icu::BreakIterator::DONE; end = impl_->breaks->next()) {
    if (end < text.size()) {
      // Opening marks close nothing, as the Unicode rules have it of both kinds.
      const int32_t found = end;
      for (int32_t at = end; opens(text.before(at));) {
        end = at;
      }
      int32_t behind = end;
      if (end < found && text.after(behind) == 0x201C && quotes.closesAt(end)) {
        end = behind;
      }
      if (end <= begin || insideSentence(text, end)) {
        continue;
      }
    }
    append(text, begin, end, out);
    begin = end;
  }
}

}  // namespace heddle
