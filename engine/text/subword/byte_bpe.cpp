#include "engine/text/subword/byte_bpe.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "engine/base/json.h"
#include "engine/text/piece_trie.h"
#include "engine/text/subword/bpe_merge.h"
#include "engine/text/subword/gpt2_split.h"
#include "engine/text/vocabulary_file.h"

namespace heddle {
namespace {

constexpr uint64_t kSamplingKey = nameKey("byte_bpe.sample");

// The printable character that stands for a byte: itself where it is printable Latin-1, else the next of
// U+0100, U+0101, ...
std::array<UChar32, 256> byteCharacters() {
  std::array<UChar32, 256> characters{};
  UChar32 next = 0x100;
  for (UChar32 byte = 0; byte < 256; ++byte) {
    const bool is_printable =
        (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
    characters[static_cast<size_t>(byte)] = is_printable ? byte : next++;
  }
  return characters;
}

std::string toUtf8(UChar32 c) {
  char bytes[4];
  int32_t length = 0;
  U8_APPEND_UNSAFE(reinterpret_cast<uint8_t*>(bytes), length, c);
  return {bytes, static_cast<size_t>(length)};
}

uint64_t pairKey(int32_t left, int32_t right) {
  return (static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32) | static_cast<uint32_t>(right);
}

struct RankedMerge {
  int32_t rank = 0;
  int32_t id = 0;
};

using MergeTable = std::unordered_map<uint64_t, RankedMerge>;

Result<std::vector<std::string>> readPieces(std::string_view vocab_json, std::string_view source) {
  const auto refuse = [source](const std::string& found) {
    return Error{"cannot use " + std::string(source) + " as a vocabulary: " + found,
                 "vocab.json of a byte-level BPE is one JSON object of pieces and their ids from 0"};
  };
  const Result<Json> json = parseJson(vocab_json, source);
  if (!json.ok()) {
    return json.error();
  }
  if (!json->is_object() || json->empty()) {
    return refuse(json->is_object() ? "it has no pieces" : "it is no JSON object");
  }
  std::vector<std::string> pieces(json->size());
  std::vector<bool> taken(json->size(), false);
  for (const auto& [piece, id] : json->items()) {
    if (piece.empty()) {
      return refuse("it holds an empty piece");
    }
    if (!id.is_number_integer()) {
      return refuse("the id of \"" + piece + "\" is no whole number");
    }
    const auto place = id.is_number_unsigned() ? id.get<uint64_t>() : ~uint64_t{0};
    if (place >= pieces.size()) {
      return refuse("\"" + piece + "\" has the id " + id.dump() + ", but the ids of " +
                    std::to_string(pieces.size()) + " pieces are 0 .. " + std::to_string(pieces.size() - 1));
    }
    if (taken[place]) {
      return refuse("\"" + pieces[place] + "\" and \"" + piece + "\" have the same id " +
                    std::to_string(place));
    }
    taken[place] = true;
    pieces[place] = piece;
  }
  return pieces;
}

Result<MergeTable> readMerges(std::string_view text, std::string_view source,
                              const std::unordered_map<std::string_view, int32_t>& ids) {
  MergeTable merges;
  int32_t rank = 0;
  for (int64_t line_number = 1; !text.empty(); ++line_number) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    if (line.empty() || line.substr(0, 8) == "#version") {
      continue;
    }
    const auto refuse = [source, line_number](const std::string& found) {
      return Error{
          "cannot use " + std::string(source) + " as merges: line " + std::to_string(line_number) + " " +
              found,
          "merges.txt of a byte-level BPE has two pieces of its vocab.json per line, a space between"};
    };
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string_view::npos) {
      return refuse("is not two pieces with a space between");
    }
    const std::string left(line.substr(0, space));
    const std::string right(line.substr(space + 1));
    std::array<int32_t, 3> found{};
    const std::array<std::string, 3> names = {left, right, left + right};
    for (size_t index = 0; index < names.size(); ++index) {
      const auto at = ids.find(names[index]);
      if (at == ids.end()) {
        return refuse("names \"" + names[index] + "\", which the vocabulary does not hold");
      }
      found[index] = at->second;
    }
    if (!merges.emplace(pairKey(found[0], found[1]), RankedMerge{rank, found[2]}).second) {
      return refuse("repeats the merge of \"" + left + "\" and \"" + right + "\"");
    }
    ++rank;
  }
  return merges;
}

}  // namespace

