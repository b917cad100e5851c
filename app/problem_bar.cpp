#include "app/problem_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QToolButton>
#include <algorithm>

#include "views/common/palette.h"

namespace heddle::ui {
namespace {

// The engine's sentences begin in lower case, as its terminal wants them. A first word that is a name of
// something ("model.hidden_size", "/data/x") stays as it is.
QString asSentence(QString text) {
  const QString first = text.section(u' ', 0, 0);
  if (!first.isEmpty() && std::all_of(first.begin(), first.end(), [](QChar c) { return c.isLetter(); })) {
    text[0] = text[0].toUpper();
  }
  return text;
}

}  // namespace

ProblemBar::ProblemBar(QWidget* parent)
    : QWidget(parent),
      text_(new QLabel(this)),
      details_(new QToolButton(this)),
      dismiss_(new QToolButton(this)) {
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  text_->setTextFormat(Qt::PlainText);
  text_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  text_->setObjectName(QStringLiteral("problem-text"));
  details_->setText(tr("Details"));
  details_->setObjectName(QStringLiteral("problem-details"));
  dismiss_->setText(tr("Dismiss"));
  dismiss_->setObjectName(QStringLiteral("problem-dismiss"));
  for (QToolButton* button : {details_, dismiss_}) {
    button->setAutoRaise(true);
  }
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(6, 0, 6, 0);
  layout->addWidget(text_, 1);
  layout->addWidget(details_);
  layout->addWidget(dismiss_);
  connect(details_, &QToolButton::clicked, this, &ProblemBar::showDetails);
  connect(dismiss_, &QToolButton::clicked, this, &ProblemBar::dismiss);
  update();
}

void ProblemBar::add(const Problem& problem) {
  std::erase(problems_, problem);
  problems_.push_back(problem);
  update();
}

void ProblemBar::dismiss() {
  if (!problems_.empty()) {
    problems_.pop_back();
  }
  update();
}

void ProblemBar::update() {
  const bool any = !problems_.empty();
  for (QWidget* part : std::initializer_list<QWidget*>{text_, details_, dismiss_}) {
    part->setVisible(any);
  }
  if (!any) {
    return;
  }
  setTextRole(*text_, Role::kError, palette());
  const Problem& newest = problems_.back();
  QString words = asSentence(newest.text);
  if (!newest.hint.isEmpty()) {
    words += u" (" + newest.hint + u')';
  }
  text_->setToolTip(words);
  words = words.simplified();
  if (problems_.size() > 1) {
    words = tr("[1 of %1] %2").arg(problems_.size()).arg(words);
  }
  text_->setText(text_->fontMetrics().elidedText(words, Qt::ElideRight, std::max(text_->width(), 200)));
}

void ProblemBar::showDetails() {
  if (problems_.empty()) {
    return;
  }
  const Problem& newest = problems_.back();
  auto* box = new QMessageBox(QMessageBox::NoIcon, tr("What went wrong"), asSentence(newest.text),
                              QMessageBox::Close, window());
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setTextFormat(Qt::PlainText);
  box->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  box->setInformativeText(newest.hint);
  box->setDetailedText(newest.details);
  box->open();
}

void ProblemBar::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) {
    update();
  }
}

void ProblemBar::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  update();
}

}  // namespace heddle::ui
