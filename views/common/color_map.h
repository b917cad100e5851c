// The colours of maps: weight 0 is the theme's background, and equal steps of weight look equally large.

#pragma once

#include <QColor>
#include <QRgb>
#include <array>

namespace heddle::ui {

using ColorTable = std::array<QRgb, 256>;

// From `background` to a strong blue (light themes) or a pale yellow (dark themes), with even steps in OKLab
// and lightness that only falls (rises).
ColorTable sequentialColors(const QColor& background);

// 0 .. 255; NaN and negative weights are 0, weights above `largest` are 255. `largest` > 0.
int colorIndex(float weight, float largest);

}  // namespace heddle::ui
