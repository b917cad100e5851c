// The whole window against the fake engine, driven by mouse and keys.

#include <signal.h>
#include <unistd.h>

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QProcess>
#include <QPushButton>
#include <QScreen>
#include <QTabWidget>
#include <QTest>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>
#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include "app/command_palette.h"
#include "app/main_window.h"
#include "app/new_run/new_run_dialog.h"
#include "app/new_run/recipe_form.h"
#include "app/problem_bar.h"
#include "app/theme.h"
#include "tests/views/app_test_support.h"
#include "views/attention/attention_view.h"
#include "views/curves/curves_view.h"
#include "views/log/log_view.h"
#include "views/runs/inspector_view.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_view.h"

namespace heddle::ui {
namespace {

class WindowTest : public WorkspaceTest {
 protected:
  void open(bool first_run = false) {
    window = std::make_unique<MainWindow>(MainWindowOptions{.workspace = workspace, .first_run = first_run});
    window->show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(window.get()));
    window->start();
  }
  void close() {
    window->close();
    window.reset();
  }
  void TearDown() override {
    if (window) {
      stopAll();
      close();
    }
    applyTheme(*qApp, Theme::kSystem);
  }
  // No engine of a test outlives it.
  void stopAll() {
    for (int row = 0; row < window->runs().model().rowCount(); ++row) {
      const RunRow* run = runAt(row);
      if (run != nullptr && run->state == RunState::kRunning && run->pid > 1) {
        ::kill(static_cast<pid_t>(run->pid), SIGKILL);
      }
    }
  }

  const RunsModel& model() { return window->runs().model(); }
  const RunRow* runAt(int row) {
    return model().run(model().index(row, 0).data(RunsModel::kIdRole).toString());
  }
  bool inState(int row, RunState state) {
    return waitUntil([&] {
      const RunRow* run = row < model().rowCount() ? runAt(row) : nullptr;
      return run != nullptr && run->state == state;
    });
  }
  bool reached(int64_t step) {
    return waitUntil([&] { return model().rowCount() > 0 && runAt(0)->step >= step; });
  }
  // Rows of the charts' data, "train/loss" of any run.
  int pointsShown() { return static_cast<int>(window->curves().shownData().rows.size()); }

  QAction* command(const QString& text) {
    const QList<QAction*> all = window->commands();
    for (QAction* action : all) {
      if (CommandPalette::plainText(*action) == text) {
        return action;
      }
    }
    return nullptr;
  }
  void pressButton(const QString& text) {
    QAction* action = command(text);
    ASSERT_NE(action, nullptr) << text.toStdString();
    ASSERT_TRUE(waitUntil([&] { return action->isEnabled(); })) << text.toStdString();
    auto* button = qobject_cast<QToolButton*>(window->findChild<QToolBar*>()->widgetForAction(action));
    ASSERT_NE(button, nullptr);
    QTest::mouseClick(button, Qt::LeftButton);
  }
  void startRunByHand(const std::string& name, int steps, int checkpoint_every = 0) {
    const std::filesystem::path file = workspace.root / "given.toml";
    ASSERT_TRUE(writeFileAtomic(file, recipe(name, steps, checkpoint_every)).ok());
    QProcess engine;
    ASSERT_TRUE(QProcess::startDetached(
        QString::fromLatin1(HEDDLE_FAKE_ENGINE),
        {QStringLiteral("run"), QString::fromStdString(file.string()), QStringLiteral("--workspace"),
         QString::fromStdString(workspace.root.string()), QStringLiteral("--id"),
         QStringLiteral("by-hand")}));
  }