std::optional<std::string> byteLevelBytes(std::string_view piece) {
  static const std::unordered_map<UChar32, char> bytes_of = [] {
    std::unordered_map<UChar32, char> bytes;
    for (const UChar32 character : byteCharacters()) {
      bytes.emplace(character, static_cast<char>(bytes.size()));
    }
    return bytes;
  }();
  std::string bytes;
  const auto* text = reinterpret_cast<const uint8_t*>(piece.data());
  for (size_t at = 0; at < piece.size();) {
    UChar32 c = 0;
    U8_NEXT(text, at, piece.size(), c);
    const auto found = bytes_of.find(c);
    if (found == bytes_of.end()) {
      return std::nullopt;
    }
    bytes.push_back(found->second);
  }
  return bytes;
}

struct ByteBpe::Tables {
  std::string vocab_json;  // as read
  std::string merges_txt;
  ByteBpeOptions options;
  std::vector<std::string> pieces;
  std::unordered_map<std::string_view, int32_t> ids;
  std::array<int32_t, 256> byte_ids{};
  MergeTable merges;
  // Pre-tokens that merge into one piece, by their bytes: most of any text.
  PieceTrie words;
  std::vector<int32_t> word_ids;
  SpecialIds special;

  void merge(std::string_view word, const BpeDropout& dropout, std::vector<BpeSymbol>& symbols) const {
    symbols.clear();
    for (size_t at = 0; at < word.size(); ++at) {
      symbols.push_back({static_cast<int32_t>(at), 1, byte_ids[static_cast<uint8_t>(word[at])]});
    }
    mergeSymbols(symbols, dropout, [this](const BpeSymbol& left, const BpeSymbol& right) -> BpeMerge {
      const auto found = merges.find(pairKey(left.id, right.id));
      return found == merges.end()
                 ? BpeMerge{}
                 : BpeMerge{true, static_cast<double>(found->second.rank), found->second.id};
    });
  }
};

ByteBpe::ByteBpe(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
ByteBpe::~ByteBpe() = default;

Result<std::unique_ptr<ByteBpe>> ByteBpe::load(const std::filesystem::path& vocab_json,
                                               const std::filesystem::path& merges_txt,
                                               const ByteBpeOptions& options) {
  const Result<std::string> vocabulary = readVocabularyText(vocab_json);
  if (!vocabulary.ok()) {
    return vocabulary.error();
  }
  const Result<std::string> merges = readVocabularyText(merges_txt);
  if (!merges.ok()) {
    return merges.error();
  }
  return fromTexts(*vocabulary, *merges, options, vocab_json.string(), merges_txt.string());
}

Result<std::unique_ptr<ByteBpe>> ByteBpe::fromTexts(std::string_view vocab_json, std::string_view merges_txt,
                                                    const ByteBpeOptions& options,
                                                    std::string_view vocab_source,
                                                    std::string_view merges_source) {
  Result<std::vector<std::string>> pieces = readPieces(vocab_json, vocab_source);
  if (!pieces.ok()) {
    return pieces.error();
  }
  auto tables = std::make_unique<Tables>();
  tables->vocab_json = vocab_json;
  tables->merges_txt = merges_txt;
  tables->options = options;
  tables->pieces = std::move(*pieces);
  for (size_t id = 0; id < tables->pieces.size(); ++id) {
    tables->ids.emplace(tables->pieces[id], static_cast<int32_t>(id));
  }
  const std::array<UChar32, 256> characters = byteCharacters();
  for (size_t byte = 0; byte < 256; ++byte) {
    const std::string character = toUtf8(characters[byte]);
    const auto found = tables->ids.find(character);
    if (found == tables->ids.end()) {
      return Error{"cannot use " + std::string(vocab_source) + " as a vocabulary: it has no \"" + character +
                       "\", the piece of byte " + std::to_string(byte),
                   "a byte-level BPE has a piece for each of the 256 bytes"};
    }
    tables->byte_ids[byte] = found->second;
  }
  Result<MergeTable> merges = readMerges(merges_txt, merges_source, tables->ids);
  if (!merges.ok()) {
    return merges.error();
  }
  tables->merges = std::move(*merges);
  std::vector<std::string> words;
  std::vector<BpeSymbol> symbols;
  for (size_t id = 0; id < tables->pieces.size(); ++id) {
    std::optional<std::string> bytes = byteLevelBytes(tables->pieces[id]);
    if (!bytes.has_value()) {
      continue;
    }
    tables->merge(*bytes, {}, symbols);
    if (symbols.front().length == static_cast<int32_t>(bytes->size())) {
      words.push_back(std::move(*bytes));
      tables->word_ids.push_back(symbols.front().id);
    }
  }
  tables->words = PieceTrie(words);
  const auto firstOf = [&tables](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (const auto found = tables->ids.find(name); found != tables->ids.end()) {
        return found->second;
      }
    }
    return kNoSpecial;
  };
  tables->special = {firstOf({"<pad>"}), firstOf({"<unk>"}), firstOf({"<s>", "<|endoftext|>"}),
                     firstOf({"</s>", "<|endoftext|>"}), firstOf({"<mask>"})};
  return std::unique_ptr<ByteBpe>(new ByteBpe(std::move(tables)));
}

