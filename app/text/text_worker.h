// What the Text view needs done that may take time: opening tokenisers, reading a text with them, listing and
// counting vocabularies, fetching documents. Lives on a thread of its own; every slot answers with a signal.

#pragma once

#include <QObject>
#include <QStringList>
#include <QTemporaryDir>
#include <atomic>
#include <memory>
#include <vector>

#include "app/problem.h"
#include "app/text/text_source.h"
#include "app/text/tokenizer_shelf.h"
#include "views/text/tokenized_text.h"
#include "views/text/tokenizer_bar.h"
#include "views/text/vocabulary_model.h"

namespace heddle::ui {

class TextWorker final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(TextWorker)

 public:
  // Longer texts are cut to this, and it is said so.
  static constexpr size_t kMostBytes = 200000;

  explicit TextWorker(std::shared_ptr<TokenizerShelf> shelf) : shelf_(std::move(shelf)) {}

  // Thread-safe: readings of older texts, counts of older askers, need not be finished.
  void supersede(quint64 newest) { newest_ = newest; }

 public Q_SLOTS:
  // The tokenisers below a folder, by name.
  void list(const QString& folder);
  void open(const QString& path);
  void read(const QString& text, const QStringList& paths, quint64 number);
  void readVocabulary(const QString& path);
  void count(const QString& path, const heddle::ui::TextSource& source, quint64 number);
  void fetchDocument(const heddle::ui::TextSource& source, quint64 draw);
  // As a recipe that the engine can read; it is there until the next one, or as long as the worker.
  void resolve(const heddle::ui::TextSource& source);

 Q_SIGNALS:
  void listed(const std::vector<heddle::ui::TokenizerChoice>& found);
  void opened(const heddle::ui::TokenizerChoice& tokenizer);
  void openFailed(const QString& path, const heddle::ui::Problem& problem);
  // `note`: what was left out; empty = nothing.
  void textRead(const heddle::ui::TokenizedTextPtr& text, const QString& note, quint64 number);
  void vocabularyRead(const QString& path, const heddle::ui::VocabularyPtr& vocabulary);
  void countProgressed(double done, quint64 number);
  // Empty counts: it was superseded.
  void counted(const QString& path, const std::vector<int64_t>& counts, const QString& where, quint64 number);
  void documentFetched(const QString& text);
  void resolvedSource(const QString& recipe);
  void resolveFailed(const heddle::ui::Problem& problem);
  void failed(const heddle::ui::Problem& problem);

 private:
  std::shared_ptr<TokenizerShelf> shelf_;
  std::atomic<quint64> newest_{0};
  QTemporaryDir recipes_;
};

// One tokeniser's reading of a text, for the view.
TokenBand readBand(const Grains& grains, const QByteArray& utf8);
// All entries, the coarse ones last.
Vocabulary vocabularyOf(const Grains& grains);

}  // namespace heddle::ui
