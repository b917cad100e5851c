#include "views/curves/curve_table_model.h"

#include <algorithm>
#include <cmath>
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
  }
  rows_ = std::move(rows);
  summaries_.assign(rows_.size(), std::nullopt);
  if (!same) {
    endResetModel();
  } else if (!rows_.empty()) {
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
  }
}

void CurveTableModel::setTracker(std::optional<double> x) {
  if (x == tracker_) {
    return;
  }
  tracker_ = x;
  if (!rows_.empty()) {
    Q_EMIT dataChanged(index(0, kSmoothed), index(rowCount() - 1, kRelative), {Qt::DisplayRole});
  }
}

void CurveTableModel::setRange(std::optional<Span> range) {
  if (range == range_) {
    return;
  }
  range_ = range;
  summaries_.assign(rows_.size(), std::nullopt);
  if (!rows_.empty()) {
    Q_EMIT dataChanged(index(0, kMinimum), index(rowCount() - 1, kCount), {Qt::DisplayRole});
  }
}

int CurveTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int CurveTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QVariant CurveTableModel::data(const QModelIndex& index, int role) const {
  const auto place = static_cast<size_t>(index.row());
  const Row& row = rows_[place];
  const bool name = index.column() == kRun;
  switch (role) {
    case Qt::DecorationRole:
      return name ? QVariant(row.line) : QVariant();
    case Qt::TextAlignmentRole:
      return name ? QVariant() : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::ToolTipRole:
      return row.name;
    case Qt::DisplayRole:
      return name                              ? row.name
             : summarizesRange(index.column()) ? summaryText(place, index.column())
                                               : trackedText(row.curve, index.column());
    default:
      return {};
  }
}

QString CurveTableModel::trackedText(const Curve& curve, int column) const {
  const double x = tracker_.value_or(std::numeric_limits<double>::infinity());
  const CurvePoint* point = curve.raw ? pointAt(curve.raw->all(), x) : nullptr;
  if (point == nullptr) {
    return {};
  }
  switch (column) {
    case kSmoothed: {
      const CurvePoint* smooth = curve.smooth ? pointAt(curve.smooth->all(), x) : nullptr;
      return smooth == nullptr ? QString() : formatNumber(smooth->y);
    }
    case kValue:
      return formatNumber(point->y);
    case kStep:
      return QString::number(point->step);
    case kRelative:
      return point->seconds > 0 ? clock(point->seconds) : QString();
    default:
      return {};
  }
}

QString CurveTableModel::summaryText(size_t row, int column) const {
  const Points& raw = rows_[row].curve.raw;
  if (!range_ || raw == nullptr) {
    return {};
  }
  std::optional<RangeSummary>& summary = summaries_[row];
  if (!summary) {
    summary = summarize(*raw, *range_);
  }
  if (column == kCount) {
    return QString::number(summary->count);
  }
  if (summary->count == 0) {
    return {};
  }
  switch (column) {
    case kMinimum:
      return formatNumber(summary->low);
    case kMaximum:
      return formatNumber(summary->high);
    case kStart:
      return formatNumber(summary->start);
    case kEnd:
      return formatNumber(summary->end);
    case kChange:
      return formatNumber(summary->change());
    case kPercent:
      return summary->start == 0 ? QString()
                                 : formatNumber(100 * summary->change() / std::fabs(summary->start), 3);
    case kStepOfMinimum:
      return QString::number(summary->low_step);
    case kStepOfMaximum:
      return QString::number(summary->high_step);
    case kMean:
      return formatNumber(summary->mean);
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
  if (role == Qt::ToolTipRole && summarizesRange(section)) {
    return tr("Of the values in the range as they were recorded, not smoothed");
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  switch (section) {
    case kRun:
      return tr("Run");
    case kMinimum:
      return tr("Min");
    case kMaximum:
      return tr("Max");
    case kStart:
      return tr("Start");
    case kEnd:
      return tr("End");
    case kChange:
      return tr("Δ");
    case kPercent:
      return tr("Δ %");
    case kStepOfMinimum:
      return tr("Step at min");
    case kStepOfMaximum:
      return tr("Step at max");
    case kMean:
      return tr("Mean");
    case kCount:
      return tr("n");
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
