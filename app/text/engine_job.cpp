#include "app/text/engine_job.h"

#include <QCoreApplication>
#include <utility>

#include "app/engine_link.h"
#include "engine/base/json.h"

namespace heddle::ui {
namespace {

constexpr int kFarewell_ms = 1000;
constexpr qsizetype kLastWords = 8000;

}  // namespace

EngineJob::EngineJob(const QString& attempt, QObject* parent) : QObject(parent), attempt_(attempt) {}

EngineJob::~EngineJob() {
  if (running()) {
    engine_->disconnect(this);
    engine_->kill();
    engine_->waitForFinished(kFarewell_ms);
  }
}

void EngineJob::abandon() {
  QProcess* old = std::exchange(engine_, nullptr);
  if (old == nullptr) {
    return;
  }
  old->disconnect(this);
  if (old->state() == QProcess::NotRunning) {
    old->deleteLater();
    return;
  }
  // Killing takes as long as the system needs to free its memory: it may outlive this object.
  old->setParent(QCoreApplication::instance());
  connect(old, &QProcess::finished, old, &QObject::deleteLater);
  old->kill();
}

void EngineJob::start(const QStringList& arguments, const QString& input) {
  abandon();
  unread_.clear();
  last_words_.clear();
  failure_told_ = false;
  const Result<std::filesystem::path> program = findEngine();
  if (!program) {
    Q_EMIT failed(asProblem(program.error()));
    return;
  }
  engine_ = new QProcess(this);
  connect(engine_, &QProcess::readyReadStandardOutput, this, &EngineJob::read);
  connect(engine_, &QProcess::readyReadStandardError, this, &EngineJob::listen);
  connect(engine_, &QProcess::finished, this, &EngineJob::ended);
  connect(engine_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) {
      ended();
    }
  });
  engine_->start(QString::fromStdString(program->string()), arguments);
  if (running()) {
    engine_->write(input.toUtf8());
    engine_->closeWriteChannel();
  }
}

void EngineJob::cancel() {
  if (running()) {
    abandon();
    Q_EMIT cancelled();
  }
}

void EngineJob::listen() {
  last_words_.append(engine_->readAllStandardError());
  last_words_ = last_words_.right(kLastWords);
}

void EngineJob::read() {
  unread_ += engine_->readAllStandardOutput();
  for (qsizetype end = unread_.indexOf('\n'); end >= 0; end = unread_.indexOf('\n')) {
    const QByteArray line = unread_.left(end);
    unread_.remove(0, end + 1);
    const Result<Json> json = parseJson({line.constData(), static_cast<size_t>(line.size())}, "a line");
    const std::string kind =
        json && json->is_object() ? jsonValue(*json, "kind", std::string()) : std::string();
    if (failure_told_ || kind.empty()) {
      continue;
    }
    if (kind == "progress") {
      Q_EMIT progressed(jsonValue(*json, "share", 0.0),
                        QString::fromStdString(jsonValue(*json, "text", std::string())));
    } else if (kind == "failure") {
      failure_told_ = true;
      Q_EMIT failed({QString::fromStdString(jsonValue(*json, "text", std::string())),
                     QString::fromStdString(jsonValue(*json, "hint", std::string())),
                     {}});
    } else {
      Q_EMIT answered(line);
    }
  }
}

void EngineJob::ended() {
  const QProcess* whose = engine_;
  read();
  // Who heard the last lines may have started another one, or none.
  if (failure_told_ || engine_ != whose) {
    return;
  }
  const bool started = engine_->error() != QProcess::FailedToStart;
  if (started && engine_->exitStatus() == QProcess::NormalExit && engine_->exitCode() == 0) {
    Q_EMIT finished();
    return;
  }
  listen();
  const QString why = !started ? engine_->errorString()
                      : engine_->exitStatus() == QProcess::CrashExit
                          ? tr("the engine was killed")
                          : tr("the engine ended with code %1").arg(engine_->exitCode());
  Q_EMIT failed({tr("%1 did not succeed: %2").arg(attempt_, why),
                 tr("try again; Details hold the engine's last words"),
                 QString::fromUtf8(last_words_).trimmed()});
}

}  // namespace heddle::ui
