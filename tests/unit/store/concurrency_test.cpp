#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "engine/store/sqlite.h"
#include "tests/unit/store/scratch.h"

namespace heddle {
namespace {

class ConcurrencyTest : public StoreTest {
 protected:
  // Whether SQLite itself finds the file whole.
  std::string integrity() {
    auto db = Connection::open(workspace_.database(), 5000);
    if (!db) {
      return db.error().message();
    }
    Query query = (*db)->query("PRAGMA integrity_check");
    return query.next() ? query.text(0) : (*db)->takeFailure("check").error().message();
  }
};

TEST_F(ConcurrencyTest, SeveralProcessesIngestingAtOnceGiveTheSameAsOne) {
  constexpr int kProcesses = 4;
  constexpr int kRuns = 3;
  std::vector<RunFolder> folders;
  std::vector<std::string> streams;
  for (int run = 0; run < kRuns; ++run) {
    folders.push_back(makeRun("run" + std::to_string(run)));
    streams.push_back(randomStream(folders.back(), 30 + static_cast<unsigned>(run), 3000));
  }
  // They begin together on a workspace without a database, while the runs are still being written.
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(inChild([&] {
      const auto store = openStore({.busy_timeout_ms = 20'000});
      const auto finished = [&] {
        const auto runs = store->runs();
        int count = 0;
        for (const RunRow& row : *runs) {
          count += row.state == RunState::kFinished ? 1 : 0;
        }
        return count == kRuns;
      };
      do {
        const auto ingested = store->ingestAll();
        if (!ingested) {
          ADD_FAILURE() << ingested.error().message();
          return;
        }
      } while (!finished());
    }));
  }
  std::mt19937 random(5);
  std::vector<size_t> at(kRuns, 0);
  for (bool more = true; more;) {
    more = false;
    for (size_t run = 0; run < kRuns; ++run) {
      const size_t piece = std::min<size_t>(1 + random() % 20'000, streams[run].size() - at[run]);
      append(folders[run].events(), streams[run].substr(at[run], piece));
      at[run] += piece;
      more = more || at[run] < streams[run].size();
    }
  }
  for (const pid_t child : children) {
    EXPECT_TRUE(endedWell(child));
  }
  const auto store = openStore();
  EXPECT_TRUE(store->ingestAll()->empty());
  const std::string together = contents(*store);
  ASSERT_TRUE(store->rebuild().ok());
  EXPECT_EQ(contents(*store), together);
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(ConcurrencyTest, AProcessKilledInMidIngestLeavesAConsistentDatabase) {
  for (int run = 0; run < 3; ++run) {
    const RunFolder folder = makeRun("run" + std::to_string(run));
    append(folder.events(), randomStream(folder, 40 + static_cast<unsigned>(run), 4000));
  }
  std::string expected;
  {
    const auto store = openStore();
    ASSERT_TRUE(store->ingestAll().ok());
    expected = contents(*store);
  }
  std::mt19937 random(6);
  for (int round = 0; round < 40; ++round) {
    const pid_t child = inChild([&] {
      const auto store = openStore();
      while (store->rebuild().ok()) {
      }
    });
    // Any moment will do; the child is always in the middle of its work.
    ::usleep(1000 + random() % 60'000);
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    const auto store = openStore();
    ASSERT_TRUE(store->warnings().empty());
    ASSERT_TRUE(store->ingestAll().ok());
    ASSERT_EQ(contents(*store), expected);
  }
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(ConcurrencyTest, ReadersSeeWholeCurvesWhileAnotherProcessRebuilds) {
  const RunFolder folder = makeRun("a");
  append(folder.events(), randomStream(folder, 50, 5000));
  {
    const auto store = openStore();
    ASSERT_TRUE(store->ingestAll().ok());
  }
  const auto store = openStore();
  const pid_t child = inChild([&] {
    const auto writer = openStore();
    for (int round = 0; round < 20; ++round) {
      EXPECT_TRUE(writer->rebuild().ok());
    }
  });
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    const auto curve = store->curve({"a", "train/loss"});
    ASSERT_TRUE(curve.ok()) << curve.error().message();
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(store->warnings().empty());
}

}  // namespace
}  // namespace heddle
