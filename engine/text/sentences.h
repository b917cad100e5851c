// Cuts paragraphs into sentences: the Unicode rules (UAX #29) with the usual English abbreviations kept
// together, corrected where they fail on Chinese quotes, initials, list numbers and addresses.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace heddle {

struct ByteRange {
  int32_t begin = 0;
  int32_t end = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// One object per thread.
class SentenceSplitter {
 public:
  // Bytes; text without an end in sight (tables, lists, texts without marks) is cut at clauses or white
  // space.
  static constexpr int32_t kLongest = 2048;

  SentenceSplitter();
  ~SentenceSplitter();

  // Replaces `out` by the sentences of a paragraph, in order and without gaps: white space after a sentence
  // belongs to it, as do closing quotes and brackets; opening ones belong to the next. Semicolons and
  // ellipses end no sentence, in Chinese neither.
  void split(std::string_view paragraph, std::vector<ByteRange>& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle
