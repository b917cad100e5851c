#include "engine/text/subword/tokenizer.h"

#include "engine/text/unicode.h"

namespace heddle {
namespace {

class WordPieceTokenizer final : public Tokenizer {
 public:
  explicit WordPieceTokenizer(WordPiece wordpiece) : wordpiece_(std::move(wordpiece)) {}

  using Tokenizer::encode;
  void encode(std::string_view utf8, std::vector<Piece>& out) const override { wordpiece_.encode(utf8, out); }
  std::optional<bool> lowercase() const override { return wordpiece_.lowercase(); }
  bool encodeWords(const WordList& words, std::vector<Piece>& out) const override {
    wordpiece_.encode(words, out);
    return true;
  }
  int32_t size() const override { return wordpiece_.size(); }
  const std::string& text(int32_t id) const override { return wordpiece_.text(id); }
  std::optional<int32_t> id(std::string_view piece) const override { return wordpiece_.id(piece); }
  const SpecialIds& special() const override { return wordpiece_.special(); }
  std::string_view kind() const override { return "wordpiece"; }

 private:
  WordPiece wordpiece_;
};

}  // namespace

std::vector<Piece> Tokenizer::encode(std::string_view utf8) const {
  std::vector<Piece> pieces;
  encode(utf8, pieces);
  return pieces;
}

void Tokenizer::sample(std::string_view utf8, const Sampling&, uint64_t, std::vector<Piece>& out) const {
  encode(utf8, out);
}

std::vector<Piece> Tokenizer::sample(std::string_view utf8, const Sampling& sampling, uint64_t seed) const {
  std::vector<Piece> pieces;
  sample(utf8, sampling, seed, pieces);
  return pieces;
}

bool Tokenizer::isSpecial(int32_t id) const {
  const SpecialIds& known = special();
  return id >= 0 &&
         (id == known.pad || id == known.unk || id == known.cls || id == known.sep || id == known.mask);
}

std::vector<TokenizerFile> Tokenizer::files() const {
  TokenizerFile vocabulary{"vocab.txt", {}};
  for (int32_t id = 0; id < size(); ++id) {
    vocabulary.bytes += text(id);
    vocabulary.bytes += '\n';
  }
  return {std::move(vocabulary)};
}

std::unique_ptr<Tokenizer> makeTokenizer(WordPiece wordpiece) {
  return std::make_unique<WordPieceTokenizer>(std::move(wordpiece));
}

void trimOffsets(std::string_view utf8, std::vector<Piece>& pieces) {
  for (Piece& piece : pieces) {
    const std::string_view covered =
        utf8.substr(static_cast<size_t>(piece.begin), static_cast<size_t>(piece.end - piece.begin));
    const std::string_view kept = stripSpace(covered);
    if (kept.empty()) {
      piece.begin = piece.end;
      continue;
    }
    piece.begin += static_cast<int32_t>(kept.data() - covered.data());
    piece.end = piece.begin + static_cast<int32_t>(kept.size());
  }
}

}  // namespace heddle
