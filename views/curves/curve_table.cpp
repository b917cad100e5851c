#include "views/curves/curve_table.h"

#include <QHeaderView>
#include <QScrollBar>
#include <algorithm>

namespace heddle::ui {
namespace {

constexpr int kMostRows = 4;
constexpr int kNameWidth = 130;  // beside summaries, which take more than the table's width

}  // namespace

CurveTable::CurveTable(QWidget* parent) : QTableView(parent), model_(new CurveTableModel(this)) {
  setModel(model_);
  verticalHeader()->hide();
  verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 4);
  horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  horizontalHeader()->setSectionResizeMode(CurveTableModel::kRun, QHeaderView::Stretch);
  horizontalHeader()->setMinimumSectionSize(40);
  // Widths of hundreds of rows would be measured at every move of the tracker.
  horizontalHeader()->setResizeContentsPrecision(0);
  setShowGrid(false);
  setIconSize(QSize(24, 12));
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setFrameShape(QFrame::NoFrame);
  setWordWrap(false);
  setTextElideMode(Qt::ElideRight);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  for (int column = 0; column < CurveTableModel::kColumns; ++column) {
    setColumnHidden(column, CurveTableModel::summarizesRange(column));
  }
  fitHeight();
}

void CurveTable::setCurves(const std::vector<DrawnCurve>& curves) {
  std::vector<CurveTableModel::Row> rows;
  rows.reserve(curves.size());
  for (const DrawnCurve& drawn : curves) {
    rows.push_back({drawn.name, lineIcon(drawn, palette(), devicePixelRatioF()), drawn.curve});
  }
  model_->setRows(std::move(rows));
  fitHeight();
}

void CurveTable::setRange(std::optional<Span> range) {
  model_->setRange(range);
  if (range.has_value() == summarizes_) {
    return;
  }
  summarizes_ = range.has_value();
  for (int column = CurveTableModel::kMinimum; column <= CurveTableModel::kCount; ++column) {
    setColumnHidden(column, !summarizes_);
  }
  horizontalHeader()->setSectionResizeMode(CurveTableModel::kRun,
                                           summarizes_ ? QHeaderView::Interactive : QHeaderView::Stretch);
  if (summarizes_) {
    setColumnWidth(CurveTableModel::kRun, kNameWidth);
  }
  setHorizontalScrollBarPolicy(summarizes_ ? Qt::ScrollBarAlwaysOn : Qt::ScrollBarAlwaysOff);
  fitHeight();
}

void CurveTable::fitHeight() {
  const int rows = std::clamp(model_->rowCount(), 1, kMostRows);
  const int bar = summarizes_ ? horizontalScrollBar()->sizeHint().height() : 0;
  setFixedHeight(horizontalHeader()->sizeHint().height() + rows * verticalHeader()->defaultSectionSize() +
                 bar + 2);
}

}  // namespace heddle::ui
