// A run's line to the outside: events out, commands in, a heartbeat while the engine lives. Thread-safe.

#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/base/file.h"
#include "engine/base/paths.h"
#include "engine/events/event.h"

namespace heddle {

class RunChannel {
 public:
  // Takes the run for this process: a second engine on the same run is refused. Commands written before now
  // are ignored. `observer` also sees every event, on the posting thread.
  static Result<std::unique_ptr<RunChannel>> open(const RunFolder& folder,
                                                  std::function<void(const Event&)> observer);
  ~RunChannel();

  // Appends to events.jsonl. After a failed write (full disk) failure() is set and training must end.
  // RunStopped and RunFailed are the last events of a session: nothing is written after them.
  void post(EventBody body);
  void info(std::string text) { post(LogLine{LogLevel::kInfo, std::move(text)}); }
  void warn(std::string text) { post(LogLine{LogLevel::kWarning, std::move(text)}); }
  std::optional<Error> failure() const;
  // Forces all events so far to the disk.
  Status sync();

  // What the next heartbeats say.
  void describe(Heartbeat state);
  void describeActivity(const std::string& activity);

  // Ask the run to stop as if a command had come; safe in a signal handler.
  static void requestStopFromSignal();
  bool stopRequested() const;
  // Takes up the commands written since the last look. A thread looks now and then by itself; training looks
  // at every step.
  void readCommands();
  // True once for every request to save.
  bool takeCheckpointRequest() { return checkpoint_requested_.exchange(false); }

 private:
  RunChannel(RunFolder folder, LineAppender events, int lock_fd, std::function<void(const Event&)> observer);
  void watch();

  RunFolder folder_;
  std::function<void(const Event&)> observer_;
  int lock_fd_;
  mutable std::mutex mutex_;
  LineAppender events_;
  std::optional<Error> failure_;
  bool ended_ = false;
  Heartbeat state_;
  std::mutex control_mutex_;  // taken before mutex_
  uintmax_t control_offset_ = 0;
  std::atomic<bool> stop_requested_ = false;
  std::atomic<bool> checkpoint_requested_ = false;
  std::condition_variable wake_;
  bool closing_ = false;
  std::thread watcher_;
};

}  // namespace heddle
