// Between a page of training rows and the engine that makes them: the rows of a run, or of a recipe that was
// not started yet.

#pragma once

#include <QObject>
#include <vector>

#include "app/problem.h"
#include "app/text/engine_job.h"
#include "engine/base/paths.h"
#include "engine/events/inspection.h"

namespace heddle::ui {

class RowsPage;

class RowsFeed final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RowsFeed)

 public:
  // The page is borrowed; it may go before this does.
  RowsFeed(RowsPage& page, Workspace workspace, QObject* parent = nullptr);
  ~RowsFeed() override;

  // Empty = none. What was shown of another one is taken away.
  void setRun(const QString& id, const QString& name);
  void setRecipe(const QString& name, const QString& recipe_toml);
  // The rows that the page is set to.
  void show();

 Q_SIGNALS:
  void problem(const heddle::ui::Problem& problem);

 private:
  void setSubject(const QString& run, const QString& recipe_toml, const QString& name);
  void start(qint64 step, int rows);

  RowsPage& page_;
  Workspace workspace_;
  EngineJob job_;
  std::vector<TrainingRow> rows_;  // of the job that runs
  QString run_;
  QString recipe_toml_;
};

}  // namespace heddle::ui
