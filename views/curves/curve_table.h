// The table under a chart as a widget: as high as its rows need, up to four of them.

#pragma once

#include <QTableView>
#include <optional>
#include <vector>

#include "views/curves/curve_table_model.h"
#include "views/curves/drawn_curve.h"

namespace heddle::ui {

class CurveTable final : public QTableView {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurveTable)

 public:
  explicit CurveTable(QWidget* parent = nullptr);

  void setCurves(const std::vector<DrawnCurve>& curves);
  void setTracker(std::optional<double> x) { model_->setTracker(x); }
  // Null: without the columns that summarise a range.
  void setRange(std::optional<Span> range);

 private:
  void fitHeight();

  CurveTableModel* model_;
  bool summarizes_ = false;
};

}  // namespace heddle::ui
