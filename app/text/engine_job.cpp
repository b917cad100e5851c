#include "app/text/engine_job.h"

#include "app/engine_link.h"
#include "engine/base/json.h"

namespace heddle::ui {
namespace {

constexpr int kFarewell_ms = 1000;
constexpr qsizetype kLastWords = 8000;

}  // namespace

EngineJob::EngineJob(const QString& attempt, QObject* parent)
    : QObject(parent), attempt_(attempt), engine_(this) {
  connect(&engine_, &QProcess::readyReadStandardOutput, this, &EngineJob::read);
  connect(&engine_, &QProcess::readyReadStandardError, this, &EngineJob::listen);
  connect(&engine_, &QProcess::finished, this, &EngineJob::ended);
  connect(&engine_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) {
      ended();
    }
  });
}

EngineJob::~EngineJob() {
  stopQuietly();
}

void EngineJob::stopQuietly() {
  const QSignalBlocker quiet(engine_);
  if (running()) {
    engine_.kill();
    engine_.waitForFinished(kFarewell_ms);
  }
}

void EngineJob::start(const QStringList& arguments) {
  stopQuietly();
  unread_.clear();
  last_words_.clear();
  failure_told_ = false;
  const Result<std::filesystem::path> program = findEngine();
  if (!program) {
    Q_EMIT failed(asProblem(program.error()));
    return;
  }
  engine_.start(QString::fromStdString(program->string()), arguments, QIODevice::ReadOnly);
}

void EngineJob::cancel() {
  if (running()) {
    stopQuietly();
    Q_EMIT cancelled();
  }
}

void EngineJob::listen() {
  last_words_.append(engine_.readAllStandardError());
  last_words_ = last_words_.right(kLastWords);
}

void EngineJob::read() {
  unread_ += engine_.readAllStandardOutput();
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
  read();
  if (failure_told_) {
    return;
  }
  const bool started = engine_.error() != QProcess::FailedToStart;
  if (started && engine_.exitStatus() == QProcess::NormalExit && engine_.exitCode() == 0) {
    Q_EMIT finished();
    return;
  }
  listen();
  const QString why = !started ? engine_.errorString()
                      : engine_.exitStatus() == QProcess::CrashExit
                          ? tr("the engine was killed")
                          : tr("the engine ended with code %1").arg(engine_.exitCode());
  Q_EMIT failed({tr("%1 did not succeed: %2").arg(attempt_, why),
                 tr("try again; Details hold the engine's last words"),
                 QString::fromUtf8(last_words_).trimmed()});
}

}  // namespace heddle::ui
