// Word-segmented text and dictionaries as symbols.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/chinese/pretokens.h"

namespace heddle::chinese {

// Every different pre-token gets a number when it is first seen; symbols are dealt out once all are known.
class Alphabet {
 public:
  uint32_t number(const PreToken& token);
  // One entry per number: the symbol, learnt or a class. Characters come by code point, then runs by value;
  // the rarest stay classes where there are more than 16 bits can number.
  std::vector<uint16_t> assignSymbols();
  // After assignSymbols(): of a number, for the tables.
  const PreToken& example(uint32_t number) const { return examples_[number]; }
  size_t size() const { return examples_.size(); }
  size_t symbols() const { return symbols_; }

 private:
  std::unordered_map<uint64_t, uint32_t> numbers_;
  std::vector<PreToken> examples_;
  std::vector<int64_t> counts_;
  size_t symbols_ = 0;
};

// Stretches of pre-tokens, one after the other.
struct SegmentedText {
  std::vector<uint32_t> numbers;   // of the alphabet
  std::vector<uint8_t> word_ends;  // 1 where a word ends after the pre-token
  std::vector<size_t> begins;      // of stretches; one more than there are
};

// The words of a line of segmented text, as nextStretch() sees white space; they point into the line.
std::vector<std::string_view> wordsOfLine(std::string_view line);

// Hands each line of a text file over, from 1, without byte order mark; stops at the first error. `doing`
// starts errors, which name the file and the line: not there, binary, not UTF-8, a line over 64 MB.
Status forEachLine(const std::filesystem::path& path, const std::string& doing,
                   const std::function<Status(std::string_view line, int64_t number)>& take);

// Appends the sentences of a file, one a line, words separated by white space. Word boundaries inside a run
// of Latin letters or digits are dropped, as no segmentation cuts there. Errors name the file and the line:
// not there, binary, not UTF-8, no words at all.
Status readSegmentedText(const std::filesystem::path& path, Alphabet& alphabet, SegmentedText& out);

struct DictionaryEntry {
  std::vector<uint32_t> numbers;
  double count = 1;
};

// Appends the words of a dictionary: one a line, a count after it where there is one (further columns are
// ignored). Errors name the file and the line: not there, binary, not UTF-8, a count that is no positive
// number, no words.
Status readDictionary(const std::filesystem::path& path, Alphabet& alphabet,
                      std::vector<DictionaryEntry>& out);

}  // namespace heddle::chinese
