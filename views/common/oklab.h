// Colours in OKLab, where equal distances look equally different. Björn Ottosson, "A perceptual color space
// for image processing", 2020.

#pragma once

#include <QColor>

namespace heddle::ui {

struct OkLab {
  double lightness = 0;  // 0 black .. 1 white
  double a = 0;
  double b = 0;
};

OkLab toOkLab(const QColor& color);

// Colours outside sRGB lose chroma until they fit; lightness and hue are kept.
QColor fromOkLab(OkLab color);

// Hue in degrees.
OkLab okLch(double lightness, double chroma, double hue);

double distance(const OkLab& first, const OkLab& second);

}  // namespace heddle::ui
