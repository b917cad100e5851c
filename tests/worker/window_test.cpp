// The real window with the real engine: what a window that dies in the middle leaves behind.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "engine/base/file.h"
#include "engine/store/store.h"
#include "tests/worker/engine_process.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;
using testing::readEvents;
using testing::TemporaryFolder;
using testing::waitUntil;

constexpr int kSteps = 600;

// Some seconds of training, so that a window can die several times meanwhile.
constexpr char kFirstRun[] = R"(
name = "First run"

[model]
preset = "tiny"
hidden_size = 32
intermediate_size = 64
max_position_embeddings = 64

[text]
sample_documents = 60
vocab_size = 300

[optimizer]
learning_rate = 1e-3

[checkpoint]
every_steps = 100
keep_last = 2

[evaluation]
every_steps = 50
rows = 8

[run]
device = "cpu"
precision = "fp32"
threads = 1

[[phase]]
length = 64
rows = 32
)";

// heddle without a display, its words in a file.
class WindowProcess {
 public:
  WindowProcess(const std::vector<std::string>& arguments, const fs::path& resources, const fs::path& words) {
    std::vector<std::string> all = {HEDDLE_WINDOW_PROGRAM};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : all) {
      pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
      ::setenv("HEDDLE_ENGINE", HEDDLE_ENGINE_PROGRAM, 1);
      ::setenv("HEDDLE_RESOURCES", resources.c_str(), 1);
      const int out = ::open(words.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
      ::dup2(out, STDOUT_FILENO);
      ::dup2(out, STDERR_FILENO);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
  }
  ~WindowProcess() {
    if (pid_ > 0) {
      end(SIGKILL);
    }
  }
  WindowProcess(const WindowProcess&) = delete;
  WindowProcess& operator=(const WindowProcess&) = delete;

  // Returns the exit code, 128 + signal for a killed one.
  int end(int number) {
    ::kill(pid_, number);
    int status = 0;
    if (!waitUntil([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, std::chrono::seconds(20))) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status, 0);
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

class WindowRun : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder.path() / "resources" / "presets");
    std::ofstream(folder.path() / "resources" / "presets" / "first-run.toml")
        << kFirstRun << "steps = " << kSteps << "\n";
  }
  void TearDown() override {
    // No engine of a failed test outlives it.
    if (const pid_t engine = enginePid(); engine > 1) {
      ::kill(engine, SIGKILL);
    }
  }

  std::unique_ptr<WindowProcess> open() const {
    return std::make_unique<WindowProcess>(
        std::vector<std::string>{"--workspace", workspace.root, "--first-run"}, folder.path() / "resources",
        words());
  }
  fs::path words() const { return folder.path() / "words"; }
  // The only run there is; empty before it is there.
  fs::path run() const {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(workspace.runs(), code)) {
      return entry.path();
    }
    return {};
  }
  bool isOver() const {
    const auto events = readEvents(run());
    return !events.empty() && (std::holds_alternative<RunStopped>(events.back().body) ||
                               std::holds_alternative<RunFailed>(events.back().body));
  }
  pid_t enginePid() const {
    const auto events = run().empty() || isOver() ? std::vector<Event>{} : readEvents(run());
    for (const Event& event : events) {
      if (const auto* started = std::get_if<RunStarted>(&event.body)) {
        return static_cast<pid_t>(started->pid);
      }
    }
    return 0;
  }
  // What the window has put into the database of the run; this store only reads.
  std::optional<RunRow> row(Store& store) const {
    const auto found = store.run(run().filename());
    return found ? *found : std::nullopt;
  }

  TemporaryFolder folder;
  Workspace workspace{folder.path() / "workspace"};
};

// All that the database says of a run, to be compared.
std::string everythingOf(Store& store, const std::string& id) {
  std::string text;
  const auto add = [&text](const auto&... parts) {
    ((text +=
      [](const auto& part) {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(part)>>) {
          return std::to_string(part);
        } else {
          return std::string(part);
        }
      }(parts) +
      " "),
     ...);
    text += "\n";
  };
  const auto row = store.run(id);
  if (!row || !row->has_value()) {
    return "no such run";
  }
  const RunRow& run = **row;
  add(run.name, stateName(run.state), run.step, run.total_steps, run.engine_seconds, run.started,
      run.last_event, run.last_loss.value_or(-1), run.best_eval.value_or(-1), run.bad_lines, run.failure);
  for (const CheckpointRow& checkpoint : *store.checkpoints(id)) {
    add(checkpoint.step, checkpoint.path, checkpoint.bytes, checkpoint.time);
  }
  for (const LogRow& line : *store.log(id)) {
    add(line.time, static_cast<int>(line.level), line.text);
  }
  for (const std::string& metric : *store.metricNames(id)) {
    add(metric);
    for (const CurvePoint& point : *store.curve({.run_id = id, .metric = metric, .max_points = 0})) {
      add(point.x, point.y, point.step, point.seconds);
    }
  }
  return text;
}

TEST_F(WindowRun, AKilledWindowCostsNeitherTheRunNorAPointOfItsCurve) {
  {
    const auto first = open();
    ASSERT_TRUE(waitUntil([&] { return enginePid() > 0; })) << *readFile(words());
  }
  auto store = Store::open(workspace);
  ASSERT_TRUE(store.ok()) << store.error().message();
  const std::string id = run().filename();
  // Each window is killed while it takes in what the run writes.
  for (int kill = 0; kill < 3; ++kill) {
    auto window = open();
    const auto before = row(**store);
    const int64_t step = before ? before->step : 0;
    ASSERT_TRUE(waitUntil([&] {
      const auto now = row(**store);
      return now && now->step > step;
    })) << *readFile(words());
    EXPECT_EQ(window->end(SIGKILL), 128 + SIGKILL);
  }
  ASSERT_FALSE(isOver()) << "the run was over before the windows were killed: nothing was tested";
  ASSERT_TRUE(waitUntil([&] { return isOver(); })) << "the engine goes on without a window";

  auto reopened = open();
  ASSERT_TRUE(waitUntil([&] {
    const auto now = row(**store);
    return now && now->state == RunState::kFinished && now->step == kSteps;
  })) << *readFile(words());
  EXPECT_EQ(reopened->end(SIGTERM), 0) << "a terminated window closes";
  EXPECT_TRUE(fs::exists(workspace.root / "settings.json")) << "and saves its session";

  const auto curve = (*store)->curve({.run_id = id, .metric = "train/loss", .max_points = 0});
  ASSERT_TRUE(curve.ok());
  ASSERT_EQ(curve->size(), static_cast<size_t>(kSteps));
  for (int64_t step = 1; step <= kSteps; ++step) {
    ASSERT_EQ((*curve)[static_cast<size_t>(step - 1)].step, step);
  }
  const std::string taken_in_live = everythingOf(**store, id);
  ASSERT_TRUE((*store)->rebuild().ok());
  EXPECT_EQ(everythingOf(**store, id), taken_in_live);
  EXPECT_TRUE((*store)->warnings().empty());
  const auto runs = (*store)->runs();
  ASSERT_TRUE(runs.ok());
  EXPECT_EQ(runs->size(), 1u) << "only an empty workspace gets a first run";
}

}  // namespace
}  // namespace heddle
