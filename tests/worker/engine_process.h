// Runs the real heddle-engine for tests: waits for it, feeds it, kills it. Every wait has an end.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/events/event.h"

namespace heddle::testing {

// A folder of its own under the system's temporary folder, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Finished {
  int exit_code = -1;  // 128 + signal for a killed one
  std::string output;  // stdout and stderr
};

class EngineProcess {
 public:
  // `input` is written to its standard input, which is closed then.
  explicit EngineProcess(const std::vector<std::string>& arguments, const std::string& input = {},
                         const std::vector<std::string>& environment = {});
  ~EngineProcess();

  void signal(int number) const;
  // What it has written so far.
  std::string output() const;
  Finished wait();

 private:
  pid_t pid_ = -1;
  TemporaryFolder folder_;
};

Finished runEngine(const std::vector<std::string>& arguments, const std::string& input = {});

// True as soon as `condition` holds, false after `limit`.
bool waitUntil(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds(60));

// All readable events of a run.
std::vector<Event> readEvents(const std::filesystem::path& run_folder);

// The values of one metric, by step; a later point of a step replaces the earlier one.
std::map<int64_t, double> curveOf(const std::vector<Event>& events, const std::string& metric);

}  // namespace heddle::testing
