// Starts engines and asks things of running ones. An engine is a session of its own: closing the window
// leaves it alone. Lives on a background thread (files are created and synced here); called by queued
// invocation, answers by signals.

#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/problem.h"
#include "engine/base/paths.h"
#include "engine/base/result.h"

namespace heddle::ui {

// $HEDDLE_ENGINE, else heddle-engine beside this program. The error says where it was looked for.
Result<std::filesystem::path> findEngine();

class EngineLink final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(EngineLink)

 public:
  explicit EngineLink(Workspace workspace);

  // What start() runs, for people: "heddle-engine run RECIPE --workspace DIR --id ID".
  static QString commandLine(const Workspace& workspace, const QString& run_id);

  // Makes runs/ID with `recipe_toml` in it, emits created(), and starts it unless `then_start` is off.
  void create(const QString& name, const QString& recipe_toml, bool then_start);
  void start(const QString& run_id);
  void resume(const QString& run_id);
  // Asks the engine to finish its step, save and end.
  void stop(const QString& run_id);
  // SIGKILL. Refuses processes of other hosts and any process that is not this run's engine.
  void kill(const QString& run_id, const QString& host, qint64 pid);

 Q_SIGNALS:
  void created(const QString& run_id);
  void started(const QString& run_id);
  void problem(const Problem& problem);

 private:
  struct Child {
    int pid = 0;
    QString run_id;
    std::filesystem::path log;
    uint64_t log_begin = 0;  // where this engine's words start
  };

  void launch(const QString& run_id, const std::vector<std::string>& arguments, const QString& attempt);
  void reap();
  RunFolder folder(const QString& run_id) const;

  Workspace workspace_;
  std::vector<Child> children_;
  QTimer reaper_;
};

}  // namespace heddle::ui
