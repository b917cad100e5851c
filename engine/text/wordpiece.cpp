#include "engine/text/wordpiece.h"

#include <algorithm>
#include <array>

#include "engine/text/piece_trie.h"
#include "engine/text/unicode.h"
#include "engine/text/vocabulary_file.h"

namespace heddle {
namespace {

constexpr std::array<const char*, 5> kSpecialPieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

Error vocabularyError(std::string_view source, const std::string& found, std::string hint) {
  return {"cannot use " + std::string(source) + " as a vocabulary: " + found, std::move(hint)};
}

}  // namespace

struct WordPiece::Tables {
  std::vector<std::string> pieces;
  PieceTrie trie;
  int32_t continuation = PieceTrie::kNowhere;  // node behind "##"
  bool lowercase = true;
  SpecialIds special;
};

Result<WordPiece> WordPiece::load(const std::filesystem::path& vocabulary, bool lowercase) {
  const Result<std::string> text = readVocabularyText(vocabulary);
  if (!text.ok()) {
    return text.error();
  }
  std::string_view rest = *text;
  std::vector<std::string> pieces;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    const std::string_view piece = stripSpace(line);
    // Published Chinese vocabularies hold U+2028 as a piece. No word is ever white space, so it only keeps
    // its id.
    pieces.emplace_back(piece.empty() ? line.substr(0, line.find_last_not_of(" \t\r") + 1) : piece);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return fromVocabulary(std::move(pieces), lowercase, vocabulary.string());
}

Result<WordPiece> WordPiece::fromVocabulary(std::vector<std::string> pieces, bool lowercase,
                                            std::string_view source) {
  if (pieces.empty()) {
    return vocabularyError(source, "it is empty", "learn it from a text with words in it");
  }
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].empty()) {
      return vocabularyError(source, "line " + std::to_string(id + 1) + " is empty", "remove the empty line");
    }
  }
  std::vector<int32_t> order(pieces.size());
  for (size_t id = 0; id < order.size(); ++id) {
    order[id] = static_cast<int32_t>(id);
  }
  const auto text = [&pieces](int32_t id) -> const std::string& { return pieces[static_cast<size_t>(id)]; };
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return text(a) < text(b); });
  const auto twin = std::adjacent_find(order.begin(), order.end(),
                                       [&](int32_t a, int32_t b) { return text(a) == text(b); });
  if (twin != order.end()) {
    return vocabularyError(source,
                           "the piece \"" + text(*twin) + "\" stands on line " + std::to_string(*twin + 1) +
                               " and again on line " + std::to_string(*(twin + 1) + 1),
                           "each piece may stand there once");
  }
  auto tables = std::make_shared<Tables>();
  tables->pieces = std::move(pieces);
  tables->trie = PieceTrie(tables->pieces);
  tables->continuation = tables->trie.find("##");
  tables->lowercase = lowercase;
  SpecialIds& special = tables->special;
  const std::array<int32_t*, 5> places = {&special.pad, &special.unk, &special.cls, &special.sep,
                                          &special.mask};
  for (size_t index = 0; index < places.size(); ++index) {
    const int32_t node = tables->trie.find(kSpecialPieces[index]);
    const int32_t id = node == PieceTrie::kNowhere ? PieceTrie::kNoPiece : tables->trie.piece(node);
    if (id == PieceTrie::kNoPiece) {
      return vocabularyError(source, std::string("it has no ") + kSpecialPieces[index],
                             "a BERT vocabulary holds [PAD], [UNK], [CLS], [SEP] and [MASK]");
    }
    *places[index] = id;
  }
  return WordPiece(std::move(tables));
}

std::vector<Piece> WordPiece::encode(std::string_view utf8) const {
  std::vector<Piece> pieces;
  encode(utf8, pieces);
  return pieces;
}

void WordPiece::encode(std::string_view utf8, std::vector<Piece>& out) const {
  thread_local WordList words;
  splitWords(utf8, tables_->lowercase, words);
  encode(words, out);
}

void WordPiece::encode(const WordList& words, std::vector<Piece>& out) const {
  const PieceTrie& trie = tables_->trie;
  for (const WordList::Word& word : words.words) {
    const std::string_view text = words.text(word);
    const size_t first_piece = out.size();
    bool known = word.characters <= kMaxWordCharacters;
    for (size_t begin = 0; known && begin < text.size();) {
      int32_t node = begin == 0 ? PieceTrie::kRoot : tables_->continuation;
      int32_t best = PieceTrie::kNoPiece;
      size_t best_end = begin;
      for (size_t at = begin; at < text.size() && node != PieceTrie::kNowhere;) {
        node = trie.step(node, static_cast<uint8_t>(text[at]));
        ++at;
        if (node != PieceTrie::kNowhere && trie.piece(node) != PieceTrie::kNoPiece) {
          best = trie.piece(node);
          best_end = at;
        }
      }
      known = best != PieceTrie::kNoPiece;
      if (known) {
        out.push_back({best, words.sourceBegin(word, static_cast<int32_t>(begin)),
                       words.sourceEnd(word, static_cast<int32_t>(best_end))});
        begin = best_end;
      }
    }
    if (!known) {
      out.resize(first_piece);
      out.push_back({tables_->special.unk, words.sourceBegin(word, 0), words.sourceEnd(word, word.length)});
    }
  }
}

int32_t WordPiece::size() const {
  return static_cast<int32_t>(tables_->pieces.size());
}
bool WordPiece::lowercase() const {
  return tables_->lowercase;
}
const SpecialIds& WordPiece::special() const {
  return tables_->special;
}

const std::string& WordPiece::text(int32_t id) const {
  return tables_->pieces[static_cast<size_t>(id)];
}

std::optional<int32_t> WordPiece::id(std::string_view piece) const {
  const int32_t node = tables_->trie.find(piece);
  const int32_t id = node == PieceTrie::kNowhere ? PieceTrie::kNoPiece : tables_->trie.piece(node);
  return id == PieceTrie::kNoPiece ? std::nullopt : std::optional<int32_t>(id);
}

}  // namespace heddle
