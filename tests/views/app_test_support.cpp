#include "tests/views/app_test_support.h"

#include <QAction>

#include "app/command_palette.h"
#include "views/runs/runs_view.h"

namespace heddle::ui {

void OpenWindowTest::open() {
  window = std::make_unique<MainWindow>(MainWindowOptions{.workspace = workspace, .first_run = false});
  window->resize(1100, 750);
  window->show();
  ASSERT_TRUE(QTest::qWaitForWindowExposed(window.get()));
  window->start();
  ASSERT_TRUE(waitUntil([this] { return !window->runs().currentRun().isEmpty(); }));
}

void OpenWindowTest::close() {
  if (window) {
    window->close();
    window.reset();
  }
}

void OpenWindowTest::command(const QString& text) {
  const QList<QAction*> all = window->commands();
  for (QAction* action : all) {
    if (CommandPalette::plainText(*action) == text) {
      action->trigger();
      return;
    }
  }
  FAIL() << "no command " << text.toStdString();
}

std::string OpenWindowTest::write(const std::string& name, const std::string& bytes) const {
  const std::filesystem::path path = workspace.root / name;
  EXPECT_TRUE(makeFolder(path.parent_path()).ok());
  EXPECT_TRUE(writeFileAtomic(path, bytes).ok());
  return path.string();
}

}  // namespace heddle::ui
