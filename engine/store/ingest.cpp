#include "engine/store/ingest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "engine/base/clock.h"
#include "engine/events/event.h"
#include "engine/store/series.h"

namespace heddle {
namespace {

// Bytes taken in by one transaction: some 20 ms of work, after which other processes get their turn.
constexpr int64_t kSliceBytes = int64_t{4} << 20;
// No line of ours comes near this; without it a file without newlines would have to fit into memory.
constexpr int64_t kLongestLine = int64_t{64} << 20;
// Damaged lines are counted for ever, but only these are put into the log, which they could flood.
constexpr int64_t kLoggedBadLines = 20;

// `length` bytes of a file from `offset` on, or what there is of them.
Result<std::string> readSlice(const std::filesystem::path& path, int64_t offset, int64_t length) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string bytes(static_cast<size_t>(length), '\0');
  size_t done = 0;
  int code = fd < 0 ? errno : 0;
  while (code == 0 && done < bytes.size()) {
    const ssize_t count = ::pread(fd, bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(offset) + static_cast<off_t>(done));
    if (count == 0) {
      break;
    }
    if (count > 0) {
      done += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      code = errno;
    }
  }
  if (fd >= 0) {
    ::close(fd);
  }
  if (code != 0) {
    return Error{"cannot read " + path.string() + ": " + std::strerror(code),
                 "check the permissions of the run's folder"};
  }
  bytes.resize(done);
  return bytes;
}

// The whole lines of a growing file from `offset` on, about kSliceBytes of them. `rest`: bytes of an
// unfinished last line.
struct Lines {
  std::string bytes;
  size_t rest = 0;
  bool whole_line_cut = false;  // `bytes` is the beginning of a line that is too long to be one of ours
};

Result<Lines> readLines(const std::filesystem::path& path, int64_t offset, int64_t size) {
  const int64_t available = size - offset;
  for (int64_t length = std::min(kSliceBytes, available);; length = std::min(2 * length, available)) {
    auto bytes = readSlice(path, offset, length);
    if (!bytes) {
      return bytes.error();
    }
    Lines lines{std::move(*bytes)};
    const size_t end = lines.bytes.rfind('\n');
    if (end != std::string::npos) {
      lines.rest = length == available ? lines.bytes.size() - end - 1 : 0;
      lines.bytes.resize(end + 1);
      return lines;
    }
    if (length >= kLongestLine) {
      lines.bytes.resize(static_cast<size_t>(kLongestLine));
      lines.whole_line_cut = true;
      return lines;
    }
    if (length == available) {
      lines.rest = lines.bytes.size();
      lines.bytes.clear();
      return lines;
    }
  }
}

// Calls `use(line, offset of the line)` for each line that is not empty.
template <typename Use>
void forEachLine(const Lines& lines, int64_t offset, Use use) {
  std::string_view left = lines.bytes;
  while (!left.empty()) {
    const size_t end = std::min(left.find('\n'), left.size());
    if (end > 0) {
      use(left.substr(0, end), offset + static_cast<int64_t>(lines.bytes.size() - left.size()));
    }
    left.remove_prefix(std::min(end + 1, left.size()));
  }
}

// Applies events to the row and the points of one run, inside a transaction.
class Applier {
 public:
  Applier(Connection& db, RunRecord& record)
      : db_(db),
        record_(record),
        row_(record.row),
        series_(db, record.key, record.moments, record.unsorted) {}

  void applyLine(std::string_view line, int64_t offset) {
    const auto event = decodeEvent(line);
    if (!event) {
      badLine("events.jsonl", offset, event.error().text);
    } else if (*event) {
      apply(**event);
    }
  }

  void badLine(const char* file, int64_t offset, const std::string& found) {
    if (++row_.bad_lines <= kLoggedBadLines) {
      log(row_.last_event, LogLevel::kWarning,
          "the line at byte " + std::to_string(offset) + " of " + file + " was left out: " + found);
    }
  }

  void log(double time, LogLevel level, const std::string& text) {
    db_.run("INSERT INTO log SELECT ?1, 1 + coalesce((SELECT max(row) FROM log WHERE run=?1), 0), ?2, ?3, ?4",
            record_.key, time, static_cast<int64_t>(level), text);
  }

  void finish() {
    series_.flush();
    record_.moments = series_.moments();
    record_.unsorted = series_.unsorted();
  }

 private:
  void apply(const Event& event) {
    row_.last_event = std::max(row_.last_event, event.time);
    if (record_.said == RunState::kQueued) {
      record_.said = RunState::kRunning;
    }
    std::visit([&](const auto& body) { on(event.time, body); }, event.body);
  }

