#include "views/common/progress_entry.h"

#include <QHBoxLayout>
#include <QProgressBar>
#include <QToolButton>
#include <algorithm>

#include "views/common/elided_label.h"

namespace heddle::ui {
namespace {

constexpr int kSteps = 1000;
constexpr int kBarWidth = 160;

}  // namespace

ProgressEntry::ProgressEntry(const QString& cancel_hint, QWidget* parent)
    : QWidget(parent),
      bar_(new QProgressBar(this)),
      doing_(new ElidedLabel(this)),
      cancel_(new QToolButton(this)) {
  bar_->setRange(0, kSteps);
  bar_->setTextVisible(false);
  bar_->setMaximumWidth(kBarWidth);
  // A status bar keeps room for it even while it is hidden.
  bar_->setMaximumHeight(fontMetrics().height());
  cancel_->setText(tr("Cancel"));
  cancel_->setToolTip(cancel_hint);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(bar_, 1);
  layout->addWidget(doing_, 2);
  layout->addWidget(cancel_);
  connect(cancel_, &QToolButton::clicked, this, &ProgressEntry::cancelRequested);
  hide();
}

void ProgressEntry::setProgress(double done, const QString& doing) {
  setVisible(done >= 0);
  const double share = std::clamp(done, 0.0, 1.0);
  bar_->setValue(static_cast<int>(share * kSteps));
  doing_->setFullText(tr("%1 (%2 %)").arg(doing, QString::number(static_cast<int>(100 * share))));
  bar_->setAccessibleName(doing);
}

QString ProgressEntry::doing() const {
  return doing_->text();
}

}  // namespace heddle::ui
