// Between the page of corpora and what answers it: the engine that prepares text, one text at a time, and the
// worker that looks into the workspace. A preparation belongs to the window, not to the dialog that asked for
// it; it ends with the window, and what is packed by then is kept.

#pragma once

#include <QObject>
#include <QString>
#include <QThread>
#include <vector>

#include "app/problem.h"
#include "app/text/engine_job.h"
#include "engine/base/paths.h"
#include "views/text/corpus_model.h"

namespace heddle::ui {

class CorpusWorker;
class TextView;

class CorpusFeed final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CorpusFeed)

 public:
  // The view is borrowed; it may go before this does.
  CorpusFeed(TextView& view, Workspace workspace, QObject* parent = nullptr);
  ~CorpusFeed() override;

  // What prepare() runs, for people: "heddle-engine corpus build --recipe RECIPE.toml --workspace DIR".
  static QString commandLine(const Workspace& workspace);

  // `recipe_toml` holds [text] and [[corpus]]. Asks for nothing while it is busy.
  void prepare(const QString& recipe_toml);
  void cancel();
  bool busy() const { return busy_; }
  // What was prepared last, to begin with; empty = nothing yet.
  QString lastRecipe() const { return recipe_toml_; }
  void setLastRecipe(const QString& recipe_toml) { recipe_toml_ = recipe_toml; }
  // Whether the page is on the screen: nothing is read before.
  void setVisible(bool visible);
  qint64 enginePid() const { return job_.enginePid(); }

 Q_SIGNALS:
  void busyChanged(bool busy);
  // 0 .. 1; below 0 = over.
  void progressed(double done, const QString& doing);
  void problem(const heddle::ui::Problem& problem);
  // There may be tokenisers and corpora that were not there before.
  void prepared();

 private:
  void end(const QString& statement, bool is_problem);
  void fail(const Problem& failure);
  void listed(const std::vector<CorpusDescription>& corpora);
  void list();

  TextView& view_;
  Workspace workspace_;
  QThread thread_;
  CorpusWorker* worker_;  // lives on thread_
  EngineJob job_;
  QString recipe_toml_;
  QString made_;  // the id of the first corpus of the last preparation, to be selected
  bool busy_ = false;
  bool visible_ = false;
};

}  // namespace heddle::ui
