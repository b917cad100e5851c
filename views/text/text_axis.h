// The axis that all bands of a text share: where each byte of the text stands, in device-independent pixels
// of one endless line, and where that line is broken. Wide enough for every character, every piece and every
// coarse token above and below each other. Knows no widget and no painter.

#pragma once

#include <QString>
#include <cstdint>
#include <functional>
#include <vector>

#include "views/text/tokenized_text.h"

namespace heddle::ui {

struct AxisMetrics {
  std::function<double(const QString&)> text_width;   // of a character with its marks
  std::function<double(const QString&)> label_width;  // of a token's or unit's box with its margins
};

// A character as the reader sees it: a base with its marks, an emoji of several code points.
struct AxisCharacter {
  int32_t begin = 0;
  int32_t end = 0;
  QString shown;  // what is drawn for it: "¶" for a line break, "·" for a space
  bool blank = false;
};

struct AxisLine {
  int32_t begin = 0;  // bytes
  int32_t end = 0;
};

class TextAxis {
 public:
  TextAxis() = default;
  TextAxis(const TokenizedText& text, const AxisMetrics& metrics);

  // A place has two sides: tokens that cover nothing stand between them.
  double left(int32_t byte) const { return left_[static_cast<size_t>(byte)]; }
  double right(int32_t byte) const { return right_[static_cast<size_t>(byte)]; }
  int32_t size() const { return static_cast<int32_t>(left_.size()) - 1; }  // bytes; -1 before a text is set
  const std::vector<AxisCharacter>& characters() const { return characters_; }

  // Lines at most `width` wide: broken between units where that leaves half a line or more, else between
  // tokens of all bands, else between characters. White space hangs over the end. A line break of the text
  // always ends a line. An empty text has one line.
  std::vector<AxisLine> wrap(double width) const;

 private:
  void findCharacters(const QByteArray& utf8, const AxisMetrics& metrics, std::vector<double>& widths);
  void findCrossings(const TokenizedText& text);

  // What a break at a byte would cut.
  enum Cut : uint8_t { kNothing = 0, kUnit = 1, kToken = 2, kCharacter = 4 };

  std::vector<double> left_;   // [byte], one past the last included
  std::vector<double> right_;  // [byte]
  std::vector<uint8_t> cuts_;  // [byte]
  std::vector<AxisCharacter> characters_;
  std::vector<int32_t> line_ends_;  // bytes behind each line break
  std::vector<bool> blank_;         // [byte]
};

}  // namespace heddle::ui
