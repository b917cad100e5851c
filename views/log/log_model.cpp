#include "views/log/log_model.h"

#include <QFontDatabase>
#include <algorithm>
#include <numeric>

#include "views/common/number_format.h"
#include "views/common/palette.h"

namespace heddle::ui {

LogModel::LogModel(QObject* parent) : QAbstractTableModel(parent) {}

bool LogModel::passes(const LogRow& row) const {
  if (chunks_.isEmpty()) {
    return true;
  }
  const QString text = QString::fromStdString(row.text);
  return std::all_of(chunks_.begin(), chunks_.end(),
                     [&](const QString& chunk) { return text.contains(chunk, Qt::CaseInsensitive); });
}

void LogModel::setRows(std::vector<LogRow> rows) {
  beginResetModel();
  rows_ = std::move(rows);
  shown_.clear();
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (passes(rows_[i])) {
      shown_.push_back(i);
    }
  }
  endResetModel();
}

void LogModel::appendRows(const std::vector<LogRow>& rows) {
  std::vector<size_t> added;
  for (const LogRow& row : rows) {
    if (passes(row)) {
      added.push_back(rows_.size());
    }
    rows_.push_back(row);
  }
  if (added.empty()) {
    return;
  }
  const int first = rowCount();
  beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
  shown_.insert(shown_.end(), added.begin(), added.end());
  endInsertRows();
}

void LogModel::setFilter(const QStringList& chunks) {
  if (chunks == chunks_) {
    return;
  }
  chunks_ = chunks;
  setRows(std::move(rows_));
}

void LogModel::setPalette(const QPalette& palette) {
  palette_ = palette;
  if (!shown_.empty()) {
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1), {Qt::ForegroundRole});
  }
}

int LogModel::firstError() const {
  const auto found = std::find_if(shown_.begin(), shown_.end(),
                                  [this](size_t row) { return rows_[row].level == LogLevel::kError; });
  return found == shown_.end() ? -1 : static_cast<int>(found - shown_.begin());
}

int LogModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

int LogModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QVariant LogModel::data(const QModelIndex& index, int role) const {
  const LogRow& row = rows_[shown_[static_cast<size_t>(index.row())]];
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == kTime) {
        return formatWallTime(row.time);
      }
      if (index.column() == kLevel) {
        return row.level == LogLevel::kError     ? tr("error")
               : row.level == LogLevel::kWarning ? tr("warning")
                                                 : tr("info");
      }
      return QString::fromStdString(row.text);
    case Qt::ToolTipRole:
      return index.column() == kText ? QVariant(QString::fromStdString(row.text)) : QVariant();
    case Qt::FontRole:
      // Tables in the log are aligned by spaces.
      return index.column() == kText ? QVariant(QFontDatabase::systemFont(QFontDatabase::FixedFont))
                                     : QVariant();
    case Qt::ForegroundRole:
      if (row.level == LogLevel::kError) {
        return roleColor(Role::kError, palette_);
      }
      if (row.level == LogLevel::kWarning) {
        return roleColor(Role::kWarning, palette_);
      }
      return index.column() == kText ? QVariant() : QVariant(roleColor(Role::kMutedText, palette_));
    default:
      return {};
  }
}

QVariant LogModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
    return {};
  }
  return section == kTime ? tr("Time") : section == kLevel ? tr("Level") : tr("Message");
}

}  // namespace heddle::ui
