#include "app/selection.h"

namespace heddle::ui {

void Selection::setRun(const QString& run) {
  if (run != run_) {
    run_ = run;
    checkpoint_ = -1;
    Q_EMIT runChanged(run);
  }
}

void Selection::setCheckpoint(qint64 step) {
  if (step != checkpoint_) {
    checkpoint_ = step;
    Q_EMIT checkpointChanged(step);
  }
}

void Selection::setTexts(const QString& text_a, const QString& text_b) {
  if (text_a != text_a_ || text_b != text_b_) {
    text_a_ = text_a;
    text_b_ = text_b;
    Q_EMIT textsChanged(text_a, text_b);
  }
}

void Selection::setHead(int layer, int head) {
  if (layer != layer_ || head != head_) {
    layer_ = layer;
    head_ = head;
    Q_EMIT headChanged(layer, head);
  }
}

}  // namespace heddle::ui