  void on(double time, const RunStarted& body) {
    record_.said = RunState::kRunning;
    row_.started = row_.started == 0 ? time : std::min(row_.started, time);
    record_.recipe_name = body.name;
    row_.family = body.family;
    row_.objective = body.objective;
    row_.seed = body.seed;
    row_.device = body.device;
    row_.precision = body.precision;
    row_.host = body.host;
    row_.pid = body.pid;
    row_.step = body.from_step;
    row_.total_steps = body.total_steps;
    row_.progress = progressAt(body.from_step);
    row_.remaining_seconds = 0;
    row_.parameters = body.parameters;
    row_.flops_per_step = body.flops_per_step;
    row_.memory_estimate_bytes = body.memory_estimate_bytes;
    row_.predicted_seconds = body.predicted_seconds;
    row_.failure.clear();
    // A run that was killed after its last checkpoint repeats the steps behind it: the last ones stand.
    if (series_.moments() > 0) {
      series_.replaceAfter(body.from_step > 0 ? body.from_step : -1);
      row_.last_loss = series_.lastValue("train/loss");
      row_.best_eval = series_.lowestValue("eval/mlm_loss");
    }
  }

  void on(double time, const Metrics& body) {
    series_.append(time, body);
    row_.step = body.step;
    row_.engine_seconds = body.seconds;
    if (row_.total_steps > 0) {
      row_.progress = std::max(row_.progress, progressAt(body.step));
    }
    for (const auto& [name, value] : body.values) {
      if (name == "train/loss") {
        row_.last_loss = value;
      } else if (name == "train/tokens_per_second") {
        row_.tokens_per_second = value;
      } else if (name == "train/memory_bytes") {
        row_.peak_memory_bytes = std::fmax(row_.peak_memory_bytes.value_or(value), value);
      } else if (name == "eval/mlm_loss" && std::isfinite(value)) {
        row_.best_eval = std::min(row_.best_eval.value_or(value), value);
      }
    }
  }

  void on(double time, const CheckpointSaved& body) {
    db_.run("INSERT OR REPLACE INTO checkpoints VALUES(?1, ?2, ?3, ?4, ?5)", record_.key, body.step,
            body.path, body.bytes, time);
  }

  void on(double, const CheckpointRemoved& body) {
    db_.run("DELETE FROM checkpoints WHERE run=?1 AND step=?2", record_.key, body.step);
  }

  void on(double time, const LogLine& body) { log(time, body.level, body.text); }

  void on(double, const Heartbeat& body) {
    // The thread that beats may be a line behind the one that said the end.
    if (record_.said != RunState::kRunning) {
      return;
    }
    row_.step = body.step;
    row_.progress = std::clamp(body.progress, 0.0, 1.0);
    row_.remaining_seconds = body.remaining_seconds;
    row_.activity = body.activity;
  }

  void on(double, const RunStopped& body) {
    record_.said = body.reason == StopReason::kFinished ? RunState::kFinished : RunState::kStopped;
    row_.step = body.step;
    row_.remaining_seconds = 0;
    row_.activity.clear();
    if (body.reason == StopReason::kFinished) {
      row_.progress = 1;
    }
  }

  void on(double time, const RunFailed& body) {
    record_.said = RunState::kFailed;
    row_.remaining_seconds = 0;
    row_.activity.clear();
    row_.failure = Error{body.text, body.hint}.message();
    log(time, LogLevel::kError, row_.failure);
  }

  double progressAt(int64_t step) const {
    return row_.total_steps > 0
               ? std::clamp(static_cast<double>(step) / static_cast<double>(row_.total_steps), 0.0, 1.0)
               : 0;
  }

