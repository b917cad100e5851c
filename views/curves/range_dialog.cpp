#include "views/curves/range_dialog.h"

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <cmath>

#include "views/common/palette.h"

namespace heddle::ui {
namespace {

std::optional<double> numberOf(const QLineEdit& line) {
  bool read = false;
  const double value = QLocale::c().toDouble(line.text().trimmed(), &read);
  return read && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

RangeDialog::RangeDialog(const Axes& axes, const FixedRanges& ranges, QWidget* parent)
    : QDialog(parent), axes_(axes), problem_(new QLabel(this)), apply_(nullptr) {
  setWindowTitle(tr("Axis ranges"));
  auto* grid = new QGridLayout(this);
  const QString titles[] = {axes.x_title, axes.y_title};
  const std::optional<Span> given[] = {ranges.x, ranges.y};
  for (int axis = 0; axis < 2; ++axis) {
    grid->addWidget(new QLabel(titles[axis], this), axis, 0);
    for (int end = 0; end < 2; ++end) {
      auto* line = new QLineEdit(this);
      line->setPlaceholderText(tr("follows the data"));
      line->setAccessibleName((end == 0 ? tr("%1 from") : tr("%1 to")).arg(titles[axis]));
      if (const auto& span = given[axis]) {
        line->setText(QString::number(end == 0 ? span->lower : span->upper, 'g', 10));
      }
      connect(line, &QLineEdit::textChanged, this, &RangeDialog::check);
      grid->addWidget(line, axis, end == 0 ? 1 : 3);
      ends_[static_cast<size_t>(2 * axis + end)] = line;
    }
    grid->addWidget(new QLabel(tr("to"), this), axis, 2);
  }
  problem_->setWordWrap(true);
  setTextRole(*problem_, Role::kError, palette());
  grid->addWidget(problem_, 2, 0, 1, 4);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  apply_ = buttons->button(QDialogButtonBox::Ok);
  apply_->setText(tr("Apply"));
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  grid->addWidget(buttons, 3, 0, 1, 4);
  check();
}

FixedRanges RangeDialog::ranges() const {
  const auto span = [this](size_t first) -> std::optional<Span> {
    const auto lower = numberOf(*ends_[first]);
    const auto upper = numberOf(*ends_[first + 1]);
    return lower && upper ? std::optional(Span{*lower, *upper}) : std::nullopt;
  };
  return {.x = span(0), .y = span(2)};
}

QString RangeDialog::problem() const {
  const bool logarithmic[] = {axes_.log_x, axes_.log_y};
  const QString titles[] = {axes_.x_title, axes_.y_title};
  for (size_t axis = 0; axis < 2; ++axis) {
    const QLineEdit& from = *ends_[2 * axis];
    const QLineEdit& to = *ends_[2 * axis + 1];
    if (from.text().trimmed().isEmpty() && to.text().trimmed().isEmpty()) {
      continue;
    }
    const auto lower = numberOf(from);
    const auto upper = numberOf(to);
    if (!lower || !upper) {
      return tr("%1: two numbers are needed, or none to follow the data").arg(titles[axis]);
    }
    if (*lower >= *upper) {
      return tr("%1: the first number must be the smaller one").arg(titles[axis]);
    }
    if (logarithmic[axis] && *lower <= 0) {
      return tr("%1: a logarithmic axis starts above zero").arg(titles[axis]);
    }
  }
  return {};
}

void RangeDialog::check() {
  if (apply_ != nullptr) {
    problem_->setText(problem());
    apply_->setEnabled(problem_->text().isEmpty());
  }
}

}  // namespace heddle::ui
