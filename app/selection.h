// What all views look at: one run, a checkpoint, a text, a layer and a head. Views never call each other:
// they report what the user picked, and hear of it from here.

#pragma once

#include <QObject>
#include <QString>

namespace heddle::ui {

class Selection final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(Selection)

 public:
  explicit Selection(QObject* parent = nullptr) : QObject(parent) {}

  QString run() const { return run_; }               // empty = none
  qint64 checkpoint() const { return checkpoint_; }  // a step; -1 = none
  QString textA() const { return text_a_; }
  QString textB() const { return text_b_; }  // empty = one text
  int layer() const { return layer_; }       // from 0
  int head() const { return head_; }         // from 0

  void setRun(const QString& run);  // another run has no checkpoint yet
  void setCheckpoint(qint64 step);
  void setTexts(const QString& text_a, const QString& text_b);
  void setHead(int layer, int head);

 Q_SIGNALS:
  void runChanged(const QString& run);
  void checkpointChanged(qint64 step);
  void textsChanged(const QString& text_a, const QString& text_b);
  void headChanged(int layer, int head);

 private:
  QString run_;
  qint64 checkpoint_ = -1;
  QString text_a_;
  QString text_b_;
  int layer_ = 0;
  int head_ = 0;
};

}  // namespace heddle::ui
