// What an empty workspace shows: three lines that say what to do, and the two ways to begin.

#pragma once

#include <QWidget>

namespace heddle::ui {

class Welcome final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(Welcome)

 public:
  explicit Welcome(QWidget* parent = nullptr);

 Q_SIGNALS:
  void newRunRequested();
  void firstRunRequested();
  void textRequested();
};

}  // namespace heddle::ui
