// Problems in the status bar: each stays until it is dismissed, the newest on top, details on request.

#pragma once

#include <QWidget>
#include <vector>

#include "app/problem.h"

class QLabel;
class QToolButton;

namespace heddle::ui {

class ProblemBar final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(ProblemBar)

 public:
  explicit ProblemBar(QWidget* parent = nullptr);

  // A problem that stands already moves to the top instead of standing twice.
  void add(const Problem& problem);
  // Takes away the newest.
  void dismiss();
  int count() const { return static_cast<int>(problems_.size()); }
  // The newest; empty when there is none.
  Problem current() const { return problems_.empty() ? Problem{} : problems_.back(); }

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void update();
  void showDetails();

  std::vector<Problem> problems_;  // newest last
  QLabel* text_;
  QToolButton* details_;
  QToolButton* dismiss_;
};

}  // namespace heddle::ui
