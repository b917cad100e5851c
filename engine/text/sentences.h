// Cuts paragraphs into sentences by the Unicode rules (UAX #29), with the usual English abbreviations kept
// together.

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
  SentenceSplitter();
  ~SentenceSplitter();

  // Replaces `out` by the sentences of a paragraph, in order and without gaps: white space after a sentence
  // belongs to it.
  void split(std::string_view paragraph, std::vector<ByteRange>& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle
