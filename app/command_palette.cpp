#include "app/command_palette.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace heddle::ui {

CommandPalette::CommandPalette(const QList<QAction*>& actions, QWidget* parent)
    : QDialog(parent, Qt::Popup), line_(new QLineEdit(this)), list_(new QListWidget(this)) {
  setAttribute(Qt::WA_DeleteOnClose);
  setObjectName(QStringLiteral("command-palette"));
  for (QAction* action : actions) {
    if (action->isEnabled() && !action->isSeparator() && !plainText(*action).isEmpty()) {
      actions_.append(action);
    }
  }
  line_->setPlaceholderText(tr("Search commands"));
  line_->installEventFilter(this);
  list_->setFocusPolicy(Qt::NoFocus);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addWidget(line_);
  layout->addWidget(list_);
  const int character = fontMetrics().averageCharWidth();
  resize(64 * character, 24 * fontMetrics().height());
  if (parent != nullptr) {
    move(parent->mapToGlobal(QPoint((parent->width() - width()) / 2, parent->height() / 8)));
  }
  connect(line_, &QLineEdit::textChanged, this, &CommandPalette::filter);
  connect(list_, &QListWidget::itemClicked, this, &CommandPalette::run);
  filter({});
  line_->setFocus();
}

QString CommandPalette::plainText(const QAction& action) {
  QString text = action.text();
  return text.remove(u'&').remove(QStringLiteral("…"));
}

void CommandPalette::filter(const QString& text) {
  const QStringList chunks = text.split(u' ', Qt::SkipEmptyParts);
  list_->clear();
  for (qsizetype i = 0; i < actions_.size(); ++i) {
    const QString words = plainText(*actions_[i]);
    const bool fits = std::all_of(chunks.begin(), chunks.end(), [&](const QString& chunk) {
      return words.contains(chunk, Qt::CaseInsensitive);
    });
    if (fits) {
      const QString keys = actions_[i]->shortcut().toString(QKeySequence::NativeText);
      auto* item = new QListWidgetItem(keys.isEmpty() ? words : words + u"    " + keys, list_);
      item->setData(Qt::UserRole, i);
    }
  }
  list_->setCurrentRow(0);
}

void CommandPalette::run() {
  const QListWidgetItem* item = list_->currentItem();
  if (item == nullptr) {
    return;
  }
  QAction* action = actions_[item->data(Qt::UserRole).toLongLong()];
  close();
  // Once this popup has gone, so that a dialog of the action gets the keyboard.
  QTimer::singleShot(0, action, &QAction::trigger);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
      run();
      return true;
    }
    if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown) {
      QCoreApplication::sendEvent(list_, event);
      return true;
    }
  }
  return QDialog::eventFilter(watched, event);
}

}  // namespace heddle::ui
