#include "views/runs/runs_view.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "views/runs/runs_delegates.h"
#include "views/runs/runs_filter.h"
#include "views/runs/runs_model.h"

namespace heddle::ui {
namespace {

constexpr int column(RunColumn which) {
  return static_cast<int>(which);
}

// Wide enough for usual values, in average characters of the font.
int defaultCharacters(RunColumn which) {
  switch (which) {
    case RunColumn::kName:
      return 16;
    case RunColumn::kProgress:
      return 13;
    case RunColumn::kState:
      return 8;
    case RunColumn::kBestEval:
      return 9;
    case RunColumn::kModel:
      return 10;
    case RunColumn::kSeed:
      return 7;
    case RunColumn::kNotes:
    case RunColumn::kTags:
    case RunColumn::kId:
      return 20;
    default:
      return 14;
  }
}

}  // namespace

RunsView::RunsView(QWidget* parent)
    : QWidget(parent),
      model_(new RunsModel(this)),
      filter_(new RunsFilter(this)),
      filter_line_(new QLineEdit(this)),
      table_(new QTreeView(this)),
      drawn_note_(new QLabel(this)),
      archive_action_(new QAction(tr("Archive"), this)),
      rename_action_(new QAction(tr("Rename"), this)),
      show_archived_action_(new QAction(tr("Show archived runs"), this)) {
  filter_line_->setPlaceholderText(tr("Filter runs: words that must all occur"));
  filter_line_->setClearButtonEnabled(true);
  filter_line_->setObjectName(QStringLiteral("runs-filter"));

  filter_->setSourceModel(model_);
  table_->setModel(filter_);
  table_->setObjectName(QStringLiteral("runs-table"));
  table_->setAccessibleName(tr("Runs"));
  filter_line_->setAccessibleName(tr("Filter of the runs"));
  table_->setRootIsDecorated(false);
  table_->setUniformRowHeights(true);
  table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  table_->setEditTriggers(QAbstractItemView::EditKeyPressed);
  table_->setContextMenuPolicy(Qt::CustomContextMenu);
  table_->setAllColumnsShowFocus(true);
  table_->setTextElideMode(Qt::ElideRight);
  auto* name_delegate = new RunNameDelegate(table_);
  table_->setItemDelegateForColumn(column(RunColumn::kName), name_delegate);
  table_->setItemDelegateForColumn(column(RunColumn::kProgress), new RunProgressDelegate(table_));

  QHeaderView* header = table_->header();
  header->setSectionsMovable(true);
  header->setStretchLastSection(false);
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  const int character = fontMetrics().averageCharWidth();
  for (int c = 0; c < column(RunColumn::kCount); ++c) {
    header->resizeSection(c, defaultCharacters(static_cast<RunColumn>(c)) * character + 12);
    header->setSectionHidden(c, !columnInfo(static_cast<RunColumn>(c)).shown_by_default);
  }
  // A dock is narrow: what changes while a run lives stands beside its name.
  header->moveSection(header->visualIndex(column(RunColumn::kProgress)), 2);
  header->moveSection(header->visualIndex(column(RunColumn::kBestEval)), 3);
  header->moveSection(header->visualIndex(column(RunColumn::kLastLoss)), 4);
  table_->setSortingEnabled(true);
  table_->sortByColumn(column(RunColumn::kStarted), Qt::DescendingOrder);

  auto* chooser = new QToolButton(this);
  chooser->setText(tr("Columns"));
  chooser->setObjectName(QStringLiteral("runs-columns"));
  chooser->setAutoRaise(true);

  auto* top = new QHBoxLayout;
  top->addWidget(filter_line_);
  top->addWidget(chooser);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(4, 4, 4, 4);
  layout->setSpacing(4);
  layout->addLayout(top);
  layout->addWidget(table_);
  layout->addWidget(drawn_note_);
  drawn_note_->setWordWrap(true);
  drawn_note_->setObjectName(QStringLiteral("runs-drawn-note"));

  archive_action_->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_A);
  archive_action_->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  rename_action_->setShortcut(Qt::Key_F2);
  rename_action_->setShortcutContext(Qt::WidgetShortcut);
  show_archived_action_->setCheckable(true);
  addAction(archive_action_);
  addAction(rename_action_);
  addAction(show_archived_action_);

  connect(filter_line_, &QLineEdit::textChanged, filter_, &RunsFilter::setText);
  connect(filter_line_, &QLineEdit::textChanged, this, &RunsView::updateDrawn);
  connect(header, &QHeaderView::sortIndicatorChanged, this, &RunsView::updateDrawn);
  connect(header, &QHeaderView::customContextMenuRequested, this,
          [this, header](const QPoint& at) { showColumnMenu(header->mapToGlobal(at)); });
  connect(chooser, &QToolButton::clicked, this,
          [this, chooser] { showColumnMenu(chooser->mapToGlobal(QPoint(0, chooser->height()))); });
  connect(table_, &QTreeView::customContextMenuRequested, this, &RunsView::showRowMenu);
  connect(drawn_note_, &QLabel::linkActivated, this, [this] { setChosenRuns(std::nullopt); });
  connect(model_, &RunsModel::annotated, this, &RunsView::annotated);
  connect(model_, &RunsModel::drawnToggled, this, &RunsView::toggleDrawn);
  connect(name_delegate, &RunNameDelegate::soloRequested, this, &RunsView::solo);
  connect(archive_action_, &QAction::triggered, this, &RunsView::archiveSelected);
  connect(rename_action_, &QAction::triggered, this,
          [this] { table_->edit(filter_->mapFromSource(model_->indexOf(current_))); });
  connect(show_archived_action_, &QAction::toggled, this, [this](bool show) {
    filter_->setShowArchived(show);
    updateDrawn();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& now) {
            const QString id = now.data(RunsModel::kIdRole).toString();
            if (!id.isEmpty() && id != current_) {
              current_ = id;
              Q_EMIT currentRunChanged(id);
            }
          });
  updateDrawn();
}

