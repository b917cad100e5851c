// The table under a chart: one row per curve with the values at the tracker, or the last ones, and a summary
// of a range of x.

#pragma once

#include <QAbstractTableModel>
#include <QColor>
#include <QIcon>
#include <optional>
#include <vector>

#include "views/curves/curve_data.h"

namespace heddle::ui {

class CurveTableModel final : public QAbstractTableModel {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurveTableModel)

 public:
  // kMinimum .. kCount summarise the range.
  enum Column {
    kRun,
    kMinimum,
    kMaximum,
    kStart,
    kEnd,
    kChange,
    kPercent,
    kStepOfMinimum,
    kStepOfMaximum,
    kMean,
    kCount,
    kSmoothed,
    kValue,
    kStep,
    kRelative,
    kColumns
  };
  static bool summarizesRange(int column) { return column >= kMinimum && column <= kCount; }

  struct Row {
    QString name;
    QIcon line;  // how the curve is drawn
    Curve curve;
  };

  explicit CurveTableModel(QObject* parent = nullptr);

  // Equal names in equal order keep the rows, so that a selection survives a refresh.
  void setRows(std::vector<Row> rows);
  // In the units of the x axis; null = no tracker.
  void setTracker(std::optional<double> x);
  // What the summary is of; null = nothing, its cells are empty.
  void setRange(std::optional<Span> range);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QString trackedText(const Curve& curve, int column) const;
  QString summaryText(size_t row, int column) const;

  std::vector<Row> rows_;
  std::optional<double> tracker_;
  std::optional<Span> range_;
  // Of the rows that were looked at since the range or the rows changed.
  mutable std::vector<std::optional<RangeSummary>> summaries_;
};

}  // namespace heddle::ui
