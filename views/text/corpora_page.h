// What is packed in the workspace: a table of corpora, the report of the selected one, and the way to make
// more.

#pragma once

#include <QWidget>
#include <memory>

#include "views/common/csv.h"
#include "views/text/corpus_model.h"

namespace heddle::ui {

class CorporaPage final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CorporaPage)

 public:
  explicit CorporaPage(QWidget* parent = nullptr);
  // What becomes of a preparation that is cancelled: "What is packed is kept: ..."
  static QString cancelHint();
  ~CorporaPage() override;

  // Keeps the selection where it can, else selects the first.
  void setCorpora(std::vector<CorpusDescription> corpora);
  // In place of corpora: why the workspace could not be looked into.
  void setProblem(const QString& text, const QString& hint);
  const CorpusModel& model() const;
  // The selected one's id; empty = none.
  QString current() const;
  void select(const QString& id);
  // While text is prepared: 0 .. 1; below 0 = it is over.
  void setProgress(double done, const QString& doing);
  // How the last preparation ended; empty = nothing to say.
  void setStatement(const QString& text, bool is_problem);
  QString statement() const;

  // The table in its order, with exact numbers.
  CsvTable shownData() const;

 Q_SIGNALS:
  void prepareRequested();
  void cancelRequested();
  // The tokeniser of a corpus shall be among those that are shown.
  void tokenizerRequested(const QString& folder);
  // A run on this corpus: its name, and a recipe's [text] and [[corpus]].
  void newRunRequested(const QString& name, const QString& recipe);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
