#include "engine/text/chinese/training_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <tuple>

#include "engine/base/file.h"
#include "engine/text/chinese/model_file.h"
#include "engine/text/unicode.h"

namespace heddle::chinese {
namespace {

constexpr size_t kMaxSymbols = 60000;
// Runs seen less often say too little to be told from other runs.
constexpr int64_t kMinRunCount = 2;
constexpr size_t kLongestLine = size_t{64} << 20;

uint16_t classOf(const PreToken& token) {
  switch (token.kind) {
    case PreTokenKind::kIdeograph:
      return kUnknownIdeograph;
    case PreTokenKind::kMark:
      return kUnknownMark;
    case PreTokenKind::kDigits:
      return static_cast<uint16_t>(kOneDigit + std::min<uint64_t>(token.value, 5) - 1);
    case PreTokenKind::kLetters:
      return token.single ? kLetter : kLetters;
    case PreTokenKind::kOther:
      break;
  }
  return kUnknownRun;
}

bool isCharacter(const PreToken& token) {
  return token.kind == PreTokenKind::kIdeograph || token.kind == PreTokenKind::kMark;
}

}  // namespace

std::vector<std::string_view> wordsOfLine(std::string_view line) {
  std::vector<std::string_view> words;
  std::vector<PreToken> stretch;
  for (size_t at = 0; at < line.size();) {
    at = nextStretch(line, at, stretch);
    if (stretch.empty()) {
      continue;
    }
    const auto begin = static_cast<size_t>(stretch.front().begin);
    const auto end = static_cast<size_t>(stretch.back().end);
    if (!words.empty() && words.back().data() + words.back().size() == line.data() + begin) {
      words.back() = {words.back().data(), words.back().size() + end - begin};  // a very long word
    } else {
      words.push_back(line.substr(begin, end - begin));
    }
  }
  return words;
}

Status forEachLine(const std::filesystem::path& path, const std::string& doing,
                   const std::function<Status(std::string_view line, int64_t number)>& take) {
  const auto text = readFile(path);
  if (!text.ok()) {
    return text.error();
  }
  std::string_view rest = *text;
  if (rest.substr(0, 3) == "\xEF\xBB\xBF") {
    rest.remove_prefix(3);
  }
  for (int64_t number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto refuse = [&](const char* found, const char* hint) {
      return Error{doing + path.string() + ", line " + std::to_string(number) + ": " + found, hint};
    };
    if (line.size() > kLongestLine) {
      return refuse("the line is longer than 64 MB", "give one sentence or word per line");
    }
    if (line.find('\0') != std::string_view::npos) {
      return refuse("this is a binary file", "give a UTF-8 text file");
    }
    if (findInvalidUtf8(line) != std::string_view::npos) {
      return refuse("the line is not UTF-8", "convert the file to UTF-8");
    }
    if (Status taken = take(line, number); !taken.ok()) {
      return taken;
    }
  }
  return {};
}

uint32_t Alphabet::number(const PreToken& token) {
  // Runs of digits of a class are one thing; kinds must not meet under one key.
  const uint64_t value =
      token.kind == PreTokenKind::kDigits ? std::min<uint64_t>(token.value, 5) : token.value;
  const uint64_t key = value * 16 + static_cast<uint64_t>(token.kind) * 2 + (token.single ? 1 : 0);
  const auto [at, added] = numbers_.try_emplace(key, static_cast<uint32_t>(examples_.size()));
  if (added) {
    examples_.push_back(token);
    counts_.push_back(0);
  }
  ++counts_[at->second];
  return at->second;
}

std::vector<uint16_t> Alphabet::assignSymbols() {
  std::vector<uint32_t> learnt;
  std::vector<uint16_t> symbols(examples_.size());
  for (uint32_t number = 0; number < examples_.size(); ++number) {
    const PreToken& token = examples_[number];
    symbols[number] = classOf(token);
    const bool is_run = token.kind == PreTokenKind::kLetters || token.kind == PreTokenKind::kOther;
    if (isCharacter(token) || (is_run && counts_[number] >= kMinRunCount)) {
      learnt.push_back(number);
    }
  }
  const auto inOrder = [this](uint32_t a, uint32_t b) {
    const PreToken &x = examples_[a], &y = examples_[b];
    return std::tuple(!isCharacter(x), x.value, x.kind, x.single) <
           std::tuple(!isCharacter(y), y.value, y.kind, y.single);
  };
  if (learnt.size() > kMaxSymbols - kFirstLearntSymbol) {
    std::sort(learnt.begin(), learnt.end(), [&](uint32_t a, uint32_t b) {
      return counts_[a] != counts_[b] ? counts_[a] > counts_[b] : inOrder(a, b);
    });
    learnt.resize(kMaxSymbols - kFirstLearntSymbol);
  }
  std::sort(learnt.begin(), learnt.end(), inOrder);
  symbols_ = kFirstLearntSymbol;
  for (const uint32_t number : learnt) {
    symbols[number] = static_cast<uint16_t>(symbols_++);
  }
  return symbols;
}

Status readSegmentedText(const std::filesystem::path& path, Alphabet& alphabet, SegmentedText& out) {
  const std::string doing = "Reading the segmented text ";
  const size_t before = out.numbers.size();
  if (out.begins.empty()) {
    out.begins.push_back(0);
  }
  std::string joined;
  std::vector<int32_t> ends;
  std::vector<PreToken> stretch;
  const Status read = forEachLine(path, doing, [&](std::string_view line, int64_t) -> Status {
    joined.clear();
    ends.clear();
    for (const std::string_view word : wordsOfLine(line)) {
      joined += word;
      ends.push_back(static_cast<int32_t>(joined.size()));
    }
    auto end = ends.begin();
    for (size_t at = 0; at < joined.size();) {
      at = nextStretch(joined, at, stretch);
      for (const PreToken& token : stretch) {
        out.numbers.push_back(alphabet.number(token));
        while (end != ends.end() && *end < token.end) {
          ++end;
        }
        out.word_ends.push_back(end != ends.end() && *end == token.end ? 1 : 0);
      }
      if (!stretch.empty()) {
        out.word_ends.back() = 1;
        out.begins.push_back(out.numbers.size());
      }
    }
    return {};
  });
  if (!read.ok()) {
    return read;
  }
  if (out.numbers.size() == before) {
    return Error{doing + path.string() + ": it has no words",
                 "give one sentence per line, a space between words"};
  }
  return {};
}

Status readDictionary(const std::filesystem::path& path, Alphabet& alphabet,
                      std::vector<DictionaryEntry>& out) {
  const std::string doing = "Reading the dictionary ";
  const size_t before = out.size();
  std::vector<PreToken> stretch;
  const Status read = forEachLine(path, doing, [&](std::string_view line, int64_t number) -> Status {
    const std::vector<std::string_view> columns = wordsOfLine(line);
    if (columns.empty()) {
      return {};
    }
    DictionaryEntry entry;
    if (columns.size() > 1) {
      const std::string_view count = columns[1];
      const auto [end, code] = std::from_chars(count.data(), count.data() + count.size(), entry.count);
      if (code != std::errc() || end != count.data() + count.size() || !std::isfinite(entry.count) ||
          entry.count <= 0) {
        return Error{doing + path.string() + ", line " + std::to_string(number) + ": \"" +
                         std::string(count) + "\" is no positive count",
                     "give one word per line, then a space and its count if it is known"};
      }
    }
    // Zero-width characters never match text, so what WordPiece drops is dropped here, too.
    nextStretch(columns[0], 0, stretch);
    for (const PreToken& token : stretch) {
      entry.numbers.push_back(alphabet.number(token));
    }
    out.push_back(std::move(entry));
    return {};
  });
  if (!read.ok()) {
    return read;
  }
  if (out.size() == before) {
    return Error{doing + path.string() + ": it has no words", "give one word per line"};
  }
  return {};
}

}  // namespace heddle::chinese
