// Looks into the workspace for the page of corpora, which may take time. Lives on a thread of its own; every
// slot answers with a signal.

#pragma once

#include <QObject>
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

 Q_SIGNALS:
  void listed(const std::vector<heddle::ui::CorpusDescription>& corpora);
  void listFailed(const heddle::ui::Problem& problem);

 private:
  Workspace workspace_;
};

// For the view.
CorpusDescription describeCorpus(const PackedCorpus& corpus);

}  // namespace heddle::ui
