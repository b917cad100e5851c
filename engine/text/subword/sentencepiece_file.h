// A SentencePiece `.model`: the protocol-buffer message ModelProto (sentencepiece_model.proto, proto2), read
// field by field with every length checked, so that a damaged file is an error and never a crash.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

// As numbered in the file.
enum class SentencePieceType : uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};
enum class SentencePieceModel : uint8_t { kUnigram = 1, kBpe = 2, kWord = 3, kChar = 4 };

struct SentencePieceFile {
  struct Entry {
    std::string text;
    float score = 0;
    SentencePieceType type = SentencePieceType::kNormal;
  };
  std::vector<Entry> pieces;  // index = id
  SentencePieceModel model = SentencePieceModel::kUnigram;
  bool byte_fallback = false;
  bool space_is_suffix = false;
  std::string charsmap;  // the compiled normalisation; empty: none
  bool add_dummy_prefix = true;
  bool remove_extra_spaces = true;
  bool escape_spaces = true;
};

// Errors name `source` and what is wrong: no such message, cut short, no pieces, a piece that is empty, not
// UTF-8 or there twice, a score that is no usable number, no <unk> or two of them, a model of words or
// characters.
Result<SentencePieceFile> parseSentencePieceFile(std::string_view bytes, std::string_view source);

}  // namespace heddle
