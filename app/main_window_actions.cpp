#include "app/main_window_actions.h"

#include <QActionGroup>
#include <QApplication>
#include <QDialog>
#include <QDockWidget>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QProcess>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolBar>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "app/command_palette.h"
#include "app/engine_link.h"
#include "app/write_beside.h"
#include "heddle_version.h"
#include "views/attention/attention_view.h"
#include "views/common/figure_export.h"
#include "views/curves/curves_view.h"
#include "views/runs/runs_view.h"
#include "views/text/text_view.h"

namespace heddle::ui {
namespace {

void describe(QAction& action, const QString& text, const QKeySequence& keys, const QString& explanation) {
  action.setText(text);
  action.setShortcut(keys);
  action.setToolTip(keys.isEmpty() ? explanation
                                   : explanation + u" (" + keys.toString(QKeySequence::NativeText) + u')');
  action.setStatusTip({});
}

}  // namespace

MainWindow::Actions::Actions(QObject* parent)
    : new_run(parent),
      start(parent),
      stop(parent),
      resume(parent),
      duplicate(parent),
      kill(parent),
      prepare_text(parent),
      open_workspace(parent),
      export_view(parent),
      quit(parent),
      filter_runs(parent),
      full_screen(parent),
      reset_layout(parent),
      themes{},
      palette(parent),
      shortcuts(parent),
      about(parent) {
  describe(new_run, tr("&New run…"), Qt::CTRL | Qt::Key_N, tr("Pretrain from a preset or a recipe"));
  describe(start, tr("&Start"), Qt::CTRL | Qt::Key_Return, tr("Start the selected queued runs"));
  describe(stop, tr("Stop and sa&ve"), Qt::CTRL | Qt::Key_Period,
           tr("Finish the step, save a checkpoint, end"));
  describe(resume, tr("&Resume"), Qt::CTRL | Qt::Key_R, tr("Go on from the last checkpoint"));
  describe(duplicate, tr("&Duplicate…"), Qt::CTRL | Qt::Key_D,
           tr("A new run with the selected run's recipe"));
  describe(kill, tr("&Kill the engine…"), {}, tr("End the engine at once, without saving"));
  describe(prepare_text, tr("&Prepare text…"), Qt::CTRL | Qt::Key_T,
           tr("Learn tokenisers from text and pack it to train on"));
  describe(open_workspace, tr("&Open workspace…"), Qt::CTRL | Qt::Key_O,
           tr("Another folder in another window"));
  describe(export_view, tr("&Export the view…"), Qt::CTRL | Qt::Key_E,
           tr("The chart or map as a figure or CSV"));
  describe(quit, tr("&Quit"), Qt::CTRL | Qt::Key_Q, tr("Close the window; runs go on"));
  describe(filter_runs, tr("&Filter runs"), Qt::CTRL | Qt::Key_F, tr("Type words that must occur"));
  describe(full_screen, tr("Full &screen"), Qt::Key_F11, tr("The window alone on the screen"));
  describe(reset_layout, tr("Reset &layout"), {}, tr("Docks where they were at first"));
  describe(palette, tr("&Commands…"), Qt::CTRL | Qt::Key_K, tr("Every command by its words"));
  describe(shortcuts, tr("&Keys and gestures"), Qt::Key_F1, tr("What keys and mouse do, by view"));
  describe(about, tr("&About Heddle"), {}, tr("Version and licence"));
  full_screen.setCheckable(true);
  auto* group = new QActionGroup(parent);
  const QString names[] = {tr("As the s&ystem"), tr("&Light"), tr("&Dark")};
  for (size_t i = 0; i < themes.size(); ++i) {
    themes[i] = group->addAction(names[i]);
    themes[i]->setCheckable(true);
    themes[i]->setToolTip(tr("Colours of the window"));
  }
}

void MainWindow::buildActions() {
  actions_ = std::make_unique<Actions>(this);
  Actions& a = *actions_;
  connect(&a.new_run, &QAction::triggered, this, &MainWindow::newRun);
  connect(&a.duplicate, &QAction::triggered, this, &MainWindow::duplicateRun);
  connect(&a.start, &QAction::triggered, this,
          [this] { commandSelected(&EngineLink::start, {RunState::kQueued}); });
  connect(&a.stop, &QAction::triggered, this,
          [this] { commandSelected(&EngineLink::stop, {RunState::kRunning}); });
  connect(&a.resume, &QAction::triggered, this, [this] {
    commandSelected(&EngineLink::resume, {RunState::kStopped, RunState::kFailed, RunState::kCrashed});
  });
  connect(&a.kill, &QAction::triggered, this, &MainWindow::askToKill);
  connect(&a.prepare_text, &QAction::triggered, this, &MainWindow::prepareText);
  connect(&a.open_workspace, &QAction::triggered, this, &MainWindow::openWorkspace);
  connect(&a.export_view, &QAction::triggered, this, &MainWindow::exportView);
  connect(&a.quit, &QAction::triggered, this, &QWidget::close);
  connect(&a.filter_runs, &QAction::triggered, this, [this] {
    runs_->filterLine()->setFocus();
    runs_->filterLine()->selectAll();
  });
  connect(&a.full_screen, &QAction::toggled, this,
          [this](bool full) { setWindowState(windowState().setFlag(Qt::WindowFullScreen, full)); });
  connect(&a.reset_layout, &QAction::triggered, this, [this] { restoreState(default_layout_); });
  connect(&a.palette, &QAction::triggered, this, [this] { (new CommandPalette(commands(), this))->show(); });
  connect(&a.shortcuts, &QAction::triggered, this, &MainWindow::showShortcuts);
  connect(&a.about, &QAction::triggered, this, &MainWindow::showAbout);
  for (size_t i = 0; i < a.themes.size(); ++i) {
    connect(a.themes[i], &QAction::triggered, this, [this, i] { setTheme(static_cast<Theme>(i)); });
  }
  runs_->setRunActions({&a.start, &a.stop, &a.resume, &a.duplicate, &a.kill});
}

void MainWindow::buildMenus() {
  Actions& a = *actions_;
  QMenu* file = menuBar()->addMenu(tr("&File"));
  file->addActions({&a.new_run, &a.open_workspace, &a.export_view});
  file->addSeparator();
  file->addAction(&a.quit);
  QMenu* run = menuBar()->addMenu(tr("&Run"));
  run->addActions({&a.start, &a.stop, &a.resume, &a.duplicate});
  run->addSeparator();
  run->addAction(&a.kill);

  QMenu* view = menuBar()->addMenu(tr("&View"));
  int number = 1;
  const auto addShortcut = [&](QAction* action) {
    action->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number++)));
    view->addAction(action);
  };
  const auto docks = findChildren<QDockWidget*>();
  for (QDockWidget* dock : docks) {
    addShortcut(dock->toggleViewAction());
  }
  view->addSeparator();
  for (int tab = 0; tab < views_->count(); ++tab) {
    auto* action = new QAction(tr("Show %1").arg(views_->tabText(tab)), this);
    connect(action, &QAction::triggered, this, [this, tab] {
      centre_->setCurrentWidget(views_);
      views_->setCurrentIndex(tab);
      showVisibleView();
    });
    addShortcut(action);
  }
  view->addSeparator();
  view->addAction(&a.filter_runs);
  QMenu* theme = view->addMenu(tr("&Theme"));
  for (QAction* action : a.themes) {
    theme->addAction(action);
  }
  view->addSeparator();
  view->addActions({&a.reset_layout, &a.full_screen});
  buildTextMenu();
  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addActions({&a.palette, &a.shortcuts, &a.about});

  QToolBar* bar = addToolBar(tr("Commands"));
  bar->setObjectName(QStringLiteral("toolbar"));
  bar->setMovable(false);
  bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
  bar->addAction(&a.new_run);
  bar->addSeparator();
  bar->addActions({&a.start, &a.stop, &a.resume, &a.duplicate});
  auto* space = new QWidget(bar);
  space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(space);
  bar->addAction(&a.palette);
}

