// Colours by role, each with a light and a dark value. Widgets ask again on QEvent::PaletteChange; nothing is
// cached here.

#pragma once

#include <QColor>
#include <QPalette>
#include <QPen>

class QWidget;

namespace heddle::ui {

enum class Role {
  kText,
  kMutedText,  // axis labels, hints, units
  kGrid,
  kAxis,
  kTracker,
  kSelection,  // outline of the selected cell
  kInactive,   // a deselected run
  kRunning,
  kGood,
  kWarning,
  kError,
};

// Qt 6.4 cannot ask the system: a palette whose window is darker than its text is dark.
bool isDark(const QPalette& palette);

QColor roleColor(Role role, const QPalette& palette);

// Writes the widget's words in the colour of a role. `palette` is that of the view around it: its own may say
// another role by now. To be called again on the view's PaletteChange.
void setTextRole(QWidget& widget, Role role, const QPalette& palette);

// How run number `index` is drawn in every view. Neighbouring indices differ in hue; after ten the line style
// changes too, so forty runs stay apart, also without colour vision. Contrast to the background is at least
// 3:1 in both themes.
QPen seriesPen(int index, const QPalette& palette, double width = 1.5);
QColor seriesColor(int index, const QPalette& palette);

// Evenly spaced hues, head * 360 / heads, saturation .8; legible on the theme's background.
QColor headColor(int head, int heads, const QPalette& palette);

// WCAG contrast ratio of two opaque colours, 1 .. 21.
double contrastRatio(const QColor& first, const QColor& second);

}  // namespace heddle::ui
