#include "views/runs/runs_delegates.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

#include "views/common/palette.h"
#include "views/runs/runs_model.h"

namespace heddle::ui {

QRect RunNameDelegate::checkBoxRect(const QStyleOptionViewItem& option, const QModelIndex& index) {
  QStyleOptionViewItem cell = option;
  cell.features |= QStyleOptionViewItem::HasCheckIndicator;
  cell.index = index;
  const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
  return style->subElementRect(QStyle::SE_ItemViewItemCheckIndicator, &cell, option.widget);
}

bool RunNameDelegate::editorEvent(QEvent* event, QAbstractItemModel* model,
                                  const QStyleOptionViewItem& option, const QModelIndex& index) {
  if (event->type() != QEvent::MouseButtonDblClick && event->type() != QEvent::MouseButtonRelease) {
    return QStyledItemDelegate::editorEvent(event, model, option, index);
  }
  const bool on_box = checkBoxRect(option, index).contains(static_cast<QMouseEvent*>(event)->pos());
  if (event->type() == QEvent::MouseButtonDblClick && on_box) {
    swallow_release_ = true;
    Q_EMIT soloRequested(index.data(RunsModel::kIdRole).toString());
    return true;
  }
  if (event->type() == QEvent::MouseButtonRelease && swallow_release_) {
    swallow_release_ = false;
    return true;
  }
  return QStyledItemDelegate::editorEvent(event, model, option, index);
}

QRectF RunProgressDelegate::barRect(const QRectF& cell, double progress) {
  const QRectF bar = cell.adjusted(2, 2, -2, -2);
  return {bar.topLeft(), QSizeF(bar.width() * std::clamp(progress, 0.0, 1.0), bar.height())};
}

QString RunProgressDelegate::fittingWords(const QString& words, double progress, const QFontMetrics& metrics,
                                          int width) {
  const QString steps = words.section(QStringLiteral(" · "), 0, 0);
  const bool counts = steps != words || words.contains(u'/');
  for (const QString& candidate : {words, steps}) {
    if (metrics.horizontalAdvance(candidate) <= width) {
      return candidate;
    }
  }
  return counts ? QStringLiteral("%1 %").arg(static_cast<int>(progress * 100))
                : metrics.elidedText(words, Qt::ElideRight, width);
}

void RunProgressDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                const QModelIndex& index) const {
  if (index.data(RunsModel::kStateRole).toInt() != static_cast<int>(RunState::kRunning)) {
    QStyledItemDelegate::paint(painter, option, index);
    return;
  }
  QStyleOptionViewItem cell = option;
  initStyleOption(&cell, index);
  const QString words = cell.text;
  cell.text.clear();
  QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
  style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, option.widget);

  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(Qt::NoPen);
  const bool on_highlight = (option.state & QStyle::State_Selected) != 0;
  // Away from the colour of the words: a selected row has them light in most themes.
  const bool light_words = option.palette.color(QPalette::HighlightedText).lightnessF() > 0.5;
  QColor fill = !on_highlight ? roleColor(Role::kRunning, option.palette)
                : light_words ? QColor(Qt::black)
                              : QColor(Qt::white);
  fill.setAlphaF(0.12f);
  painter->setBrush(fill);
  painter->drawRoundedRect(barRect(option.rect, 1), 3, 3);
  fill.setAlphaF(0.35f);
  painter->setBrush(fill);
  painter->drawRoundedRect(barRect(option.rect, index.data(RunsModel::kProgressRole).toDouble()), 3, 3);
  const auto group = (option.state & QStyle::State_Active) != 0 ? QPalette::Active : QPalette::Inactive;
  painter->setPen(option.palette.color(group, on_highlight ? QPalette::HighlightedText : QPalette::Text));
  const QRect inside = option.rect.adjusted(8, 0, -6, 0);
  painter->drawText(inside, Qt::AlignLeft | Qt::AlignVCenter,
                    fittingWords(words, index.data(RunsModel::kProgressRole).toDouble(), option.fontMetrics,
                                 inside.width()));
  painter->restore();
}

}  // namespace heddle::ui