  Connection& db_;
  RunRecord& record_;
  RunRow& row_;
  RunSeries series_;
};

void applyNote(RunRecord& record, const UserNote& note) {
  if (note.field == "name") {
    record.user_name = note.value.empty() ? std::nullopt : std::optional<std::string>(note.value);
  } else if (note.field == "notes") {
    record.row.notes = note.value;
  } else if (note.field == "tags") {
    record.row.tags = note.value;
  } else if (note.field == "archived") {
    record.row.archived = note.value == "1";
  }
}

// What a run that has not started is called. A recipe that cannot be read leaves the run's id: it is the
// engine that says why.
void readQueuedRecipe(const RunFolder& folder, RunRecord& record) {
  try {
    const toml::table recipe = toml::parse_file(folder.recipe().string());
    record.recipe_name = recipe["name"].value_or(std::string{});
    record.row.seed = static_cast<uint64_t>(recipe["seed"].value_or(int64_t{0}));
    record.row.family = recipe["model"]["family"].value_or(std::string{});
  } catch (const toml::parse_error&) {
    record.recipe_name.clear();
  }
}

void clearRun(Connection& db, int64_t run) {
  removeSeries(db, run);
  db.run("DELETE FROM checkpoints WHERE run=?1", run);
  db.run("DELETE FROM log WHERE run=?1", run);
}

// One transaction's worth. `more` tells whether whole lines are left.
Result<bool> ingestSlice(Connection& db, const RunFolder& folder, double now, bool& more) {
  more = false;
  Transaction transaction(db);
  if (db.failed()) {
    return false;
  }
  RunRecord record = loadRecord(db, folder.id()).value_or(RunRecord{});
  record.row.id = folder.id();
  const FolderStat stat = statFolder(folder);
  if (db.failed() || !stat.isRun() || (record.key != 0 && !needsIngest(record, stat, now))) {
    return false;
  }
  // A file that became shorter is another file: what is known of the run comes from one that is gone.
  if (record.key != 0 && std::max<int64_t>(stat.events_size, 0) < record.events_offset) {
    clearRun(db, record.key);
    const RunRecord before = std::move(record);
    record = RunRecord{};
    record.key = before.key;
    record.row.id = before.row.id;
  }
  if (stat.user_size < record.user_offset) {
    record.user_offset = 0;
    record.user_name.reset();
    record.row.notes.clear();
    record.row.tags.clear();
    record.row.archived = false;
  }
  if (record.key == 0) {
    saveRecord(db, record);
  }

  Applier applier(db, record);
  if (record.torn && stat.events_size != record.events_size) {
    // The line goes on after all; what was said of it is said again once it is whole and still makes no
    // sense.
    record.torn = false;
    --record.row.bad_lines;
    db.run("DELETE FROM log WHERE run=?1 AND row=(SELECT max(row) FROM log WHERE run=?1)", record.key);
  }
  size_t rest = 0;
  if (stat.events_size > record.events_offset && !record.torn) {
    const auto lines = readLines(folder.events(), record.events_offset, stat.events_size);
    if (!lines) {
      return lines.error();
    }
    if (lines->whole_line_cut) {
      applier.badLine("events.jsonl", record.events_offset, "it is longer than any line of an event file");
    } else {
      forEachLine(*lines, record.events_offset,
                  [&](std::string_view line, int64_t offset) { applier.applyLine(line, offset); });
    }
    record.events_offset += static_cast<int64_t>(lines->bytes.size());
    rest = lines->rest;
    more = record.events_offset + static_cast<int64_t>(rest) < stat.events_size;
  }
  if (stat.user_size > record.user_offset) {
    const auto lines = readLines(folder.user(), record.user_offset, stat.user_size);
    if (!lines) {
      return lines.error();
    }
    forEachLine(*lines, record.user_offset, [&](std::string_view line, int64_t offset) {
      if (const auto note = decodeUserNote(line)) {
        applyNote(record, *note);
      } else {
        applier.badLine("user.jsonl", offset, note.error().text);
      }
    });
    record.user_offset += static_cast<int64_t>(lines->bytes.size());
    more = more || record.user_offset + static_cast<int64_t>(lines->rest) < stat.user_size;
  }
  if (record.said == RunState::kQueued && stat.recipe_stamp >= 0) {
    readQueuedRecipe(folder, record);
  }
  record.recipe_stamp = stat.recipe_stamp;
  record.row.state = stateAt(record, now);
  if (rest > 0 && !more && record.row.state != RunState::kRunning && record.row.state != RunState::kQueued) {
    record.torn = true;
    ++record.row.bad_lines;
    applier.log(record.row.last_event, LogLevel::kWarning,
                "the last line of events.jsonl, " + std::to_string(rest) +
                    " bytes, was not finished and is left out");
  }
  applier.finish();
  record.events_size = more ? record.events_offset : stat.events_size;
  record.user_size = stat.user_size;
  saveRecord(db, record);
  transaction.commit();
  return true;
}

}  // namespace

FolderStat statFolder(const RunFolder& folder) {
  FolderStat result;
  struct stat info {};
  if (::stat(folder.events().c_str(), &info) == 0) {
    result.events_size = info.st_size;
  }
  if (::stat(folder.user().c_str(), &info) == 0) {
    result.user_size = info.st_size;
  }
  // Only a run that has not started takes anything from its recipe.
  if (result.events_size <= 0 && ::stat(folder.recipe().c_str(), &info) == 0) {
    result.recipe_stamp = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  }
  return result;
}

bool needsIngest(const RunRecord& record, const FolderStat& stat, double now) {
  return record.events_size != stat.events_size || record.user_size != stat.user_size ||
         record.recipe_stamp != stat.recipe_stamp || record.row.state != stateAt(record, now);
}

Result<bool> ingestFolder(Connection& db, const RunFolder& folder, double now) {
  bool changed = false;
  for (bool more = true; more;) {
    const auto slice = ingestSlice(db, folder, now, more);
    if (!slice || db.failed()) {
      return slice;
    }
    changed = changed || *slice;
  }
  return changed;
}

void removeRun(Connection& db, int64_t run) {
  Transaction transaction(db);
  clearRun(db, run);
  db.run("DELETE FROM runs WHERE run=?1", run);
  transaction.commit();
}

}  // namespace heddle
