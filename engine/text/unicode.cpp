#include "engine/text/unicode.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>

#include "engine/text/decomposition.h"

namespace heddle {
namespace {

// What a character means to the rules.
enum Trait : uint8_t {
  kDropped = 1,      // controls, formats, NUL, U+FFFD: removed before anything else
  kSpace = 2,        // splits words
  kIdeograph = 4,    // a word of its own
  kPunctuation = 8,  // split off
  kAccent = 16,      // Mn: stripped when lower-casing
  kNormalised = 32,  // lower-casing or decomposition may change it or its place
};

bool isPunctuation(UChar32 c) {
  if (c < 128) {
    // Wider than category P: the published vocabularies treat "$", "+", "<", "^", "`", "|", "~" alike.
    return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
  }
  return (U_GET_GC_MASK(c) & U_GC_P_MASK) != 0;
}

uint8_t computeTraits(UChar32 c) {
  if (c == '\t' || c == '\n' || c == '\r' || c == ' ') {
    return kSpace;
  }
  const int8_t category = u_charType(c);
  if (c == 0 || c == 0xFFFD || category == U_CONTROL_CHAR || category == U_FORMAT_CHAR) {
    return kDropped;
  }
  // U+2028 and U+2029 are no "white space" to the cleaning step, but Python's split() takes them as such.
  if (category == U_SPACE_SEPARATOR || category == U_LINE_SEPARATOR || category == U_PARAGRAPH_SEPARATOR) {
    return kSpace;
  }
  uint8_t traits = 0;
  traits |= isIdeograph(c) ? kIdeograph : 0;
  traits |= isPunctuation(c) ? kPunctuation : 0;
  traits |= category == U_NON_SPACING_MARK ? kAccent : 0;
  traits |= isNormalised(c) ? kNormalised : 0;
  return traits;
}

// The Basic Multilingual Plane as a table, computed once from ICU; the rest is rare enough to ask each time.
class Traits {
 public:
  static uint8_t of(UChar32 c) {
    static const Traits instance;
    return c < 0x10000 ? instance.table_[static_cast<size_t>(c)] : computeTraits(c);
  }

 private:
  Traits() {
    for (UChar32 c = 0; c < 0x10000; ++c) {
      table_[static_cast<size_t>(c)] = computeTraits(c);
    }
  }
  std::array<uint8_t, 0x10000> table_;
};

// Python's str.lower() knows one context: a capital sigma after a letter and not before one is a final sigma.
// Characters that do not matter for case are looked through on both sides.
bool isFinalSigma(const std::vector<SourceCharacter>& token, size_t at) {
  const auto ignorable = [](UChar32 c) { return u_hasBinaryProperty(c, UCHAR_CASE_IGNORABLE) != 0; };
  const auto cased = [](UChar32 c) { return u_hasBinaryProperty(c, UCHAR_CASED) != 0; };
  size_t before = at;
  while (before > 0 && ignorable(token[before - 1].c)) {
    --before;
  }
  if (before == 0 || !cased(token[before - 1].c)) {
    return false;
  }
  size_t after = at + 1;
  while (after < token.size() && ignorable(token[after].c)) {
    ++after;
  }
  return after == token.size() || !cased(token[after].c);
}

// Buffers of the slow path, one set per thread.
struct Scratch {
  std::vector<SourceCharacter> token;
  std::vector<SourceCharacter> lowered;
  std::vector<SourceCharacter> decomposed;
};

void lowerCase(const std::vector<SourceCharacter>& token, std::vector<SourceCharacter>& out) {
  out.clear();
  for (size_t at = 0; at < token.size(); ++at) {
    SourceCharacter next = token[at];
    if (next.c == 0x0130) {  // the only character whose full lower case is longer
      next.c = 'i';
      out.push_back(next);
      next.c = 0x0307;
    } else if (next.c == 0x03A3) {
      next.c = isFinalSigma(token, at) ? 0x03C2 : 0x03C3;
    } else {
      next.c = u_tolower(next.c);
    }
    out.push_back(next);
  }
}

class Splitter {
 public:
  Splitter(std::string_view text, bool lowercase, Scratch& scratch, WordList& out)
      : text_(text), lowercase_(lowercase), scratch_(scratch), out_(out) {}

  // A run without ASCII white space that holds more than printable ASCII.
  void splitRun(int32_t begin, int32_t end) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(text_.data());
    std::vector<SourceCharacter>& token = scratch_.token;
    token.clear();
    uint8_t token_traits = 0;
    for (int32_t at = begin; at < end;) {
      SourceCharacter next{0, at, at};
      U8_NEXT(bytes, at, end, next.c);
      if (next.c < 0) {
        continue;
      }
      next.end = at;
      const uint8_t traits = Traits::of(next.c);
      if ((traits & kDropped) != 0) {
        continue;
      }
      if ((traits & (kSpace | kIdeograph)) != 0) {
        flush(token_traits);
        token_traits = 0;
        if ((traits & kIdeograph) != 0) {
          token.push_back(next);
          flush(traits);
        }
        continue;
      }
      token.push_back(next);
      token_traits |= traits;
    }
    flush(token_traits);
  }

