#include "views/common/empty_state.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "views/common/palette.h"

namespace heddle::ui {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent),
      text_label_(new QLabel(this)),
      hint_label_(new QLabel(this)),
      action_(new QPushButton(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->addStretch(2);
  for (QLabel* label : {text_label_, hint_label_}) {
    label->setAlignment(Qt::AlignHCenter);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    layout->addWidget(label);
  }
  action_->hide();
  layout->addWidget(action_, 0, Qt::AlignHCenter);
  connect(action_, &QPushButton::clicked, this, &EmptyState::actionTriggered);
  layout->addStretch(3);
  QFont larger = text_label_->font();
  larger.setPointSizeF(larger.pointSizeF() * 1.15);
  text_label_->setFont(larger);
  updateColors();
}

void EmptyState::setMessage(Kind kind, const QString& text, const QString& hint) {
  kind_ = kind;
  text_label_->setText(text);
  hint_label_->setText(hint);
  hint_label_->setVisible(!hint.isEmpty());
  updateColors();
}

void EmptyState::setAction(const QString& text) {
  action_->setText(text);
  action_->setVisible(!text.isEmpty());
}

QString EmptyState::text() const {
  return text_label_->text();
}

QString EmptyState::hint() const {
  return hint_label_->text();
}

void EmptyState::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    updateColors();
  }
  QWidget::changeEvent(event);
}

void EmptyState::updateColors() {
  setTextRole(*text_label_, kind_ == Kind::kProblem ? Role::kError : Role::kText, palette());
  setTextRole(*hint_label_, Role::kMutedText, palette());
}

}  // namespace heddle::ui
