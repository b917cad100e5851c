// The axis that all bands of a text share: where each byte of the text stands, in device-independent pixels
// of one endless line, and where that line is broken. Wide enough for every character, every piece and every
// coarse token above and below each other. Knows no widget and no painter.

#pragma once

#include <QString>
#include <QStringView>
#include <cstdint>
#include <functional>
#include <vector>

#include "views/text/tokenized_text.h"

namespace heddle::ui {

struct AxisMetrics {
  std::function<double(QStringView)> text_width;   // of a character with its marks, as it is shown
  std::function<double(QStringView)> label_width;  // of a token's or unit's box with its margins
};

// A character as the reader sees it: a base with its marks, an emoji of several code points.
struct AxisCharacter {
  enum class Kind : uint8_t { kPlain, kBlank, kBreak };
  int32_t begin = 0;  // bytes
  int32_t end = 0;
  int32_t unit = 0;   // where it is in the text as UTF-16
  int16_t units = 0;  // at most 2^15 - 1 of them are shown
  Kind kind = Kind::kPlain;
  float width = 0;
};

using AxisLine = ByteRange;

class TextAxis {
 public:
  TextAxis() = default;
  TextAxis(const TokenizedText& text, const AxisMetrics& metrics);

  // A place has two sides: tokens that cover nothing stand between them.
  double left(int32_t byte) const { return left_[static_cast<size_t>(byte)]; }
  double right(int32_t byte) const { return right_[static_cast<size_t>(byte)]; }
  int32_t size() const { return static_cast<int32_t>(left_.size()) - 1; }  // bytes; -1 before a text is set
  const std::vector<AxisCharacter>& characters() const { return characters_; }
  // What is drawn for a character: "¶" for a line break, "·" for a space and for what cannot be seen.
  QStringView shown(const AxisCharacter& character) const;

  // Lines at most `width` wide: broken between units where that leaves half a line or more, else between
  // tokens of all bands, else between characters. White space hangs over the end. A line break of the text
  // always ends a line. An empty text has one line.
  std::vector<AxisLine> wrap(double width) const;

 private:
  void findCharacters(const AxisMetrics& metrics, size_t bytes);
  void findCrossings(const TokenizedText& text);
  void place(const TokenizedText& text, const AxisMetrics& metrics);

  // What a break at a byte would cut.
  enum Cut : uint8_t { kNothing = 0, kUnit = 1, kToken = 2, kCharacter = 4, kBlank = 8 };

  QString text_;
  std::vector<double> left_;   // [byte], one past the last included
  std::vector<double> right_;  // [byte]
  std::vector<uint8_t> cuts_;  // [byte]; kBlank: the byte is white space
  std::vector<AxisCharacter> characters_;
  std::vector<int32_t> line_ends_;  // bytes behind each line break
};

}  // namespace heddle::ui
