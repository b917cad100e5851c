// Where the data of a chart lie on the screen, and how a view of them moves: plain geometry.

#pragma once

#include <QRectF>

namespace heddle::ui {

struct Span {
  double lower = 0;
  double upper = 1;
  double size() const { return upper - lower; }
  friend bool operator==(const Span&, const Span&) = default;
};

// Pixels grow downwards, values upwards.
struct PlotArea {
  QRectF pixels;
  Span x;
  Span y;
  bool log_x = false;
  bool log_y = false;

  double toPixelX(double value) const;
  double toPixelY(double value) const;
  double toX(double pixel) const;
  double toY(double pixel) const;
};

// `span` with a margin on both sides, never of zero size.
Span padded(const Span& span, bool logarithmic, double margin);

// Moved by `pixels` of `length` pixels that show it.
Span panned(const Span& span, double pixels, double length, bool logarithmic);

// Around `center`, which stays where it is.
Span scaledAround(const Span& span, double factor, double center, bool logarithmic);

}  // namespace heddle::ui
