// Between the attention view and the engine that answers it: turns a step into a checkpoint's folder, asks
// only while the view is on the screen, and keeps late answers of another run away from it.

#pragma once

#include <QObject>
#include <QString>
#include <map>
#include <optional>

#include "app/inspector_link.h"
#include "app/selection.h"
#include "views/attention/attention_view.h"
#include "views/runs/run_details.h"

namespace heddle::ui {

class AttentionFeed final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(AttentionFeed)

 public:
  // All are borrowed and outlive this.
  AttentionFeed(AttentionView& view, InspectorLink& link, Selection& selection, QObject* parent = nullptr);

  // `name`: what the user calls the selected run; empty = none.
  void setRun(const QString& run_id, const QString& name);
  void setCheckpoints(const RunDetails& details);
  // Whether the view is on the screen.
  void setVisible(bool visible);

 Q_SIGNALS:
  // Only those with details: the view itself shows the others.
  void problem(const heddle::ui::Problem& problem);

 private:
  // The first picture of a run needs no click: the sentence is there already.
  void wantFirst();
  void want(const QString& text_a, const QString& text_b, qint64 step);
  void ask();

  AttentionView& view_;
  InspectorLink& link_;
  Selection& selection_;
  QString run_;
  QString name_;
  std::map<int64_t, QString> checkpoints_;
  std::optional<InspectionQuestion> wanted_;  // not asked yet
  std::optional<InspectionQuestion> shown_;   // asked: what an answer has to fit
  bool visible_ = false;
};

}  // namespace heddle::ui
