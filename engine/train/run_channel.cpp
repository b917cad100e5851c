#include "engine/train/run_channel.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>

#include "engine/base/clock.h"

namespace heddle {
namespace {

constexpr auto kWatchInterval = std::chrono::milliseconds(200);
constexpr double kHeartbeatSeconds = 0.8;

std::atomic<bool> signal_stop = false;

}  // namespace

Result<std::unique_ptr<RunChannel>> RunChannel::open(const RunFolder& folder,
                                                     std::function<void(const Event&)> observer) {
  const std::filesystem::path lock_path = folder.root / "engine.lock";
  const int lock_fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_fd < 0) {
    return Error{"cannot create " + lock_path.string(), "choose a workspace you may write to"};
  }
  if (::flock(lock_fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_fd);
    return Error{"cannot start run " + folder.id() + ": another engine is running it",
                 "stop it first, or wait until it ends"};
  }
  auto events = LineAppender::open(folder.events());
  if (!events) {
    ::close(lock_fd);
    return events.error();
  }
  return std::unique_ptr<RunChannel>(
      new RunChannel(folder, std::move(*events), lock_fd, std::move(observer)));
}

RunChannel::RunChannel(RunFolder folder, LineAppender events, int lock_fd,
                       std::function<void(const Event&)> observer)
    : folder_(std::move(folder)),
      observer_(std::move(observer)),
      lock_fd_(lock_fd),
      events_(std::move(events)) {
  std::error_code code;
  const uintmax_t size = std::filesystem::file_size(folder_.control(), code);
  control_offset_ = code ? 0 : size;
  watcher_ = std::thread([this] { watch(); });
}

RunChannel::~RunChannel() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  watcher_.join();
  ::close(lock_fd_);
}

void RunChannel::post(EventBody body) {
  const Event event{wallSeconds(), std::move(body)};
  {
    const std::lock_guard lock(mutex_);
    if (ended_) {
      return;
    }
    ended_ = std::holds_alternative<RunStopped>(event.body) || std::holds_alternative<RunFailed>(event.body);
    if (!failure_) {
      if (const Status status = events_.append(encodeEvent(event)); !status.ok()) {
        failure_ = status.error();
      }
    }
  }
  if (observer_) {
    observer_(event);
  }
}

std::optional<Error> RunChannel::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

Status RunChannel::sync() {
  const std::lock_guard lock(mutex_);
  return events_.sync();
}

void RunChannel::describe(Heartbeat state) {
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
}

void RunChannel::describeActivity(const std::string& activity) {
  const std::lock_guard lock(mutex_);
  state_.activity = activity;
}

void RunChannel::requestStopFromSignal() {
  signal_stop = true;
}

bool RunChannel::stopRequested() const {
  return signal_stop || stop_requested_;
}

void RunChannel::watch() {
  double next_heartbeat = 0;
  std::unique_lock lock(mutex_);
  while (!closing_) {
    if (monotonicSeconds() >= next_heartbeat) {
      const Heartbeat state = state_;
      lock.unlock();
      post(state);
      lock.lock();
      next_heartbeat = monotonicSeconds() + kHeartbeatSeconds;
    }
    lock.unlock();
    readCommands();
    lock.lock();
    wake_.wait_for(lock, kWatchInterval, [this] { return closing_; });
  }
}

void RunChannel::readCommands() {
  const std::lock_guard lock(control_mutex_);
  std::error_code code;
  const uintmax_t size = std::filesystem::file_size(folder_.control(), code);
  if (code || size <= control_offset_) {
    return;
  }
  const auto bytes = readFile(folder_.control());
  if (!bytes) {
    return;
  }
  std::string_view rest(*bytes);
  rest.remove_prefix(std::min<size_t>(control_offset_, rest.size()));
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const auto command = decodeCommand(rest.substr(0, end));
    if (!command || !command->has_value()) {
      warn("a line of control.jsonl was not understood and is ignored");
    } else if (**command == Command::kStop) {
      stop_requested_ = true;
    } else {
      checkpoint_requested_ = true;
    }
    rest.remove_prefix(end + 1);
    control_offset_ += end + 1;
  }
}

}  // namespace heddle
