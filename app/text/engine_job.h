// One command of the engine that answers in JSON Lines and ends: its progress, its lines, its one problem. A
// new start ends the old one.

#pragma once

#include <QObject>
#include <QProcess>
#include <QStringList>

#include "app/problem.h"

namespace heddle::ui {

class EngineJob final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(EngineJob)

 public:
  // `attempt`: what problems begin with, "The comparison".
  explicit EngineJob(const QString& attempt, QObject* parent = nullptr);
  // Kills what still runs.
  ~EngineJob() override;

  // `input` is what it reads on its standard input: standardInput() as the name of a file stands for it.
  static QString standardInput() { return QStringLiteral("/dev/stdin"); }
  void start(const QStringList& arguments, const QString& input = {});
  // Ends it without a problem; cancelled() follows at once.
  void cancel();
  bool running() const { return engine_ != nullptr && engine_->state() != QProcess::NotRunning; }
  qint64 enginePid() const { return engine_ != nullptr ? engine_->processId() : 0; }

 Q_SIGNALS:
  void progressed(double done, const QString& doing);  // 0 .. 1
  // A line that is neither progress nor a failure.
  void answered(const QByteArray& line);
  void finished();
  void cancelled();
  // In place of finished().
  void failed(const heddle::ui::Problem& problem);

 private:
  // Ends what runs, without a word of it and without waiting for it.
  void abandon();
  void read();
  void listen();  // to what it says on its standard error
  void ended();

  QString attempt_;
  QProcess* engine_ = nullptr;  // of the last start
  QByteArray unread_;
  QByteArray last_words_;
  bool failure_told_ = false;
};

}  // namespace heddle::ui
