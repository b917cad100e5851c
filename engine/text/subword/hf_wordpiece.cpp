#include "engine/text/subword/hf_wordpiece.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "engine/text/decomposition.h"
#include "engine/text/unicode.h"

namespace heddle {
namespace {

enum Trait : uint8_t {
  kDropped = 1,
  kSpace = 2,
  kIdeograph = 4,
  kPunctuation = 8,
  kAccent = 16,
  kNormalised = 32,  // decomposition or lower-casing may change it or its place
};

// A slip of the pen that is part of the behaviour: extension E starts at U+2B920.
bool isSpacedIdeograph(UChar32 c) {
  return isIdeograph(c) && !(c >= 0x2B820 && c < 0x2B920);
}

uint8_t computeTraits(UChar32 c) {
  if (c == '\t' || c == '\n' || c == '\r') {
    return kSpace;
  }
  const uint32_t category = U_GET_GC_MASK(c);
  if (c == 0xFFFD || (category & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0) {
    return kDropped;
  }
  if (u_isUWhiteSpace(c)) {
    return kSpace;
  }
  uint8_t traits = 0;
  traits |= isSpacedIdeograph(c) ? kIdeograph : 0;
  const bool is_ascii_symbol = c < 128 && (category & U_GC_S_MASK) != 0;
  traits |= is_ascii_symbol || (category & U_GC_P_MASK) != 0 ? kPunctuation : 0;
  traits |= (category & U_GC_MN_MASK) != 0 ? kAccent : 0;
  traits |= isNormalised(c) ? kNormalised : 0;
  return traits;
}

// The Basic Multilingual Plane as a table, computed once from ICU.
uint8_t traitsOf(UChar32 c) {
  static const std::array<uint8_t, 0x10000> table = [] {
    std::array<uint8_t, 0x10000> traits{};
    for (UChar32 at = 0; at < 0x10000; ++at) {
      traits[static_cast<size_t>(at)] = computeTraits(at);
    }
    return traits;
  }();
  return c < 0x10000 ? table[static_cast<size_t>(c)] : computeTraits(c);
}

}  // namespace

// A word on its way, and the buffers it needs.
struct HfWordPiece::Word {
  std::vector<SourceCharacter> raw;
  std::vector<SourceCharacter> decomposed;
  std::string text;
  std::vector<SourceCharacter> characters;  // of `text`
  uint8_t traits = 0;                       // of all of `raw`

  // Without accents, then in lower case.
  const std::vector<SourceCharacter>& normalize() {
    stripAccents(raw, decomposed);
    for (SourceCharacter& character : decomposed) {
      character.c = u_tolower(character.c);
    }
    return decomposed;
  }

