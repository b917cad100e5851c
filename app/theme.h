// Light and dark. "System" is whatever style and palette the desktop gives.

#pragma once

#include <QPalette>
#include <QString>

class QApplication;

namespace heddle::ui {

enum class Theme { kSystem, kLight, kDark };

QString themeName(Theme theme);            // "dark", as it is stored
Theme themeFromName(const QString& name);  // kSystem for unknown words

QPalette lightThemePalette();
QPalette darkThemePalette();

// Changes style and palette of all widgets; they hear of it by PaletteChange.
void applyTheme(QApplication& application, Theme theme);

}  // namespace heddle::ui
