#include "engine/kernels/parallel.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <exception>

// Of libgomp: runs fn(data) on num_threads threads (the caller is one of them) and waits for all.
extern "C" void GOMP_parallel(void (*fn)(void*), void* data, unsigned num_threads, unsigned flags);

namespace heddle::detail {
namespace {

struct Region {
  int64_t count;
  void* context;
  TaskFunction function;
  std::atomic<int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error = nullptr;
};

// libgomp cannot carry an exception out of a region, so the first one is kept and the counter run to its end.
void work(void* data) {
  auto& region = *static_cast<Region*>(data);
  for (int64_t task = region.next++; task < region.count; task = region.next++) {
    try {
      region.function(region.context, task);
    } catch (...) {
      if (!region.failed.exchange(true)) {
        region.error = std::current_exception();
      }
      region.next = region.count;
    }
  }
}

}  // namespace

int64_t taskThreads(int64_t count) {
  return at::in_parallel_region() ? 1 : std::min<int64_t>(count, at::get_num_threads());
}

void runTasks(int64_t count, int64_t threads, void* context, TaskFunction function) {
  if (threads <= 1) {
    for (int64_t task = 0; task < count; ++task) {
      function(context, task);
    }
    return;
  }
  Region region{count, context, function};
  GOMP_parallel(work, &region, static_cast<unsigned>(threads), 0);
  if (region.error) {
    std::rethrow_exception(region.error);
  }
}

}  // namespace heddle::detail
