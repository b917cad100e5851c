// What a run prints while it trains: one live line on a terminal, plain lines otherwise, or the events
// themselves as JSON.

#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "engine/cli/torch_commands.h"
#include "engine/events/event.h"

namespace heddle {

class Console {
 public:
  explicit Console(ConsoleStyle style) : style_(style) {}

  // Thread-safe.
  void show(const Event& event);

 private:
  void line(const std::string& text);
  void showMetrics(const Metrics& metrics);

  ConsoleStyle style_;
  std::mutex mutex_;
  Heartbeat last_heartbeat_;
  double next_plain_ = 0;  // monotonic seconds
  bool live_line_ = false;
};

}  // namespace heddle
