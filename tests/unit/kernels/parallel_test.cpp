#include "engine/kernels/parallel.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace heddle {
namespace {

class ParallelLoops : public ::testing::Test {
 protected:
  void SetUp() override { at::set_num_threads(2); }
  void TearDown() override { at::set_num_threads(before_); }
  int before_ = at::get_num_threads();
};

TEST_F(ParallelLoops, RunOnTwoThreadsAtOnce) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::set<std::thread::id> threads;
  bool together = true;
  // Each task waits for the other one, which only another thread can run.
  parallelTasks(2, [&](int64_t) {
    std::unique_lock lock(mutex);
    threads.insert(std::this_thread::get_id());
    arrived.notify_all();
    together =
        arrived.wait_for(lock, std::chrono::seconds(60), [&] { return threads.size() == 2; }) && together;
  });
  EXPECT_TRUE(together);
  EXPECT_EQ(threads.size(), 2u);
}

TEST_F(ParallelLoops, CoverEveryIndexOnce) {
  for (const int64_t count : {0, 1, 7, 1000}) {
    std::vector<std::atomic<int>> seen(static_cast<size_t>(count));
    parallelFor(0, count, 3, [&](int64_t begin, int64_t end) {
      EXPECT_LE(end - begin, 3);
      for (int64_t i = begin; i < end; ++i) {
        ++seen[static_cast<size_t>(i)];
      }
    });
    for (const auto& times : seen) {
      EXPECT_EQ(times, 1);
    }
  }
}

TEST_F(ParallelLoops, RethrowAnExceptionAndStayUsable) {
  for (const int64_t count : {1, 100}) {
    try {
      parallelTasks(count, [](int64_t) { throw std::runtime_error("task failed"); });
      FAIL() << "the exception was lost";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "task failed");
    }
  }
  std::atomic<int> done{0};
  parallelTasks(10, [&](int64_t) { ++done; });
  EXPECT_EQ(done, 10);
}

TEST_F(ParallelLoops, RunSeriallyInsideOneAnother) {
  std::atomic<int> done{0};
  parallelTasks(4, [&](int64_t) {
    const std::thread::id outer = std::this_thread::get_id();
    parallelTasks(5, [&](int64_t) {
      EXPECT_EQ(std::this_thread::get_id(), outer);
      ++done;
    });
  });
  EXPECT_EQ(done, 20);
}

TEST_F(ParallelLoops, FollowTheThreadCountOfTorch) {
  at::set_num_threads(1);
  const std::thread::id caller = std::this_thread::get_id();
  parallelTasks(8, [&](int64_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

}  // namespace
}  // namespace heddle
