// One run in full: why it failed, estimate beside measurement, sizes, checkpoints, and its recipe as a tree
// by group.

#pragma once

#include <QWidget>
#include <optional>

#include "views/runs/run_details.h"

class QLabel;
class QStackedLayout;
class QToolButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace heddle::ui {

class EmptyState;

class InspectorView final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(InspectorView)

 public:
  explicit InspectorView(QWidget* parent = nullptr);

  // Live figures of the run that is inspected; nullopt = none. Details of another run are dropped.
  void setRun(const std::optional<RunRow>& run);
  // Ignored unless they belong to that run. Groups stay as folded as they were.
  void setDetails(const RunDetails& details);

  QTreeWidget* tree() const { return tree_; }
  // What a row shows in its value and measured columns; empty without such a row.
  QString value(const QString& label) const;
  QString measured(const QString& label) const;
  QString failureText() const;

 Q_SIGNALS:
  // A checkpoint was double-clicked: look at it.
  void checkpointActivated(qint64 step);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QTreeWidgetItem* group(const QString& title, bool expanded);
  void setRow(QTreeWidgetItem* parent, const QString& label, const QString& value,
              const QString& measured = {}, const QString& help = {});
  QTreeWidgetItem* findRow(const QString& label) const;
  // Property and value as wide as their texts; they shrink only for another run.
  void fitColumns();
  void updateColors();

  QStackedLayout* pages_;
  EmptyState* empty_;
  QLabel* title_;
  QLabel* failure_;
  QTreeWidget* tree_;
  QToolButton* copy_recipe_;
  QString run_id_;
  QString fitted_run_;  // whose texts the columns were last fitted to
  QString recipe_text_;
};

}  // namespace heddle::ui