  std::unique_ptr<MainWindow> window;
};

// When the engine wrote the metrics of that step; 0 = not yet.
double timeOfStep(const std::filesystem::path& run, int64_t step) {
  const Result<std::string> text = readFile(run / "events.jsonl");
  std::istringstream lines(text ? *text : std::string());
  std::string line;
  while (std::getline(lines, line)) {
    const Result<std::optional<Event>> event = decodeEvent(line);
    if (event && event->has_value()) {
      const auto* metrics = std::get_if<Metrics>(&(*event)->body);
      if (metrics != nullptr && metrics->step == step) {
        return (*event)->time;
      }
    }
  }
  return 0;
}

TEST_F(WindowTest, TheFirstSizesLeaveMostOfTheWindowToThePicture) {
  open();
  const QSize screen = window->screen()->availableSize();
  EXPECT_EQ(window->size(),
            (screen * 0.85).boundedTo(QSize(1680, 1050)).expandedTo(window->minimumSizeHint()));
  if (window->width() >= 1100) {
    EXPECT_GE(window->views().width(), 0.54 * window->width());
  }
  EXPECT_LE(window->views().minimumSizeHint().width(), 520);
}

TEST_F(WindowTest, AnEmptyWorkspaceExplainsItselfAndTheFirstRunIsOneClick) {
  open();
  auto* first = window->findChild<QPushButton*>(QStringLiteral("welcome-first-run"));
  ASSERT_TRUE(waitUntil([&] { return first->isVisible(); }));
  QTest::mouseClick(first, Qt::LeftButton);
  ASSERT_TRUE(inState(0, RunState::kRunning));
  EXPECT_FALSE(first->isVisible());
  EXPECT_EQ(runAt(0)->name, "First run");
}

TEST_F(WindowTest, TheFirstRunStartsByItselfWhenAskedAndOnlyInAnEmptyWorkspace) {
  open(/*first_run=*/true);
  ASSERT_TRUE(inState(0, RunState::kRunning));
  pressButton(QStringLiteral("Stop and save"));
  ASSERT_TRUE(inState(0, RunState::kStopped));
  close();
  open(/*first_run=*/true);
  ASSERT_TRUE(inState(0, RunState::kStopped));
  EXPECT_EQ(model().rowCount(), 1);
}

TEST_F(WindowTest, ARunIsMadeFromAPresetItsPointsArriveLiveAndItStopsWhenAsked) {
  open();
  pressButton(QStringLiteral("New run"));
  auto* dialog = window->findChild<NewRunDialog*>();
  ASSERT_NE(dialog, nullptr);
  auto* name = qobject_cast<QLineEdit*>(dialog->form().editor(QStringLiteral("name")));
  name->selectAll();
  QTest::keyClicks(name, QStringLiteral("typed"));
  ASSERT_TRUE(waitUntil([&] { return dialog->checked(); }));
  QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("new-run-start")), Qt::LeftButton);

  ASSERT_TRUE(inState(0, RunState::kRunning));
  EXPECT_EQ(runAt(0)->name, "typed");
  EXPECT_EQ(window->runs().currentRun(), QString::fromStdString(runAt(0)->id));
  ASSERT_TRUE(waitUntil([&] { return pointsShown() > 0; }));
  const int before = pointsShown();
  ASSERT_TRUE(waitUntil([&] { return pointsShown() > before; })) << "the curve grows by itself";
  EXPECT_TRUE(waitUntil([&] { return window->log().rowCount() == 1; }));

  pressButton(QStringLiteral("Stop and save"));
  ASSERT_TRUE(inState(0, RunState::kStopped));
  EXPECT_TRUE(
      waitUntil([&] { return !window->inspector().value(QStringLiteral("Learning rate")).isEmpty(); }));

  const int64_t stopped_at = runAt(0)->step;
  pressButton(QStringLiteral("Resume"));
  ASSERT_TRUE(reached(stopped_at + 5));
  EXPECT_EQ(runAt(0)->state, RunState::kRunning);
}

TEST_F(WindowTest, NewPointsOfALiveRunAppearByThemselves) {
  qputenv("HEDDLE_FAKE_STEP_MS", "50");
  open();
  startRunByHand("live", 100000);
  ASSERT_TRUE(waitUntil([&] { return pointsShown() > 0; }));
  window->curves().setChosenMetrics({QStringLiteral("train/loss")});
  ASSERT_TRUE(waitUntil([&] { return pointsShown() > 0; }));
  double worst = 0;
  for (int i = 0; i < 10; ++i) {
    const int before = pointsShown();
    ASSERT_TRUE(waitUntil([&] { return pointsShown() > before; }));
    worst = std::max(worst, wallSeconds() - timeOfStep(workspace.runs() / "by-hand", before + 1));
  }
  // From the stamp of a point's event to the moment the chart has it; there is one point a step.
  RecordProperty("worst_latency_ms", static_cast<int>(worst * 1000));
}

