// The window: connects runs table, charts, attention, text, inspector and log to the store's thread and the
// engine's link. Holds no knowledge of its own beyond what is selected and what was open.

#pragma once

#include <QMainWindow>
#include <QThread>
#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

#include "app/problem.h"
#include "app/session.h"
#include "app/theme.h"
#include "engine/base/paths.h"
#include "engine/store/store.h"
#include "views/runs/run_details.h"

class QAction;
class QStackedWidget;
class QTabWidget;

namespace heddle::ui {

class AttentionFeed;
class AttentionView;
class CorpusFeed;
class CurveFeed;
class CurvesView;
class EngineLink;
class InspectorLink;
class InspectorView;
class LogView;
class ProblemBar;
class ProgressEntry;
class RunsView;
class Selection;
class StoreWorker;
class TextFeed;
class TextView;
class Welcome;

struct NewRunOptions;

struct MainWindowOptions {
  Workspace workspace;
  bool first_run = false;  // start the preset for newcomers when the workspace has no runs
};

class MainWindow final : public QMainWindow {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(MainWindow)

 public:
  explicit MainWindow(const MainWindowOptions& options, QWidget* parent = nullptr);
  // Leaves all engines of runs alone.
  ~MainWindow() override;

  // Opens the store; apart from the constructor so that the window is on the screen before.
  void start();

  RunsView& runs() { return *runs_; }
  CurvesView& curves() { return *curves_; }
  AttentionView& attention() { return *attention_; }
  TextView& textView() { return *text_; }
  TextFeed& textFeed() { return *text_feed_; }
  CorpusFeed& corpusFeed() { return *corpus_feed_; }
  ProgressEntry& progress() { return *progress_; }
  InspectorView& inspector() { return *inspector_; }
  LogView& log() { return *log_; }
  ProblemBar& problems() { return *problems_; }
  QTabWidget& views() { return *views_; }
  // Every command of the menus and toolbars, for the palette and the list of shortcuts.
  QList<QAction*> commands() const;
  void addProblem(const Problem& problem);

 public Q_SLOTS:
  void newRun();
  void prepareText();
  void duplicateRun();

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  struct Actions;

  void buildViews();
  void buildDocks();
  void buildActions();
  void buildMenus();
  void buildTextMenu();
  void connectStore();
  void connectEngine();
  void connectViews();

  void setRuns(const std::vector<RunRow>& runs);
  void updateRuns(const std::vector<RunRow>& runs);
  void runSelected(const QString& id);
  void updateCurrentRun();
  void updateActions();
  void showVisibleView();
  void showTextPage(int page);
  // To each selected run that is in one of the states.
  void commandSelected(void (EngineLink::*command)(const QString&), std::initializer_list<RunState> states);
  const RunRow* currentRun() const;
  double measuredRate() const;
  void openNewRun(const NewRunOptions& options);
  void openNewRunOn(const QString& name, const QString& recipe_toml);
  void startFirstRun();
  void askToKill();
  void exportView();
  void openWorkspace();
  void showShortcuts();
  void showAbout();
  void setTheme(Theme theme);
  void restoreSession();
  Session currentSession() const;

  MainWindowOptions options_;
  Selection* selection_;
  QThread store_thread_;
  QThread engine_thread_;
  StoreWorker* store_;  // lives on store_thread_
  EngineLink* engine_;  // lives on engine_thread_
  InspectorLink* inspection_;

  RunsView* runs_ = nullptr;
  CurvesView* curves_ = nullptr;
  AttentionView* attention_ = nullptr;
  TextView* text_ = nullptr;
  InspectorView* inspector_ = nullptr;
  LogView* log_ = nullptr;
  Welcome* welcome_ = nullptr;
  ProblemBar* problems_ = nullptr;
  QTabWidget* views_ = nullptr;
  QStackedWidget* centre_ = nullptr;
  CurveFeed* curve_feed_ = nullptr;
  AttentionFeed* attention_feed_ = nullptr;
  TextFeed* text_feed_ = nullptr;
  CorpusFeed* corpus_feed_ = nullptr;
  ProgressEntry* progress_ = nullptr;  // of text that is prepared
  std::unique_ptr<Actions> actions_;

  Theme theme_ = Theme::kSystem;
  RunDetails details_;  // of the selected run
  QString wanted_run_;  // to select as soon as it appears
  QByteArray default_layout_;
  bool runs_known_ = false;
};

}  // namespace heddle::ui
