#include "app/engine_link.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QStringList>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

#include "app/run_id.h"
#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/events/event.h"

extern char** environ;

namespace heddle::ui {
namespace {

constexpr auto kReapInterval = std::chrono::milliseconds(100);
constexpr uint64_t kLastWords = 8000;  // bytes of an engine's log that fit under "Details"

std::string systemMessage(int code) {
  return std::strerror(code);
}

bool isProgram(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

uint64_t sizeOf(const std::filesystem::path& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  return missing ? 0 : size;
}

QString readTail(const std::filesystem::path& path, uint64_t begin) {
  const uint64_t end = sizeOf(path);
  if (end > begin + kLastWords) {
    begin = end - kLastWords;
  }
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(begin));
  std::string text(end > begin ? end - begin : 0, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return QString::fromStdString(text).trimmed();
}

// The child gets a session of its own, default signals, nothing on its input, and `log` for both outputs.
// Returns the pid, or 0 with `error` set to the system's code.
int spawnSession(const std::vector<std::string>& command, const std::filesystem::path& log, int& error) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t all;
  sigfillset(&all);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  std::vector<char*> argv;
  for (const std::string& word : command) {
    argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT: the C interface wants char*, and only reads
  }
  argv.push_back(nullptr);
  pid_t pid = 0;
  error = posix_spawn(&pid, argv[0], &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error == 0 ? pid : 0;
}

// A pid may have been given to another program since the run last spoke.
bool isEngineOf(qint64 pid, const std::string& run_id) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  const std::string words((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return words.find(run_id) != std::string::npos;
}

std::string localHost() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

Result<std::filesystem::path> findEngine() {
  if (const char* named = std::getenv("HEDDLE_ENGINE"); named != nullptr && *named != '\0') {
    if (isProgram(named)) {
      return std::filesystem::path(named);
    }
    return Error{std::string("HEDDLE_ENGINE names ") + named + ", which is not a program that can be run",
                 "unset HEDDLE_ENGINE or let it name heddle-engine"};
  }
  const std::filesystem::path beside = programFolder() / "heddle-engine";
  if (isProgram(beside)) {
    return beside;
  }
  return Error{"The engine was not found at " + beside.string(),
               "build or install heddle-engine beside heddle, or set HEDDLE_ENGINE to its path"};
}

EngineLink::EngineLink(Workspace workspace) : workspace_(std::move(workspace)), reaper_(this) {
  reaper_.setInterval(kReapInterval);
  connect(&reaper_, &QTimer::timeout, this, &EngineLink::reap);
}

QString EngineLink::commandLine(const Workspace& workspace, const QString& run_id) {
  const RunFolder folder{workspace.runs() / run_id.toStdString()};
  return QStringLiteral("heddle-engine run %1 --workspace %2 --id %3")
      .arg(QString::fromStdString(folder.recipe().string()), QString::fromStdString(workspace.root.string()),
           run_id);
}

RunFolder EngineLink::folder(const QString& run_id) const {
  return {workspace_.runs() / run_id.toStdString()};
}

void EngineLink::create(const QString& name, const QString& recipe_toml, bool then_start) {
  const std::string id = newRunId(workspace_.runs(), name.toStdString(), wallSeconds());
  const RunFolder run{workspace_.runs() / id};
  if (const Status made = makeFolder(run.root); !made) {
    Q_EMIT problem(asProblem(made.error()));
    return;
  }
  if (const Status written = writeFileAtomic(run.recipe(), recipe_toml.toStdString()); !written) {
    Q_EMIT problem(asProblem(written.error()));
    return;
  }
  Q_EMIT created(QString::fromStdString(id));
  if (then_start) {
    start(QString::fromStdString(id));
  }
}

void EngineLink::start(const QString& run_id) {
  const RunFolder run = folder(run_id);
  launch(
      run_id,
      {"run", run.recipe().string(), "--workspace", workspace_.root.string(), "--id", run_id.toStdString()},
      tr("The run %1 could not be started").arg(run_id));
}

void EngineLink::resume(const QString& run_id) {
  launch(run_id, {"resume", run_id.toStdString(), "--workspace", workspace_.root.string()},
         tr("The run %1 could not be resumed").arg(run_id));
}

void EngineLink::launch(const QString& run_id, const std::vector<std::string>& arguments,
                        const QString& attempt) {
  for (const Child& child : children_) {
    if (child.run_id == run_id) {
      Q_EMIT problem({attempt + tr(": its engine is already running"), tr("stop it first"), {}});
      return;
    }
  }
  const Result<std::filesystem::path> engine = findEngine();
  if (!engine) {
    Q_EMIT problem({attempt + u": " + QString::fromStdString(engine.error().text),
                    QString::fromStdString(engine.error().hint),
                    {}});
    return;
  }
  std::vector<std::string> command = {engine->string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Child child{.pid = 0, .run_id = run_id, .log = folder(run_id).root / "engine.log"};
  child.log_begin = sizeOf(child.log);
  int error = 0;
  child.pid = spawnSession(command, child.log, error);
  if (child.pid == 0) {
    Q_EMIT problem({attempt + u": " + QString::fromStdString(engine->string()) + u": " +
                        QString::fromStdString(systemMessage(error)),
                    tr("check that the workspace can be written and that the engine can be run"),
                    {}});
    return;
  }
  children_.push_back(std::move(child));
  reaper_.start();
  Q_EMIT started(run_id);
}

void EngineLink::reap() {
  for (size_t i = 0; i < children_.size();) {
    int status = 0;
    const pid_t done = ::waitpid(children_[i].pid, &status, WNOHANG);
    if (done == 0 || (done < 0 && errno == EINTR)) {
      ++i;
      continue;
    }
    const Child child = children_[i];
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
    if (done < 0) {
      continue;
    }
    const QString words = readTail(child.log, child.log_begin);
    if (WIFSIGNALED(status)) {
      Q_EMIT problem({tr("The engine of run %1 was ended by signal %2 (%3)")
                          .arg(child.run_id)
                          .arg(WTERMSIG(status))
                          .arg(QString::fromLocal8Bit(::strsignal(WTERMSIG(status)))),
                      tr("Resume continues it from its last checkpoint"), words});
    } else if (WEXITSTATUS(status) != 0) {
      const QString last = words.section(u'\n', -1).trimmed();
      Q_EMIT problem(
          {last.isEmpty()
               ? tr("The engine of run %1 ended with code %2").arg(child.run_id).arg(WEXITSTATUS(status))
               : tr("Run %1: %2").arg(child.run_id, last),
           WEXITSTATUS(status) == 2 ? tr("correct the recipe: Duplicate opens it again") : QString(), words});
    }
  }
  if (children_.empty()) {
    reaper_.stop();
  }
}

void EngineLink::stop(const QString& run_id) {
  Result<LineAppender> control = LineAppender::open(folder(run_id).control());
  const Status asked =
      control ? control->append(encodeCommand(Command::kStop, wallSeconds())) : Status(control.error());
  if (!asked) {
    Q_EMIT problem(asProblem(asked.error()));
  }
}

void EngineLink::kill(const QString& run_id, const QString& host, qint64 pid) {
  const QString attempt = tr("The engine of run %1 was not killed").arg(run_id);
  if (host.toStdString() != localHost()) {
    Q_EMIT problem({attempt + tr(": it runs on %1").arg(host), tr("kill process %1 there").arg(pid), {}});
    return;
  }
  if (pid <= 1 || !isEngineOf(pid, run_id.toStdString())) {
    Q_EMIT problem({attempt + tr(": process %1 is no longer its engine").arg(pid), {}, {}});
    return;
  }
  if (::kill(static_cast<pid_t>(pid), SIGKILL) != 0) {
    Q_EMIT problem({attempt + u": " + QString::fromStdString(systemMessage(errno)), {}, {}});
  }
}

}  // namespace heddle::ui
