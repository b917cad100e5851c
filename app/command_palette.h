// Ctrl+K: every command of the window by its words.

#pragma once

#include <QAction>
#include <QDialog>
#include <QList>

class QLineEdit;
class QListWidget;

namespace heddle::ui {

class CommandPalette final : public QDialog {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CommandPalette)

 public:
  // The actions are borrowed. Shows those that are enabled; the chosen one is triggered after the palette has
  // closed.
  CommandPalette(const QList<QAction*>& actions, QWidget* parent);

  // "Stop and save", without mnemonics and dots.
  static QString plainText(const QAction& action);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void filter(const QString& text);
  void run();

  QList<QAction*> actions_;
  QLineEdit* line_;
  QListWidget* list_;
};

}  // namespace heddle::ui
