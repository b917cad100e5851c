#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "engine/text/chinese/chinese_words.h"
#include "engine/text/chinese/model_file.h"
#include "engine/text/phrases/phrase_dictionary.h"
#include "engine/text/phrases/phrase_tokenizer.h"
#include "engine/text/subword/byte_bpe.h"
#include "engine/text/subword/sentencepiece.h"
#include "tests/fuzz/fuzz.h"

namespace heddle::fuzz {
namespace {

// Text to try what was read on: words of every kind, and the beginning of the input itself.
std::string textFor(std::string_view bytes) {
  return "The looms' heddle wasn't 3.5 cm "
         "\xE7\xBB\x87\xE5\xB8\x83\xE6\x9C\xBA\xE5\xBE\x88\xE6\x97\xA7\xE3\x80\x82"
         "\xF0\x9F\x98\x80 e\xCC\x81\xFF " +
         std::string(bytes.substr(0, 200));
}

void requirePieces(const std::vector<Piece>& pieces, int32_t size, size_t text_bytes) {
  for (const Piece& piece : pieces) {
    require(piece.id >= 0 && piece.id < size);
    require(piece.begin >= 0 && piece.begin <= piece.end && piece.end <= static_cast<int32_t>(text_bytes));
  }
}

void requireTokenizer(const Tokenizer& tokenizer, std::string_view bytes) {
  const std::string text = textFor(bytes);
  std::vector<Piece> pieces = tokenizer.encode(text);
  requirePieces(pieces, tokenizer.size(), text.size());
  trimOffsets(text, pieces);
  requirePieces(pieces, tokenizer.size(), text.size());
  if (tokenizer.canSample()) {
    requirePieces(tokenizer.sample(text, {.alpha = .3, .nbest = -1}, 1), tokenizer.size(), text.size());
    requirePieces(tokenizer.sample(text, {.alpha = .3, .nbest = 4}, 2), tokenizer.size(), text.size());
  }
  for (int32_t id = 0; id < tokenizer.size(); ++id) {
    require(tokenizer.id(tokenizer.text(id)).has_value());
  }
}

}  // namespace

void vocabulary(std::string_view bytes) {
  const Result<WordPiece> read = WordPiece::load(fileOf(bytes), true);
  if (read.ok()) {
    requireTokenizer(*makeTokenizer(*read), bytes);
  }
}

void merges(std::string_view bytes) {
  const size_t split = std::min(bytes.find('\0'), bytes.size());
  const auto read =
      ByteBpe::fromTexts(bytes.substr(0, split), bytes.substr(std::min(split + 1, bytes.size())));
  if (read.ok()) {
    requireTokenizer(**read, bytes);
  }
}

void sentencePiece(std::string_view bytes) {
  const auto read = SentencePiece::fromBytes(bytes);
  if (read.ok()) {
    requireTokenizer(**read, bytes);
  }
}

void phrases(std::string_view bytes) {
  const Result<PhraseDictionary> read = parsePhrases(bytes);
  if (!read.ok()) {
    return;
  }
  const PhraseTokenizer tokenizer(*read);
  require(tokenizer.size() == static_cast<int32_t>(read->phrases.size()));
  const std::string text = textFor(bytes);
  std::vector<PhraseUnit> units;
  tokenizer.split(text, units);
}

void chineseWords(std::string_view bytes) {
  const std::span<const std::byte> given = std::as_bytes(std::span(bytes));
  std::vector<std::byte> image(given.begin(), given.end());
  chinese::sealImage(image);
  const Result<ChineseWords> read = ChineseWords::fromBytes(image);
  if (!read.ok()) {
    return;
  }
  const std::string text = textFor(bytes);
  int32_t end = 0;
  for (const WordSpan& word : read->segment(text)) {
    require(word.begin >= end && word.end > word.begin && word.characters >= 1);
    end = word.end;
  }
  require(end <= static_cast<int32_t>(text.size()));
  (void)read->contains(text.substr(0, 12));
}

}  // namespace heddle::fuzz
