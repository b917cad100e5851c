#include "views/common/flow_layout.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QWidget>
#include <algorithm>

namespace heddle::ui {
namespace {

// What a line breaks by: fields that can grow need no more than their least.
int leastWidth(const QLayoutItem* item) {
  const bool grows = (item->expandingDirections() & Qt::Horizontal) != 0;
  return grows ? item->minimumSize().width() : item->sizeHint().width();
}

}  // namespace

FlowLayout::FlowLayout(QWidget* parent) : QLayout(parent) {}

FlowLayout::~FlowLayout() {
  for (QLayoutItem* item : items_) {
    delete item;
  }
}

QWidget* FlowLayout::addGroup(const std::vector<QWidget*>& parts) {
  auto* group = new QWidget(parentWidget());
  auto* row = new QHBoxLayout(group);
  row->setContentsMargins(0, 0, 0, 0);
  bool grows = false;
  if (auto* label = parts.size() > 1 ? qobject_cast<QLabel*>(parts.front()) : nullptr) {
    label->setBuddy(parts[1]);  // names it for screen readers
  }
  for (QWidget* part : parts) {
    row->addWidget(part);
    grows = grows || (part->sizePolicy().expandingDirections() & Qt::Horizontal) != 0;
  }
  group->setSizePolicy(grows ? QSizePolicy::Expanding : QSizePolicy::Fixed, QSizePolicy::Fixed);
  addWidget(group);
  return group;
}

void FlowLayout::addItem(QLayoutItem* item) {
  items_.push_back(item);
}

QLayoutItem* FlowLayout::itemAt(int index) const {
  return index >= 0 && index < count() ? items_[static_cast<size_t>(index)] : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index) {
  QLayoutItem* item = itemAt(index);
  if (item != nullptr) {
    items_.erase(items_.begin() + index);
  }
  return item;
}

int FlowLayout::heightForWidth(int width) const {
  return arrange(QRect(0, 0, width, 0), Apply::kMeasure);
}

QSize FlowLayout::minimumSize() const {
  QSize size;
  for (const QLayoutItem* item : items_) {
    if (!item->isEmpty()) {
      size = size.expandedTo(QSize(leastWidth(item), item->minimumSize().height()));
    }
  }
  return size.grownBy(contentsMargins()).expandedTo(QSize(0, placed_height_));
}

QSize FlowLayout::sizeHint() const {
  QSize size;
  for (const QLayoutItem* item : items_) {
    if (!item->isEmpty()) {
      const QSize hint = item->sizeHint();
      size = QSize(size.width() + hint.width() + (size.width() > 0 ? spacing() : 0),
                   std::max(size.height(), hint.height()));
    }
  }
  return size.grownBy(contentsMargins());
}

void FlowLayout::setGeometry(const QRect& rect) {
  QLayout::setGeometry(rect);
  const int height = arrange(rect, Apply::kPlace);
  if (height != placed_height_) {
    placed_height_ = height;
    update();
  }
}

int FlowLayout::arrange(const QRect& rect, Apply apply) const {
  const QRect inside = rect.marginsRemoved(contentsMargins());
  std::vector<QLayoutItem*> line;
  int used = 0;
  int height = 0;
  int top = inside.top();
  const auto finish = [&] {
    if (apply == Apply::kPlace) {
      placeLine(line, QRect(inside.left(), top, inside.width(), height));
    }
    top += height;
    line.clear();
    used = height = 0;
  };
  for (QLayoutItem* item : items_) {
    if (item->isEmpty()) {
      continue;
    }
    const int width = leastWidth(item);
    if (!line.empty() && used + spacing() + width > inside.width()) {
      finish();
      top += spacing();
    }
    used += width + (line.empty() ? 0 : spacing());
    line.push_back(item);
    height = std::max(height, item->sizeHint().height());
  }
  finish();
  return top - inside.top() + contentsMargins().top() + contentsMargins().bottom();
}

void FlowLayout::placeLine(const std::vector<QLayoutItem*>& line, const QRect& strip) const {
  int left_over = strip.width();
  int growing = 0;
  for (const QLayoutItem* item : line) {
    left_over -= leastWidth(item) + (item == line.front() ? 0 : spacing());
    growing += (item->expandingDirections() & Qt::Horizontal) != 0 ? 1 : 0;
  }
  int left = strip.left();
  for (QLayoutItem* item : line) {
    int width = leastWidth(item);
    if ((item->expandingDirections() & Qt::Horizontal) != 0 && left_over > 0) {
      const int share = left_over / growing--;
      width += share;
      left_over -= share;
    }
    const int height = std::min(item->sizeHint().height(), strip.height());
    item->setGeometry(
        QRect(left, strip.top() + (strip.height() - height) / 2, std::min(width, strip.width()), height));
    left += width + spacing();
  }
}

}  // namespace heddle::ui
