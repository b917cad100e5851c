#include "engine/text/subword/sentencepiece.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unordered_map>

#include "engine/text/subword/bpe_merge.h"
#include "engine/text/subword/sentencepiece_file.h"
#include "engine/text/subword/sentencepiece_normalizer.h"
#include "engine/text/unicode.h"
#include "engine/text/vocabulary_file.h"

namespace heddle {
namespace {

// How much less likely than the rarest piece an unknown character is.
constexpr float kUnknownPenalty = 10.0F;

// What every user-defined symbol is worth to the original library, whatever its length and its entry say:
// nearly always more than the pieces it could be cut into.
constexpr double kSymbolScore = -0.1;

constexpr uint64_t kSamplingKey = nameKey("sentencepiece.sample");

}  // namespace

struct SentencePiece::Tables {
  std::string published;  // the model as read
  std::vector<SentencePieceFile::Entry> pieces;
  SentencePieceModel model = SentencePieceModel::kUnigram;
  bool byte_fallback = false;
  std::array<int32_t, 256> bytes{};
  SentencePieceNormalizer normalizer;
  SymbolMatcher symbols;
  // Unigram: what text is cut into. BPE: also pieces that only lead to others.
  UnigramPieces usable;
  std::unordered_map<std::string_view, int32_t> ids;
  SpecialIds special;
};

SentencePiece::SentencePiece(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
SentencePiece::~SentencePiece() = default;

Result<std::unique_ptr<SentencePiece>> SentencePiece::load(const std::filesystem::path& model) {
  const Result<std::string> bytes = readVocabularyFile(model);
  if (!bytes.ok()) {
    return bytes.error();
  }
  return fromBytes(*bytes, model.string());
}

Result<std::unique_ptr<SentencePiece>> SentencePiece::fromBytes(std::string_view bytes,
                                                                std::string_view source) {
  Result<SentencePieceFile> file = parseSentencePieceFile(bytes, source);
  if (!file.ok()) {
    return file.error();
  }
  auto tables = std::make_unique<Tables>();
  tables->published = bytes;
  UnigramPieces& usable = tables->usable;
  std::vector<std::string> texts;
  std::vector<std::string> symbols;
  float min_score = 0;
  bool has_normal = false;
  for (size_t id = 0; id < file->pieces.size(); ++id) {
    const SentencePieceFile::Entry& piece = file->pieces[id];
    const bool is_symbol = piece.type == SentencePieceType::kUserDefined;
    if (is_symbol) {
      symbols.push_back(piece.text);
    }
    if (piece.type == SentencePieceType::kNormal) {
      min_score = has_normal ? std::min(min_score, piece.score) : piece.score;
      has_normal = true;
    }
    if (piece.type == SentencePieceType::kNormal || is_symbol ||
        (piece.type == SentencePieceType::kUnused && file->model == SentencePieceModel::kBpe)) {
      texts.push_back(piece.text);
      usable.ids.push_back(static_cast<int32_t>(id));
      usable.scores.push_back(is_symbol && file->model == SentencePieceModel::kUnigram ? kSymbolScore
                                                                                       : piece.score);
    }
    if (piece.type == SentencePieceType::kUnknown) {
      usable.unknown = static_cast<int32_t>(id);
    }
  }
  usable.trie = PieceTrie(texts);
  usable.unknown_score = min_score - kUnknownPenalty;
  tables->symbols = SymbolMatcher(symbols);
  Result<SentencePieceNormalizer> normalizer =
      SentencePieceNormalizer::make(*file, SymbolMatcher(symbols), source);
  if (!normalizer.ok()) {
    return normalizer.error();
  }
  tables->normalizer = std::move(*normalizer);
  tables->pieces = std::move(file->pieces);
  tables->model = file->model;
  tables->byte_fallback = file->byte_fallback;
  for (size_t id = 0; id < tables->pieces.size(); ++id) {
    tables->ids.emplace(tables->pieces[id].text, static_cast<int32_t>(id));
  }
  const auto firstOf = [&tables](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (const auto found = tables->ids.find(name); found != tables->ids.end()) {
        return found->second;
      }
    }
    return kNoSpecial;
  };
  tables->special = {firstOf({"[PAD]", "<pad>"}), usable.unknown, firstOf({"[CLS]", "<cls>", "<s>"}),
                     firstOf({"[SEP]", "<sep>", "</s>"}), firstOf({"[MASK]", "<mask>"})};
  for (size_t byte = 0; tables->byte_fallback && byte < 256; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", static_cast<unsigned>(byte));
    tables->bytes[byte] = firstOf({name});
    if (tables->bytes[byte] == kNoSpecial) {
      return Error{"cannot use " + std::string(source) + " as a SentencePiece model: it has no piece " + name,
                   "a model with byte fallback has the pieces <0x00> .. <0xFF>; train it again"};
    }
  }
  return std::unique_ptr<SentencePiece>(new SentencePiece(std::move(tables)));
}

void SentencePiece::bpe(std::string_view text, double dropout, uint64_t seed,
                        std::vector<Segment>& out) const {
  const UnigramPieces& usable = tables_->usable;
  const auto find = [&](int32_t begin, int32_t length) {
    const int32_t node =
        usable.trie.find(text.substr(static_cast<size_t>(begin), static_cast<size_t>(length)));
    return node == PieceTrie::kNowhere ? PieceTrie::kNoPiece : usable.trie.piece(node);
  };
  thread_local std::vector<BpeSymbol> symbols;
  symbols.clear();
  for (size_t at = 0; at < text.size();) {
    const size_t symbol = tables_->symbols.match(text.substr(at));
    const auto length = static_cast<int32_t>(
        symbol > 0 ? symbol : std::min(static_cast<size_t>(characterLength(text[at])), text.size() - at));
    const auto begin = static_cast<int32_t>(at);
    symbols.push_back({begin, length, find(begin, length), -1, -1, symbol > 0});
    at += static_cast<size_t>(length);
  }
  // Pieces marked as unused are only steps on the way: what they were merged from comes out in their place.
  std::unordered_map<int32_t, int32_t> left_parts;
  RandomStream stream(mixKey(kSamplingKey, seed), 0, 0);
  mergeSymbols(symbols, {dropout, &stream}, [&](const BpeSymbol& left, const BpeSymbol& right) -> BpeMerge {
    const int32_t piece = find(left.begin, left.length + right.length);
    if (piece == PieceTrie::kNoPiece) {
      return {};
    }
    const auto index = static_cast<size_t>(piece);
    if (tables_->pieces[static_cast<size_t>(usable.ids[index])].type == SentencePieceType::kUnused) {
      left_parts[piece] = left.length;
    }
    return {true, -static_cast<double>(usable.scores[index]), piece};
  });
  std::vector<std::pair<int32_t, int32_t>> parts;  // begin, length
  for (const BpeSymbol& symbol : symbols) {
    if (symbol.length == 0) {
      continue;
    }
    parts.assign(1, {symbol.begin, symbol.length});
    while (!parts.empty()) {
      const auto [begin, length] = parts.back();
      parts.pop_back();
      const int32_t piece = find(begin, length);
      const auto left = piece == PieceTrie::kNoPiece ? left_parts.end() : left_parts.find(piece);
      if (left != left_parts.end()) {
        parts.emplace_back(begin + left->second, length - left->second);
        parts.emplace_back(begin, left->second);
        continue;
      }
      out.push_back(
          {piece == PieceTrie::kNoPiece ? usable.unknown : usable.ids[static_cast<size_t>(piece)], length});
    }
  }
}

void SentencePiece::segment(std::string_view normalized, const Sampling* sampling, uint64_t seed,
                            std::vector<Segment>& out) const {
  if (tables_->model == SentencePieceModel::kBpe) {
    bpe(normalized, sampling != nullptr ? sampling->alpha : 0, seed, out);
    return;
  }
  const UnigramLattice lattice(tables_->usable);
  if (sampling == nullptr) {
    lattice.best(normalized, out);
  } else {
    RandomStream stream(mixKey(kSamplingKey, seed), 0, 0);
    lattice.sample(normalized, *sampling, stream, out);
  }
}

void SentencePiece::encodeWith(std::string_view utf8, const Sampling* sampling, uint64_t seed,
                               std::vector<Piece>& out) const {
  thread_local NormalizedText normalized;
  thread_local std::vector<Segment> segments;
  tables_->normalizer.normalize(utf8, normalized);
  segments.clear();
  segment(normalized.text, sampling, seed, segments);
  const int32_t unknown = tables_->usable.unknown;
  bool after_unknown = false;
  size_t at = 0;
  for (const Segment& segment : segments) {
    const int32_t begin = normalized.origin[at];
    const int32_t end = normalized.origin[at + static_cast<size_t>(segment.length)];
    const bool is_unknown = segment.id == unknown;
    if (is_unknown && tables_->byte_fallback) {
      for (int32_t byte = 0; byte < segment.length; ++byte) {
        const auto value = static_cast<uint8_t>(normalized.text[at + static_cast<size_t>(byte)]);
        out.push_back({tables_->bytes[value], begin, byte + 1 == segment.length ? end : begin});
      }
    } else if (is_unknown && after_unknown) {
      out.back().end = end;
    } else {
      out.push_back({segment.id, begin, end});
    }
    after_unknown = is_unknown;
    at += static_cast<size_t>(segment.length);
  }
}

void SentencePiece::encode(std::string_view utf8, std::vector<Piece>& out) const {
  encodeWith(utf8, nullptr, 0, out);
}

void SentencePiece::sample(std::string_view utf8, const Sampling& sampling, uint64_t seed,
                           std::vector<Piece>& out) const {
  encodeWith(utf8, &sampling, seed, out);
}

int32_t SentencePiece::size() const {
  return static_cast<int32_t>(tables_->pieces.size());
}
const std::string& SentencePiece::text(int32_t id) const {
  return tables_->pieces[static_cast<size_t>(id)].text;
}
std::optional<int32_t> SentencePiece::id(std::string_view piece) const {
  const auto found = tables_->ids.find(piece);
  return found == tables_->ids.end() ? std::nullopt : std::optional<int32_t>(found->second);
}
const SpecialIds& SentencePiece::special() const {
  return tables_->special;
}
std::vector<TokenizerFile> SentencePiece::files() const {
  return {{"spiece.model", tables_->published}};
}
std::string_view SentencePiece::kind() const {
  return tables_->model == SentencePieceModel::kBpe ? "bpe" : "unigram";
}

}  // namespace heddle
