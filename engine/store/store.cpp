#include "engine/store/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/store/ingest.h"
#include "engine/store/run_record.h"
#include "engine/store/schema.h"
#include "engine/store/series.h"
#include "engine/store/sqlite.h"

namespace heddle {
namespace fs = std::filesystem;
namespace {

// Held while the file is created, migrated or moved aside, so that of several processes one does it and the
// others find it done. A lock on the workspace's folder needs no file of its own.
class FolderLock {
 public:
  // Waits as long as for the database; a process that was suspended with the lock in its hands must not stop
  // all others.
  FolderLock(const fs::path& folder, int timeout_ms)
      : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    const double deadline = monotonicSeconds() + timeout_ms / 1000.0;
    while (fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) != 0 && monotonicSeconds() < deadline) {
      ::usleep(2000);
    }
  }
  ~FolderLock() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

// Which file lies at a path; 0 = none.
ino_t fileAt(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

fs::path withSuffix(fs::path path, const std::string& suffix) {
  path += suffix;
  return path;
}

}  // namespace

const char* stateName(RunState state) {
  switch (state) {
    case RunState::kQueued:
      return "queued";
    case RunState::kRunning:
      return "running";
    case RunState::kFinished:
      return "finished";
    case RunState::kStopped:
      return "stopped";
    case RunState::kFailed:
      return "failed";
    case RunState::kCrashed:
      return "crashed";
  }
  return "unknown";
}

struct Store::Impl {
  Workspace workspace;
  StoreOptions options;
  std::vector<std::string> warnings;
  std::unique_ptr<Connection> db;
  ino_t file = 0;
  bool in_memory = false;

  // SQLite's own read-only modes either need files beside the database that nobody could make here, or leave
  // out what was written last. The run folders hold everything.
  Status connectInMemory() {
    auto opened = Connection::open(":memory:", options.busy_timeout_ms);
    if (!opened) {
      return opened.error();
    }
    db = std::move(*opened);
    in_memory = true;
    warnings.push_back("the workspace " + workspace.root.string() +
                       " cannot be written to; its runs can be looked at, but nothing can be changed");
    return migrate(*db);
  }

  // Opens and migrates the file as it is. `damaged`: it is no database, or a broken one.
  Status connect(bool& damaged) {
    auto opened = Connection::open(workspace.database(), options.busy_timeout_ms);
    if (!opened) {
      return opened.error();
    }
    db = std::move(*opened);
    const Status migrated = migrate(*db);
    damaged = !migrated.ok() && db->wasDamaged();
    file = fileAt(workspace.database());
    return migrated;
  }

  // The database under its name is not one: puts it aside, begins a new one. The caller ingests.
  Status replaceDamaged() {
    const std::string aside = ".damaged-" + compactTime(wallSeconds());
    const fs::path path = workspace.database();
    db.reset();
    std::error_code code;
    // The file itself goes last: whoever opens it before then finds it damaged and waits for our lock.
    fs::rename(withSuffix(path, "-wal"), withSuffix(path, aside + "-wal"), code);
    fs::remove(withSuffix(path, "-shm"), code);
    fs::rename(path, withSuffix(path, aside), code);
    if (code) {
      return Error{"cannot move the damaged database " + path.string() + " aside: " + code.message(),
                   "remove that file; it is rebuilt from the run folders"};
    }
    warnings.push_back("the database " + path.string() + " was damaged; it was moved to " +
                       withSuffix(path, aside).string() + " and rebuilt from the run folders");
    bool damaged = false;
    return connect(damaged);
  }

  Status openOrReplace(bool& replaced) {
    const FolderLock lock(workspace.root, options.busy_timeout_ms);
    bool damaged = false;
    const Status status = connect(damaged);
    replaced = damaged;
    return damaged ? replaceDamaged() : status;
  }

  // After a call found damage: another process may have replaced the file already.
  Status recover() {
    if (in_memory) {
      forgetEverything(*db);
    } else {
      const FolderLock lock(workspace.root, options.busy_timeout_ms);
      bool damaged = true;
      Status status;
      if (fileAt(workspace.database()) != file) {
        status = connect(damaged);
      }
      if (damaged) {
        status = replaceDamaged();
      }
      if (!status.ok()) {
        return status;
      }
    }
    const auto ingested = ingestAll();
    return ingested ? Status{} : Status{ingested.error()};
  }

  // Runs `work`, which returns a Result, and turns a failure of the database on its way into the error of
  // `tried`. Damage is repaired and the work done once more.
  template <typename Work>
  auto guarded(const char* tried, Work work) -> decltype(work()) {
    for (bool again = false;; again = true) {
      auto result = work();
      const Status failure = db->takeFailure(tried);
      if (failure.ok()) {
        return result;
      }
      if (!db->wasDamaged() || again) {
        return failure.error();
      }
      if (const Status recovered = recover(); !recovered.ok()) {
        return recovered.error();
      }
    }
  }

  Result<std::vector<std::string>> ingestAll() {
    std::vector<std::string> changed;
    std::unordered_map<std::string, RunRecord> known;
    for (RunRecord& record : loadRecords(*db)) {
      std::string id = record.row.id;
      known.emplace(std::move(id), std::move(record));
    }
    if (const Status failure = db->takeFailure("read the runs"); !failure.ok()) {
      return failure.error();
    }
    const double now = wallSeconds();
    std::error_code code;
    fs::directory_iterator folders(workspace.runs(), fs::directory_options::skip_permission_denied, code);
    for (; !code && folders != fs::directory_iterator(); folders.increment(code)) {
      const RunFolder folder{folders->path()};
      const FolderStat stat = statFolder(folder);
      if (!stat.isRun()) {
        continue;
      }
      const auto record = known.find(folder.id());
      const bool new_run = record == known.end();
      const bool needed = new_run || needsIngest(record->second, stat, now);
      if (!new_run) {
        known.erase(record);
      }
      if (!needed) {
        continue;
      }
      const auto result = ingestFolder(*db, folder, now);
      if (const Status failure = db->takeFailure("store the events of run " + folder.id()); !failure.ok()) {
        return failure.error();
      }
      if (!result) {
        // One folder that cannot be read must not hide the others.
        warn(result.error().message());
      } else if (*result) {
        changed.push_back(folder.id());
      }
    }
    if (code && code != std::errc::no_such_file_or_directory) {
      return Error{"cannot list the runs in " + workspace.runs().string() + ": " + code.message(),
                   "check the permissions of that folder"};
    }
    for (const auto& [id, record] : known) {
      removeRun(*db, record.key);
      changed.push_back(id);
    }
    if (const Status failure = db->takeFailure("forget removed runs"); !failure.ok()) {
      return failure.error();
    }
    return changed;
  }

