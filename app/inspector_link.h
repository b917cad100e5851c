// Asks a long-lived `heddle-engine serve` for attention maps. One question is under way at a time; of those
// that come meanwhile only the newest is kept. Answers are remembered. A dead engine is one sentence and is
// started anew by the next question.

#pragma once

#include <QObject>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>
#include <cstdint>
#include <list>
#include <optional>

#include "app/problem.h"
#include "engine/events/inspection.h"
#include "views/attention/attention_map.h"

namespace heddle::ui {

struct InspectionQuestion {
  QString checkpoint;  // absolute folder
  QString text_a;
  QString text_b;
  QString model;    // for the picture: what the user calls the run
  qint64 step = 0;  // for the picture

  // The labels do not change the answer.
  bool sameAs(const InspectionQuestion& other) const {
    return checkpoint == other.checkpoint && text_a == other.text_a && text_b == other.text_b;
  }
};

class InspectorLink final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(InspectorLink)

 public:
  // `cache_bytes` bounds the remembered maps; the newest is kept whatever its size.
  explicit InspectorLink(size_t cache_bytes = size_t{512} << 20, QObject* parent = nullptr);
  ~InspectorLink() override;

  // Answered by answered() or failed(); at once, still inside the call, when the answer is remembered.
  void ask(const InspectionQuestion& question);
  bool busy() const { return asked_.has_value(); }

  size_t cachedBytes() const { return cached_bytes_; }
  qint64 enginePid() const { return engine_.processId(); }

 Q_SIGNALS:
  void busyChanged(bool busy);
  void answered(const heddle::ui::AttentionMap& map);
  void failed(const heddle::ui::Problem& problem);

 private:
  struct Remembered {
    InspectionQuestion question;
    AttentionMap map;
    size_t bytes = 0;
  };

  void send(const InspectionQuestion& question);
  void read();
  void accept(const InspectionReply& reply);
  void engineEnded();
  // Ends the question under way and sends the one that waits.
  void proceed();
  void fail(const Problem& problem);

  QProcess engine_;
  QTemporaryDir arrays_;
  QByteArray unread_;
  QByteArray last_words_;
  int64_t next_id_ = 1;
  std::optional<InspectionQuestion> asked_;
  std::optional<InspectionQuestion> waiting_;
  bool superseded_ = false;      // a later question was answered from memory: this answer is only remembered
  std::list<Remembered> cache_;  // newest first
  size_t cached_bytes_ = 0;
  size_t cache_limit_;
};

}  // namespace heddle::ui
