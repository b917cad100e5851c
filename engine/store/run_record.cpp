#include "engine/store/run_record.h"

#include <sys/types.h>
#include <unistd.h>
#include <csignal>

#include <cerrno>
#include <sstream>

#include "engine/base/file.h"

namespace heddle {
namespace {

constexpr double kSilenceHere = 10;
constexpr double kSilenceElsewhere = 60;

// One list for reading and writing; `run` comes first in what is read and last in what is written.
constexpr const char* kSelect =
    "SELECT run, id, recipe_name, user_name, state, family, objective, seed, device, precision, host, pid, "
    "started, "
    "last_event, engine_seconds, step, total_steps, progress, remaining_seconds, activity, parameters, "
    "flops_per_step, memory_estimate_bytes, predicted_seconds, last_loss, best_eval, tokens_per_second, "
    "peak_memory_bytes, tags, notes, archived, failure, bad_lines, said, events_offset, events_size, "
    "user_offset, "
    "user_size, recipe_stamp, torn, moments, unsorted FROM runs";

RunRecord readRecord(const Query& q) {
  RunRecord record;
  RunRow& row = record.row;
  int c = 0;
  record.key = q.integer(c++);
  row.id = q.text(c++);
  record.recipe_name = q.text(c++);
  record.user_name = q.isNull(c) ? std::nullopt : std::optional<std::string>(q.text(c));
  ++c;
  row.state = static_cast<RunState>(q.integer(c++));
  row.family = q.text(c++);
  row.objective = q.text(c++);
  row.seed = static_cast<uint64_t>(q.integer(c++));
  row.device = q.text(c++);
  row.precision = q.text(c++);
  row.host = q.text(c++);
  row.pid = q.integer(c++);
  row.started = q.real(c++);
  row.last_event = q.real(c++);
  row.engine_seconds = q.real(c++);
  row.step = q.integer(c++);
  row.total_steps = q.integer(c++);
  row.progress = q.real(c++);
  row.remaining_seconds = q.real(c++);
  row.activity = q.text(c++);
  row.parameters = q.integer(c++);
  row.flops_per_step = q.real(c++);
  row.memory_estimate_bytes = q.real(c++);
  row.predicted_seconds = q.real(c++);
  row.last_loss = q.maybeReal(c++);
  row.best_eval = q.maybeReal(c++);
  row.tokens_per_second = q.maybeReal(c++);
  row.peak_memory_bytes = q.maybeReal(c++);
  row.tags = q.text(c++);
  row.notes = q.text(c++);
  row.archived = q.integer(c++) != 0;
  row.failure = q.text(c++);
  row.bad_lines = q.integer(c++);
  record.said = static_cast<RunState>(q.integer(c++));
  record.events_offset = q.integer(c++);
  record.events_size = q.integer(c++);
  record.user_offset = q.integer(c++);
  record.user_size = q.integer(c++);
  record.recipe_stamp = q.integer(c++);
  record.torn = q.integer(c++) != 0;
  record.moments = q.integer(c++);
  record.unsorted = q.integer(c++);
  row.name = record.user_name ? *record.user_name : record.recipe_name.empty() ? row.id : record.recipe_name;
  return record;
}

// Wall time at which process `pid` of this machine began, or nullopt when it cannot be told.
std::optional<double> processStart(int64_t pid) {
  const auto stat = readFile("/proc/" + std::to_string(pid) + "/stat");
  const auto system = readFile("/proc/stat");
  if (!stat || !system) {
    return std::nullopt;
  }
  // The second field is the program's name in brackets and may hold anything, so counting starts behind it.
  const size_t name_end = stat->rfind(')');
  const size_t boot = system->find("btime ");
  if (name_end == std::string::npos || boot == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream fields(stat->substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) {
    fields >> field;
  }
  return std::strtod(system->c_str() + boot + 6, nullptr) +
         std::strtod(field.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

bool processGone(const RunRow& row) {
  if (row.pid <= 0) {
    return true;
  }
  if (::kill(static_cast<pid_t>(row.pid), 0) != 0 && errno == ESRCH) {
    return true;
  }
  const std::optional<double> start = processStart(row.pid);
  return start && *start > row.last_event + 2;
}

}  // namespace

std::vector<RunRecord> loadRecords(Connection& db) {
  std::vector<RunRecord> records;
  Query query = db.query(kSelect);
  while (query.next()) {
    records.push_back(readRecord(query));
  }
  return records;
}

std::optional<RunRecord> loadRecord(Connection& db, const std::string& id) {
  Query query = db.query(std::string(kSelect) + " WHERE id=?1", id);
  return query.next() ? std::optional<RunRecord>(readRecord(query)) : std::nullopt;
}

void saveRecord(Connection& db, RunRecord& record) {
  const RunRow& row = record.row;
  if (record.key == 0) {
    db.run("INSERT INTO runs(id) VALUES(?1)", row.id);
    record.key = db.lastInsertId();
  }
  db.run(
      "UPDATE runs SET recipe_name=?1, user_name=?2, state=?3, family=?4, objective=?5, seed=?6, device=?7, "
      "precision=?8, host=?9, pid=?10, started=?11, last_event=?12, engine_seconds=?13, step=?14, "
      "total_steps=?15, "
      "progress=?16, remaining_seconds=?17, activity=?18, parameters=?19, flops_per_step=?20, "
      "memory_estimate_bytes=?21, predicted_seconds=?22, last_loss=?23, best_eval=?24, "
      "tokens_per_second=?25, "
      "peak_memory_bytes=?26, tags=?27, notes=?28, archived=?29, failure=?30, bad_lines=?31, said=?32, "
      "events_offset=?33, events_size=?34, user_offset=?35, user_size=?36, recipe_stamp=?37, torn=?38, "
      "moments=?39, "
      "unsorted=?40 WHERE run=?41",
      record.recipe_name, record.user_name, static_cast<int64_t>(row.state), row.family, row.objective,
      static_cast<int64_t>(row.seed), row.device, row.precision, row.host, row.pid, row.started,
      row.last_event, row.engine_seconds, row.step, row.total_steps, row.progress, row.remaining_seconds,
      row.activity, row.parameters, row.flops_per_step, row.memory_estimate_bytes, row.predicted_seconds,
      row.last_loss, row.best_eval, row.tokens_per_second, row.peak_memory_bytes, row.tags, row.notes,
      static_cast<int64_t>(row.archived), row.failure, row.bad_lines, static_cast<int64_t>(record.said),
      record.events_offset, record.events_size, record.user_offset, record.user_size, record.recipe_stamp,
      static_cast<int64_t>(record.torn), record.moments, record.unsorted, record.key);
}

RunState stateAt(const RunRecord& record, double now) {
  if (record.said != RunState::kRunning) {
    return record.said;
  }
  const double silence = now - record.row.last_event;
  const bool here = record.row.host.empty() || record.row.host == hostName();
  const bool lost = here ? silence > kSilenceHere && processGone(record.row) : silence > kSilenceElsewhere;
  return lost ? RunState::kCrashed : RunState::kRunning;
}

const std::string& hostName() {
  static const std::string name = [] {
    char text[256] = {};
    return ::gethostname(text, sizeof text - 1) == 0 ? std::string(text) : std::string("unknown");
  }();
  return name;
}

}  // namespace heddle
