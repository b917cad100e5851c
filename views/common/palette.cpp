#include "views/common/palette.h"

#include <QWidget>

#include <algorithm>
#include <array>
#include <cmath>

#include "views/common/oklab.h"

namespace heddle::ui {
namespace {

struct RoleColors {
  QRgb light;
  QRgb dark;
};

RoleColors roleColors(Role role) {
  switch (role) {
    case Role::kText:
      return {0xff1a1a1a, 0xffe8e8e8};
    case Role::kMutedText:
      return {0xff5c6066, 0xffa3a8b0};
    case Role::kGrid:
      return {0xffe6e8eb, 0xff35383d};
    case Role::kAxis:
      return {0xff8a8f96, 0xff7b8088};
    case Role::kTracker:
      return {0xff40454d, 0xffd0d4da};
    case Role::kSelection:
      return {0xffc2410c, 0xffffa552};
    case Role::kInactive:
      return {0xffe0e0e0, 0xff3b3b3b};
    case Role::kRunning:
      return {0xff1d6fd1, 0xff6cb0ff};
    case Role::kGood:
      return {0xff1b7f3b, 0xff5fce80};
    case Role::kWarning:
      return {0xff9a6700, 0xffe5b53a};
    case Role::kError:
      return {0xffc0262d, 0xffff7b7f};
  }
  return {0xff000000, 0xffffffff};
}

double luminance(const QColor& color) {
  const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
  return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

// Moves lightness away from the background until the colour can be told from it (WCAG 1.4.11 asks 3:1 of
// graphics).
QColor legible(OkLab color, const QColor& background) {
  constexpr double kLeastContrast = 3.0;
  const double step = luminance(background) > 0.18 ? -0.01 : 0.01;
  QColor result = fromOkLab(color);
  while (contrastRatio(result, background) < kLeastContrast && color.lightness > 0 && color.lightness < 1) {
    color.lightness += step;
    result = fromOkLab(color);
  }
  return result;
}

// Hues in degrees of OKLab and a shift of lightness, so that neighbours differ in both.
struct SeriesHue {
  double hue;
  double shift;
};
constexpr std::array<SeriesHue, 10> kSeriesHues = {{{255, 0.0},
                                                    {50, 0.03},
                                                    {150, -0.02},
                                                    {25, -0.04},
                                                    {305, 0.02},
                                                    {200, 0.04},
                                                    {355, 0.05},
                                                    {110, -0.05},
                                                    {280, -0.08},
                                                    {75, 0.06}}};

}  // namespace

bool isDark(const QPalette& palette) {
  return palette.color(QPalette::Window).lightnessF() < palette.color(QPalette::WindowText).lightnessF();
}

QColor roleColor(Role role, const QPalette& palette) {
  const RoleColors colors = roleColors(role);
  return QColor::fromRgb(isDark(palette) ? colors.dark : colors.light);
}

void setTextRole(QWidget& widget, Role role, const QPalette& palette) {
  QPalette colors = widget.palette();
  const QColor color = roleColor(role, palette);
  // Setting an equal palette again would send PaletteChange for ever.
  if (colors.color(QPalette::WindowText) != color) {
    colors.setColor(QPalette::WindowText, color);
    widget.setPalette(colors);
  }
}

QColor seriesColor(int index, const QPalette& palette) {
  const size_t place = static_cast<size_t>(std::max(index, 0)) % kSeriesHues.size();
  const double lightness = (isDark(palette) ? 0.74 : 0.56) + kSeriesHues[place].shift;
  return legible(okLch(lightness, 0.15, kSeriesHues[place].hue), palette.color(QPalette::Base));
}

QPen seriesPen(int index, const QPalette& palette, double width) {
  constexpr std::array<Qt::PenStyle, 4> kStyles = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
  const size_t round = static_cast<size_t>(std::max(index, 0)) / kSeriesHues.size();
  QPen pen(seriesColor(index, palette), width, kStyles[round % kStyles.size()]);
  return pen;
}

QColor headColor(int head, int heads, const QPalette& palette) {
  const float hue = static_cast<float>(head) / static_cast<float>(std::max(heads, 1));
  const QColor color = QColor::fromHslF(hue - std::floor(hue), 0.8F, isDark(palette) ? 0.62F : 0.45F);
  return legible(toOkLab(color), palette.color(QPalette::Base));
}

double contrastRatio(const QColor& first, const QColor& second) {
  const double one = luminance(first) + 0.05;
  const double two = luminance(second) + 0.05;
  return std::max(one, two) / std::min(one, two);
}

}  // namespace heddle::ui
