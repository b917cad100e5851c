#include "app/write_beside.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <utility>

namespace heddle::ui {

void writeBeside(std::function<Status()> work, QObject* context, std::function<void(const Error&)> failed) {
  QThreadPool::globalInstance()->start(
      [work = std::move(work), context = QPointer<QObject>(context), failed = std::move(failed)]() mutable {
        const Status done = work();
        if (done.ok()) {
          return;
        }
        // Whether the context lives is asked on its own thread.
        QMetaObject::invokeMethod(
            qApp,
            [context, failed = std::move(failed), error = done.error()] {
              if (context != nullptr) {
                failed(error);
              }
            },
            Qt::QueuedConnection);
      });
}

}  // namespace heddle::ui