  void append(const SourceCharacter& character) {
    char bytes[4];
    int32_t length = 0;
    U8_APPEND_UNSAFE(reinterpret_cast<uint8_t*>(bytes), length, character.c);
    text.append(bytes, static_cast<size_t>(length));
    characters.push_back(character);
  }
};

Result<std::unique_ptr<HfWordPiece>> HfWordPiece::load(const std::filesystem::path& vocabulary,
                                                       bool lowercase) {
  Result<WordPiece> pieces = WordPiece::load(vocabulary, lowercase);
  if (!pieces.ok()) {
    return pieces.error();
  }
  return std::make_unique<HfWordPiece>(std::move(*pieces));
}

HfWordPiece::HfWordPiece(WordPiece vocabulary) : vocabulary_(std::move(vocabulary)) {
  std::vector<std::string> pieces;
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    pieces.push_back(vocabulary_.text(id));
  }
  trie_ = PieceTrie(pieces);
  continuation_ = trie_.find("##");
}

void HfWordPiece::encode(std::string_view utf8, std::vector<Piece>& out) const {
  thread_local Word word;
  const SpecialIds& special = vocabulary_.special();
  const std::array<int32_t, 5> protected_ids = {special.pad, special.unk, special.cls, special.sep,
                                                special.mask};
  size_t plain = 0;
  for (size_t at = utf8.find('['); at != std::string_view::npos;) {
    const auto found = std::find_if(protected_ids.begin(), protected_ids.end(), [&](int32_t id) {
      const std::string& name = vocabulary_.text(id);
      return utf8.compare(at, name.size(), name) == 0;
    });
    if (found == protected_ids.end()) {
      at = utf8.find('[', at + 1);
      continue;
    }
    const size_t end = at + vocabulary_.text(*found).size();
    encodePlain(utf8.substr(plain, at - plain), static_cast<int32_t>(plain), word, out);
    out.push_back({*found, static_cast<int32_t>(at), static_cast<int32_t>(end)});
    plain = end;
    at = utf8.find('[', end);
  }
  encodePlain(utf8.substr(plain), static_cast<int32_t>(plain), word, out);
}

void HfWordPiece::encodePlain(std::string_view text, int32_t offset, Word& word,
                              std::vector<Piece>& out) const {
  const bool lowercase = vocabulary_.lowercase();
  // Ends what stood between white space: normalises it and splits it at punctuation.
  const auto flush = [&] {
    if (word.raw.empty()) {
      return;
    }
    const bool changes = lowercase && (word.traits & (kNormalised | kAccent)) != 0;
    for (const SourceCharacter& character : changes ? word.normalize() : word.raw) {
      const bool is_punctuation = (traitsOf(character.c) & kPunctuation) != 0;
      if (is_punctuation) {
        encodeWord(word, out);
      }
      word.append(character);
      if (is_punctuation) {
        encodeWord(word, out);
      }
    }
    encodeWord(word, out);
    word.raw.clear();
    word.traits = 0;
  };
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    SourceCharacter next{0, at + offset, 0};
    U8_NEXT(bytes, at, size, next.c);
    if (next.c < 0) {
      continue;
    }
    next.end = at + offset;
    const uint8_t traits = traitsOf(next.c);
    if ((traits & kDropped) != 0) {
      continue;
    }
    if ((traits & (kSpace | kIdeograph)) != 0) {
      flush();
    }
    if ((traits & kSpace) != 0) {
      continue;
    }
    word.raw.push_back(next);
    word.traits |= traits;
    if ((traits & kIdeograph) != 0) {
      flush();
    }
  }
  flush();
}

void HfWordPiece::encodeWord(Word& word, std::vector<Piece>& out) const {
  const std::vector<SourceCharacter>& characters = word.characters;
  if (characters.empty()) {
    return;
  }
  const size_t first_piece = out.size();
  bool is_known = characters.size() <= kMaxWordCharacters;
  size_t first = 0;  // character
  for (size_t begin = 0; is_known && begin < word.text.size();) {
    int32_t node = begin == 0 ? PieceTrie::kRoot : continuation_;
    int32_t best = PieceTrie::kNoPiece;
    size_t best_end = begin;
    size_t best_last = first;
    size_t last = first;
    for (size_t at = begin; at < word.text.size() && node != PieceTrie::kNowhere;) {
      node = trie_.step(node, static_cast<uint8_t>(word.text[at]));
      ++at;
      const bool ends_character = at == word.text.size() || U8_IS_LEAD(static_cast<uint8_t>(word.text[at])) ||
                                  U8_IS_SINGLE(static_cast<uint8_t>(word.text[at]));
      last += ends_character ? 1 : 0;
      if (node != PieceTrie::kNowhere && trie_.piece(node) != PieceTrie::kNoPiece) {
        best = trie_.piece(node);
        best_end = at;
        best_last = last;
      }
    }
    is_known = best != PieceTrie::kNoPiece;
    if (is_known) {
      out.push_back({best, characters[first].begin, characters[best_last - 1].end});
      begin = best_end;
      first = best_last;
    }
  }
  if (!is_known) {
    out.resize(first_piece);
    out.push_back({vocabulary_.special().unk, characters.front().begin, characters.back().end});
  }
  word.text.clear();
  word.characters.clear();
}

}  // namespace heddle