void RunsView::setRuns(std::vector<RunRow> runs) {
  model_->setRuns(std::move(runs));
  if (model_->run(current_) == nullptr) {
    current_.clear();
  }
  setCurrentRun(current_);
  updateDrawn();
}

void RunsView::updateRuns(const std::vector<RunRow>& runs) {
  model_->updateRuns(runs);
  updateDrawn();
}

QString RunsView::currentRun() const {
  return current_;
}

void RunsView::setCurrentRun(const QString& id) {
  const QModelIndex index = filter_->mapFromSource(model_->indexOf(id));
  if (index.isValid()) {
    table_->selectionModel()->setCurrentIndex(
        index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    table_->scrollTo(index);
  }
}

QStringList RunsView::selectedRuns() const {
  QStringList ids;
  const QModelIndexList rows = table_->selectionModel()->selectedRows();
  for (const QModelIndex& row : rows) {
    ids.append(row.data(RunsModel::kIdRole).toString());
  }
  return ids;
}

void RunsView::setStyles(const QHash<QString, int>& styles) {
  model_->setStyles(styles);
}

std::optional<QStringList> RunsView::chosenRuns() const {
  return chosen_;
}

void RunsView::setChosenRuns(const std::optional<QStringList>& ids) {
  chosen_ = ids;
  solo_.clear();
  updateDrawn();
}

void RunsView::draw(const QString& id) {
  if (chosen_ && !chosen_->contains(id)) {
    chosen_->prepend(id);
  }
  updateDrawn();
}

void RunsView::toggleDrawn(const QString& id, bool draw) {
  before_click_ = chosen_;
  QStringList ids = drawn_;
  ids.removeAll(id);
  if (draw) {
    ids.append(id);
  }
  setChosenRuns(ids);
}

void RunsView::solo(const QString& id) {
  if (solo_ == id || (before_click_ && *before_click_ == QStringList{id})) {
    setChosenRuns(before_solo_);
    return;
  }
  before_solo_ = before_click_;
  setChosenRuns(QStringList{id});
  before_click_ = QStringList{id};
  solo_ = id;
}

void RunsView::updateDrawn() {
  QStringList ids;
  const int rows = filter_->rowCount();
  for (int row = 0; row < rows && (chosen_ || ids.size() < kDrawnByDefault); ++row) {
    const QString id = filter_->index(row, 0).data(RunsModel::kIdRole).toString();
    if (!chosen_ || chosen_->contains(id)) {
      ids.append(id);
    }
  }
  if (chosen_) {
    drawn_note_->setText(tr("%1 of %2 runs drawn. <a href=\"first\">Draw the first %3</a>")
                             .arg(ids.size())
                             .arg(rows)
                             .arg(kDrawnByDefault));
  } else {
    drawn_note_->setText(tr("Nothing ticked: the first %1 of %2 are drawn.").arg(ids.size()).arg(rows));
  }
  drawn_note_->setVisible(model_->rowCount() > 0 && (chosen_ || rows > kDrawnByDefault));
  if (ids != drawn_) {
    drawn_ = ids;
    model_->setDrawn(ids);
    Q_EMIT drawnRunsChanged(ids);
  }
}

void RunsView::archiveSelected() {
  const QStringList ids = selectedRuns();
  for (const QString& id : ids) {
    const RunRow* run = model_->run(id);
    if (run != nullptr) {
      Q_EMIT annotated(id, QStringLiteral("archived"), run->archived ? QString() : QStringLiteral("1"));
    }
  }
}

QByteArray RunsView::columnState() const {
  return table_->header()->saveState();
}

void RunsView::restoreColumnState(const QByteArray& state) {
  if (!state.isEmpty()) {
    table_->header()->restoreState(state);
  }
}

void RunsView::setRunActions(const QList<QAction*>& actions) {
  run_actions_ = actions;
}

void RunsView::showColumnMenu(const QPoint& global) {
  QMenu menu;
  const std::pair<ColumnGroup, QString> groups[] = {{ColumnGroup::kRun, tr("Run")},
                                                    {ColumnGroup::kMetrics, tr("Metrics")},
                                                    {ColumnGroup::kSystem, tr("System")}};
  for (const auto& [group, title] : groups) {
    menu.addSection(title);
    for (int c = 1; c < column(RunColumn::kCount); ++c) {
      const RunColumnInfo info = columnInfo(static_cast<RunColumn>(c));
      if (info.group != group) {
        continue;
      }
      QAction* action = menu.addAction(info.title);
      action->setToolTip(info.explanation);
      action->setCheckable(true);
      action->setChecked(!table_->isColumnHidden(c));
      connect(action, &QAction::toggled, table_, [this, c](bool show) { table_->setColumnHidden(c, !show); });
    }
  }
  menu.setToolTipsVisible(true);
  menu.exec(global);
}

void RunsView::showRowMenu(const QPoint& position) {
  QMenu menu;
  menu.addActions(run_actions_);
  menu.addSeparator();
  menu.addAction(rename_action_);
  const RunRow* run = model_->run(current_);
  archive_action_->setText(run != nullptr && run->archived ? tr("Bring back from the archive")
                                                           : tr("Archive"));
  menu.addAction(archive_action_);
  menu.addAction(show_archived_action_);
  menu.exec(table_->viewport()->mapToGlobal(position));
}

}  // namespace heddle::ui
