#include "engine/text/subword/sentencepiece_file.h"

#include <cmath>
#include <cstring>
#include <unordered_map>

#include "engine/text/unicode.h"

namespace heddle {
namespace {

// Walks the fields of one message.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  // False at the end and at damage.
  bool next() {
    if (rest_.empty()) {
      return false;
    }
    uint64_t key = 0;
    if (!varint(key) || (key >> 3) == 0 || (key >> 3) > 0x1FFFFFFF) {
      return fail();
    }
    number_ = static_cast<uint32_t>(key >> 3);
    wire_ = static_cast<uint32_t>(key & 7);
    switch (wire_) {
      case 0:
        return varint(value_) || fail();
      case 1:
        return take(8) || fail();
      case 2: {
        uint64_t length = 0;
        return (varint(length) && take(length)) || fail();
      }
      case 5:
        return take(4) || fail();
      default:
        return fail();
    }
  }

  bool damaged() const { return damaged_; }
  uint32_t number() const { return number_; }
  bool isInteger() const { return wire_ == 0; }
  bool isBytes() const { return wire_ == 2; }
  bool isFloat() const { return wire_ == 5; }
  uint64_t integer() const { return value_; }
  std::string_view bytes() const { return bytes_; }
  float real() const {
    float value = 0;
    std::memcpy(&value, bytes_.data(), sizeof value);
    return value;
  }

 private:
  bool fail() {
    damaged_ = true;
    return false;
  }
  bool take(uint64_t length) {
    if (length > rest_.size()) {
      return false;
    }
    bytes_ = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }
  bool varint(uint64_t& out) {
    out = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      out |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) {
        return true;
      }
    }
    return false;
  }

  std::string_view rest_;
  std::string_view bytes_;
  uint64_t value_ = 0;
  uint32_t number_ = 0;
  uint32_t wire_ = 0;
  bool damaged_ = false;
};

// Numbers of sentencepiece_model.proto.
constexpr uint32_t kModelPieces = 1, kModelTrainerSpec = 2, kModelNormalizerSpec = 3;
constexpr uint32_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr uint32_t kTrainerModelType = 3, kTrainerSpaceAsSuffix = 24, kTrainerByteFallback = 35;
constexpr uint32_t kNormalizerCharsmap = 2, kNormalizerDummyPrefix = 3, kNormalizerRemoveSpaces = 4,
                   kNormalizerEscapeSpaces = 5;

bool readPiece(std::string_view bytes, SentencePieceFile::Entry& out) {
  Fields fields(bytes);
  while (fields.next()) {
    if (fields.number() == kPieceText && fields.isBytes()) {
      out.text = fields.bytes();
    } else if (fields.number() == kPieceScore && fields.isFloat()) {
      out.score = fields.real();
    } else if (fields.number() == kPieceType && fields.isInteger()) {
      if (fields.integer() < 1 || fields.integer() > 6) {
        return false;
      }
      out.type = static_cast<SentencePieceType>(fields.integer());
    }
  }
  return !fields.damaged();
}

bool readTrainerSpec(std::string_view bytes, SentencePieceFile& out) {
  Fields fields(bytes);
  while (fields.next()) {
    if (!fields.isInteger()) {
      continue;
    }
    if (fields.number() == kTrainerModelType) {
      if (fields.integer() < 1 || fields.integer() > 4) {
        return false;
      }
      out.model = static_cast<SentencePieceModel>(fields.integer());
    } else if (fields.number() == kTrainerSpaceAsSuffix) {
      out.space_is_suffix = fields.integer() != 0;
    } else if (fields.number() == kTrainerByteFallback) {
      out.byte_fallback = fields.integer() != 0;
    }
  }
  return !fields.damaged();
}

