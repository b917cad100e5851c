// The table under a chart: one row per curve with the values at the tracker, or the last ones.

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
  enum Column { kRun, kSmoothed, kValue, kStep, kRelative, kColumns };

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

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<Row> rows_;
  std::optional<double> tracker_;
};

}  // namespace heddle::ui
