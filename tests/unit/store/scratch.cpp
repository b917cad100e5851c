#include "tests/unit/store/scratch.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <random>
#include <sstream>

#include "engine/base/clock.h"
#include "engine/store/run_record.h"

namespace heddle {
namespace fs = std::filesystem;

void StoreTest::SetUp() {
  std::string name = (fs::temp_directory_path() / "heddle-store-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  workspace_.root = name;
  fs::create_directories(workspace_.runs());
}

void StoreTest::TearDown() {
  fs::remove_all(workspace_.root);
}

RunFolder StoreTest::makeRun(const std::string& id) {
  const RunFolder folder{workspace_.runs() / id};
  fs::create_directories(folder.root);
  append(folder.recipe(), "name = 'recipe of " + id + "'\nseed = 5\n[model]\nfamily = 'bert'\n");
  return folder;
}

std::unique_ptr<Store> StoreTest::openStore(const StoreOptions& options) {
  auto store = Store::open(workspace_, options);
  if (!store) {
    ADD_FAILURE() << store.error().message();
    return nullptr;
  }
  return std::move(*store);
}

RunRow StoreTest::ingested(Store& store, const std::string& id) {
  const auto changed = store.ingestAll();
  EXPECT_TRUE(changed.ok()) << (changed ? "" : changed.error().message());
  const auto row = store.run(id);
  EXPECT_TRUE(row.ok() && row->has_value()) << id;
  return row.ok() && row->has_value() ? **row : RunRow{};
}

void append(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
}

void append(const RunFolder& folder, const Event& event) {
  append(folder.events(), encodeEvent(event) + "\n");
}

RunStarted startOf(const RunFolder& folder, int64_t from_step, int64_t total_steps) {
  RunStarted start;
  start.run_id = folder.id();
  start.name = "named " + folder.id();
  start.family = "bert";
  start.objective = "MLM + NSP";
  start.seed = 17;
  start.host = hostName();
  start.pid = ::getpid();
  start.device = "cpu (2 threads)";
  start.precision = "fp32";
  start.from_step = from_step;
  start.total_steps = total_steps;
  start.parameters = 11'000'000;
  start.flops_per_step = 1e12;
  return start;
}

std::string randomStream(const RunFolder& folder, unsigned seed, int lines) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  const auto oneIn = [&random](uint64_t n) { return random() % n == 0; };
  std::ostringstream out;
  double time = 1e9;
  int64_t step = 0;
  const auto write = [&](EventBody body) { out << encodeEvent({time, std::move(body)}) << '\n'; };
  write(startOf(folder, 0, lines));
  for (int line = 0; line < lines; ++line) {
    time += 0.5;
    ++step;
    Metrics metrics{step, step * 64, 1e9 * static_cast<double>(step), time - 1e9, {}};
    if (seed % 2 == 0) {
      metrics.examples = 2 * step;
      metrics.epochs = 0.01 * static_cast<double>(step);
    }
    metrics.values.emplace_back("train/loss",
                                oneIn(50) ? std::numeric_limits<double>::quiet_NaN() : normal(random));
    metrics.values.emplace_back("train/memory_bytes", 1e6 + static_cast<double>(random() % 1000));
    metrics.values.emplace_back("train/tokens_per_second",
                                oneIn(70) ? std::numeric_limits<double>::infinity() : 100.5);
    if (oneIn(5)) {
      metrics.values.emplace_back("eval/mlm_loss", 5 + normal(random));
    }
    write(metrics);
    if (oneIn(40)) {
      write(CheckpointSaved{step, "checkpoints/" + std::to_string(step), 4096});
    }
    if (oneIn(90)) {
      write(CheckpointRemoved{step - 40});
    }
    if (oneIn(60)) {
      write(LogLine{LogLevel::kWarning, "line " + std::to_string(line)});
    }
    if (oneIn(80)) {
      out << "{\"kind\":\"metr\n";
    }
    if (oneIn(80)) {
      out << "{\"kind\":\"of_the_future\",\"time\":1}\n\n";
    }
    if (oneIn(100)) {
      step = step * 2 / 3;
      write(startOf(folder, step, lines));
    }
    if (oneIn(30)) {
      write(Heartbeat{step, 0.25, 12, "training"});
    }
  }
  write(RunStopped{StopReason::kFinished, step});
  return out.str();
}

std::string contents(Store& store) {
  std::ostringstream out;
  out.precision(17);
  const auto runs = store.runs();
  for (const RunRow& r : runs ? *runs : std::vector<RunRow>{}) {
    out << r.id << '|' << r.name << '|' << stateName(r.state) << '|' << r.family << '|' << r.objective << '|'
        << r.seed << '|' << r.device << '|' << r.precision << '|' << r.host << '|' << r.pid << '|'
        << r.started << '|' << r.last_event << '|' << r.engine_seconds << '|' << r.step << '|'
        << r.total_steps << '|' << r.progress << '|' << r.remaining_seconds << '|' << r.activity << '|'
        << r.parameters << '|' << r.flops_per_step << '|' << r.last_loss.value_or(-99) << '|'
        << r.best_eval.value_or(-99) << '|' << r.tokens_per_second.value_or(-99) << '|'
        << r.peak_memory_bytes.value_or(-99) << '|' << r.tags << '|' << r.notes << '|' << r.archived << '|'
        << r.failure << '|' << r.bad_lines << '\n';
    const auto names = store.metricNames(r.id);
    for (const std::string& metric : *names) {
      const auto write = [&out](const std::vector<CurvePoint>& points) {
        for (const CurvePoint& point : points) {
          out << ' ' << point.step << ',' << point.x << ',' << point.y;
        }
        out << '\n';
      };
      for (const Axis axis : {Axis::kStep, Axis::kTokens, Axis::kSeconds, Axis::kFlops, Axis::kWallTime,
                              Axis::kExamples, Axis::kEpochs}) {
        for (const int max_points : {0, 50}) {
          const CurveQuery query{.run_id = r.id, .metric = metric, .axis = axis, .max_points = max_points};
          out << metric << ' ' << static_cast<int>(axis) << ':';
          write(*store.curve(query));
          for (const ReplacedPart& part : *store.replacedParts(query)) {
            out << "replaced from " << part.from_step << ':';
            write(part.points);
          }
        }
      }
    }
    const auto checkpoints = store.checkpoints(r.id);
    for (const CheckpointRow& checkpoint : *checkpoints) {
      out << checkpoint.step << ' ' << checkpoint.path << ' ' << checkpoint.bytes << ' ' << checkpoint.time
          << '\n';
    }
    const auto rows = store.log(r.id);
    for (const LogRow& row : *rows) {
      out << row.time << ' ' << static_cast<int>(row.level) << ' ' << row.text << '\n';
    }
  }
  return out.str();
}

pid_t inChild(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  return child;
}

bool endedWell(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace heddle
