// How cells of the runs table are drawn and clicked: the check box of the name (double-click = solo) and the
// progress bar.

#pragma once

#include <QStyledItemDelegate>

namespace heddle::ui {

class RunNameDelegate final : public QStyledItemDelegate {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RunNameDelegate)

 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  // Where the check box of a cell lies, in coordinates of the view.
  static QRect checkBoxRect(const QStyleOptionViewItem& option, const QModelIndex& index);

  bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;

 Q_SIGNALS:
  // The first click of a double-click has toggled the box already.
  void soloRequested(const QString& run_id);

 private:
  bool swallow_release_ = false;
};

class RunProgressDelegate final : public QStyledItemDelegate {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RunProgressDelegate)

 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  // The filled part of a bar that fills `cell` at 1; `progress` is clamped to 0 .. 1.
  static QRectF barRect(const QRectF& cell, double progress);
  // What of "1,234 / 15,000 · 2 min left" there is room for: all, the steps, or the percentage.
  static QString fittingWords(const QString& words, double progress, const QFontMetrics& metrics, int width);

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace heddle::ui