TEST_F(WindowTest, ClosingTheWindowLeavesTheRunAloneAndReopeningShowsItsWholeCurve) {
  constexpr int kSteps = 200;
  open();
  const std::filesystem::path file = workspace.root / "given.toml";
  ASSERT_TRUE(writeFileAtomic(file, recipe("long", kSteps)).ok());
  pressButton(QStringLiteral("New run"));
  auto* dialog = window->findChild<NewRunDialog*>();
  ASSERT_NE(dialog, nullptr);
  auto* steps = qobject_cast<QLineEdit*>(dialog->form().editor(QStringLiteral("phase.0.steps")));
  steps->selectAll();
  QTest::keyClicks(steps, QString::number(kSteps));
  ASSERT_TRUE(waitUntil([&] { return dialog->checked(); }));
  QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("new-run-start")), Qt::LeftButton);
  ASSERT_TRUE(reached(3));
  ASSERT_LT(runAt(0)->step, kSteps);
  const std::filesystem::path run_folder = workspace.runs() / runAt(0)->id;
  close();

  ASSERT_TRUE(waitUntil([&] {
    const Result<std::string> lines = readFile(run_folder / "events.jsonl");
    return lines && lines->find("run_stopped") != std::string::npos;
  })) << "the engine goes on without the window";
  open();
  ASSERT_TRUE(inState(0, RunState::kFinished));
  window->curves().setChosenMetrics({QStringLiteral("train/loss")});
  ASSERT_TRUE(waitUntil([&] { return pointsShown() >= kSteps; })) << pointsShown();
}

TEST_F(WindowTest, ARunStartedFromTheCommandLineAppearsByItself) {
  open();
  startRunByHand("outside", 20, 10);
  ASSERT_TRUE(inState(0, RunState::kFinished));
  EXPECT_EQ(runAt(0)->name, "outside");
  EXPECT_TRUE(waitUntil([&] { return !window->inspector().value(QStringLiteral("Step 10")).isEmpty(); }));
}

TEST_F(WindowTest, AKilledEngineShowsAsCrashedAndResumeIsOffered) {
  open();
  startRunByHand("doomed", 100000, 10);
  ASSERT_TRUE(reached(25));
  ASSERT_EQ(::kill(static_cast<pid_t>(runAt(0)->pid), SIGKILL), 0);
  ASSERT_TRUE(inState(0, RunState::kCrashed));
  EXPECT_TRUE(window->inspector().failureText().contains(QStringLiteral("Resume")));
  ASSERT_TRUE(waitUntil([&] { return command(QStringLiteral("Resume"))->isEnabled(); }));
  EXPECT_FALSE(command(QStringLiteral("Stop and save"))->isEnabled());
  pressButton(QStringLiteral("Resume"));
  EXPECT_TRUE(inState(0, RunState::kRunning));
}

TEST_F(WindowTest, AFailedRunShowsTheCauseAndTheHint) {
  open();
  startRunByHand("failing", 100);
  ASSERT_TRUE(inState(0, RunState::kFailed));
  EXPECT_TRUE(waitUntil([&] {
    return window->inspector().failureText().contains(QStringLiteral("NaN at step 3")) &&
           window->inspector().failureText().contains(QStringLiteral("lower optimizer.learning_rate"));
  })) << window->inspector().failureText().toStdString();
}

TEST_F(WindowTest, AQueuedRunWaitsForStart) {
  writeRun("20260101-000000-waiting", recipe("waiting", 10));
  open();
  ASSERT_TRUE(inState(0, RunState::kQueued));
  pressButton(QStringLiteral("Start"));
  EXPECT_TRUE(inState(0, RunState::kFinished));
}

TEST_F(WindowTest, DuplicateOpensTheSelectedRunsRecipe) {
  writeRun("20260101-000000-origin", "seed = 5\n" + recipe("origin", 10));
  open();
  pressButton(QStringLiteral("Duplicate"));
  auto* dialog = window->findChild<NewRunDialog*>();
  ASSERT_NE(dialog, nullptr);
  EXPECT_EQ(dialog->form().recipe().name, "origin copy");
  EXPECT_EQ(dialog->form().recipe().seed, 5u);
}

