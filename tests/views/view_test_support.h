// What the tests of the views share: themes, folders, pointers.

#pragma once

#include <QPalette>
#include <QPointF>
#include <QString>
#include <QWidget>
#include <filesystem>
#include <string>

namespace heddle::ui {

QPalette lightPalette();
QPalette darkPalette();

// A folder that goes with the test.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Whether a label that is seen says so, or the tool tip of one that is cut.
bool says(const QWidget& widget, const QString& text);
// Some turns of the event loop: layouts follow what they hold.
void settle();

// Events as a mouse sends them, at a place of `widget`. A drag presses, moves in two steps and releases.
void drag(QWidget& widget, const QPointF& from, const QPointF& to, Qt::MouseButton button = Qt::LeftButton,
          Qt::KeyboardModifiers modifiers = Qt::NoModifier);
void movePointer(QWidget& widget, const QPointF& to);
void turnWheel(QWidget& widget, const QPointF& at, int notches);

}  // namespace heddle::ui
