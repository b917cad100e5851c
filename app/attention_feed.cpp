#include "app/attention_feed.h"

namespace heddle::ui {

AttentionFeed::AttentionFeed(AttentionView& view, InspectorLink& link, Selection& selection, QObject* parent)
    : QObject(parent), view_(view), link_(link), selection_(selection) {
  connect(&view_, &AttentionView::attentionRequested, this, &AttentionFeed::want);
  connect(&view_, &AttentionView::headSelected, &selection_, &Selection::setHead);
  connect(&link_, &InspectorLink::busyChanged, this, [this](bool busy) {
    if (busy && shown_) {
      view_.setBusy(true);
    }
  });
  connect(&link_, &InspectorLink::answered, this, [this](const AttentionMap& map) {
    if (shown_ && map.step == shown_->step && map.model == shown_->model) {
      view_.setMap(map);
      selection_.setCheckpoint(map.step);
    }
  });
  connect(&link_, &InspectorLink::failed, this, [this](const Problem& failure) {
    if (shown_) {
      view_.setBusy(false);
      view_.setProblem(failure.text, failure.hint);
    }
    if (!failure.details.isEmpty()) {
      Q_EMIT problem(failure);
    }
  });
}

void AttentionFeed::setRun(const QString& run_id, const QString& name) {
  const bool renamed = name != name_;
  name_ = name;
  if (run_id != run_) {
    run_ = run_id;
    checkpoints_.clear();
    wanted_.reset();
    shown_.reset();
    view_.setBusy(false);
    view_.setModelName(name);
    view_.setCheckpoints({});
    view_.setMap({});
  } else if (renamed) {
    view_.setModelName(name);
  }
}

void AttentionFeed::setCheckpoints(const RunDetails& details) {
  if (details.run_id != run_) {
    return;
  }
  checkpoints_.clear();
  std::vector<int64_t> steps;
  for (const CheckpointRow& row : details.checkpoints) {
    checkpoints_[row.step] = QString::fromStdString(row.path);
    steps.push_back(row.step);
  }
  view_.setCheckpoints(steps);
  wantFirst();
}

void AttentionFeed::setVisible(bool visible) {
  visible_ = visible;
  wantFirst();
  ask();
}

void AttentionFeed::wantFirst() {
  if (visible_ && !shown_ && !wanted_) {
    want(view_.textA(), view_.textB(), view_.checkpointStep());
  }
}

void AttentionFeed::want(const QString& text_a, const QString& text_b, qint64 step) {
  selection_.setTexts(text_a, text_b);
  const auto checkpoint = checkpoints_.find(step);
  if (checkpoint == checkpoints_.end() || text_a.isEmpty()) {
    return;
  }
  wanted_ = InspectionQuestion{
      .checkpoint = checkpoint->second, .text_a = text_a, .text_b = text_b, .model = name_, .step = step};
  ask();
}

void AttentionFeed::ask() {
  if (visible_ && wanted_) {
    shown_ = wanted_;
    wanted_.reset();
    link_.ask(*shown_);
  }
}

}  // namespace heddle::ui
