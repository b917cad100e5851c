#include "views/text/difference_model.h"

#include "views/common/number_format.h"

namespace heddle::ui {

void DifferenceModel::setComparison(const ComparisonData& comparison) {
  beginResetModel();
  data_ = comparison;
  endResetModel();
}

int DifferenceModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(data_.differences.size());
}

int DifferenceModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(data_.tokenizers.size()) + 2;
}

QVariant DifferenceModel::data(const QModelIndex& index, int role) const {
  const FrequencyDifference& row = data_.differences[static_cast<size_t>(index.row())];
  if (role == Qt::TextAlignmentRole && index.column() > 0) {
    return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  if (index.column() == 0) {
    return row.token;
  }
  if (index.column() == columnCount() - 1) {
    return formatNumber(differencePerMillion(data_, row));
  }
  const auto tokenizer = static_cast<size_t>(index.column() - 1);
  return tokenizer < row.counts.size() ? QString::number(row.counts[tokenizer]) : QString();
}

QVariant DifferenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) {
    return {};
  }
  if (role == Qt::TextAlignmentRole) {
    // As their numbers. Of a long name the end is seen: names of learnt tokenisers begin alike.
    return QVariant((section == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  }
  const bool last = section == columnCount() - 1;
  if (role == Qt::ToolTipRole && last) {
    return tr("Largest minus smallest frequency of the token in a million tokens");
  }
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole) {
    return {};
  }
  return section == 0 ? tr("Token")
         : last       ? tr("Per million")
                      : data_.tokenizers[static_cast<size_t>(section - 1)].name;
}

}  // namespace heddle::ui
