// Learns SentencePiece models from lines of text, through the original library.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/subword/line_source.h"

namespace heddle {

struct SentencePieceTrainerOptions {
  enum class Model { kUnigram, kBpe };
  // What stands before the model: NFKC with white space tidied (SentencePiece's default), the same with case
  // folded, NFKC alone, NFKC with case folded, nothing.
  enum class Normalization { kNmtNfkc, kNmtNfkcCf, kNfkc, kNfkcCf, kIdentity };

  Model model = Model::kUnigram;
  int64_t vocab_size = 8000;           // pieces in all; fewer come back where the text yields no more
  double character_coverage = 0.9995;  // share of the text's characters that get a piece; 1 keeps all
  Normalization normalization = Normalization::kNmtNfkc;
  // Behind <pad> (0) and <unk> (1); never found in text.
  std::vector<std::string> control_symbols = {"[CLS]", "[SEP]", "[MASK]"};
  std::vector<std::string> user_symbols;  // one piece wherever they stand in text
  bool byte_fallback = false;             // unknown characters become 256 pieces for bytes
  int32_t max_piece_characters = 16;
  int64_t max_lines = 5'000'000;  // more lines: a sample of so many, drawn evenly
  int32_t threads = 1;
  uint64_t seed = 1;  // of that sample
};

// The bytes of a `.model`: for a file, or SentencePiece::fromBytes(). Lines are read once; at most max_lines
// are held, in stretches of kMaxStretchBytes (longer lines are cut at a space or between characters, none is
// left out). Control characters count as spaces, bytes that are not UTF-8 are left out. Equal lines and
// options give equal bytes. Errors: the source's; no text; options that contradict themselves; a vocabulary
// smaller than the alphabet. The source can cancel by an error; after its last line the library learns to the
// end, since it asks nobody: some two microseconds for each byte held. Nothing is written meanwhile, so that
// a program may simply be ended.
Result<std::string> trainSentencePiece(const LineSource& lines, const SentencePieceTrainerOptions& options);

// The library samples no fewer.
inline constexpr int64_t kMinSampledLines = 101;
inline constexpr size_t kMaxStretchBytes = 4192;

}  // namespace heddle
