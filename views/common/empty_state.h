// Why a view is empty and what to do about it: a view shows this in place of an empty picture.

#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace heddle::ui {

class EmptyState final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(EmptyState)

 public:
  enum class Kind { kNothingYet, kProblem };

  explicit EmptyState(QWidget* parent = nullptr);

  // `text` says why nothing is shown, `hint` what to do next. Both can be selected and copied.
  void setMessage(Kind kind, const QString& text, const QString& hint = {});
  // A button under the message that does something about it; empty = none.
  void setAction(const QString& text);
  QPushButton* actionButton() const { return action_; }
  QString text() const;
  QString hint() const;
  Kind kind() const { return kind_; }

 Q_SIGNALS:
  void actionTriggered();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void updateColors();

  Kind kind_ = Kind::kNothingYet;
  QLabel* text_label_;
  QLabel* hint_label_;
  QPushButton* action_;
};

}  // namespace heddle::ui
