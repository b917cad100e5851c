// SIGTERM, SIGINT and SIGHUP as a signal of the event loop, so that a session ends as if its window was
// closed.

#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace heddle::ui {

class Termination final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(Termination)

 public:
  // Takes the process's handlers; one at a time.
  explicit Termination(QObject* parent = nullptr);
  // Gives them back to the system: a second signal ends the process at once.
  ~Termination() override;

 Q_SIGNALS:
  void requested();

 private:
  int reading_end_ = -1;
  QSocketNotifier* notifier_ = nullptr;
};

}  // namespace heddle::ui
