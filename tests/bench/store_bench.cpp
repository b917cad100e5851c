// How fast the store takes events in and answers. Targets: a million values in 5 s, a curve of them in 30 ms.

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/store/smoothing.h"
#include "engine/store/store.h"
#include "tests/bench/bench_workspace.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kValues = 1'000'000;

void ingestMillion(benchmark::State& state) {
  const int64_t values_per_line = state.range(0);
  const ScratchWorkspace scratch;
  writeRun(scratch.workspace, "run", kValues / values_per_line, values_per_line);
  for (auto unused : state) {
    (void)unused;
    fs::remove(scratch.workspace.database());
    fs::remove(scratch.workspace.database().string() + "-wal");
    const auto store = orStop(Store::open(scratch.workspace));
    orStop(store->ingestAll());
  }
  state.counters["database_MB"] = static_cast<double>(fs::file_size(scratch.workspace.database())) / 1e6;
  state.counters["values/s"] =
      benchmark::Counter(static_cast<double>(kValues), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(ingestMillion)->Arg(10)->Arg(1)->Unit(benchmark::kMillisecond)->Iterations(3);

// One metric with a million points: the longest curve a million values can make.
void readCurve(benchmark::State& state, Axis axis, double share, int max_points) {
  static const ScratchWorkspace scratch;
  static const bool ready = [] {
    writeRun(scratch.workspace, "run", kValues, 1);
    orStop(orStop(Store::open(scratch.workspace))->ingestAll());
    return true;
  }();
  (void)ready;
  CurveQuery query{"run", "train/loss", axis};
  query.max_points = max_points;
  if (share < 1) {
    query.from_x = 0.3 * kValues;
    query.to_x = (0.3 + share) * kValues;
  }
  size_t points = 0;
  for (auto unused : state) {
    (void)unused;
    state.PauseTiming();
    auto store = orStop(Store::open(scratch.workspace));  // nothing of it is in our memory yet
    state.ResumeTiming();
    points = orStop(store->curve(query)).size();
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
  state.counters["points"] = static_cast<double>(points);
}
BENCHMARK_CAPTURE(readCurve, step_whole, Axis::kStep, 1.0, 2000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readCurve, wall_time_whole, Axis::kWallTime, 1.0, 2000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readCurve, step_half, Axis::kStep, 0.5, 2000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readCurve, step_tenth, Axis::kStep, 0.1, 2000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readCurve, step_hundredth, Axis::kStep, 0.01, 2000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readCurve, every_point, Axis::kStep, 1.0, 0)->Unit(benchmark::kMillisecond);

void smoothMillion(benchmark::State& state) {
  std::vector<CurvePoint> points;
  for (int64_t i = 0; i < kValues; ++i) {
    points.push_back({static_cast<double>(i), static_cast<double>(i * 7919 % 1000), i});
  }
  for (auto unused : state) {
    (void)unused;
    benchmark::DoNotOptimize(decimateMinMax(smoothCurve(points, 0.6), 2000));
  }
}
BENCHMARK(smoothMillion)->Unit(benchmark::kMillisecond);

const ScratchWorkspace& tenThousandRuns() {
  static const ScratchWorkspace scratch;
  static const bool ready = [] {
    for (int run = 0; run < 10'000; ++run) {
      writeRun(scratch.workspace, "run-" + std::to_string(run), 3, 5);
    }
    return true;
  }();
  (void)ready;
  return scratch;
}

void ingestTenThousandRuns(benchmark::State& state) {
  const ScratchWorkspace& scratch = tenThousandRuns();
  for (auto unused : state) {
    (void)unused;
    fs::remove(scratch.workspace.database());
    fs::remove(scratch.workspace.database().string() + "-wal");
    orStop(orStop(Store::open(scratch.workspace))->ingestAll());
  }
}
BENCHMARK(ingestTenThousandRuns)->Unit(benchmark::kMillisecond)->Iterations(1);

void listTenThousandRuns(benchmark::State& state) {
  const auto store = orStop(Store::open(tenThousandRuns().workspace));
  orStop(store->ingestAll());
  for (auto unused : state) {
    (void)unused;
    benchmark::DoNotOptimize(orStop(store->runs()));
  }
}
BENCHMARK(listTenThousandRuns)->Unit(benchmark::kMillisecond);

// What the window does several times a second.
void pollTenThousandRuns(benchmark::State& state) {
  const auto store = orStop(Store::open(tenThousandRuns().workspace));
  orStop(store->ingestAll());
  for (auto unused : state) {
    (void)unused;
    benchmark::DoNotOptimize(orStop(store->ingestAll()));
  }
}
BENCHMARK(pollTenThousandRuns)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heddle

BENCHMARK_MAIN();
