// The commands of the main window: made once, shared by menus, toolbar, context menu and palette.

#pragma once

#include <QAction>
#include <array>

#include "app/main_window.h"

namespace heddle::ui {

struct MainWindow::Actions {
  explicit Actions(QObject* parent);

  QAction new_run;
  QAction start;
  QAction stop;
  QAction resume;
  QAction duplicate;
  QAction kill;
  QAction prepare_text;
  QAction open_workspace;
  QAction export_view;
  QAction quit;
  QAction filter_runs;
  QAction full_screen;
  QAction reset_layout;
  std::array<QAction*, 3> themes;  // by Theme; owned by the parent
  QAction palette;
  QAction shortcuts;
  QAction about;
};

}  // namespace heddle::ui
