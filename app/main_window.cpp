#include "app/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QScreen>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QTreeView>
#include <algorithm>

#include "app/attention_feed.h"
#include "app/curve_feed.h"
#include "app/engine_link.h"
#include "app/inspector_link.h"
#include "app/main_window_actions.h"
#include "app/new_run/new_run_dialog.h"
#include "app/problem_bar.h"
#include "app/selection.h"
#include "app/store_worker.h"
#include "app/text/corpus_feed.h"
#include "app/text/prepare_dialog.h"
#include "app/text/text_feed.h"
#include "app/welcome.h"
#include "engine/base/file.h"
#include "engine/recipes/parse.h"
#include "views/attention/attention_view.h"
#include "views/common/progress_entry.h"
#include "views/common/tab_room.h"
#include "views/curves/curves_view.h"
#include "views/log/log_view.h"
#include "views/runs/inspector_view.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_view.h"
#include "views/text/corpora_page.h"
#include "views/text/text_view.h"

namespace heddle::ui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QString shownName(const RunRow& run) {
  return text(run.name.empty() ? run.id : run.name);
}

constexpr int kAttentionTab = 1;
constexpr int kTextTab = 2;
// Before the user has chosen sizes:
constexpr double kScreenShare = 0.85;
constexpr QSize kLargestWindow(1680, 1050);
constexpr double kCentreShare = 0.55;      // of the window's width, at least
constexpr double kRunsShareOfDocks = 0.5;  // the rest is the inspector's
constexpr int kWidestDocks = 122;          // characters, both together

