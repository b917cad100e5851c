#include "views/common/tab_room.h"

#include <QTabWidget>

namespace heddle::ui {

void askRoomOfCurrentPage(QTabWidget& tabs) {
  const auto apply = [&tabs] {
    for (int i = 0; i < tabs.count(); ++i) {
      const QSizePolicy::Policy policy =
          i == tabs.currentIndex() ? QSizePolicy::Preferred : QSizePolicy::Ignored;
      tabs.widget(i)->setSizePolicy(policy, policy);
    }
  };
  QObject::connect(&tabs, &QTabWidget::currentChanged, &tabs, apply);
  apply();
}

}  // namespace heddle::ui