template <typename MergeWord>
void ByteBpe::visitWords(std::string_view utf8, MergeWord&& merge_word) const {
  std::string_view text = utf8;
  int32_t shift = 0;
  thread_local std::string prefixed;
  if (tables_->options.add_prefix_space && !utf8.empty() && utf8.front() != ' ') {
    prefixed.assign(1, ' ');
    prefixed += utf8;
    text = prefixed;
    shift = 1;
  }
  for (size_t at = 0; at < text.size();) {
    const size_t length = nextGpt2Word(text.substr(at));
    merge_word(text.substr(at, length), static_cast<int32_t>(at) - shift);
    at += length;
  }
}

void ByteBpe::encode(std::string_view utf8, std::vector<Piece>& out) const {
  thread_local std::vector<BpeSymbol> symbols;
  visitWords(utf8, [&](std::string_view word, int32_t offset) {
    const auto first = std::max(offset, 0);
    const int32_t node = tables_->words.find(word);
    const int32_t known = node == PieceTrie::kNowhere ? PieceTrie::kNoPiece : tables_->words.piece(node);
    if (known != PieceTrie::kNoPiece) {
      out.push_back(
          {tables_->word_ids[static_cast<size_t>(known)], first, offset + static_cast<int32_t>(word.size())});
      return;
    }
    tables_->merge(word, {}, symbols);
    for (const BpeSymbol& symbol : symbols) {
      if (symbol.length > 0) {
        out.push_back({symbol.id, std::max(offset + symbol.begin, 0), offset + symbol.begin + symbol.length});
      }
    }
  });
}

void ByteBpe::sample(std::string_view utf8, const Sampling& sampling, uint64_t seed,
                     std::vector<Piece>& out) const {
  thread_local std::vector<BpeSymbol> symbols;
  // One stream for the text: equal words are cut differently.
  RandomStream stream(mixKey(kSamplingKey, seed), 0, 0);
  visitWords(utf8, [&](std::string_view word, int32_t offset) {
    tables_->merge(word, {sampling.alpha, &stream}, symbols);
    for (const BpeSymbol& symbol : symbols) {
      if (symbol.length > 0) {
        out.push_back({symbol.id, std::max(offset + symbol.begin, 0), offset + symbol.begin + symbol.length});
      }
    }
  });
}

int32_t ByteBpe::size() const {
  return static_cast<int32_t>(tables_->pieces.size());
}
const std::string& ByteBpe::text(int32_t id) const {
  return tables_->pieces[static_cast<size_t>(id)];
}
std::optional<int32_t> ByteBpe::id(std::string_view piece) const {
  const auto found = tables_->ids.find(piece);
  return found == tables_->ids.end() ? std::nullopt : std::optional<int32_t>(found->second);
}
const SpecialIds& ByteBpe::special() const {
  return tables_->special;
}
std::vector<TokenizerFile> ByteBpe::files() const {
  return {{"vocab.json", tables_->vocab_json}, {"merges.txt", tables_->merges_txt}};
}

}  // namespace heddle
