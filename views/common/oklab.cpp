#include "views/common/oklab.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace heddle::ui {
namespace {

double toLinear(double channel) {
  return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double fromLinear(double channel) {
  return channel <= 0.0031308 ? channel * 12.92 : 1.055 * std::pow(channel, 1 / 2.4) - 0.055;
}

std::array<double, 3> toLinearRgb(const OkLab& color) {
  const double l = std::pow(color.lightness + 0.3963377774 * color.a + 0.2158037573 * color.b, 3);
  const double m = std::pow(color.lightness - 0.1055613458 * color.a - 0.0638541728 * color.b, 3);
  const double s = std::pow(color.lightness - 0.0894841775 * color.a - 1.2914855480 * color.b, 3);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

bool fitsRgb(const OkLab& color) {
  const auto rgb = toLinearRgb(color);
  return std::all_of(rgb.begin(), rgb.end(), [](double c) { return c > -1e-4 && c < 1 + 1e-4; });
}

}  // namespace

OkLab toOkLab(const QColor& color) {
  const double r = toLinear(color.redF());
  const double g = toLinear(color.greenF());
  const double b = toLinear(color.blueF());
  const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {.lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          .a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          .b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QColor fromOkLab(OkLab color) {
  color.lightness = std::clamp(color.lightness, 0.0, 1.0);
  if (!fitsRgb(color)) {
    double inside = 0;
    double outside = 1;
    for (int halving = 0; halving < 20; ++halving) {
      const double middle = (inside + outside) / 2;
      (fitsRgb({color.lightness, color.a * middle, color.b * middle}) ? inside : outside) = middle;
    }
    color.a *= inside;
    color.b *= inside;
  }
  const auto rgb = toLinearRgb(color);
  const auto channel = [&](size_t index) {
    return static_cast<float>(std::clamp(fromLinear(std::max(rgb[index], 0.0)), 0.0, 1.0));
  };
  return QColor::fromRgbF(channel(0), channel(1), channel(2)).toRgb();
}

OkLab okLch(double lightness, double chroma, double hue) {
  const double angle = hue * std::numbers::pi / 180;
  return {.lightness = lightness, .a = chroma * std::cos(angle), .b = chroma * std::sin(angle)};
}

double distance(const OkLab& first, const OkLab& second) {
  return std::hypot(first.lightness - second.lightness, first.a - second.a, first.b - second.b);
}

}  // namespace heddle::ui