 private:
  // Ends a token as str.split() would see it: lower-cases, strips accents, splits at punctuation.
  void flush(uint8_t traits) {
    std::vector<SourceCharacter>& token = scratch_.token;
    if (token.empty()) {
      return;
    }
    const std::vector<SourceCharacter>* characters = &token;
    if (lowercase_ && (traits & (kNormalised | kAccent)) != 0) {
      lowerCase(token, scratch_.lowered);
      stripAccents(scratch_.lowered, scratch_.decomposed);
      characters = &scratch_.decomposed;
    }
    bool open = false;
    for (const SourceCharacter& character : *characters) {
      if ((Traits::of(character.c) & kPunctuation) != 0) {
        startWord();
        append(character);
        open = false;
        continue;
      }
      if (!open) {
        startWord();
        open = true;
      }
      append(character);
    }
    token.clear();
  }

  void startWord() { out_.words.push_back({static_cast<int32_t>(out_.mapped.size()), 0, 0, true}); }

  void append(const SourceCharacter& character) {
    char bytes[4];
    int32_t length = 0;
    U8_APPEND_UNSAFE(reinterpret_cast<uint8_t*>(bytes), length, character.c);
    out_.mapped.append(bytes, static_cast<size_t>(length));
    out_.begins.insert(out_.begins.end(), static_cast<size_t>(length), character.begin);
    out_.ends.insert(out_.ends.end(), static_cast<size_t>(length), character.end);
    out_.words.back().length += length;
    ++out_.words.back().characters;
  }

  std::string_view text_;
  bool lowercase_;
  Scratch& scratch_;
  WordList& out_;
};

// ASCII at a glance: separator, letter or digit, punctuation, or anything that needs the slow path.
enum AsciiClass : uint8_t { kWordByte = 0, kPunctuationByte = 1, kSlowByte = 2, kSpaceByte = 4 };

constexpr std::array<uint8_t, 256> asciiClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    uint8_t& value = classes[static_cast<size_t>(c)];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      value = kSpaceByte;
    } else if (c < 32 || c >= 127) {
      value = kSlowByte;
    } else if ((c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || c >= 123) {
      value = kPunctuationByte;
    }
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kAsciiClasses = asciiClasses();

}  // namespace

bool isIdeograph(int32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

void splitWords(std::string_view utf8, bool lowercase, WordList& out) {
  out.words.clear();
  out.mapped.clear();
  out.begins.clear();
  out.ends.clear();
  out.plain.assign(utf8);
  if (lowercase) {
    for (char& c : out.plain) {
      const auto letter = static_cast<uint8_t>(static_cast<uint8_t>(c) - 'A');
      c = static_cast<char>(c | (letter < 26 ? 0x20 : 0));
    }
  }
  thread_local Scratch scratch;
  Splitter splitter(utf8, lowercase, scratch, out);
  const auto classOf = [bytes = utf8.data()](int32_t at) {
    return kAsciiClasses[static_cast<uint8_t>(bytes[at])];
  };
  const auto size = static_cast<int32_t>(utf8.size());
  for (int32_t at = 0; at < size;) {
    uint8_t seen = 0;
    int32_t end = at;
    for (; end < size && classOf(end) != kSpaceByte; ++end) {
      seen |= classOf(end);
    }
    if ((seen & kSlowByte) != 0) {
      splitter.splitRun(at, end);
    } else if (seen == kWordByte) {
      if (end > at) {
        out.words.push_back({at, end - at, end - at, false});
      }
    } else {
      for (int32_t first = at; first < end;) {
        int32_t last = first + 1;
        if (classOf(first) == kWordByte) {
          while (last < end && classOf(last) == kWordByte) {
            ++last;
          }
        }
        out.words.push_back({first, last - first, last - first, false});
        first = last;
      }
    }
    at = end + 1;
  }
}

std::string_view stripSpace(std::string_view utf8) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(utf8.data());
  const auto isSpace = [](UChar32 c) { return c >= 0 && (u_isUWhiteSpace(c) || (c >= 0x1C && c <= 0x1F)); };
  auto end = static_cast<int32_t>(utf8.size());
  int32_t begin = 0;
  for (int32_t next = 0; begin < end; begin = next) {
    UChar32 c = 0;
    U8_NEXT(bytes, next, end, c);
    if (!isSpace(c)) {
      break;
    }
  }
  for (int32_t previous = end; end > begin; end = previous) {
    UChar32 c = 0;
    U8_PREV(bytes, begin, previous, c);
    if (!isSpace(c)) {
      break;
    }
  }
  return utf8.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
}

std::string_view takeStretch(std::string_view& text, size_t limit) {
  size_t end = text.size();
  if (end > limit) {
    end = text.rfind(' ', limit);
    if (end == std::string_view::npos || end == 0) {
      const auto inside = [&text](size_t at) { return U8_IS_TRAIL(static_cast<uint8_t>(text[at])); };
      end = limit;
      while (end > limit - 3 && inside(end)) {
        --end;
      }
      end = inside(end) ? limit : end;  // bytes that are no character
    }
  }
  const std::string_view stretch = text.substr(0, end);
  text.remove_prefix(end);
  return stretch;
}

size_t findInvalidUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const size_t size = text.size();
  for (size_t at = 0; at < size;) {
    if (bytes[at] < 0x80) {
      ++at;
      continue;
    }
    const size_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0) {
      return begin;
    }
  }
  return std::string_view::npos;
}

}  // namespace heddle
