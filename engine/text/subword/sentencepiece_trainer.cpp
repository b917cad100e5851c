#include "engine/text/subword/sentencepiece_trainer.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "engine/text/unicode.h"

namespace heddle {
namespace {

// Marks unknown text inside the library, which would leave out lines that hold it.
constexpr UChar32 kReservedBlock = 0x2585;

// The line as the trainer can take it.
void clean(std::string& line) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(line.data());
  const auto size = static_cast<int32_t>(line.size());
  size_t kept = 0;
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0) {
      continue;
    }
    if (c < 32 || c == 127 || c == kReservedBlock) {
      line[kept++] = ' ';
      continue;
    }
    std::copy(line.begin() + begin, line.begin() + at, line.begin() + static_cast<ptrdiff_t>(kept));
    kept += static_cast<size_t>(at - begin);
  }
  line.resize(kept);
}

// Whether normalisation leaves anything of it: the library ends the process over texts of which nothing is
// left.
bool isVisible(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  for (int32_t at = 0; at < static_cast<int32_t>(text.size());) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, static_cast<int32_t>(text.size()), c);
    if (c >= 0 && c != 0x2581 && c != 0xFFFD && u_isgraph(c) &&
        !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
      return true;
    }
  }
  return false;
}

class Stretches final : public sentencepiece::SentenceIterator {
 public:
  explicit Stretches(const LineSource& lines) : lines_(lines) { Next(); }

  bool done() const override { return is_done_; }
  const std::string& value() const override { return stretch_; }
  sentencepiece::util::Status status() const override { return {}; }
  void Next() override {
    while (!is_done_) {
      if (rest_.empty()) {
        const Result<bool> more = lines_(line_);
        if (!more.ok()) {
          error_ = more.error();
        }
        if (!more.ok() || !*more) {
          is_done_ = true;
          break;
        }
        clean(line_);
        rest_ = line_;
      }
      stretch_ = takeStretch(rest_, kMaxStretchBytes);
      if (isVisible(stretch_)) {
        has_text_ = true;
        return;
      }
    }
  }

  bool hasText() const { return has_text_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  const LineSource& lines_;
  std::string line_;
  std::string_view rest_;
  std::string stretch_;
  bool is_done_ = false;
  bool has_text_ = false;
  std::optional<Error> error_;
};

// Symbols as one field of comma-separated values.
std::string joinSymbols(const std::vector<std::string>& symbols) {
  std::string joined;
  for (const std::string& symbol : symbols) {
    joined += joined.empty() ? "\"" : ",\"";
    for (const char c : symbol) {
      joined += c == '"' ? "\"\"" : std::string(1, c);
    }
    joined += '"';
  }
  return joined;
}

const char* nameOf(SentencePieceTrainerOptions::Normalization normalization) {
  using Normalization = SentencePieceTrainerOptions::Normalization;
  switch (normalization) {
    case Normalization::kNmtNfkc:
      return "nmt_nfkc";
    case Normalization::kNmtNfkcCf:
      return "nmt_nfkc_cf";
    case Normalization::kNfkc:
      return "nfkc";
    case Normalization::kNfkcCf:
      return "nfkc_cf";
    case Normalization::kIdentity:
      break;
  }
  return "identity";
}

// What contradicts itself, or nothing. Told here since the library ends the process over some of it.
std::string findFault(const SentencePieceTrainerOptions& options) {
  std::unordered_set<std::string> seen = {"<pad>", "<unk>"};
  for (const std::vector<std::string>* symbols : {&options.control_symbols, &options.user_symbols}) {
    for (const std::string& symbol : *symbols) {
      if (symbol.empty() || symbol.find_first_of(std::string_view("\0\n\r", 3)) != std::string::npos) {
        return "a symbol is empty or holds a line end";
      }
      if (!seen.insert(symbol).second) {
        return "the symbol \"" + symbol + "\" is there twice";
      }
    }
  }
  const size_t symbols = seen.size() + (options.byte_fallback ? 256 : 0);
  if (options.vocab_size <= static_cast<int64_t>(symbols)) {
    return std::to_string(symbols) + " of its pieces are taken by symbols and bytes";
  }
  if (options.vocab_size > 4'000'000) {
    return "more than 4000000 pieces are not supported";
  }
  if (!(options.character_coverage > 0 && options.character_coverage <= 1)) {
    return "the character coverage is not above 0 and at most 1";
  }
  if (options.max_piece_characters < 1 || options.max_piece_characters > 512) {
    return "the longest piece is not of 1 .. 512 characters";
  }
  if (options.max_lines < kMinSampledLines || options.threads < 1 || options.threads > 1024) {
    return "it may sample fewer than " + std::to_string(kMinSampledLines) +
           " lines, or is to take other than 1 .. 1024 threads";
  }
  return {};
}

}  // namespace

Result<std::string> trainSentencePiece(const LineSource& lines, const SentencePieceTrainerOptions& options) {
  const bool is_bpe = options.model == SentencePieceTrainerOptions::Model::kBpe;
  const std::string tried = std::string("cannot learn a ") + (is_bpe ? "BPE" : "unigram") +
                            " vocabulary of " + std::to_string(options.vocab_size) + " pieces: ";
  if (const std::string fault = findFault(options); !fault.empty()) {
    return Error{tried + fault, "change the settings of the tokeniser"};
  }
  Stretches stretches(lines);
  if (stretches.error()) {
    return *stretches.error();
  }
  if (!stretches.hasText()) {
    return Error{tried + "the text is empty", "name text files that are not empty"};
  }
  const std::unordered_map<std::string, std::string> settings = {
      {"model_type", is_bpe ? "bpe" : "unigram"},
      {"vocab_size", std::to_string(options.vocab_size)},
      {"hard_vocab_limit", is_bpe ? "true" : "false"},
      {"character_coverage", std::to_string(options.character_coverage)},
      {"normalization_rule_name", nameOf(options.normalization)},
      {"control_symbols", joinSymbols(options.control_symbols)},
      {"user_defined_symbols", joinSymbols(options.user_symbols)},
      {"byte_fallback", options.byte_fallback ? "true" : "false"},
      {"max_sentencepiece_length", std::to_string(options.max_piece_characters)},
      {"max_sentence_length", std::to_string(kMaxStretchBytes + 1)},
      {"input_sentence_size", std::to_string(options.max_lines)},
      {"shuffle_input_sentence", "true"},
      {"num_threads", std::to_string(options.threads)},
      {"pad_id", "0"},
      {"unk_id", "1"},
      {"bos_id", "-1"},
      {"eos_id", "-1"},
      {"minloglevel", "3"},
  };
  std::string model;
  sentencepiece::util::Status status;
  // The library's generator belongs to the thread and takes its seed when first used there.
  std::thread([&] {
    sentencepiece::SetRandomGeneratorSeed(static_cast<unsigned>(options.seed ^ (options.seed >> 32)));
    status = sentencepiece::SentencePieceTrainer::Train(settings, &stretches, &model);
  }).join();
  if (stretches.error()) {
    return *stretches.error();
  }
  if (!status.ok()) {
    // "file(line) [condition] sentence": only the sentence is for people.
    std::string reason = status.message();
    if (const size_t at = reason.rfind("] "); at != std::string::npos && at + 2 < reason.size()) {
      reason = reason.substr(at + 2);
    }
    return Error{tried + "SentencePiece says \"" + reason + "\"",
                 "raise the size or lower the character coverage where the alphabet does not fit; lower the "
                 "size where the text is short"};
  }
  return model;
}

}  // namespace heddle