  void warn(const std::string& text) {
    if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) {
      warnings.push_back(text);
    }
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const Workspace& workspace, const StoreOptions& options) {
  if (const Status made = makeFolder(workspace.root); !made.ok()) {
    return made.error();
  }
  auto impl = std::make_unique<Impl>();
  impl->workspace = workspace;
  impl->options = options;
  bool replaced = false;
  std::error_code ignored;
  const bool read_only =
      ::access(workspace.root.c_str(), W_OK) != 0 && fs::is_directory(workspace.runs(), ignored);
  if (const Status opened = read_only ? impl->connectInMemory() : impl->openOrReplace(replaced);
      !opened.ok()) {
    return opened.error();
  }
  std::unique_ptr<Store> store(new Store(std::move(impl)));
  if (replaced) {
    if (const auto rebuilt = store->ingestAll(); !rebuilt) {
      return rebuilt.error();
    }
  }
  return store;
}

const std::vector<std::string>& Store::warnings() const {
  return impl_->warnings;
}

bool Store::readOnly() const {
  return impl_->in_memory;
}

Result<std::vector<std::string>> Store::ingestAll() {
  // Not under guarded() alone: its failures are already taken, with the run's name in them.
  for (bool again = false;; again = true) {
    auto result = impl_->ingestAll();
    if (result || again || !impl_->db->wasDamaged()) {
      return result;
    }
    if (const Status recovered = impl_->recover(); !recovered.ok()) {
      return recovered.error();
    }
  }
}

Result<bool> Store::ingestRun(const RunFolder& folder) {
  return impl_->guarded("store the events of a run", [&]() -> Result<bool> {
    const double now = wallSeconds();
    const auto record = loadRecord(*impl_->db, folder.id());
    if (record && !needsIngest(*record, statFolder(folder), now)) {
      return false;
    }
    return ingestFolder(*impl_->db, folder, now);
  });
}

Status Store::rebuild() {
  const Status emptied = impl_->guarded("empty the tables", [&]() -> Status {
    forgetEverything(*impl_->db);
    return {};
  });
  if (!emptied.ok()) {
    return emptied;
  }
  const auto ingested = ingestAll();
  return ingested ? Status{} : Status{ingested.error()};
}

Result<std::vector<RunRow>> Store::runs() {
  return impl_->guarded("read the runs", [&]() -> Result<std::vector<RunRow>> {
    std::vector<RunRow> rows;
    for (RunRecord& record : loadRecords(*impl_->db)) {
      rows.push_back(std::move(record.row));
    }
    std::sort(rows.begin(), rows.end(), [](const RunRow& a, const RunRow& b) {
      const bool a_queued = a.state == RunState::kQueued;
      const bool b_queued = b.state == RunState::kQueued;
      if (a_queued != b_queued) {
        return a_queued;
      }
      return a.started != b.started ? a.started > b.started : a.id > b.id;
    });
    return rows;
  });
}

Result<std::optional<RunRow>> Store::run(const std::string& id) {
  return impl_->guarded("read a run", [&]() -> Result<std::optional<RunRow>> {
    auto record = loadRecord(*impl_->db, id);
    return record ? std::optional<RunRow>(std::move(record->row)) : std::nullopt;
  });
}

Result<std::vector<std::string>> Store::metricNames(const std::string& run_id) {
  return impl_->guarded("read the metrics of a run", [&]() -> Result<std::vector<std::string>> {
    std::vector<std::string> names;
    Query query = impl_->db->query(
        "SELECT metric FROM series JOIN runs USING(run) WHERE id=?1 AND part=0 AND axis=0 AND count>0 ORDER "
        "BY metric",
        run_id);
    while (query.next()) {
      names.push_back(query.text(0));
    }
    return names;
  });
}

Result<std::vector<CurvePoint>> Store::curve(const CurveQuery& asked) {
  return impl_->guarded("read a curve", [&]() -> Result<std::vector<CurvePoint>> {
    const ReadTransaction transaction(*impl_->db);
    RunPart part;
    {
      Query query = impl_->db->query("SELECT run, moments, unsorted FROM runs WHERE id=?1", asked.run_id);
      if (!query.next()) {
        return std::vector<CurvePoint>{};
      }
      part = {query.integer(0), 0, query.integer(1), query.integer(2)};
    }
    return readCurve(*impl_->db, part, asked);
  });
}

Result<std::vector<ReplacedPart>> Store::replacedParts(const CurveQuery& asked) {
  return impl_->guarded("read what was replaced of a curve", [&]() -> Result<std::vector<ReplacedPart>> {
    const ReadTransaction transaction(*impl_->db);
    std::vector<RunPart> parts;
    std::vector<ReplacedPart> replaced;
    {
      Query query = impl_->db->query(
          "SELECT run, part, parts.moments, parts.unsorted, from_step FROM parts JOIN runs USING(run) "
          "WHERE id=?1 ORDER BY part",
          asked.run_id);
      while (query.next()) {
        parts.push_back({query.integer(0), query.integer(1), query.integer(2), query.integer(3)});
        replaced.push_back({query.integer(4), {}});
      }
    }
    for (size_t i = 0; i < parts.size() && !impl_->db->failed(); ++i) {
      replaced[i].points = readCurve(*impl_->db, parts[i], asked);
    }
    return replaced;
  });
}

Result<int64_t> Store::replacedPartCount(const std::string& run_id) {
  return impl_->guarded("count the parts of a run", [&]() -> Result<int64_t> {
    Query query = impl_->db->query("SELECT count(*) FROM parts JOIN runs USING(run) WHERE id=?1", run_id);
    return query.next() ? query.integer(0) : 0;
  });
}

Result<std::vector<CheckpointRow>> Store::checkpoints(const std::string& run_id) {
  return impl_->guarded("read the checkpoints of a run", [&]() -> Result<std::vector<CheckpointRow>> {
    std::vector<CheckpointRow> rows;
    const fs::path folder = impl_->workspace.runs() / run_id;
    Query query = impl_->db->query(
        "SELECT checkpoints.step, path, bytes, time FROM checkpoints JOIN runs USING(run) WHERE id=?1 ORDER "
        "BY 1",
        run_id);
    while (query.next()) {
      rows.push_back({query.integer(0), (folder / query.text(1)).string(), query.integer(2), query.real(3)});
    }
    return rows;
  });
}

Result<std::vector<LogRow>> Store::log(const std::string& run_id, int64_t after_row, int64_t limit) {
  return impl_->guarded("read the log of a run", [&]() -> Result<std::vector<LogRow>> {
    std::vector<LogRow> rows;
    Query query = impl_->db->query(
        "SELECT log.time, log.level, log.text FROM log JOIN runs USING(run) WHERE id=?1 AND row>?2 ORDER BY "
        "row "
        "LIMIT ?3",
        run_id, after_row, limit);
    while (query.next()) {
      rows.push_back({query.real(0), static_cast<LogLevel>(query.integer(1)), query.text(2)});
    }
    return rows;
  });
}

Status Store::annotate(const RunFolder& folder, const std::string& field, const std::string& value) {
  auto appender = LineAppender::open(folder.user());
  if (!appender) {
    return appender.error();
  }
  Status written = appender->append(encodeUserNote({wallSeconds(), field, value}));
  if (written.ok()) {
    written = appender->sync();
  }
  if (!written.ok()) {
    return written;
  }
  const auto ingested = ingestRun(folder);
  return ingested ? Status{} : Status{ingested.error()};
}

}  // namespace heddle
