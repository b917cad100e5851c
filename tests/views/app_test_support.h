// A workspace in a temporary folder with the fake engine, for tests of the window.

#pragma once

#include <gtest/gtest.h>

#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/main_window.h"
#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/paths.h"
#include "engine/events/event.h"
#include "engine/store/store.h"

namespace heddle::ui {

// Long enough for a loaded machine; nothing waits this long when all is well.
inline constexpr int kPatienceMs = 30000;

inline bool waitUntil(const std::function<bool()>& condition) {
  return QTest::qWaitFor(condition, kPatienceMs);
}

class WorkspaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder.isValid());
    workspace.root = folder.path().toStdString();
    qputenv("HEDDLE_ENGINE", HEDDLE_FAKE_ENGINE);
    qputenv("HEDDLE_FAKE_STEP_MS", "5");
  }

  // A recipe of the smallest sizes.
  static std::string recipe(const std::string& name, int steps, int checkpoint_every = 0) {
    return "name = \"" + name + "\"\n[model]\npreset = \"tiny\"\n[[phase]]\nlength = 32\nrows = 4\nsteps = " +
           std::to_string(steps) + "\n[checkpoint]\nevery_steps = " + std::to_string(checkpoint_every) +
           "\n[evaluation]\nevery_steps = 5\n";
  }

  RunFolder writeRun(const std::string& id, const std::string& recipe_toml,
                     const std::vector<EventBody>& events = {}) const {
    const RunFolder run{workspace.runs() / id};
    EXPECT_TRUE(makeFolder(run.root).ok());
    EXPECT_TRUE(writeFileAtomic(run.recipe(), recipe_toml).ok());
    std::string lines;
    for (const EventBody& body : events) {
      lines += encodeEvent({wallSeconds(), body}) + "\n";
    }
    if (!events.empty()) {
      EXPECT_TRUE(writeFileAtomic(run.events(), lines).ok());
    }
    return run;
  }

  QTemporaryDir folder;
  Workspace workspace;
};

// With a window on that workspace, once one is opened.
class OpenWindowTest : public WorkspaceTest {
 protected:
  void TearDown() override { close(); }

  // Where the workspace has runs: the newest is the current one.
  void open();
  void close();
  // Triggers the command of that name, as the palette has it.
  void command(const QString& text);
  // A file in the workspace's folder; its path.
  std::string write(const std::string& name, const std::string& bytes) const;

  std::unique_ptr<MainWindow> window;
};

}  // namespace heddle::ui
