// Tabs ask for the room of the page that is shown alone: the pages behind it do not make a small window
// larger.

#pragma once

class QTabWidget;

namespace heddle::ui {

// From now on, whenever another page is shown.
void askRoomOfCurrentPage(QTabWidget& tabs);

}  // namespace heddle::ui
