// Log lines as a table: time, level, text. Rows are handed out on demand.

#pragma once

#include <QAbstractTableModel>
#include <QPalette>
#include <vector>

#include "engine/store/store.h"

namespace heddle::ui {

class LogModel final : public QAbstractTableModel {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(LogModel)

 public:
  enum Column { kTime, kLevel, kText, kColumns };

  explicit LogModel(QObject* parent = nullptr);

  void setRows(std::vector<LogRow> rows);
  void appendRows(const std::vector<LogRow>& rows);
  // Lines with all of the chunks, whatever their case, stay.
  void setFilter(const QStringList& chunks);
  void setPalette(const QPalette& palette);

  int64_t totalRows() const { return static_cast<int64_t>(rows_.size()); }
  // Of the rows that pass; -1 without an error among them.
  int firstError() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  bool passes(const LogRow& row) const;

  std::vector<LogRow> rows_;
  std::vector<size_t> shown_;  // indices into rows_
  QStringList chunks_;
  QPalette palette_;
};

}  // namespace heddle::ui
