#include "views/curves/curve_table_model.h"

#include <algorithm>
#include <limits>

#include "views/common/number_format.h"

namespace heddle::ui {
namespace {

// "0:45", "1:09", "3:02:11": names of runs need the room.
QString clock(double seconds) {
  const auto whole = static_cast<qint64>(seconds);
  const auto two = [](qint64 value) { return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0')); };
  const QString minutes = whole < 3600
                              ? QString::number(whole / 60)
                              : QString::number(whole / 3600) + QLatin1Char(':') + two(whole / 60 % 60);
  return minutes + QLatin1Char(':') + two(whole % 60);
}

}  // namespace

CurveTableModel::CurveTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void CurveTableModel::setRows(std::vector<Row> rows) {
  const bool same = std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end(),
                               [](const Row& a, const Row& b) { return a.name == b.name; });
  if (!same) {
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
    return;
  }
  rows_ = std::move(rows);
  if (!rows_.empty()) {
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
  }
}

void CurveTableModel::setTracker(std::optional<double> x) {
  if (x == tracker_) {
    return;
  }
  tracker_ = x;
  if (!rows_.empty()) {
    Q_EMIT dataChanged(index(0, kSmoothed), index(rowCount() - 1, kColumns - 1), {Qt::DisplayRole});
  }
}

int CurveTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int CurveTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QVariant CurveTableModel::data(const QModelIndex& index, int role) const {
  const Row& row = rows_[static_cast<size_t>(index.row())];
  if (role == Qt::DecorationRole && index.column() == kRun) {
    return row.line;
  }
  if (role == Qt::TextAlignmentRole && index.column() != kRun) {
    return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  }
  if (role == Qt::ToolTipRole && index.column() == kRun) {
    return row.name;
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  if (index.column() == kRun) {
    return row.name;
  }
  const double x = tracker_.value_or(std::numeric_limits<double>::infinity());
  const CurvePoint* point = row.curve.raw ? pointAt(row.curve.raw->all(), x) : nullptr;
  if (point == nullptr) {
    return {};
  }
  switch (index.column()) {
    case kSmoothed: {
      const CurvePoint* smooth = row.curve.smooth ? pointAt(row.curve.smooth->all(), x) : nullptr;
      return smooth == nullptr ? QVariant() : QVariant(formatNumber(smooth->y));
    }
    case kValue:
      return formatNumber(point->y);
    case kStep:
      return QString::number(point->step);
    case kRelative:
      return point->seconds > 0 ? QVariant(clock(point->seconds)) : QVariant();
    default:
      return {};
  }
}

QVariant CurveTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) {
    return {};
  }
  if (role == Qt::TextAlignmentRole) {
    return QVariant((section == kRun ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  switch (section) {
    case kRun:
      return tr("Run");
    case kSmoothed:
      return tr("Smoothed");
    case kValue:
      return tr("Value");
    case kStep:
      return tr("Step");
    case kRelative:
      return tr("Relative");
    default:
      return {};
  }
}

}  // namespace heddle::ui
