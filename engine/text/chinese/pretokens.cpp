#include "engine/text/chinese/pretokens.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>

#include "engine/text/unicode.h"

namespace heddle::chinese {
namespace {

enum class Class : uint8_t { kSpace, kDropped, kIdeograph, kMark, kDigit, kLetter, kAccent, kOther };

// Full-width ASCII to ASCII, capitals to small letters.
UChar32 fold(UChar32 c) {
  if (c >= 0xFF01 && c <= 0xFF5E) {
    c -= 0xFEE0;
  }
  return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

// The same lines between words as splitWords() draws; of full-width forms, too, what they are themselves
// decides.
Class computeClass(UChar32 c) {
  if (c == '\t' || c == '\n' || c == '\r' || c == ' ') {
    return Class::kSpace;
  }
  const int8_t category = u_charType(c);
  if (c == 0 || c == 0xFFFD || category == U_CONTROL_CHAR || category == U_FORMAT_CHAR) {
    return Class::kDropped;
  }
  if (category == U_SPACE_SEPARATOR || category == U_LINE_SEPARATOR || category == U_PARAGRAPH_SEPARATOR) {
    return Class::kSpace;
  }
  if (isIdeograph(c)) {
    return Class::kIdeograph;
  }
  const UChar32 folded = fold(c);
  if (folded < 128 && folded >= '0' && folded <= '9') {
    return Class::kDigit;
  }
  if (folded >= 'a' && folded <= 'z') {
    return Class::kLetter;
  }
  if (category == U_NON_SPACING_MARK || u_getCombiningClass(c) != 0) {
    return Class::kAccent;
  }
  const bool mark = c < 128 ? c > 32 && c < 127 : (U_GET_GC_MASK(c) & U_GC_P_MASK) != 0;
  return mark ? Class::kMark : Class::kOther;
}

// The Basic Multilingual Plane as a table, computed once from ICU.
class Classes {
 public:
  static const Classes& instance() {
    static const Classes classes;
    return classes;
  }
  Class of(UChar32 c) const { return c < 0x10000 ? table_[static_cast<size_t>(c)] : computeClass(c); }

 private:
  Classes() {
    for (UChar32 c = 0; c < 0x10000; ++c) {
      table_[static_cast<size_t>(c)] = computeClass(c);
    }
  }
  std::array<Class, 0x10000> table_;
};

bool endsSentence(const PreToken& token) {
  return token.kind == PreTokenKind::kMark &&
         (token.value == 0x3002 || token.value == '!' || token.value == '?');
}

PreTokenKind runKind(Class seen) {
  return seen == Class::kDigit    ? PreTokenKind::kDigits
         : seen == Class::kLetter ? PreTokenKind::kLetters
                                  : PreTokenKind::kOther;
}

}  // namespace

size_t nextStretch(std::string_view utf8, size_t at, std::vector<PreToken>& out) {
  out.clear();
  const Classes& classes = Classes::instance();
  const auto* bytes = reinterpret_cast<const uint8_t*>(utf8.data());
  const size_t size = utf8.size();
  bool run_open = false;
  size_t pending = size;  // where dropped bytes before the first pre-token start
  uint64_t hash = 0;
  while (at < size) {
    const size_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    const Class kind = c < 0 ? Class::kDropped : classes.of(c);
    if (kind == Class::kSpace) {
      if (!out.empty()) {
        return at;
      }
      pending = size;
      continue;
    }
    if (kind == Class::kDropped) {
      if (!out.empty()) {
        out.back().end = static_cast<int32_t>(at);
      } else if (pending == size) {
        pending = begin;
      }
      continue;
    }
    const auto folded = static_cast<uint64_t>(fold(c));
    const bool in_run = kind != Class::kIdeograph && kind != Class::kMark;
    if (kind == Class::kAccent && !out.empty() && out.back().kind == PreTokenKind::kMark) {
      // Stripped, it lies in the mark's bytes; kept, it starts the word after the mark. So both are one.
      out.back().kind = PreTokenKind::kOther;
      run_open = true;
      hash = (0xCBF29CE484222325ull ^ out.back().value) * 0x100000001B3ull;
    }
    if (in_run && run_open) {
      PreToken& run = out.back();
      hash = (hash ^ folded) * 0x100000001B3ull;
      run.end = static_cast<int32_t>(at);
      run.single = false;
      if (run.kind != runKind(kind)) {
        run.kind = PreTokenKind::kOther;
      }
      run.value = run.kind == PreTokenKind::kDigits ? run.value + 1 : hash;
      continue;
    }
    if (out.size() == kMaxStretch) {
      for (size_t last = out.size(); last > 1; --last) {
        if (endsSentence(out[last - 1])) {
          out.resize(last);
          break;
        }
      }
      return static_cast<size_t>(out.back().end);
    }
    PreToken token;
    token.begin = static_cast<int32_t>(pending < begin ? pending : begin);
    token.end = static_cast<int32_t>(at);
    token.single = true;
    pending = size;
    if (in_run) {
      hash = (0xCBF29CE484222325ull ^ folded) * 0x100000001B3ull;
      token.kind = runKind(kind);
      token.value = token.kind == PreTokenKind::kDigits ? 1 : hash;
    } else {
      token.kind = kind == Class::kMark ? PreTokenKind::kMark : PreTokenKind::kIdeograph;
      token.value = folded;
    }
    run_open = in_run;
    out.push_back(token);
  }
  return at;
}

}  // namespace heddle::chinese
