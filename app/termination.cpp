#include "app/termination.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace heddle::ui {
namespace {

constexpr std::array kSignals = {SIGTERM, SIGINT, SIGHUP};

std::atomic<int> writing_end = -1;
static_assert(std::atomic<int>::is_always_lock_free, "it is read in a signal handler");

// Only what may be called in a handler.
void pass(int) {
  const int before = errno;
  const char byte = 0;
  const ssize_t ignored = ::write(writing_end.load(), &byte, 1);
  static_cast<void>(ignored);  // a full pipe says the same
  errno = before;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : kSignals) {
    ::sigaction(number, &action, nullptr);
  }
}

}  // namespace

Termination::Termination(QObject* parent) : QObject(parent) {
  std::array<int, 2> ends{};
  // Without a pipe the system's own handlers stay.
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return;
  }
  reading_end_ = ends[0];
  writing_end = ends[1];
  notifier_ = new QSocketNotifier(reading_end_, QSocketNotifier::Read, this);
  connect(notifier_, &QSocketNotifier::activated, this, [this] {
    std::array<char, 16> bytes{};
    while (::read(reading_end_, bytes.data(), bytes.size()) > 0) {
    }
    Q_EMIT requested();
  });
  handle(pass);
}

Termination::~Termination() {
  if (reading_end_ < 0) {
    return;
  }
  handle(SIG_DFL);
  notifier_->setEnabled(false);
  ::close(reading_end_);
  ::close(writing_end.exchange(-1));
}

}  // namespace heddle::ui
