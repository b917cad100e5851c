// The table of runs with its filter line. Decides which runs are drawn: those the user ticked, else the first
// ten of the table.

#pragma once

#include <QByteArray>
#include <QStringList>
#include <QWidget>
#include <optional>
#include <vector>

#include "engine/store/store.h"

class QAction;
class QLabel;
class QLineEdit;
class QMenu;
class QTreeView;

namespace heddle::ui {

class RunsFilter;
class RunsModel;

class RunsView final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RunsView)

 public:
  static constexpr int kDrawnByDefault = 10;

  explicit RunsView(QWidget* parent = nullptr);

  void setRuns(std::vector<RunRow> runs);
  void updateRuns(const std::vector<RunRow>& runs);
  const RunsModel& model() const { return *model_; }

  // The run that other views look at; empty = none.
  QString currentRun() const;
  void setCurrentRun(const QString& id);
  QStringList selectedRuns() const;

  // Drawn runs in table order.
  QStringList drawnRuns() const { return drawn_; }
  // The user's own choice; nullopt = the first ten.
  std::optional<QStringList> chosenRuns() const;
  // The styles of an earlier window; call before the runs arrive.
  void setStyles(const QHash<QString, int>& styles);
  void setChosenRuns(const std::optional<QStringList>& ids);
  // Adds a run to what is drawn.
  void draw(const QString& id);

  // Widths, order and sorting of the columns.
  QByteArray columnState() const;
  void restoreColumnState(const QByteArray& state);

  QTreeView* table() const { return table_; }
  QLineEdit* filterLine() const { return filter_line_; }
  // Entries of the table's context menu, above its own ones; borrowed.
  void setRunActions(const QList<QAction*>& actions);

 Q_SIGNALS:
  void currentRunChanged(const QString& id);
  void drawnRunsChanged(const QStringList& ids);
  // Field and value of a UserNote.
  void annotated(const QString& id, const QString& field, const QString& value);

 private:
  void toggleDrawn(const QString& id, bool draw);
  void solo(const QString& id);
  void updateDrawn();
  void archiveSelected();
  void showColumnMenu(const QPoint& global);
  void showRowMenu(const QPoint& position);

  RunsModel* model_;
  RunsFilter* filter_;
  QLineEdit* filter_line_;
  QTreeView* table_;
  QLabel* drawn_note_;
  QAction* archive_action_;
  QAction* rename_action_;
  QAction* show_archived_action_;
  QList<QAction*> run_actions_;

  std::optional<QStringList> chosen_;
  std::optional<QStringList> before_click_;  // what the first click of a double-click has changed
  std::optional<QStringList> before_solo_;
  QString solo_;
  QStringList drawn_;
  QString current_;
};

}  // namespace heddle::ui
