#include "app/inspector_link.h"

#include <QFile>
#include <chrono>

#include "app/engine_link.h"

namespace heddle::ui {
namespace {

constexpr auto kFarewell = std::chrono::milliseconds(500);
constexpr qsizetype kLastWords = 8000;

size_t bytesOf(const AttentionMap& map) {
  const auto tokens = map.tokens.size();
  return tokens * tokens * sizeof(uint16_t) * static_cast<size_t>(map.layers) *
         static_cast<size_t>(map.heads);
}

AttentionMap labelled(AttentionMap map, const InspectionQuestion& question) {
  map.model = question.model;
  map.step = question.step;
  return map;
}

}  // namespace

InspectorLink::InspectorLink(size_t cache_bytes, QObject* parent)
    : QObject(parent), engine_(this), cache_limit_(cache_bytes) {
  connect(&engine_, &QProcess::readyReadStandardOutput, this, &InspectorLink::read);
  connect(&engine_, &QProcess::readyReadStandardError, this, [this] {
    last_words_.append(engine_.readAllStandardError());
    last_words_ = last_words_.right(kLastWords);
  });
  connect(&engine_, &QProcess::finished, this, &InspectorLink::engineEnded);
  connect(&engine_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) {
      engineEnded();
    }
  });
}

InspectorLink::~InspectorLink() {
  engine_.disconnect(this);
  if (engine_.state() != QProcess::NotRunning) {
    engine_.closeWriteChannel();
    if (!engine_.waitForFinished(static_cast<int>(kFarewell.count()))) {
      engine_.kill();
      engine_.waitForFinished(static_cast<int>(kFarewell.count()));
    }
  }
}

void InspectorLink::ask(const InspectionQuestion& question) {
  for (auto known = cache_.begin(); known != cache_.end(); ++known) {
    if (known->question.sameAs(question)) {
      cache_.splice(cache_.begin(), cache_, known);
      waiting_.reset();
      superseded_ = asked_.has_value();
      Q_EMIT answered(labelled(cache_.front().map, question));
      return;
    }
  }
  if (asked_) {
    waiting_ = question;
    return;
  }
  send(question);
}

void InspectorLink::send(const InspectionQuestion& question) {
  if (engine_.state() == QProcess::NotRunning) {
    const Result<std::filesystem::path> program = findEngine();
    if (!program) {
      Q_EMIT failed(asProblem(program.error()));
      return;
    }
    unread_.clear();
    last_words_.clear();
    engine_.start(QString::fromStdString(program->string()), {QStringLiteral("serve")});
  }
  asked_ = question;
  superseded_ = false;
  Q_EMIT busyChanged(true);
  const AttentionRequest request{
      .id = next_id_,
      .checkpoint = question.checkpoint.toStdString(),
      .text_a = question.text_a.toStdString(),
      .text_b = question.text_b.toStdString(),
      .array_path = arrays_.filePath(QStringLiteral("%1.safetensors").arg(next_id_)).toStdString()};
  engine_.write(QByteArray::fromStdString(encodeRequest(request) + "\n"));
}

void InspectorLink::read() {
  unread_ += engine_.readAllStandardOutput();
  for (qsizetype end = unread_.indexOf('\n'); end >= 0; end = unread_.indexOf('\n')) {
    const std::string line = unread_.left(end).toStdString();
    unread_.remove(0, end + 1);
    const Result<InspectionReply> reply = decodeReply(line);
    if (!reply) {
      if (asked_) {
        fail({tr("The engine's answer could not be read: %1").arg(QString::fromStdString(reply.error().text)),
              tr("engine and window are probably of different versions"),
              {}});
      }
    } else if (asked_) {
      accept(*reply);
    }
  }
}

void InspectorLink::accept(const InspectionReply& reply) {
  if (reply.failed) {
    if (reply.failure.id == next_id_) {
      fail({QString::fromStdString(reply.failure.text), QString::fromStdString(reply.failure.hint), {}});
    }
    return;
  }
  Result<AttentionMap> map = readAttentionMap(reply.answer.array_path, reply.answer);
  // The map keeps the file's content alive; its name is not needed any more.
  QFile::remove(QString::fromStdString(reply.answer.array_path));
  if (reply.answer.id != next_id_) {
    return;
  }
  if (!map) {
    fail(asProblem(map.error()));
    return;
  }
  const AttentionMap shown = labelled(*map, *asked_);
  cache_.push_front({*asked_, shown, bytesOf(shown)});
  cached_bytes_ += cache_.front().bytes;
  while (cached_bytes_ > cache_limit_ && cache_.size() > 1) {
    cached_bytes_ -= cache_.back().bytes;
    cache_.pop_back();
  }
  // A newer question makes this answer stale: showing it would only flicker.
  if (!waiting_ && !superseded_) {
    Q_EMIT answered(shown);
  }
  proceed();
}

void InspectorLink::proceed() {
  ++next_id_;
  asked_.reset();
  Q_EMIT busyChanged(false);
  if (waiting_) {
    const InspectionQuestion next = *waiting_;
    waiting_.reset();
    ask(next);
  }
}

void InspectorLink::fail(const Problem& problem) {
  if (!waiting_ && !superseded_) {
    Q_EMIT failed(problem);
  }
  proceed();
}

void InspectorLink::engineEnded() {
  if (!asked_) {
    return;
  }
  last_words_.append(engine_.readAllStandardError());
  const QString why = engine_.error() == QProcess::FailedToStart ? engine_.errorString()
                      : engine_.exitStatus() == QProcess::CrashExit
                          ? tr("it was killed")
                          : tr("it ended with code %1").arg(engine_.exitCode());
  fail({tr("The engine that reads checkpoints stopped: %1").arg(why), tr("ask again: it is started anew"),
        QString::fromUtf8(last_words_).trimmed()});
}

}  // namespace heddle::ui
