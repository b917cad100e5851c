#include "engine/text/subword/gpt2_split.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace heddle {
namespace {

enum class CharacterClass : uint8_t { kLetter, kNumber, kSpace, kOther };

CharacterClass computeClass(UChar32 c) {
  if (u_isUWhiteSpace(c)) {
    return CharacterClass::kSpace;
  }
  const uint32_t category = U_GET_GC_MASK(c);
  if ((category & U_GC_L_MASK) != 0) {
    return CharacterClass::kLetter;
  }
  return (category & U_GC_N_MASK) != 0 ? CharacterClass::kNumber : CharacterClass::kOther;
}

// The Basic Multilingual Plane as a table, computed once.
CharacterClass classOf(UChar32 c) {
  static const std::array<CharacterClass, 0x10000> table = [] {
    std::array<CharacterClass, 0x10000> classes{};
    for (UChar32 at = 0; at < 0x10000; ++at) {
      classes[static_cast<size_t>(at)] = computeClass(at);
    }
    return classes;
  }();
  if (c < 0) {
    return CharacterClass::kOther;
  }
  return c < 0x10000 ? table[static_cast<size_t>(c)] : computeClass(c);
}

struct Next {
  CharacterClass kind;
  size_t length;
};

Next characterAt(std::string_view text, size_t at) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data() + at);
  if (*bytes < 0x80) {
    return {classOf(*bytes), 1};
  }
  const auto room = static_cast<int32_t>(std::min<size_t>(text.size() - at, 4));
  int32_t length = 0;
  UChar32 c = 0;
  U8_NEXT(bytes, length, room, c);
  return c < 0 ? Next{CharacterClass::kOther, 1} : Next{classOf(c), static_cast<size_t>(length)};
}

size_t contraction(std::string_view text) {
  if (text.front() != '\'' || text.size() < 2) {
    return 0;
  }
  const char first = text[1];
  if (first == 's' || first == 't' || first == 'm' || first == 'd') {
    return 2;
  }
  const std::string_view two = text.substr(1, 2);
  return two == "re" || two == "ve" || two == "ll" ? 3 : 0;
}

}  // namespace

size_t nextGpt2Word(std::string_view text) {
  if (const size_t length = contraction(text); length > 0) {
    return length;
  }
  Next first = characterAt(text, 0);
  size_t end = first.length;
  if (first.kind == CharacterClass::kSpace) {
    const bool may_lead = text.front() == ' ';
    size_t last_begin = 0;  // of the run's last space
    size_t spaces = 1;
    Next next{CharacterClass::kSpace, 0};
    while (end < text.size()) {
      next = characterAt(text, end);
      if (next.kind != CharacterClass::kSpace) {
        break;
      }
      last_begin = end;
      end += next.length;
      ++spaces;
    }
    if (end == text.size()) {
      return end;
    }
    if (spaces > 1) {
      return last_begin;
    }
    if (!may_lead) {
      return end;
    }
    first = next;
    end += next.length;
  }
  while (end < text.size()) {
    const Next next = characterAt(text, end);
    if (next.kind != first.kind) {
      break;
    }
    end += next.length;
  }
  return end;
}

}  // namespace heddle