void MainWindow::buildTextMenu() {
  QMenu* menu = menuBar()->addMenu(tr("&Text"));
  const QString pages[] = {tr("&Tokens of a text"), tr("&Vocabulary of a tokeniser"),
                           tr("&Compare tokenisers"), tr("Training &rows of the run"),
                           tr("Corpora of the &workspace")};
  for (int page = 0; page < static_cast<int>(std::size(pages)); ++page) {
    auto* action = new QAction(pages[page], this);
    connect(action, &QAction::triggered, this, [this, page] { showTextPage(page); });
    menu->addAction(action);
  }
  menu->addSeparator();
  menu->addAction(&actions_->prepare_text);
  const auto open = [&](const QString& text, bool folder) {
    auto* action = new QAction(text, this);
    connect(action, &QAction::triggered, this, [this, folder] {
      showTextPage(0);
      text_->chooseTokenizer(folder);
    });
    menu->addAction(action);
  };
  open(tr("&Open a tokeniser's files…"), false);
  open(tr("Open a tokeniser's &folder…"), true);
}

QList<QAction*> MainWindow::commands() const {
  QList<QAction*> all;
  const auto menus = menuBar()->findChildren<QMenu*>();
  for (const QMenu* menu : menus) {
    const auto actions = menu->actions();
    for (QAction* action : actions) {
      if (action->menu() == nullptr && !action->isSeparator() && !all.contains(action)) {
        all.append(action);
      }
    }
  }
  return all + runs_->actions();
}

void MainWindow::askToKill() {
  const RunRow* run = currentRun();
  if (run == nullptr) {
    return;
  }
  const QString id = QString::fromStdString(run->id);
  const QString host = QString::fromStdString(run->host);
  const qint64 pid = run->pid;
  auto* box =
      new QMessageBox(QMessageBox::Warning, tr("Kill the engine"),
                      tr("Kill the engine of %1 without saving?").arg(QString::fromStdString(run->name)),
                      QMessageBox::Cancel, this);
  box->setInformativeText(tr("Everything since its last checkpoint is lost. Stop and save loses nothing."));
  QPushButton* yes = box->addButton(tr("Kill"), QMessageBox::DestructiveRole);
  yes->setObjectName(QStringLiteral("confirm-kill"));
  box->setAttribute(Qt::WA_DeleteOnClose);
  connect(yes, &QPushButton::clicked, this, [this, id, host, pid] {
    QMetaObject::invokeMethod(engine_, [engine = engine_, id, host, pid] { engine->kill(id, host, pid); });
  });
  box->open();
}