bool readNormalizerSpec(std::string_view bytes, SentencePieceFile& out) {
  Fields fields(bytes);
  while (fields.next()) {
    if (fields.number() == kNormalizerCharsmap && fields.isBytes()) {
      out.charsmap = fields.bytes();
    } else if (fields.number() == kNormalizerDummyPrefix && fields.isInteger()) {
      out.add_dummy_prefix = fields.integer() != 0;
    } else if (fields.number() == kNormalizerRemoveSpaces && fields.isInteger()) {
      out.remove_extra_spaces = fields.integer() != 0;
    } else if (fields.number() == kNormalizerEscapeSpaces && fields.isInteger()) {
      out.escape_spaces = fields.integer() != 0;
    }
  }
  return !fields.damaged();
}

bool readModel(std::string_view bytes, SentencePieceFile& out) {
  Fields fields(bytes);
  bool whole = true;
  while (whole && fields.next()) {
    if (!fields.isBytes()) {
      continue;
    }
    if (fields.number() == kModelPieces) {
      whole = readPiece(fields.bytes(), out.pieces.emplace_back());
    } else if (fields.number() == kModelTrainerSpec) {
      whole = readTrainerSpec(fields.bytes(), out);
    } else if (fields.number() == kModelNormalizerSpec) {
      whole = readNormalizerSpec(fields.bytes(), out);
    }
  }
  return whole && !fields.damaged();
}

// What is wrong with the pieces, or nothing.
std::string findFault(const SentencePieceFile& file) {
  std::unordered_map<std::string_view, size_t> seen;
  seen.reserve(file.pieces.size());
  int unknowns = 0;
  int bytes = 0;
  size_t usable = 0;
  for (size_t id = 0; id < file.pieces.size(); ++id) {
    const SentencePieceFile::Entry& piece = file.pieces[id];
    const std::string place = "piece " + std::to_string(id);
    if (piece.text.empty()) {
      return place + " is empty";
    }
    if (findInvalidUtf8(piece.text) != std::string_view::npos) {
      return place + " is not UTF-8";
    }
    // Sums over any text stay finite.
    if (!(std::abs(piece.score) <= 1e9F)) {
      return "the score of " + place + " is no usable number";
    }
    const auto [first, is_new] = seen.emplace(piece.text, id);
    if (!is_new) {
      return "\"" + piece.text + "\" is " + place + " and also piece " + std::to_string(first->second);
    }
    unknowns += piece.type == SentencePieceType::kUnknown ? 1 : 0;
    bytes += piece.type == SentencePieceType::kByte ? 1 : 0;
    usable +=
        piece.type == SentencePieceType::kNormal || piece.type == SentencePieceType::kUserDefined ? 1 : 0;
  }
  if (usable == 0) {
    return "it has no pieces";
  }
  if (unknowns != 1) {
    return unknowns == 0 ? "it has no <unk>" : "it has " + std::to_string(unknowns) + " pieces for <unk>";
  }
  if (file.byte_fallback && bytes != 256) {
    return "it falls back to bytes, but has " + std::to_string(bytes) + " of the 256 byte pieces";
  }
  return {};
}

}  // namespace

Result<SentencePieceFile> parseSentencePieceFile(std::string_view bytes, std::string_view source) {
  const auto refuse = [source](const std::string& found) {
    return Error{"cannot use " + std::string(source) + " as a SentencePiece model: " + found,
                 "a model is the binary file that SentencePiece writes, such as spiece.model of a published "
                 "ALBERT or XLNet; fetch or train it again"};
  };
  if (bytes.empty()) {
    return refuse("it is empty");
  }
  SentencePieceFile file;
  if (!readModel(bytes, file)) {
    return refuse("it is damaged or of another format");
  }
  if (std::string fault = findFault(file); !fault.empty()) {
    return refuse(fault);
  }
  if (file.model == SentencePieceModel::kWord || file.model == SentencePieceModel::kChar) {
    return Error{"cannot use " + std::string(source) + " as a SentencePiece model: it splits into " +
                     (file.model == SentencePieceModel::kWord ? "words" : "characters"),
                 "use a unigram or BPE model, or Heddle's own tokeniser of words or characters"};
  }
  return file;
}

}  // namespace heddle
