// Workspaces of made runs, for benchmarks of what reads them.

#pragma once

#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/events/event.h"

namespace heddle {

// A workspace in the temporary folder that is removed with the object.
class ScratchWorkspace {
 public:
  ScratchWorkspace() {
    static int number = 0;
    workspace.root = std::filesystem::temp_directory_path() /
                     ("heddle-bench-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
    std::filesystem::create_directories(workspace.runs());
  }
  ~ScratchWorkspace() { std::filesystem::remove_all(workspace.root); }
  ScratchWorkspace(const ScratchWorkspace&) = delete;
  ScratchWorkspace& operator=(const ScratchWorkspace&) = delete;

  Workspace workspace;
};

// A finished run.
inline RunFolder writeRun(const Workspace& workspace, const std::string& id, int64_t lines,
                          int64_t values_per_line) {
  const RunFolder folder{workspace.runs() / id};
  std::filesystem::create_directories(folder.root);
  std::ofstream events(folder.events());
  RunStarted start;
  start.run_id = id;
  start.name = "bench";
  start.family = "bert";
  start.objective = "MLM + NSP";
  start.device = "cpu (2 threads)";
  start.total_steps = lines;
  events << encodeEvent({1e9, start}) << '\n';
  for (int64_t step = 1; step <= lines; ++step) {
    Metrics metrics{
        step, step * 2048, 1.5e9 * static_cast<double>(step), 0.25 * static_cast<double>(step), {}};
    for (int64_t v = 0; v < values_per_line; ++v) {
      metrics.values.emplace_back(
          v == 0 ? "train/loss" : "train/measured_value_" + std::to_string(v),
          10.0 / std::sqrt(static_cast<double>(step)) + static_cast<double>(step * 7919 % 1000) * 1e-4);
    }
    events << encodeEvent({1e9 + 0.25 * static_cast<double>(step), metrics}) << '\n';
  }
  events << encodeEvent({2e9, RunStopped{StopReason::kFinished, lines}}) << '\n';
  return folder;
}

template <typename T>
T orStop(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message().c_str());
    std::exit(1);
  }
  return std::move(result).value();
}

}  // namespace heddle