void MainWindow::exportView() {
  auto* figure = dynamic_cast<Figure*>(views_->currentWidget());
  auto* dialog = new QFileDialog(this, tr("Export the view"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  QStringList filters;
  const QStringList formats = figureFormats() + QStringList{QStringLiteral("CSV")};
  for (const QString& format : formats) {
    filters.append(tr("%1 (*.%2)").arg(format, format.toLower()));
  }
  dialog->setNameFilters(filters);
  connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
    dialog->setDefaultSuffix(filter.section(u' ', 0, 0).toLower());
  });
  dialog->setDefaultSuffix(formats.first().toLower());
  connect(dialog, &QFileDialog::fileSelected, this, [this, figure](const QString& path) {
    FigureOptions options;
    options.caption = figure == text_
                          ? text_->figureCaption()
                          : QStringList{tr("Runs: %1").arg(runs_->drawnRuns().join(QStringLiteral(", ")))};
    options.caption.append(tr("Heddle %1").arg(QString::fromLatin1(kVersion)));
    const auto write = prepareExport(*figure, path.toStdString(), options);
    if (!write) {
      addProblem(asProblem(write.error()));
      return;
    }
    writeBeside(*write, this, [this](const Error& error) { addProblem(asProblem(error)); });
  });
  dialog->open();
}

void MainWindow::openWorkspace() {
  auto* dialog = new QFileDialog(this, tr("Open a workspace"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::Directory);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
    if (!QProcess::startDetached(QCoreApplication::applicationFilePath(), {path})) {
      addProblem({tr("Another window could not be started for %1").arg(path),
                  tr("start heddle %1 from a terminal").arg(path),
                  {}});
    }
  });
  dialog->open();
}

void MainWindow::showShortcuts() {
  auto* dialog = new QDialog(this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(tr("Keys and gestures"));
  auto* list = new QTreeWidget(dialog);
  list->setHeaderLabels({tr("Command"), tr("Keys")});
  list->setRootIsDecorated(false);
  const QList<QAction*> all = commands();
  for (const QAction* action : all) {
    if (!action->shortcut().isEmpty()) {
      new QTreeWidgetItem(
          list, {CommandPalette::plainText(*action), action->shortcut().toString(QKeySequence::NativeText)});
    }
  }
  const auto addGestures = [list](const QString& view, std::initializer_list<QStringList> gestures) {
    auto* group = new QTreeWidgetItem(list, {view});
    group->setFirstColumnSpanned(true);
    QFont bold = list->font();
    bold.setBold(true);
    group->setFont(0, bold);
    for (const QStringList& gesture : gestures) {
      new QTreeWidgetItem(list, gesture);
    }
  };
  addGestures(tr("In a chart"), {{tr("Zoom to a box"), tr("Drag")},
                                 {tr("Zoom at the pointer"), tr("Wheel; over an axis that axis alone")},
                                 {tr("Pan"), tr("Shift+drag, or drag with the middle button")},
                                 {tr("Show everything"), tr("Double click")},
                                 {tr("Zoom back, forward"), tr("Alt+Left, Alt+Right")},
                                 {tr("Ranges, order of the tooltip"), tr("Right click")}});
  addGestures(tr("In Attention"), {{tr("Next head, next layer"), tr("Arrow keys")},
                                   {tr("Heads looked at before"), tr("Alt+Left, Alt+Right")},
                                   {tr("Hold a token or cell"), tr("Click; Esc lets go")}});
  addGestures(tr("In Text"), {{tr("The same characters under every tokeniser"), tr("Point at a token")},
                              {tr("Hold a token; let go"), tr("Click; Esc")},
                              {tr("Next token, next band"), tr("Arrow keys, Home, End")},
                              {tr("Next token of a training row, next row"), tr("Arrow keys")}});
  addGestures(tr("In the table of runs"),
              {{tr("This run alone in the charts"), tr("Double click its tick")}});
  list->resizeColumnToContents(0);
  (new QVBoxLayout(dialog))->addWidget(list);
  dialog->resize(90 * fontMetrics().averageCharWidth(), 36 * fontMetrics().height());
  dialog->show();
}

void MainWindow::showAbout() {
  auto* box = new QMessageBox(
      QMessageBox::NoIcon, tr("About Heddle"),
      tr("Heddle %1\nPretrain, inspect and compare BERT-family encoders.").arg(QString::fromLatin1(kVersion)),
      QMessageBox::Close, this);
  box->setInformativeText(
      tr("GPL-3.0-or-later. With Qt %1, QCustomPlot, LibTorch %2, SQLite, ICU, toml++ and "
         "nlohmann/json.")
          .arg(QString::fromLatin1(qVersion()), QString::fromLatin1(kTorchVersion)));
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

}  // namespace heddle::ui
