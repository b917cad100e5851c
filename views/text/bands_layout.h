// Where everything of a text under several tokenisers stands: in each line its characters, below them a band
// for each tokeniser, fine tokens above coarse ones. Plain geometry in device-independent pixels from the top
// left of the picture; knows no widget and no painter. Making one may take a while for long texts and is done
// on any thread; breaking it into lines is quick.

#pragma once

#include <QPointF>
#include <QRectF>
#include <memory>
#include <optional>
#include <vector>

#include "views/text/text_axis.h"
#include "views/text/text_widths.h"
#include "views/text/tokenized_text.h"

namespace heddle::ui {

class BandsLayout {
 public:
  static constexpr double kMargin = 8;
  static constexpr double kPadding = 4;  // between a box's edge and its label
  static constexpr double kBoxGap = 2;   // between neighbouring boxes
  static constexpr double kLead = 6;     // above the characters of a line
  static constexpr double kLineGap = 10;
  static constexpr double kSwatch = 9;

  struct Rows {  // offsets from the top of a line
    double fine = 0;
    double coarse = -1;  // -1: no coarse grain
    double bottom = 0;
  };

  // The text is not null.
  BandsLayout(TokenizedTextPtr text, TextWidths& widths);

  // Breaks the lines for a picture of this width.
  void wrap(double width);

  const TokenizedText& text() const { return *text_; }
  const TextAxis& axis() const { return axis_; }
  const std::vector<AxisLine>& lines() const { return lines_; }  // none of an empty text
  int lineCount() const { return static_cast<int>(lines_.size()); }
  int lineOf(int32_t byte) const;
  double lineTop(int line) const { return line * line_height_; }
  double lineHeight() const { return line_height_; }
  double height() const { return line_height_ * lineCount() + kMargin; }
  double gutter() const { return gutter_; }  // at the left, for the names of the bands
  double boxHeight() const { return box_height_; }
  const Rows& rows(int band) const { return rows_[static_cast<size_t>(band)]; }

  // A place's box in a line, from the line's top; nullopt: not in this line.
  std::optional<QRectF> boxIn(BandPlace place, int line) const;
  // The first part of it where it goes over the end of a line.
  QRectF box(BandPlace place) const;
  std::optional<BandPlace> placeAt(const QPointF& position) const;

 private:
  // A token that covers nothing stands behind others at the same place.
  struct Standing {
    int index = 0;
    double before = 0;
    double width = 0;
  };

  void arrangeRows(TextWidths& widths);
  void findStanding(TextWidths& widths);

  TokenizedTextPtr text_;
  TextAxis axis_;
  std::vector<AxisLine> lines_;
  std::vector<Rows> rows_;                       // [band]
  std::vector<std::vector<Standing>> standing_;  // [band], by index
  double box_height_ = 0;
  double line_height_ = 0;
  double gutter_ = 0;
  double narrowest_ = 0;  // that a line is broken for
};

}  // namespace heddle::ui
