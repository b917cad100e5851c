// Between the Text view and what answers it: the worker that opens and runs tokenisers, and the engine for
// whole corpora and training rows. Nothing is opened before the view is on the screen.

#pragma once

#include <QObject>
#include <QStringList>
#include <QThread>
#include <memory>
#include <vector>

#include "app/problem.h"
#include "app/text/engine_job.h"
#include "app/text/rows_feed.h"
#include "app/text/text_session.h"
#include "app/text/text_source.h"
#include "engine/base/paths.h"
#include "views/text/text_view.h"
#include "views/text/tokenized_text.h"
#include "views/text/vocabulary_model.h"

namespace heddle::ui {

class TextWorker;
class TokenizerShelf;

class TextFeed final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(TextFeed)

 public:
  // The view is borrowed; it may go before this does.
  TextFeed(TextView& view, Workspace workspace, QObject* parent = nullptr);
  ~TextFeed() override;

  void restore(const TextSession& session);
  TextSession session() const;
  // The selected run: its text is a source, its rows are the batch inspector's. Empty = none.
  void setRun(const QString& id, const QString& name);
  // Whether the view is on the screen.
  void setVisible(bool visible);

  // Looks for tokenisers that came to the workspace.
  void listTokenizers();

  bool comparing() const { return comparison_.running(); }
  qint64 comparisonPid() const { return comparison_.enginePid(); }

 Q_SIGNALS:
  void problem(const heddle::ui::Problem& problem);

 private:
  void connectWorker();
  void connectView();
  void connectJobs();

  TextSource source() const;
  QStringList chosen() const;
  void showTokenizers();
  void showSources();
  void listed(std::vector<TokenizerChoice> found);
  void opened(const TokenizerChoice& tokenizer);
  void openFailed(const QString& path, const Problem& problem);
  void toggle(const QString& path, bool chosen);
  void addFile(const QString& path);
  void readText();
  void readVocabulary(int index);
  void count(int index);
  void acceptComparison(const QByteArray& line);

  TextView& view_;
  Workspace workspace_;
  std::shared_ptr<TokenizerShelf> shelf_;
  QThread thread_;
  QThread counting_thread_;
  TextWorker* worker_;   // lives on thread_
  TextWorker* counter_;  // lives on counting_thread_: a count must not hold up what is typed
  EngineJob comparison_;
  RowsFeed rows_;

  std::vector<TokenizerChoice> tokenizers_;
  QStringList wanted_;  // to be chosen as soon as they are known
  QStringList files_;   // opened by hand
  QString source_id_;
  QString source_file_;
  QString run_;
  QString run_name_;
  QString compared_source_;  // what the comparison reads and with which, for people
  QStringList compared_names_;
  bool visible_ = false;
  bool comparing_wanted_ = false;
  quint64 reading_ = 0;
  quint64 counting_ = 0;
};

}  // namespace heddle::ui
