#include "engine/text/grains/grains.h"

#include <unordered_map>

#include "engine/text/grains/word_units.h"
#include "engine/text/phrases/phrase_tokenizer.h"
#include "engine/text/phrases/phrase_words.h"
#include "engine/text/unicode.h"

namespace heddle {
namespace {

// A unit before fine tokens have a say: bytes of the text and the coarse id.
struct Segment {
  int32_t begin = 0;
  int32_t end = 0;
  int32_t coarse = kFallsBack;
};

// The strings belong to the vocabulary, which never changes.
struct WordHash {
  size_t operator()(std::string_view text) const { return static_cast<size_t>(hashWord(text)); }
};
using WordIndex = std::unordered_map<std::string_view, int32_t, WordHash>;

// Buffers of one thread.
struct Scratch {
  WordList words;
  std::vector<PhraseUnit> phrases;
  WordUnitBuffers word_units;
  std::vector<Segment> segments;
};

// Deals the fine tokens out to the segments; those that a token crosses become one unit.
void nest(const std::vector<Segment>& segments, GrainedText& out) {
  out.units.clear();
  size_t at = 0;    // the first segment that does not end before the token
  size_t last = 0;  // of the segments of the unit that is open
  for (size_t index = 0; index < out.fine.size(); ++index) {
    const Piece& piece = out.fine[index];
    while (at + 1 < segments.size() && segments[at].end <= piece.begin) {
      ++at;
    }
    if (out.units.empty() || at > last) {
      out.units.push_back(
          {static_cast<int32_t>(index), 0, segments.empty() ? kFallsBack : segments[at].coarse});
      last = at;
    }
    Unit& unit = out.units.back();
    ++unit.count;
    while (last + 1 < segments.size() && segments[last + 1].begin < piece.end) {
      ++last;
      unit.coarse = kFallsBack;
    }
  }
}

}  // namespace

struct Grains::Tables {
  std::shared_ptr<const Tokenizer> fine;
  CoarseKind kind = CoarseKind::kNone;
  bool lowercase = false;
  int32_t fine_size = 0;
  bool trims = false;  // pieces of other kinds hold no white space

  PhraseDictionary dictionary;
  std::optional<PhraseTokenizer> phrases;

  std::optional<ChineseWords> words;
  std::vector<std::string> vocabulary;  // of words
  WordIndex index;                      // into it

  explicit Tables(std::shared_ptr<const Tokenizer> tokenizer)
      : fine(std::move(tokenizer)), fine_size(fine->size()), trims(!fine->lowercase().has_value()) {}

