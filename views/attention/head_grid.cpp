#include "views/attention/head_grid.h"

#include <QEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "views/common/number_format.h"
#include "views/common/palette.h"

namespace heddle::ui {

HeadGrid::HeadGrid(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("All heads"));
}

void HeadGrid::setSummary(MapSummary summary, int layers, int heads) {
  summary_ = std::move(summary);
  layers_ = layers;
  heads_ = heads;
  makeImages();
  updateGeometry();
}

void HeadGrid::setScope(ScaleScope scope) {
  scope_ = scope;
  makeImages();
}

void HeadGrid::setSelected(int layer, int head) {
  layer_ = layer;
  head_ = head;
  update();
}

GridLayout HeadGrid::gridLayout() const {
  return {.size = size(), .layers = layers_, .heads = heads_};
}

QSize HeadGrid::sizeHint() const {
  return {26 + 34 * std::max(heads_, 4), 18 + 34 * std::max(layers_, 4)};
}

QSize HeadGrid::minimumSizeHint() const {
  return {26 + 12 * std::max(heads_, 4), 18 + 12 * std::max(layers_, 4)};
}

void HeadGrid::makeImages() {
  const ColorTable colors = sequentialColors(palette().color(QPalette::Base));
  images_.clear();
  const auto largest_of = [this](size_t begin, size_t end) {
    float largest = 0;
    for (size_t i = begin; i < end; ++i) {
      largest = std::max(largest, summary_.heads[i].thumb_largest);
    }
    return largest;
  };
  const auto row = static_cast<size_t>(heads_);
  for (size_t i = 0; i < summary_.heads.size(); ++i) {
    float largest = summary_.heads[i].thumb_largest;
    if (scope_ == ScaleScope::kLayer) {
      largest = largest_of(i / row * row, i / row * row + row);
    } else if (scope_ == ScaleScope::kGlobal) {
      largest = largest_of(0, summary_.heads.size());
    }
    images_.push_back(cellImage(summary_.heads[i].thumb, summary_.side, largest > 0 ? largest : 1, colors));
  }
  update();
}

void HeadGrid::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const GridLayout layout = gridLayout();
  const QColor muted = roleColor(Role::kMutedText, palette());
  QFont small = font();
  small.setPointSizeF(small.pointSizeF() * 0.85);
  painter.setFont(small);
  const QFontMetricsF metrics(small);
  painter.setPen(muted);
  const double cell = layout.cell();
  const int head_stride = labelStride(cell, metrics.horizontalAdvance(QStringLiteral("00")) + 4);
  const int layer_stride = labelStride(cell, metrics.height());
  for (int head = 0; head < heads_; head += head_stride) {
    const QRectF rect = layout.cellRect(0, head);
    painter.drawText(QRectF(rect.center().x() - 20, 0, 40, layout.top - 2),
                     Qt::AlignHCenter | Qt::AlignBottom, QString::number(head + 1));
  }
  for (int layer = 0; layer < layers_; layer += layer_stride) {
    const QRectF rect = layout.cellRect(layer, 0);
    painter.drawText(QRectF(0, rect.center().y() - 10, layout.left - 5, 20),
                     Qt::AlignRight | Qt::AlignVCenter, QString::number(layer + 1));
  }
  painter.setRenderHint(QPainter::SmoothPixmapTransform, cell < summary_.side);
  const QPen frame(roleColor(Role::kGrid, palette()));
  for (int layer = 0; layer < layers_; ++layer) {
    for (int head = 0; head < heads_; ++head) {
      const auto index = static_cast<size_t>(layer * heads_ + head);
      const QRectF rect = layout.cellRect(layer, head);
      painter.drawImage(rect, images_[index]);
      const bool bad = summary_.heads[index].bad_rows > 0;
      painter.setPen(bad ? QPen(roleColor(Role::kError, palette()), 1.5) : frame);
      painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5));
    }
  }
  if (!images_.empty()) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(roleColor(Role::kSelection, palette()), 2.5));
    painter.drawRect(layout.cellRect(layer_, head_).adjusted(-0.5, -0.5, 0.5, 0.5));
  }
}

void HeadGrid::mousePressEvent(QMouseEvent* event) {
  const auto cell = gridLayout().cellAt(event->position());
  if (cell && event->button() == Qt::LeftButton) {
    Q_EMIT headClicked(cell->y(), cell->x());
  }
}

void HeadGrid::keyPressEvent(QKeyEvent* event) {
  int layer = layer_;
  int head = head_;
  switch (event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier ? event->key()
                                                                                           : 0) {
    case Qt::Key_Left:
      --head;
      break;
    case Qt::Key_Right:
      ++head;
      break;
    case Qt::Key_Up:
      --layer;
      break;
    case Qt::Key_Down:
      ++layer;
      break;
    default:
      QWidget::keyPressEvent(event);
      return;
  }
  if (layer >= 0 && layer < layers_ && head >= 0 && head < heads_) {
    Q_EMIT headClicked(layer, head);
  }
}

void HeadGrid::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    makeImages();
  }
  QWidget::changeEvent(event);
}

bool HeadGrid::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto cell = gridLayout().cellAt(help->pos());
    if (!cell) {
      QToolTip::hideText();
      return true;
    }
    const HeadSummary& head = summary_.heads[static_cast<size_t>(cell->y() * heads_ + cell->x())];
    QString text = tr("Layer %1, head %2\nlargest weight %3")
                       .arg(cell->y() + 1)
                       .arg(cell->x() + 1)
                       .arg(formatNumber(static_cast<double>(head.largest), 3));
    if (head.bad_rows > 0) {
      text += tr("\nrows that are not numbers: %1").arg(head.bad_rows);
    }
    if (head.uniform) {
      text += tr("\nnearly uniform: untrained, or loaded from the wrong weights");
    }
    QToolTip::showText(help->globalPos(), text, this);
    return true;
  }
  return QWidget::event(event);
}

}  // namespace heddle::ui
