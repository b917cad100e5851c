// A vocabulary as a table that is filtered and sorted in place: rows are handed out on demand, so that
// hundreds of thousands stay fluid.

#pragma once

#include <QAbstractTableModel>
#include <QPalette>
#include <memory>
#include <vector>

#include "views/text/tokenized_text.h"

namespace heddle::ui {

struct VocabularyEntry {
  QString piece;
  PieceKind kind = PieceKind::kWordStart;
  int32_t length = 0;  // characters, without the mark of its kind ("##", "▁")
};

// Of one tokeniser; index = id, the coarse tokens behind the fine ones.
struct Vocabulary {
  QString name;
  QString coarse_kind;  // what its coarse tokens are: "phrase", "word"
  std::vector<VocabularyEntry> entries;
};
using VocabularyPtr = std::shared_ptr<const Vocabulary>;

class VocabularyModel final : public QAbstractTableModel {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(VocabularyModel)

 public:
  enum Column { kId, kPiece, kKind, kLength, kCount, kColumns };

  explicit VocabularyModel(QObject* parent = nullptr);

  void setVocabulary(VocabularyPtr vocabulary);
  const Vocabulary* vocabulary() const { return vocabulary_.get(); }
  // How often each id was seen; empty = nothing was counted. Another length than the vocabulary's is cut or
  // filled with 0.
  void setCounts(std::vector<int64_t> counts);
  bool hasCounts() const { return !counts_.empty(); }

  // Rows whose piece, kind or id hold all of the space-separated chunks, whatever their case; with `regex`
  // the pieces that the expression finds. Returns what is wrong with the expression; the rows then stay.
  QString setFilter(const QString& text, bool regex);
  int64_t totalRows() const;
  int32_t idAt(int row) const { return shown_[static_cast<size_t>(row)]; }
  // Its row among those shown; -1 = filtered out.
  int rowOf(int32_t id) const;
  void setPalette(const QPalette& palette);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  void sort(int column, Qt::SortOrder order) override;

 private:
  bool passes(int32_t id) const;
  void refresh();
  void order();
  QString kindOf(int32_t id) const;
  const VocabularyEntry& entry(int32_t id) const { return vocabulary_->entries[static_cast<size_t>(id)]; }
  QString textOf(int32_t id, int column) const;

  VocabularyPtr vocabulary_;
  std::vector<int64_t> counts_;
  std::vector<int32_t> shown_;  // ids
  QStringList chunks_;
  QString expression_;  // of the regex; empty = chunks
  int sort_column_ = kId;
  Qt::SortOrder sort_order_ = Qt::AscendingOrder;
  QPalette palette_;
};

}  // namespace heddle::ui
