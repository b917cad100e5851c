// Items on their way through several threads: handed in in order, worked on by any thread, taken out in
// order. One thread hands in and takes out.

#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace heddle {

template <typename Item>
class OrderedWork {
 public:
  using Worker = std::function<void(Item&)>;

  // `makeWorker` is asked once for each thread; what it returns is that thread's alone. threads 0 = all
  // cores, at most 16.
  OrderedWork(int threads, const std::function<Worker()>& makeWorker) {
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    const unsigned count = threads > 0 ? static_cast<unsigned>(threads) : std::min(cores, 16u);
    for (unsigned index = 0; index < count; ++index) {
      threads_.emplace_back([this, work = makeWorker()](const std::stop_token& stop) {
        while (Slot* slot = claim(stop)) {
          work(*slot->item);
          const std::lock_guard lock(mutex_);
          slot->done = true;
          changed_.notify_all();
        }
      });
    }
  }

  size_t threads() const { return threads_.size(); }
  // Items that are not taken out yet.
  size_t size() const { return slots_.size(); }

  void add(std::unique_ptr<Item> item) {
    slots_.push_back(std::make_unique<Slot>(Slot{std::move(item)}));
    const std::lock_guard lock(mutex_);
    unclaimed_.push_back(slots_.back().get());
    changed_.notify_all();
  }

  // The oldest of size() >= 1 items, once it is done.
  std::unique_ptr<Item> take() {
    const std::unique_ptr<Slot> oldest = std::move(slots_.front());
    slots_.pop_front();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return oldest->done; });
    return std::move(oldest->item);
  }

 private:
  struct Slot {
    std::unique_ptr<Item> item;
    bool done = false;
  };

  Slot* claim(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return !unclaimed_.empty(); });
    if (stop.stop_requested()) {
      return nullptr;
    }
    Slot* slot = unclaimed_.front();
    unclaimed_.pop_front();
    return slot;
  }

  std::deque<std::unique_ptr<Slot>> slots_;  // of the thread that hands in alone

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Slot*> unclaimed_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace heddle
