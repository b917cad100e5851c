#include "tests/worker/engine_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "engine/base/file.h"

namespace heddle::testing {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "heddle-test-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code code;
  std::filesystem::remove_all(path_, code);
}

EngineProcess::EngineProcess(const std::vector<std::string>& arguments, const std::string& input,
                             const std::vector<std::string>& environment) {
  const std::string input_path = folder_.path() / "in";
  const std::string output_path = folder_.path() / "out";
  std::ofstream(input_path) << input;
  std::vector<std::string> words = {HEDDLE_ENGINE_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::signal(SIGINT, SIG_DFL);  // a shell's background jobs, tests among them, ignore it
    for (const std::string& setting : environment) {
      ::putenv(const_cast<char*>(setting.c_str()));  // NOLINT: this process is replaced right away
    }
    ::dup2(::open(input_path.c_str(), O_RDONLY), STDIN_FILENO);
    const int out = ::open(output_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
}

EngineProcess::~EngineProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void EngineProcess::signal(int number) const {
  ::kill(pid_, number);
}

Finished EngineProcess::wait() {
  int status = 0;
  const bool ended =
      waitUntil([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, std::chrono::seconds(240));
  if (!ended) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  Finished finished;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.output = output();
  return finished;
}

std::string EngineProcess::output() const {
  const auto bytes = readFile(folder_.path() / "out");
  return bytes ? *bytes : std::string();
}

Finished runEngine(const std::vector<std::string>& arguments, const std::string& input) {
  return EngineProcess(arguments, input).wait();
}

bool waitUntil(const std::function<bool()>& condition, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::vector<Event> readEvents(const std::filesystem::path& run_folder) {
  std::vector<Event> events;
  std::ifstream stream(run_folder / "events.jsonl");
  for (std::string line; std::getline(stream, line);) {
    auto event = decodeEvent(line);
    if (event && event->has_value()) {
      events.push_back(std::move(**event));
    }
  }
  return events;
}

std::map<int64_t, double> curveOf(const std::vector<Event>& events, const std::string& metric) {
  std::map<int64_t, double> curve;
  for (const Event& event : events) {
    if (const auto* metrics = std::get_if<Metrics>(&event.body)) {
      for (const auto& [name, value] : metrics->values) {
        if (name == metric) {
          curve[metrics->step] = value;
        }
      }
    }
  }
  return curve;
}

}  // namespace heddle::testing
