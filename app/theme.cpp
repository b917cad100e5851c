#include "app/theme.h"

#include <QApplication>
#include <QStyle>
#include <QStyleFactory>
#include <QToolTip>

namespace heddle::ui {
namespace {

struct ThemeColors {
  QRgb window, base, alternate, button, text, muted, border, highlight, highlighted_text, link;
};

constexpr ThemeColors kLight = {0xfff4f5f6, 0xffffffff, 0xfff8f9fa, 0xffeceef0, 0xff1d2126,
                                0xff6b737c, 0xffc6cbd1, 0xff2f6fb5, 0xffffffff, 0xff1f5fa8};
constexpr ThemeColors kDark = {0xff232529, 0xff1a1c1f, 0xff212327, 0xff303338, 0xffe4e6e9,
                               0xff8f969f, 0xff44484f, 0xff3574b8, 0xffffffff, 0xff7db3ee};

QPalette makePalette(const ThemeColors& colors) {
  const auto color = [](QRgb value) { return QColor::fromRgb(value); };
  QPalette palette(color(colors.button), color(colors.window));
  palette.setColor(QPalette::Window, color(colors.window));
  palette.setColor(QPalette::Base, color(colors.base));
  palette.setColor(QPalette::AlternateBase, color(colors.alternate));
  palette.setColor(QPalette::Button, color(colors.button));
  palette.setColor(QPalette::ToolTipBase, color(colors.base));
  for (const auto role :
       {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText}) {
    palette.setColor(role, color(colors.text));
  }
  palette.setColor(QPalette::PlaceholderText, color(colors.muted));
  palette.setColor(QPalette::Mid, color(colors.border));
  palette.setColor(QPalette::Highlight, color(colors.highlight));
  palette.setColor(QPalette::HighlightedText, color(colors.highlighted_text));
  palette.setColor(QPalette::Link, color(colors.link));
  palette.setColor(QPalette::LinkVisited, color(colors.link));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, color(colors.muted));
  }
  palette.setColor(QPalette::Disabled, QPalette::Highlight, color(colors.border));
  return palette;
}

}  // namespace

QString themeName(Theme theme) {
  switch (theme) {
    case Theme::kLight:
      return QStringLiteral("light");
    case Theme::kDark:
      return QStringLiteral("dark");
    case Theme::kSystem:
      break;
  }
  return QStringLiteral("system");
}

Theme themeFromName(const QString& name) {
  for (const Theme theme : {Theme::kLight, Theme::kDark}) {
    if (themeName(theme) == name) {
      return theme;
    }
  }
  return Theme::kSystem;
}

QPalette lightThemePalette() {
  return makePalette(kLight);
}
QPalette darkThemePalette() {
  return makePalette(kDark);
}

void applyTheme(QApplication& application, Theme theme) {
  static const QString system_style = application.style()->name();
  const QString style = theme == Theme::kSystem ? system_style : QStringLiteral("fusion");
  if (application.style()->name() != style) {
    QApplication::setStyle(QStyleFactory::create(style));
  }
  const QPalette palette = theme == Theme::kLight  ? lightThemePalette()
                           : theme == Theme::kDark ? darkThemePalette()
                                                   : QPalette();
  QApplication::setPalette(palette);
  QToolTip::setPalette(theme == Theme::kSystem ? application.palette() : palette);
}

}  // namespace heddle::ui