bool isMade(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

MainWindow::MainWindow(const MainWindowOptions& options, QWidget* parent)
    : QMainWindow(parent),
      options_(options),
      selection_(new Selection(this)),
      store_(new StoreWorker(options.workspace)),
      engine_(new EngineLink(options.workspace)),
      inspection_(new InspectorLink(size_t{512} << 20, this)) {
  setWindowTitle(tr("Heddle: %1").arg(text(options.workspace.root.string())));
  setObjectName(QStringLiteral("main-window"));
  store_->moveToThread(&store_thread_);
  engine_->moveToThread(&engine_thread_);
  connect(&store_thread_, &QThread::finished, store_, &QObject::deleteLater);
  connect(&engine_thread_, &QThread::finished, engine_, &QObject::deleteLater);

  buildViews();
  buildDocks();
  buildActions();
  buildMenus();
  connectStore();
  connectEngine();
  connectViews();
  default_layout_ = saveState();
  restoreSession();
  updateActions();
}

MainWindow::~MainWindow() {
  // Views emit while they are taken down; nobody is left to hear it.
  for (QObject* part : std::initializer_list<QObject*>{runs_, curves_, attention_, text_feed_, corpus_feed_,
                                                       inspection_, store_, engine_}) {
    part->disconnect(this);
  }
  for (QThread* thread : {&store_thread_, &engine_thread_}) {
    thread->quit();
    thread->wait();
  }
}

void MainWindow::start() {
  store_thread_.start();
  engine_thread_.start();
  QMetaObject::invokeMethod(store_, &StoreWorker::start);
}

void MainWindow::buildViews() {
  runs_ = new RunsView(this);
  curves_ = new CurvesView(this);
  attention_ = new AttentionView(this);
  text_ = new TextView(this);
  inspector_ = new InspectorView(this);
  log_ = new LogView(this);
  welcome_ = new Welcome(this);
  problems_ = new ProblemBar(this);
  views_ = new QTabWidget(this);
  views_->setDocumentMode(true);
  views_->addTab(curves_, tr("Curves"));
  views_->addTab(attention_, tr("Attention"));
  views_->addTab(text_, tr("Text"));
  askRoomOfCurrentPage(*views_);
  centre_ = new QStackedWidget(this);
  centre_->addWidget(views_);
  centre_->addWidget(welcome_);
  setCentralWidget(centre_);
  curve_feed_ = new CurveFeed(*curves_, runs_->model(), this);
  attention_feed_ = new AttentionFeed(*attention_, *inspection_, *selection_, this);
  text_feed_ = new TextFeed(*text_, options_.workspace, this);
  corpus_feed_ = new CorpusFeed(*text_, options_.workspace, this);
  progress_ = new ProgressEntry(CorporaPage::cancelHint(), this);
  progress_->setMinimumWidth(56 * fontMetrics().averageCharWidth());

  statusBar()->addWidget(problems_, 1);
  statusBar()->addPermanentWidget(progress_);
  auto* where = new QLabel(text(options_.workspace.root.string()), this);
  where->setToolTip(tr("The workspace"));
  statusBar()->addPermanentWidget(where);
}

void MainWindow::buildDocks() {
  const auto add = [this](QWidget* view, const QString& title, const char* name, Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(QString::fromLatin1(name));
    dock->setWidget(view);
    addDockWidget(area, dock);
    return dock;
  };
  QDockWidget* runs = add(runs_, tr("Runs"), "dock-runs", Qt::LeftDockWidgetArea);
  QDockWidget* inspector = add(inspector_, tr("Inspector"), "dock-inspector", Qt::RightDockWidgetArea);
  QDockWidget* log = add(log_, tr("Log"), "dock-log", Qt::BottomDockWidgetArea);
  setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
  setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
  const int character = fontMetrics().averageCharWidth();
  runs_->setMinimumWidth(28 * character);
  inspector_->setMinimumWidth(38 * character);  // a property, its estimate, its measurement
  const QSize window = (screen()->availableSize() * kScreenShare).boundedTo(kLargestWindow);
  resize(window);
  const int docks = std::min(static_cast<int>((1 - kCentreShare) * window.width()), kWidestDocks * character);
  const int runs_width = static_cast<int>(kRunsShareOfDocks * docks);
  resizeDocks({runs, inspector}, {runs_width, docks - runs_width}, Qt::Horizontal);
  resizeDocks({log}, {11 * fontMetrics().lineSpacing()}, Qt::Vertical);
}

void MainWindow::connectStore() {
  connect(store_, &StoreWorker::runsLoaded, this, &MainWindow::setRuns);
  connect(store_, &StoreWorker::runsUpdated, this, &MainWindow::updateRuns);
  connect(store_, &StoreWorker::curvesLoaded, curve_feed_, &CurveFeed::acceptCurves);
  connect(store_, &StoreWorker::metricNamesLoaded, curve_feed_, &CurveFeed::acceptMetricNames);
  connect(store_, &StoreWorker::problem, this, &MainWindow::addProblem);
  connect(curve_feed_, &CurveFeed::curvesWanted, store_, &StoreWorker::fetchCurves);
  connect(curve_feed_, &CurveFeed::metricNamesWanted, store_, &StoreWorker::fetchMetricNames);
  connect(runs_, &RunsView::annotated, store_, &StoreWorker::annotate);
  connect(selection_, &Selection::runChanged, store_, &StoreWorker::watch);
  connect(store_, &StoreWorker::detailsLoaded, this, [this](const RunDetails& details) {
    if (details.run_id == selection_->run()) {
      details_ = details;
      inspector_->setDetails(details);
      attention_feed_->setCheckpoints(details);
      updateActions();
    }
  });
  connect(store_, &StoreWorker::logLoaded, this, [this](const QString& id, const std::vector<LogRow>& rows) {
    const RunRow* run = runs_->model().run(id);
    if (id == selection_->run() && run != nullptr) {
      log_->setRun(shownName(*run), rows);
    }
  });
  connect(store_, &StoreWorker::logGrew, this, [this](const QString& id, const std::vector<LogRow>& rows) {
    if (id == selection_->run()) {
      log_->appendRows(rows);
    }
  });
}

void MainWindow::connectEngine() {
  connect(engine_, &EngineLink::problem, this, &MainWindow::addProblem);
  connect(engine_, &EngineLink::started, store_, &StoreWorker::poll);
  connect(engine_, &EngineLink::created, store_, &StoreWorker::poll);
  connect(engine_, &EngineLink::created, this, [this](const QString& id) {
    wanted_run_ = id;
    runs_->draw(id);
  });
  connect(attention_feed_, &AttentionFeed::problem, this, &MainWindow::addProblem);
  connect(text_feed_, &TextFeed::problem, this, &MainWindow::addProblem);
  connect(corpus_feed_, &CorpusFeed::problem, this, &MainWindow::addProblem);
  connect(corpus_feed_, &CorpusFeed::prepared, text_feed_, &TextFeed::listTokenizers);
  connect(corpus_feed_, &CorpusFeed::progressed, progress_, &ProgressEntry::setProgress);
  connect(progress_, &ProgressEntry::cancelRequested, corpus_feed_, &CorpusFeed::cancel);
}

void MainWindow::connectViews() {
  connect(runs_, &RunsView::currentRunChanged, selection_, &Selection::setRun);
  connect(runs_, &RunsView::drawnRunsChanged, curve_feed_, &CurveFeed::setDrawn);
  connect(runs_->table()->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &MainWindow::updateActions);
  connect(selection_, &Selection::runChanged, this, &MainWindow::runSelected);
  connect(views_, &QTabWidget::currentChanged, this, &MainWindow::showVisibleView);
  connect(centre_, &QStackedWidget::currentChanged, this, &MainWindow::showVisibleView);
  connect(text_, &TextView::pageChanged, this, &MainWindow::showVisibleView);
  connect(text_, &TextView::prepareRequested, this, &MainWindow::prepareText);
  connect(&text_->corpora(), &CorporaPage::newRunRequested, this, &MainWindow::openNewRunOn);
  connect(inspector_, &InspectorView::checkpointActivated, this, [this](qint64 step) {
    views_->setCurrentIndex(kAttentionTab);
    Q_EMIT attention_->attentionRequested(attention_->textA(), attention_->textB(), step);
  });
  connect(welcome_, &Welcome::newRunRequested, this, &MainWindow::newRun);
  connect(welcome_, &Welcome::firstRunRequested, this, &MainWindow::startFirstRun);
  connect(welcome_, &Welcome::textRequested, this,
          [this] { showTextPage(static_cast<int>(TextPageKind::kText)); });
}

// Views that are not on the screen cost nothing.
void MainWindow::showVisibleView() {
  attention_feed_->setVisible(views_->currentIndex() == kAttentionTab && runs_known_);
  const bool text_is_seen =
      views_->currentIndex() == kTextTab && centre_->currentWidget() == views_ && runs_known_;
  text_feed_->setVisible(text_is_seen);
  corpus_feed_->setVisible(text_is_seen && text_->page() == TextPageKind::kCorpora);
}

void MainWindow::showTextPage(int page) {
  centre_->setCurrentWidget(views_);
  views_->setCurrentIndex(kTextTab);
  text_->setPage(static_cast<TextPageKind>(page));
  showVisibleView();
}

void MainWindow::setRuns(const std::vector<RunRow>& runs) {
  const bool first = !runs_known_;
  runs_known_ = true;
  runs_->setRuns(runs);
  centre_->setCurrentWidget(runs.empty() ? static_cast<QWidget*>(welcome_) : views_);
  if (first) {
    if (runs.empty() && options_.first_run) {
      startFirstRun();
    }
    showVisibleView();
  }
  if (currentRun() == nullptr && !runs.empty()) {
    runs_->setCurrentRun(wanted_run_);
    if (runs_->currentRun().isEmpty()) {
      runs_->setCurrentRun(text(runs.front().id));
    }
  }
  curve_feed_->runsChanged(runs);
  updateCurrentRun();
}

void MainWindow::updateRuns(const std::vector<RunRow>& runs) {
  runs_->updateRuns(runs);
  if (!runs.empty()) {
    centre_->setCurrentWidget(views_);
  }
  for (const RunRow& run : runs) {
    if (text(run.id) == wanted_run_) {
      runs_->setCurrentRun(wanted_run_);
      wanted_run_.clear();
    }
  }
  if (selection_->run().isEmpty() && !runs.empty()) {
    runs_->setCurrentRun(text(runs.front().id));
  }
  curve_feed_->runsChanged(runs);
  updateCurrentRun();
}

void MainWindow::runSelected(const QString& id) {
  details_ = {};
  const RunRow* run = runs_->model().run(id);
  log_->setRun(run != nullptr ? shownName(*run) : QString(), {});
  updateCurrentRun();
}

void MainWindow::updateCurrentRun() {
  const RunRow* run = currentRun();
  inspector_->setRun(run != nullptr ? std::optional<RunRow>(*run) : std::nullopt);
  const QString name = run != nullptr ? shownName(*run) : QString();
  attention_feed_->setRun(selection_->run(), name);
  text_feed_->setRun(run != nullptr ? selection_->run() : QString(), name);
  updateActions();
}

const RunRow* MainWindow::currentRun() const {
  return runs_->model().run(selection_->run());
}

void MainWindow::updateActions() {
  const auto anySelected = [this](std::initializer_list<RunState> states) {
    const QStringList ids = runs_->selectedRuns();
    return std::any_of(ids.begin(), ids.end(), [&](const QString& id) {
      const RunRow* run = runs_->model().run(id);
      return run != nullptr && std::find(states.begin(), states.end(), run->state) != states.end();
    });
  };
  actions_->start.setEnabled(anySelected({RunState::kQueued}));
  actions_->stop.setEnabled(anySelected({RunState::kRunning}));
  actions_->resume.setEnabled(anySelected({RunState::kStopped, RunState::kFailed, RunState::kCrashed}));
  actions_->duplicate.setEnabled(!details_.recipe_text.isEmpty());
  const RunRow* run = currentRun();
  actions_->kill.setEnabled(run != nullptr && run->state == RunState::kRunning);
}

void MainWindow::commandSelected(void (EngineLink::*command)(const QString&),
                                 std::initializer_list<RunState> states) {
  const QStringList ids = runs_->selectedRuns();
  for (const QString& id : ids) {
    const RunRow* run = runs_->model().run(id);
    if (run != nullptr && std::find(states.begin(), states.end(), run->state) != states.end()) {
      QMetaObject::invokeMethod(engine_, [engine = engine_, command, id] { (engine->*command)(id); });
    }
  }
}

// FLOPs per second of the newest run that has worked long enough to tell.
double MainWindow::measuredRate() const {
  constexpr double kEnoughSeconds = 10;
  double newest = 0;
  double rate = 0;
  const RunsModel& model = runs_->model();
  for (int row = 0; row < model.rowCount(); ++row) {
    const RunRow* run = model.run(model.index(row, 0).data(RunsModel::kIdRole).toString());
    if (run != nullptr && run->started > newest && run->engine_seconds > kEnoughSeconds && run->step > 0) {
      newest = run->started;
      rate = run->flops_per_step * static_cast<double>(run->step) / run->engine_seconds;
    }
  }
  return rate;
}

void MainWindow::newRun() {
  openNewRun({.workspace = options_.workspace});
}

void MainWindow::duplicateRun() {
  if (!details_.recipe_text.isEmpty()) {
    openNewRun(
        {.workspace = options_.workspace, .recipe_toml = details_.recipe_text, .name_suffix = tr(" copy")});
  }
}

void MainWindow::openNewRunOn(const QString& name, const QString& recipe_toml) {
  Recipe recipe = parseRecipe(recipe_toml.toStdString(), {}).recipe;
  recipe.name = name.toStdString();
  openNewRun({.workspace = options_.workspace, .text_of = std::move(recipe)});
}

void MainWindow::openNewRun(const NewRunOptions& options) {
  NewRunOptions measured = options;
  measured.flops_per_second = measuredRate();
  auto* dialog = new NewRunDialog(measured, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &NewRunDialog::runRequested, engine_, &EngineLink::create);
  dialog->show();
}

void MainWindow::prepareText() {
  if (auto* open = findChild<PrepareDialog*>(); open != nullptr && open->isVisible()) {
    open->raise();
    open->activateWindow();
    return;
  }
  auto* dialog =
      new PrepareDialog({.workspace = options_.workspace, .recipe_toml = corpus_feed_->lastRecipe()}, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setBusy(corpus_feed_->busy());
  connect(corpus_feed_, &CorpusFeed::busyChanged, dialog, &PrepareDialog::setBusy);
  connect(dialog, &PrepareDialog::prepareRequested, this, [this](const QString& recipe_toml) {
    showTextPage(static_cast<int>(TextPageKind::kCorpora));
    corpus_feed_->prepare(recipe_toml);
  });
  dialog->show();
}

void MainWindow::startFirstRun() {
  const std::filesystem::path path = resourceFolder() / "presets" / "first-run.toml";
  const ParsedRecipe parsed = readRecipe(path);
  if (!parsed.ok()) {
    addProblem({tr("The first run could not be started: %1").arg(text(parsed.problems.front().text)),
                tr("choose New run instead"), text(problemsText(parsed.problems, path.string()))});
    return;
  }
  const QString name = text(parsed.recipe.name);
  const QString toml = text(writeRecipe(parsed.recipe));
  QMetaObject::invokeMethod(engine_, [engine = engine_, name, toml] { engine->create(name, toml, true); });
}

void MainWindow::addProblem(const Problem& problem) {
  problems_->add(problem);
}

void MainWindow::setTheme(Theme theme) {
  theme_ = theme;
  applyTheme(*qApp, theme);
  actions_->themes[static_cast<size_t>(theme)]->setChecked(true);
}

void MainWindow::restoreSession() {
  const Result<Session> loaded = loadSession(options_.workspace);
  if (!loaded) {
    addProblem(asProblem(loaded.error()));
  }
  const Session session = loaded ? *loaded : Session{};
  restoreGeometry(session.geometry);
  if (!session.layout.isEmpty()) {
    restoreState(session.layout);
  }
  runs_->restoreColumnState(session.run_columns);
  runs_->filterLine()->setText(session.runs_filter);
  runs_->setStyles(session.run_styles);
  runs_->setChosenRuns(session.chosen_runs);
  wanted_run_ = session.run;
  views_->setCurrentIndex(std::clamp(session.view, 0, views_->count() - 1));
  const auto axis = static_cast<Axis>(std::clamp(session.axis, 0, static_cast<int>(Axis::kEpochs)));
  curves_->setAxis(session.axis_metric.isEmpty() ? XAxis(axis) : XAxis(session.axis_metric));
  curves_->setSmoothing(session.smoothing);
  curves_->setSmoothingKind(session.smoothing_kind);
  curves_->setIgnoreOutliers(session.ignore_outliers);
  curves_->setShowRaw(session.show_raw);
  curves_->setShowAllSegments(session.all_segments);
  curves_->setSummarizeRange(session.summarize_range);
  curves_->setLogX(session.log_x);
  curves_->setLogY(session.log_y);
  if (!session.metrics.isEmpty()) {
    curves_->setChosenMetrics(session.metrics);
  }
  attention_->setTexts(session.text_a.isEmpty()
                           ? tr("The old gardener waters the roses before the rain comes.")
                           : session.text_a,
                       session.text_b);
  attention_->setHead(session.layer, session.head);
  selection_->setHead(session.layer, session.head);
  text_feed_->restore(session.text);
  corpus_feed_->setLastRecipe(session.text.preparation);
  setTheme(themeFromName(session.theme));
}

Session MainWindow::currentSession() const {
  Session session;
  session.geometry = saveGeometry();
  session.layout = saveState();
  session.run_columns = runs_->columnState();
  session.theme = themeName(theme_);
  session.run = selection_->run();
  session.chosen_runs = runs_->chosenRuns();
  session.run_styles = runs_->model().styles();
  session.runs_filter = runs_->filterLine()->text();
  session.view = views_->currentIndex();
  session.axis = static_cast<int>(curves_->axis().kind);
  session.axis_metric = curves_->axis().metric;
  session.smoothing = curves_->smoothing();
  session.smoothing_kind = curves_->smoothingKind();
  session.ignore_outliers = curves_->ignoresOutliers();
  session.show_raw = curves_->showsRaw();
  session.all_segments = curves_->showsAllSegments();
  session.summarize_range = curves_->summarizesRange();
  session.log_x = curves_->logX();
  session.log_y = curves_->logY();
  session.metrics = curves_->chosenMetrics();
  session.text_a = attention_->textA();
  session.text_b = attention_->textB();
  session.layer = selection_->layer();
  session.head = selection_->head();
  session.text = text_feed_->session();
  session.text.preparation = corpus_feed_->lastRecipe();
  return session;
}

void MainWindow::closeEvent(QCloseEvent* event) {
  // A workspace that cannot be written, or never came to be, has nothing to remember; the store has said so.
  if (isMade(options_.workspace.runs())) {
    const Status saved = saveSession(options_.workspace, currentSession());
    if (!saved && problems_->count() == 0) {
      addProblem(asProblem(saved.error()));
    }
  }
  QMainWindow::closeEvent(event);
}

}  // namespace heddle::ui
