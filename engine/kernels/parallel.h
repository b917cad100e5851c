// Loops over the cores through the OpenMP runtime that LibTorch brings (libgomp), without OpenMP pragmas:
// those would be serial without -fopenmp and bind to a second runtime under clang. As many threads as
// at::get_num_threads() says.

#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace heddle {

namespace detail {
using TaskFunction = void (*)(void* context, int64_t task);
void runTasks(int64_t count, int64_t threads, void* context, TaskFunction function);
int64_t taskThreads(int64_t count);
}  // namespace detail

// Calls body(task) once for every task in 0 .. count-1, each on any thread and in any order; returns when all
// are done. The first exception of a body is rethrown here, after tasks already begun; later tasks are left
// out. Serial inside another parallel region.
template <typename Body>
void parallelTasks(int64_t count, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  detail::runTasks(count, detail::taskThreads(count),
                   const_cast<void*>(static_cast<const void*>(std::addressof(body))),
                   [](void* context, int64_t task) { (*static_cast<Plain*>(context))(task); });
}

// Calls body(begin, end) on pieces of `grain` indices (the last one shorter) that cover begin .. end. The
// pieces depend on `grain` alone, so sums kept per piece are the same for every number of threads.
template <typename Body>
void parallelFor(int64_t begin, int64_t end, int64_t grain, Body&& body) {
  if (end <= begin) {
    return;
  }
  parallelTasks((end - begin + grain - 1) / grain, [&](int64_t piece) {
    const int64_t first = begin + piece * grain;
    body(first, first + grain < end ? first + grain : end);
  });
}

}  // namespace heddle
