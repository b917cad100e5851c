#include "tests/views/view_test_support.h"

#include <stdlib.h>

#include <QCoreApplication>
#include <QLabel>
#include <QMouseEvent>
#include <QWheelEvent>

namespace heddle::ui {
namespace {

QPalette themed(const QColor& window, const QColor& base, const QColor& text) {
  QPalette palette;
  palette.setColor(QPalette::Window, window);
  palette.setColor(QPalette::WindowText, text);
  palette.setColor(QPalette::Base, base);
  palette.setColor(QPalette::Text, text);
  return palette;
}

void sendMouse(QWidget& widget, QEvent::Type type, const QPointF& at, Qt::MouseButton button,
               Qt::MouseButtons held, Qt::KeyboardModifiers modifiers) {
  QMouseEvent event(type, at, widget.mapToGlobal(at), button, held, modifiers);
  QCoreApplication::sendEvent(&widget, &event);
}

}  // namespace

QPalette lightPalette() {
  return themed(QColor(0xef, 0xef, 0xef), Qt::white, Qt::black);
}

QPalette darkPalette() {
  return themed(QColor(0x26, 0x28, 0x2b), QColor(0x1b, 0x1d, 0x20), QColor(0xe8, 0xe8, 0xe8));
}

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "heddle-views-XXXXXX").string();
  path_ = mkdtemp(name.data());
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void drag(QWidget& widget, const QPointF& from, const QPointF& to, Qt::MouseButton button,
          Qt::KeyboardModifiers modifiers) {
  sendMouse(widget, QEvent::MouseButtonPress, from, button, button, modifiers);
  sendMouse(widget, QEvent::MouseMove, (from + to) / 2, Qt::NoButton, button, modifiers);
  sendMouse(widget, QEvent::MouseMove, to, Qt::NoButton, button, modifiers);
  sendMouse(widget, QEvent::MouseButtonRelease, to, button, Qt::NoButton, modifiers);
}

void movePointer(QWidget& widget, const QPointF& to) {
  sendMouse(widget, QEvent::MouseMove, to, Qt::NoButton, Qt::NoButton, Qt::NoModifier);
}

void turnWheel(QWidget& widget, const QPointF& at, int notches) {
  QWheelEvent event(at, widget.mapToGlobal(at), {}, QPoint(0, 120 * notches), Qt::NoButton, Qt::NoModifier,
                    Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(&widget, &event);
}

bool says(const QWidget& widget, const QString& text) {
  for (const QLabel* label : widget.findChildren<QLabel*>()) {
    if (label->isVisible() && (label->text().contains(text) || label->toolTip().contains(text))) {
      return true;
    }
  }
  return false;
}

void settle() {
  for (int turn = 0; turn < 5; ++turn) {
    QCoreApplication::processEvents();
  }
}

}  // namespace heddle::ui
