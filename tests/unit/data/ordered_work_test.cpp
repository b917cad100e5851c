#include "engine/data/ordered_work.h"

#include <gtest/gtest.h>

#include <atomic>

namespace heddle {
namespace {

TEST(OrderedWorkTest, GivesBackEveryItemDoneAndInOrder) {
  for (const int threads : {1, 2, 7}) {
    OrderedWork<int> work(threads, [] { return [](int& item) { item *= 2; }; });
    ASSERT_EQ(work.threads(), static_cast<size_t>(threads));
    int handed_in = 0;
    for (int taken = 0; taken < 1000; ++taken) {
      while (work.size() < 9) {
        work.add(std::make_unique<int>(handed_in++));
      }
      ASSERT_EQ(*work.take(), 2 * taken);
    }
  }
}

TEST(OrderedWorkTest, GivesEachThreadAWorkerOfItsOwn) {
  std::atomic<int> made = 0;
  OrderedWork<int> work(3, [&made] {
    ++made;
    return [used = 0](int& item) mutable { item = ++used; };
  });
  EXPECT_EQ(made, 3);
  int most = 0;
  for (int round = 0; round < 100; ++round) {
    work.add(std::make_unique<int>(0));
    most = std::max(most, *work.take());
  }
  EXPECT_GE(most, 34);  // of a hundred items one thread had a third at least
}

TEST(OrderedWorkTest, EndsWithItemsThatNobodyTakes) {
  std::atomic<int> done = 0;
  {
    OrderedWork<int> work(2, [&done] { return [&done](int&) { ++done; }; });
    for (int item = 0; item < 1000; ++item) {
      work.add(std::make_unique<int>(item));
    }
    work.take();
  }
  EXPECT_GE(done, 1);
  EXPECT_LE(done, 1000);
}

}  // namespace
}  // namespace heddle