  // Units as the coarse tokeniser alone would have them, from scratch.words.
  void segment(std::string_view utf8, Scratch& scratch) const {
    const WordList& list = scratch.words;
    scratch.segments.clear();
    if (kind == CoarseKind::kPhrases) {
      phrases->split(list, scratch.phrases);
      for (const PhraseUnit& unit : scratch.phrases) {
        scratch.segments.push_back(
            {unit.begin, unit.end,
             unit.phrase == PhraseUnit::kNoPhrase ? kFallsBack : fine_size + unit.phrase});
      }
      return;
    }
    if (kind == CoarseKind::kNone) {
      for (const WordList::Word& word : list.words) {
        scratch.segments.push_back({list.sourceBegin(word, 0), list.sourceEnd(word, word.length)});
      }
      return;
    }
    visitWordUnits(*words, utf8, list, scratch.word_units,
                   [&](const WordSpan& span, size_t, std::string_view spelling) {
                     Segment segment{span.begin, span.end};
                     if (!spelling.empty()) {
                       const auto found = index.find(spelling);
                       segment.coarse = found == index.end() ? kFallsBack : fine_size + found->second;
                     }
                     scratch.segments.push_back(segment);
                   });
  }
};

std::string_view joinedText(const WordList& words, size_t first, size_t last, std::string& buffer) {
  const std::string_view head = words.text(words.words[first]);
  const char* end = head.data() + head.size();
  for (size_t index = first + 1; index < last; ++index) {
    const std::string_view text = words.text(words.words[index]);
    if (text.data() != end) {
      buffer.clear();
      for (size_t copied = first; copied < last; ++copied) {
        buffer += words.text(words.words[copied]);
      }
      return buffer;
    }
    end += text.size();
  }
  return {head.data(), static_cast<size_t>(end - head.data())};
}

std::string_view coarseKindName(CoarseKind kind) {
  return kind == CoarseKind::kNone ? "none" : kind == CoarseKind::kPhrases ? "phrases" : "words";
}

Grains::Grains(std::shared_ptr<const Tokenizer> fine, bool lowercase) {
  auto tables = std::make_shared<Tables>(std::move(fine));
  tables->lowercase = tables->fine->lowercase().value_or(lowercase);
  tables_ = std::move(tables);
}

Result<Grains> Grains::withPhrases(std::shared_ptr<const Tokenizer> fine, PhraseDictionary phrases) {
  auto tables = std::make_shared<Tables>(std::move(fine));
  tables->kind = CoarseKind::kPhrases;
  tables->lowercase = phrases.lowercase;
  if (tables->fine->lowercase().value_or(phrases.lowercase) != phrases.lowercase) {
    return Error{
        std::string("the phrases do not fit the ") + std::string(tables->fine->kind()) +
            " vocabulary: they " +
            (phrases.lowercase ? "are lower-cased and it is not" : "keep capitals and it does not"),
        "learn the phrases again with lowercase = " + std::string(phrases.lowercase ? "false" : "true")};
  }
  tables->phrases.emplace(phrases);
  tables->dictionary = std::move(phrases);
  return Grains(std::shared_ptr<const Tables>(std::move(tables)));
}

Result<Grains> Grains::withWords(std::shared_ptr<const Tokenizer> fine, ChineseWords words,
                                 std::vector<std::string> vocabulary, bool lowercase) {
  auto tables = std::make_shared<Tables>(std::move(fine));
  tables->kind = CoarseKind::kWords;
  tables->lowercase = tables->fine->lowercase().value_or(lowercase);
  tables->words.emplace(std::move(words));
  tables->vocabulary = std::move(vocabulary);
  tables->index.reserve(tables->vocabulary.size());
  WordList list;
  std::string joined;
  for (size_t id = 0; id < tables->vocabulary.size(); ++id) {
    const std::string& word = tables->vocabulary[id];
    const auto refuse = [&](const std::string& found, const char* hint) {
      return Error{
          "cannot use the coarse words: word " + std::to_string(id + 1) + ", \"" + word + "\", " + found,
          hint};
    };
    splitWords(word, tables->lowercase, list);
    if (list.words.size() < 2) {
      return refuse("is a single pre-token, which the fine grain has already", "remove it");
    }
    if (joinedText(list, 0, list.words.size(), joined) != word) {
      return refuse("is not spelt as the tokeniser reads it, \"" + joined + "\"",
                    "write it without spaces, accents and capitals as the vocabulary does");
    }
    if (!tables->index.emplace(word, static_cast<int32_t>(id)).second) {
      return refuse("is there twice", "each word may stand there once");
    }
  }
  return Grains(std::shared_ptr<const Tables>(std::move(tables)));
}

template <typename EncodeFine>
void Grains::encodeWith(std::string_view utf8, GrainedText& out, EncodeFine&& encode_fine) const {
  thread_local Scratch scratch;
  splitWords(utf8, tables_->lowercase, scratch.words);
  out.fine.clear();
  encode_fine(scratch.words);
  if (tables_->trims) {
    trimOffsets(utf8, out.fine);
  }
  tables_->segment(utf8, scratch);
  nest(scratch.segments, out);
}

void Grains::encode(std::string_view utf8, GrainedText& out) const {
  encodeWith(utf8, out, [&](const WordList& words) {
    if (!tables_->fine->encodeWords(words, out.fine)) {
      tables_->fine->encode(utf8, out.fine);
    }
  });
}

void Grains::sample(std::string_view utf8, const Sampling& sampling, uint64_t seed, GrainedText& out) const {
  encodeWith(utf8, out, [&](const WordList&) { tables_->fine->sample(utf8, sampling, seed, out.fine); });
}

const Tokenizer& Grains::fine() const {
  return *tables_->fine;
}
const std::shared_ptr<const Tokenizer>& Grains::sharedFine() const {
  return tables_->fine;
}
CoarseKind Grains::coarseKind() const {
  return tables_->kind;
}
bool Grains::lowercase() const {
  return tables_->lowercase;
}
int32_t Grains::fineSize() const {
  return tables_->fine_size;
}

int32_t Grains::coarseSize() const {
  return tables_->fine_size +
         static_cast<int32_t>(tables_->dictionary.phrases.size() + tables_->vocabulary.size());
}

const std::string& Grains::coarseText(int32_t id) const {
  if (id < tables_->fine_size) {
    return tables_->fine->text(id);
  }
  const auto place = static_cast<size_t>(id - tables_->fine_size);
  return tables_->kind == CoarseKind::kPhrases ? tables_->dictionary.phrases[place].text
                                               : tables_->vocabulary[place];
}

const PhraseDictionary* Grains::phrases() const {
  return tables_->kind == CoarseKind::kPhrases ? &tables_->dictionary : nullptr;
}
const ChineseWords* Grains::words() const {
  return tables_->words.has_value() ? &*tables_->words : nullptr;
}
const std::vector<std::string>& Grains::wordVocabulary() const {
  return tables_->vocabulary;
}

void appendCoarse(const GrainedText& text, std::vector<int32_t>& ids, std::vector<int32_t>* units) {
  for (size_t number = 0; number < text.units.size(); ++number) {
    const Unit& unit = text.units[number];
    const size_t before = ids.size();
    if (unit.coarse != kFallsBack) {
      ids.push_back(unit.coarse);
    } else {
      for (int32_t token = unit.first; token < unit.first + unit.count; ++token) {
        ids.push_back(text.fine[static_cast<size_t>(token)].id);
      }
    }
    if (units != nullptr) {
      units->resize(units->size() + ids.size() - before, static_cast<int32_t>(number));
    }
  }
}

}  // namespace heddle
