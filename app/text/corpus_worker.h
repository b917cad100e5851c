// What the page of corpora needs done that may take time: looking into the workspace, writing recipes. Lives
// on a thread of its own; every slot answers with a signal.

#pragma once

#include <QObject>
#include <QTemporaryDir>
#include <vector>

#include "app/problem.h"
#include "engine/base/paths.h"
#include "engine/data/packed_text.h"
#include "views/text/corpus_model.h"

namespace heddle::ui {

class CorpusWorker final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CorpusWorker)

 public:
  explicit CorpusWorker(Workspace workspace) : workspace_(std::move(workspace)) {}

 public Q_SLOTS:
  void list();
  // To a file that the engine can read, there until the next one or as long as the worker. `number` comes
  // back with the answer: whoever asked may have given up meanwhile.
  void writeRecipe(const QString& toml, quint64 number);

 Q_SIGNALS:
  void listed(const std::vector<heddle::ui::CorpusDescription>& corpora);
  void listFailed(const heddle::ui::Problem& problem);
  void recipeWritten(const QString& path, quint64 number);
  void recipeFailed(const heddle::ui::Problem& problem, quint64 number);

 private:
  Workspace workspace_;
  QTemporaryDir recipes_;
};

// For the view.
CorpusDescription describeCorpus(const PackedCorpus& corpus);

}  // namespace heddle::ui
