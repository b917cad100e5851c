// Every piece of a tokeniser: searchable, sortable, with frequencies where they were counted.

#pragma once

#include <QWidget>
#include <memory>

#include "views/common/csv.h"
#include "views/text/vocabulary_model.h"

namespace heddle::ui {

class VocabularyPage final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(VocabularyPage)

 public:
  explicit VocabularyPage(QWidget* parent = nullptr);
  ~VocabularyPage() override;

  // What can be chosen, in the order of the chips; keeps the choice while it is there.
  void setTokenizers(const QStringList& names);
  int tokenizer() const;  // index into the names; -1 = none
  void setVocabulary(VocabularyPtr vocabulary);
  // `where`: what was counted, for people. An empty vector takes the frequencies away.
  void setCounts(std::vector<int64_t> counts, const QString& where);
  // While counting: 0 .. 1; below 0 = over.
  void setCountProgress(double done);
  void setFilter(const QString& text, bool regex);
  const VocabularyModel& model() const;

  CsvTable shownData() const;

 Q_SIGNALS:
  // The vocabulary of this tokeniser is wanted.
  void vocabularyRequested(int tokenizer);
  // Frequencies of this tokeniser's pieces are wanted.
  void countRequested(int tokenizer);
  void countCancelled();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui

Q_DECLARE_METATYPE(heddle::ui::VocabularyPtr)
