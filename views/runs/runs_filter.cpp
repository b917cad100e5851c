#include "views/runs/runs_filter.h"

#include <algorithm>

#include "views/runs/runs_model.h"

namespace heddle::ui {

RunsFilter::RunsFilter(QObject* parent)
    : QSortFilterProxyModel(parent), collator_(QLocale(QLocale::English)) {
  // The C locale's order knows no numbers.
  collator_.setNumericMode(true);
  collator_.setCaseSensitivity(Qt::CaseInsensitive);
  setDynamicSortFilter(true);
}

void RunsFilter::setText(const QString& text) {
  chunks_ = text.split(u' ', Qt::SkipEmptyParts);
  invalidateFilter();
}

void RunsFilter::setShowArchived(bool show) {
  show_archived_ = show;
  invalidateFilter();
}

bool RunsFilter::filterAcceptsRow(int source_row, const QModelIndex& source_parent) const {
  const QModelIndex index = sourceModel()->index(source_row, 0, source_parent);
  if (!show_archived_ && index.data(RunsModel::kArchivedRole).toBool()) {
    return false;
  }
  if (chunks_.isEmpty()) {
    return true;
  }
  const QString words = index.data(RunsModel::kSearchRole).toString();
  return std::all_of(chunks_.begin(), chunks_.end(),
                     [&](const QString& chunk) { return words.contains(chunk, Qt::CaseInsensitive); });
}

bool RunsFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  const QVariant a = left.data(RunsModel::kSortRole);
  const QVariant b = right.data(RunsModel::kSortRole);
  if (!a.isValid() || !b.isValid()) {
    // A descending order asks the mirrored question, so "missing is last" has to be answered mirrored.
    return sortOrder() == Qt::AscendingOrder ? a.isValid() && !b.isValid() : !a.isValid() && b.isValid();
  }
  if (a.typeId() == QMetaType::QString) {
    return collator_.compare(a.toString(), b.toString()) < 0;
  }
  if (a.typeId() == QMetaType::ULongLong) {
    return a.toULongLong() < b.toULongLong();
  }
  return a.toDouble() < b.toDouble();
}

}  // namespace heddle::ui
