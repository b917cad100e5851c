// Draws a BandsLayout, line by line.

#pragma once

#include <QFont>
#include <QPainter>
#include <QPalette>
#include <optional>

#include "views/text/bands_layout.h"

namespace heddle::ui {

class BandsPainter {
 public:
  // All are borrowed. `marked`: drawn with a frame, and its characters are marked in all bands.
  BandsPainter(QPainter& painter, const BandsLayout& layout, const QPalette& palette, const QFont& font,
               std::optional<BandPlace> marked);

  // `top`: of the line, where it is painted.
  void drawLine(int line, double top) const;

 private:
  void drawMark(const AxisLine& shown, double top, double origin) const;
  void drawCharacters(const AxisLine& shown, double top, double origin) const;
  void drawBand(int line, int band, double top) const;
  void drawName(int band, double top, const QColor& color) const;
  void drawToken(const ShownToken& token, const QRectF& box, const QColor& color,
                 const AxisLine& shown) const;
  void drawUnit(int band, int unit, int line, double top, const QColor& color) const;
  void drawLabel(const QString& label, const QRectF& box, bool whole) const;

  QPainter& painter_;
  const BandsLayout& layout_;
  const QPalette& palette_;
  QFontMetricsF metrics_;
  std::optional<BandPlace> marked_;
};

}  // namespace heddle::ui
