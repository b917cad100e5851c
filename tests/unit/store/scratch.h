// What the tests of the store share: a workspace of their own, runs written into it, and the whole contents
// of a store as text.

#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/events/event.h"
#include "engine/store/store.h"

namespace heddle {

// A fresh workspace in the temporary folder, removed at the end.
class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // The folder of a run, created with a recipe that names it.
  RunFolder makeRun(const std::string& id);
  // The workspace's store; a test fails when it cannot be opened.
  std::unique_ptr<Store> openStore(const StoreOptions& options = {});
  // The row of a run after everything was taken in.
  RunRow ingested(Store& store, const std::string& id);

  Workspace workspace_;
};

void append(const std::filesystem::path& path, const std::string& bytes);
void append(const RunFolder& folder, const Event& event);

// A start of a run by this process, at a time that makes its heartbeat young.
RunStarted startOf(const RunFolder& folder, int64_t from_step = 0, int64_t total_steps = 100);

// A stream of a run with resumes, checkpoints, log lines, damaged lines and values that are not finite, from
// `seed`; whole lines.
std::string randomStream(const RunFolder& folder, unsigned seed, int lines);

// Everything that the store answers, for comparisons.
std::string contents(Store& store);

// Runs `work` in a child process and returns its id.
pid_t inChild(const std::function<void()>& work);
// Waits for a child; true when it ended by itself with exit code 0.
bool endedWell(pid_t child);

}  // namespace heddle
