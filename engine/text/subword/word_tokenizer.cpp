#include "engine/text/subword/word_tokenizer.h"

#include <algorithm>

#include "engine/text/unicode.h"
#include "engine/text/wordpiece_trainer.h"

namespace heddle {
namespace {

// Calls `visit` with the text of each unit of a word and its range in the original.
template <typename Visit>
void visitUnits(const WordList& words, const WordList::Word& word, WordUnit unit, Visit&& visit) {
  const std::string_view text = words.text(word);
  if (unit == WordUnit::kWord) {
    visit(text, words.sourceBegin(word, 0), words.sourceEnd(word, word.length));
    return;
  }
  for (int32_t at = 0; at < word.length;) {
    const int32_t length = std::min(characterLength(text[static_cast<size_t>(at)]), word.length - at);
    visit(text.substr(static_cast<size_t>(at), static_cast<size_t>(length)), words.sourceBegin(word, at),
          words.sourceEnd(word, at + length));
    at += length;
  }
}

}  // namespace

Result<std::unique_ptr<WordTokenizer>> WordTokenizer::learn(const LineSource& lines,
                                                            const WordTokenizerOptions& options) {
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  const std::string tried = options.unit == WordUnit::kWord ? "a vocabulary of words" : "an alphabet";
  if (options.vocab_size <= static_cast<int64_t>(pieces.size())) {
    return Error{"cannot learn " + tried + " of " + std::to_string(options.vocab_size) +
                     " pieces: 5 are taken by [PAD], [UNK], [CLS], [SEP] and [MASK]",
                 "raise the size"};
  }
  WordCounts counts;
  WordList words;
  std::string line;
  while (true) {
    const Result<bool> more = lines(line);
    if (!more.ok()) {
      return more.error();
    }
    if (!*more) {
      break;
    }
    splitWords(line, options.lowercase, words);
    for (const WordList::Word& word : words.words) {
      if (options.unit == WordUnit::kWord && word.characters > WordPiece::kMaxWordCharacters) {
        continue;
      }
      visitUnits(words, word, options.unit,
                 [&counts](std::string_view unit, int32_t, int32_t) { countWord(unit, counts); });
    }
  }
  if (counts.empty()) {
    return Error{"cannot learn " + tried + ": the text holds no words", "name text files that are not empty"};
  }
  std::vector<std::pair<std::string_view, int64_t>> ranked;
  for (const auto& [unit, count] : counts) {
    if (count >= options.min_count) {
      ranked.emplace_back(unit, count);
    }
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  for (const auto& [unit, count] : ranked) {
    if (static_cast<int64_t>(pieces.size()) == options.vocab_size) {
      break;
    }
    pieces.emplace_back(unit);
  }
  Result<WordPiece> vocabulary = WordPiece::fromVocabulary(std::move(pieces), options.lowercase, tried);
  if (!vocabulary.ok()) {
    return vocabulary.error();
  }
  return std::unique_ptr<WordTokenizer>(new WordTokenizer(std::move(*vocabulary), options.unit));
}

Result<std::unique_ptr<WordTokenizer>> WordTokenizer::load(const std::filesystem::path& vocabulary,
                                                           const WordTokenizerOptions& options) {
  Result<WordPiece> pieces = WordPiece::load(vocabulary, options.lowercase);
  if (!pieces.ok()) {
    return pieces.error();
  }
  return std::unique_ptr<WordTokenizer>(new WordTokenizer(std::move(*pieces), options.unit));
}

void WordTokenizer::encode(std::string_view utf8, std::vector<Piece>& out) const {
  thread_local WordList words;
  splitWords(utf8, vocabulary_.lowercase(), words);
  encodeWords(words, out);
}

bool WordTokenizer::encodeWords(const WordList& words, std::vector<Piece>& out) const {
  const int32_t unknown = vocabulary_.special().unk;
  for (const WordList::Word& word : words.words) {
    visitUnits(words, word, unit_, [&](std::string_view unit, int32_t begin, int32_t end) {
      out.push_back({vocabulary_.id(unit).value_or(unknown), begin, end});
    });
  }
  return true;
}

}  // namespace heddle