TEST_F(WindowTest, AMissingEngineIsASentenceThatStaysUntilDismissed) {
  qputenv("HEDDLE_ENGINE", "/nowhere/heddle-engine");
  writeRun("20260101-000000-waiting", recipe("waiting", 10));
  open();
  pressButton(QStringLiteral("Start"));
  ASSERT_TRUE(waitUntil([&] { return window->problems().count() == 1; }));
  EXPECT_TRUE(window->problems().current().text.contains(QStringLiteral("/nowhere/heddle-engine")));
  QTest::mouseClick(window->findChild<QToolButton*>(QStringLiteral("problem-dismiss")), Qt::LeftButton);
  EXPECT_EQ(window->problems().count(), 0);
}

TEST_F(WindowTest, AWorkspaceThatCannotBeWrittenIsASentence) {
  // Permissions do not stop root; a file where the folder should be stops everybody.
  ASSERT_TRUE(writeFileAtomic(workspace.root / "file", "x").ok());
  workspace.root /= "file";
  open();
  ASSERT_TRUE(waitUntil([&] { return window->problems().count() == 1; }));
  EXPECT_TRUE(window->problems().current().text.contains(QString::fromStdString(workspace.root.string())));
}

TEST_F(WindowTest, AttentionIsAskedForOnlyWhenItsViewIsShown) {
  open();
  startRunByHand("outside", 20, 10);
  ASSERT_TRUE(inState(0, RunState::kFinished));
  ASSERT_TRUE(waitUntil([&] { return window->attention().checkpointStep() == 20; }));
  EXPECT_TRUE(window->attention().map().empty());
  window->views().setCurrentIndex(1);
  ASSERT_TRUE(waitUntil([&] { return !window->attention().map().empty(); }));
  EXPECT_EQ(window->attention().map().step, 20);
  EXPECT_EQ(window->attention().map().model, QStringLiteral("outside"));
}

TEST_F(WindowTest, FitsASmallScreenWithAPictureInIt) {
  open();
  startRunByHand("outside", 20, 10);
  ASSERT_TRUE(inState(0, RunState::kFinished));
  window->views().setCurrentIndex(1);
  ASSERT_TRUE(waitUntil([&] { return !window->attention().map().empty(); }));
  window->resize(800, 500);
  // Wrapped controls ask for their height once they know their width.
  for (int turn = 0; turn < 10; ++turn) {
    QCoreApplication::processEvents();
  }
  EXPECT_EQ(window->size(), QSize(800, 500));
}

TEST_F(WindowTest, ALetterOpensOneEntryOfItsMenu) {
  open();
  const auto menus = window->menuBar()->findChildren<QMenu*>();
  ASSERT_GE(menus.size(), 5);
  for (const QMenu* menu : menus) {
    std::set<QString> letters;
    const auto actions = menu->actions();
    for (const QAction* action : actions) {
      const QString letter = QKeySequence::mnemonic(action->text()).toString();
      EXPECT_TRUE(letter.isEmpty() || letters.insert(letter).second) << action->text().toStdString();
    }
  }
}

TEST_F(WindowTest, TheCommandPaletteRunsWhatIsTyped) {
  open();
  QTest::keyClick(window.get(), Qt::Key_K, Qt::ControlModifier);
  auto* palette = window->findChild<CommandPalette*>();
  ASSERT_NE(palette, nullptr);
  QTest::keyClicks(palette->findChild<QLineEdit*>(), QStringLiteral("dark"));
  EXPECT_EQ(palette->findChild<QListWidget*>()->count(), 1);
  QTest::keyClick(palette->findChild<QLineEdit*>(), Qt::Key_Return);
  EXPECT_TRUE(waitUntil(
      [&] { return qApp->palette().color(QPalette::Base) == darkThemePalette().color(QPalette::Base); }));
}

