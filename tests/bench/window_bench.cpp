// The whole window, offscreen: from its making to its first frame (limit 500 ms), to a table of 10,000 runs
// (1 s), and from a point in a run's event stream to the curve that shows it (1 s).

#include <benchmark/benchmark.h>

#include <QtTest/QTest>
#include <memory>

#include "app/main_window.h"
#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/store/store.h"
#include "tests/bench/bench_workspace.h"
#include "views/curves/curves_view.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_view.h"

namespace heddle::ui {
namespace {

constexpr int kPatienceMs = 60000;

std::unique_ptr<MainWindow> openWindow(const Workspace& workspace) {
  auto window = std::make_unique<MainWindow>(MainWindowOptions{.workspace = workspace});
  window->show();
  window->start();
  return window;
}

// Its end is no part of its start.
void close(benchmark::State& state, std::unique_ptr<MainWindow>& window) {
  state.PauseTiming();
  window.reset();
  state.ResumeTiming();
}

bool showsRuns(MainWindow& window, int runs) {
  return QTest::qWaitFor([&] { return window.runs().model().rowCount() == runs; }, kPatienceMs);
}

// On a workspace whose runs the store knows already, as at every start but the first.
void fillWorkspace(const Workspace& workspace, int64_t runs) {
  for (int64_t run = 0; run < runs; ++run) {
    writeRun(workspace, "run-" + std::to_string(run), 3, 2);
  }
  const std::unique_ptr<Store> store = orStop(Store::open(workspace));
  orStop(store->ingestAll());
}

void startToFirstFrame(benchmark::State& state) {
  const ScratchWorkspace scratch;
  fillWorkspace(scratch.workspace, state.range(0));
  for (auto unused : state) {
    (void)unused;
    std::unique_ptr<MainWindow> window = openWindow(scratch.workspace);
    if (!QTest::qWaitForWindowExposed(window.get(), kPatienceMs)) {
      state.SkipWithError("the window never came");
      return;
    }
    window->repaint();
    close(state, window);
  }
}
BENCHMARK(startToFirstFrame)->Arg(1)->Arg(10000)->Unit(benchmark::kMillisecond)->UseRealTime();

void startToTableOfRuns(benchmark::State& state) {
  const ScratchWorkspace scratch;
  const auto runs = static_cast<int>(state.range(0));
  fillWorkspace(scratch.workspace, runs);
  for (auto unused : state) {
    (void)unused;
    std::unique_ptr<MainWindow> window = openWindow(scratch.workspace);
    if (!showsRuns(*window, runs)) {
      state.SkipWithError("the runs never came");
      return;
    }
    window->repaint();
    close(state, window);
  }
}
BENCHMARK(startToTableOfRuns)->Arg(1)->Arg(10000)->Unit(benchmark::kMillisecond)->UseRealTime();

void pointToCurve(benchmark::State& state) {
  const ScratchWorkspace scratch;
  const RunFolder run = writeRun(scratch.workspace, "run", 3, 1);
  const std::unique_ptr<MainWindow> window = openWindow(scratch.workspace);
  const auto shown = [&] { return window->curves().shownData().rows.size(); };
  if (!QTest::qWaitFor([&] { return shown() >= 3; }, kPatienceMs)) {
    state.SkipWithError("the curve never came");
    return;
  }
  LineAppender events = orStop(LineAppender::open(run.events()));
  int64_t step = 3;
  for (auto unused : state) {
    (void)unused;
    const size_t before = shown();
    Metrics metrics{.step = ++step, .tokens = step, .seconds = 1.0 * static_cast<double>(step)};
    metrics.values.emplace_back("train/loss", 1.0);
    if (!events.append(encodeEvent({wallSeconds(), metrics})).ok() ||
        !QTest::qWaitFor([&] { return shown() > before; }, kPatienceMs)) {
      state.SkipWithError("the point never came");
      return;
    }
  }
}
BENCHMARK(pointToCurve)->Iterations(20)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace heddle::ui
