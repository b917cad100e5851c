// The tokens whose frequencies differ most between tokenisers, as a table.

#pragma once

#include <QAbstractTableModel>

#include "views/text/comparison_data.h"

namespace heddle::ui {

class DifferenceModel final : public QAbstractTableModel {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(DifferenceModel)

 public:
  explicit DifferenceModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  void setComparison(const ComparisonData& comparison);

  // Columns: token, then a count for each tokeniser, then the difference in a million tokens.
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  ComparisonData data_;
};

}  // namespace heddle::ui