TEST_F(WindowTest, TheSessionComesBackInItsOwnWorkspaceOnly) {
  writeRun("20260101-000000-a", recipe("a", 10));
  writeRun("20260101-000001-b", recipe("b", 10));
  open();
  ASSERT_TRUE(waitUntil([&] { return model().rowCount() == 2; }));
  window->runs().setCurrentRun(QStringLiteral("20260101-000000-a"));
  window->runs().setChosenRuns(QStringList{QStringLiteral("20260101-000000-a")});
  window->curves().setSmoothing(0.9);
  window->curves().setSmoothingKind(SmoothingKind::kWindow);
  for (QToolButton* button : window->curves().findChildren<QToolButton*>()) {
    if (QStringList{"Original", "log x", "log y"}.contains(button->text())) {
      button->click();
    }
  }
  const int style = model().style(QStringLiteral("20260101-000000-a"));
  EXPECT_EQ(style, 1);  // the newer run was drawn beside it
  window->attention().setTexts(QStringLiteral("one"), QStringLiteral("two"));
  window->views().setCurrentIndex(1);
  close();
  open();
  ASSERT_TRUE(waitUntil([&] { return model().rowCount() == 2; }));
  EXPECT_EQ(window->runs().currentRun(), QStringLiteral("20260101-000000-a"));
  EXPECT_EQ(window->runs().drawnRuns(), QStringList{"20260101-000000-a"});
  EXPECT_DOUBLE_EQ(window->curves().smoothing(), 0.9);
  EXPECT_EQ(window->curves().smoothingKind(), SmoothingKind::kWindow);
  EXPECT_FALSE(window->curves().showsRaw());
  EXPECT_TRUE(window->curves().logX());
  EXPECT_TRUE(window->curves().logY());
  EXPECT_EQ(model().style(QStringLiteral("20260101-000000-a")), style);
  EXPECT_EQ(window->attention().textB(), QStringLiteral("two"));
  EXPECT_EQ(window->views().currentIndex(), 1);
  close();
  const QTemporaryDir other;
  workspace.root = other.path().toStdString();
  open();
  EXPECT_EQ(window->views().currentIndex(), 0);
  close();
}

TEST_F(WindowTest, ADatabaseThatIsRemovedIsBuiltAgainAndTheWindowSaysSo) {
  writeRun("20260101-000000-a", recipe("a", 10));
  open();
  ASSERT_TRUE(waitUntil([&] { return model().rowCount() == 1; }));
  ASSERT_TRUE(std::filesystem::remove(workspace.database()));
  ASSERT_TRUE(waitUntil([&] { return window->problems().count() == 1; }));
  EXPECT_TRUE(window->problems().current().text.contains(QStringLiteral("heddle.sqlite")));
  EXPECT_TRUE(waitUntil([&] { return std::filesystem::exists(workspace.database()); }));
  writeRun("20260101-000001-b", recipe("b", 10));
  EXPECT_TRUE(waitUntil([&] { return model().rowCount() == 2; }));
}

TEST_F(WindowTest, ARunWhoseFolderIsRemovedLeavesTheTable) {
  writeRun("20260101-000000-a", recipe("a", 10));
  writeRun("20260101-000001-b", recipe("b", 10));
  open();
  ASSERT_TRUE(waitUntil([&] { return model().rowCount() == 2; }));
  window->runs().setCurrentRun(QStringLiteral("20260101-000001-b"));
  std::filesystem::remove_all(workspace.runs() / "20260101-000001-b");
  EXPECT_TRUE(waitUntil([&] { return model().rowCount() == 1; }));
  EXPECT_EQ(window->runs().currentRun(), QStringLiteral("20260101-000000-a"));
  std::filesystem::remove_all(workspace.runs() / "20260101-000000-a");
  EXPECT_TRUE(waitUntil([&] { return model().rowCount() == 0; }));
  EXPECT_TRUE(window->findChild<QPushButton*>(QStringLiteral("welcome-first-run"))->isVisible());
}

TEST_F(WindowTest, WordsTypedIntoTheTableAreKept) {
  writeRun("20260101-000000-a", recipe("a", 10));
  open();
  ASSERT_TRUE(waitUntil([&] { return model().rowCount() == 1; }));
  ASSERT_TRUE(const_cast<RunsModel&>(model()).setData(model().index(0, static_cast<int>(RunColumn::kTags)),
                                                      QStringLiteral("paper"), Qt::EditRole));
  ASSERT_TRUE(
      waitUntil([&] { return std::filesystem::exists(workspace.runs() / "20260101-000000-a/user.jsonl"); }));
  close();
  open();
  EXPECT_TRUE(waitUntil([&] { return model().rowCount() == 1 && runAt(0)->tags == "paper"; }));
}

}  // namespace
}  // namespace heddle::ui
