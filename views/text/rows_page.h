// The batch inspector: the rows that a run's model is trained on at a step, with a legend of their states.

#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "engine/events/inspection.h"
#include "views/common/figure_export.h"

namespace heddle::ui {

class RowsView;

class RowsPage final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RowsPage)

 public:
  static constexpr int kMostRows = 64;

  explicit RowsPage(QWidget* parent = nullptr);
  ~RowsPage() override;

  // Whose rows: what the user calls the run or recipe; empty = none. Takes the rows there away when it
  // changes.
  void setSubject(const QString& name);
  QString subject() const;
  // What stands in place of the rows without a subject; where it is not called, that no run is selected.
  void setNoSubject(const QString& text, const QString& hint);
  qint64 step() const;
  void setStep(qint64 step);
  int rowCount() const;
  void setRows(std::vector<TrainingRow> rows);
  // The engine is making them.
  void setBusy(bool busy, const QString& doing = {});
  // Shown in place of the rows until the next ones.
  void setProblem(const QString& text, const QString& hint);
  const RowsView& view() const;
  Figure& figure();

 Q_SIGNALS:
  void rowsRequested(qint64 step, int rows);
  // While they are being made.
  void rowsCancelled();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
