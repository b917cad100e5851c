// Long work on one line: how far it is, what is being done, a way to end it. Hidden while nothing is done.

#pragma once

#include <QString>
#include <QWidget>

class QProgressBar;
class QToolButton;

namespace heddle::ui {

class ElidedLabel;

class ProgressEntry final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(ProgressEntry)

 public:
  // `cancel_hint`: what cancelling does.
  explicit ProgressEntry(const QString& cancel_hint, QWidget* parent = nullptr);

  // 0 .. 1 while it works; below 0 = it is over.
  void setProgress(double done, const QString& doing);
  QString doing() const;

 Q_SIGNALS:
  void cancelRequested();

 private:
  QProgressBar* bar_;
  ElidedLabel* doing_;
  QToolButton* cancel_;
};

}  // namespace heddle::ui
