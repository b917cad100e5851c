// Asks for fixed ranges of a chart's axes. An empty pair follows the data.

#pragma once

#include <QDialog>
#include <array>
#include <optional>

#include "views/curves/curve_data.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace heddle::ui {

struct FixedRanges {
  std::optional<Span> x;  // null: the axis follows the data
  std::optional<Span> y;
  friend bool operator==(const FixedRanges&, const FixedRanges&) = default;
};

class RangeDialog final : public QDialog {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RangeDialog)

 public:
  struct Axes {
    QString x_title;
    QString y_title;
    bool log_x = false;
    bool log_y = false;
  };

  RangeDialog(const Axes& axes, const FixedRanges& ranges, QWidget* parent);

  // What is typed; meaningful once problem() is empty.
  FixedRanges ranges() const;
  // Why the ranges cannot be taken; empty when they can.
  QString problem() const;

 private:
  void check();

  Axes axes_;
  std::array<QLineEdit*, 4> ends_{};  // from and to of x, from and to of y
  QLabel* problem_;
  QPushButton* apply_;
};

}  // namespace heddle::ui
