// Which runs the table shows and in what order: filter-as-you-type, archived runs, natural order of names,
// missing values last whichever way a column is sorted.

#pragma once

#include <QCollator>
#include <QSortFilterProxyModel>
#include <QStringList>

namespace heddle::ui {

class RunsFilter final : public QSortFilterProxyModel {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RunsFilter)

 public:
  explicit RunsFilter(QObject* parent = nullptr);

  // Space-separated chunks, all of which must occur somewhere in the run; case does not matter.
  void setText(const QString& text);
  void setShowArchived(bool show);
  bool showsArchived() const { return show_archived_; }

 protected:
  bool filterAcceptsRow(int source_row, const QModelIndex& source_parent) const override;
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

 private:
  QStringList chunks_;
  bool show_archived_ = false;
  QCollator collator_;
};

}  // namespace heddle::ui
