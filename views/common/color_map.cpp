#include "views/common/color_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "views/common/oklab.h"

namespace heddle::ui {
namespace {

// A path through OKLab: lightness straight to its end, hue turning, chroma rising quickly and falling a
// little at the end.
OkLab pathColor(const OkLab& start, bool dark, double t) {
  const double end_lightness = dark ? 0.95 : 0.27;
  const double hue = dark ? 285 - 190 * t : 215 + 60 * t;
  const double peak = dark ? 0.145 : 0.135;
  const double end_chroma = dark ? 0.11 : 0.10;
  const double chroma = peak * std::sin(std::numbers::pi * std::pow(t, 0.8)) + end_chroma * t * t;
  const OkLab color = okLch(start.lightness + (end_lightness - start.lightness) * t, chroma, hue);
  const double own = std::pow(1 - t, 3);  // what is left of the background's own tint
  return {color.lightness, color.a + start.a * own, color.b + start.b * own};
}

}  // namespace

ColorTable sequentialColors(const QColor& background) {
  const OkLab start = toOkLab(background);
  const bool dark = start.lightness < 0.6;
  // The path is walked in small steps of the colours a screen can show, and resampled by the length walked.
  constexpr int kSteps = 1024;
  std::vector<OkLab> path(kSteps + 1);
  std::vector<double> length(kSteps + 1, 0.0);
  for (int i = 0; i <= kSteps; ++i) {
    path[i] = toOkLab(fromOkLab(pathColor(start, dark, double(i) / kSteps)));
    if (i > 0) {
      length[i] = length[i - 1] + distance(path[i - 1], path[i]);
    }
  }
  ColorTable table{};
  for (size_t i = 0; i < table.size(); ++i) {
    const double wanted = length.back() * static_cast<double>(i) / 255.0;
    const auto place = std::lower_bound(length.begin(), length.end(), wanted) - length.begin();
    table[i] = fromOkLab(path[static_cast<size_t>(place)]).rgb();
  }
  table[0] = background.rgb();
  return table;
}

int colorIndex(float weight, float largest) {
  if (!(weight > 0)) {
    return 0;
  }
  return static_cast<int>(std::lround(std::min(weight / largest, 1.0F) * 255.0F));
}

}  // namespace heddle::ui
