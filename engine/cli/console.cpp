#include "engine/cli/console.h"

#include <cstdio>

#include "engine/base/clock.h"

namespace heddle {
namespace {

constexpr double kPlainSeconds = 5;  // between progress lines that are not on a terminal

double valueOf(const Metrics& metrics, std::string_view name) {
  for (const auto& [key, value] : metrics.values) {
    if (key == name) {
      return value;
    }
  }
  return 0;
}

}  // namespace

void Console::line(const std::string& text) {
  if (live_line_) {
    std::fputs("\r\033[K", stdout);
    live_line_ = false;
  }
  std::fputs((text + "\n").c_str(), stdout);
  std::fflush(stdout);
}

void Console::showMetrics(const Metrics& metrics) {
  const bool evaluation = !metrics.values.empty() && metrics.values.front().first.starts_with("eval/");
  char text[256];
  if (evaluation) {
    std::snprintf(text, sizeof text, "step %lld  held-out MLM loss %.4f  accuracy %.1f %%",
                  static_cast<long long>(metrics.step), valueOf(metrics, "eval/mlm_loss"),
                  100 * valueOf(metrics, "eval/mlm_accuracy"));
    line(text);
    return;
  }
  const double remaining = last_heartbeat_.remaining_seconds;
  std::snprintf(text, sizeof text, "step %lld  loss %.4f  %.0f tokens/s  %s elapsed%s%s",
                static_cast<long long>(metrics.step), valueOf(metrics, "train/loss"),
                valueOf(metrics, "train/tokens_per_second"), humanDuration(metrics.seconds).c_str(),
                remaining > 0 ? " < " : "", remaining > 0 ? humanDuration(remaining).c_str() : "");
  if (style_ == ConsoleStyle::kTerminal) {
    std::printf("\r\033[K%s", text);
    std::fflush(stdout);
    live_line_ = true;
  } else if (monotonicSeconds() >= next_plain_) {
    next_plain_ = monotonicSeconds() + kPlainSeconds;
    line(text);
  }
}

void Console::show(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (style_ == ConsoleStyle::kJson) {
    line(encodeEvent(event));
    return;
  }
  if (const auto* metrics = std::get_if<Metrics>(&event.body)) {
    showMetrics(*metrics);
  } else if (const auto* heartbeat = std::get_if<Heartbeat>(&event.body)) {
    if (heartbeat->activity != last_heartbeat_.activity && heartbeat->activity != "training" &&
        heartbeat->activity != "evaluating" && heartbeat->activity != "saving") {
      line(heartbeat->activity);
    }
    last_heartbeat_ = *heartbeat;
  } else if (const auto* started = std::get_if<RunStarted>(&event.body)) {
    line("run " + started->run_id + " on " + started->device + ", " + started->precision +
         (started->from_step > 0 ? ", resumed after step " + std::to_string(started->from_step) : ""));
  } else if (const auto* log = std::get_if<LogLine>(&event.body)) {
    line(log->level == LogLevel::kInfo ? log->text : "warning: " + log->text);
  } else if (const auto* saved = std::get_if<CheckpointSaved>(&event.body)) {
    line("saved " + saved->path);
  } else if (const auto* stopped = std::get_if<RunStopped>(&event.body)) {
    line(stopped->reason == StopReason::kFinished
             ? "finished at step " + std::to_string(stopped->step)
             : "stopped and saved at step " + std::to_string(stopped->step));
  }
}

}  // namespace heddle
