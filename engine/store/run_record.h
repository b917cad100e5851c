// One row of the table of runs, with what ingestion remembers beside what users see; and whether a run still
// lives.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/store/sqlite.h"
#include "engine/store/store.h"

namespace heddle {

struct RunRecord {
  int64_t key = 0;  // of the database; 0 = not stored yet
  RunRow row;       // row.state knows of lost heartbeats, `said` does not
  std::string recipe_name;
  std::optional<std::string> user_name;
  RunState said = RunState::kQueued;
  int64_t events_offset = 0;
  int64_t events_size = 0;
  int64_t user_offset = 0;
  int64_t user_size = 0;
  int64_t recipe_stamp = 0;
  bool torn = false;
  int64_t moments = 0;
  int64_t unsorted = 0;
};

std::vector<RunRecord> loadRecords(Connection& db);
std::optional<RunRecord> loadRecord(Connection& db, const std::string& id);
// Inserts the record when it has no key yet, and gives it one.
void saveRecord(Connection& db, RunRecord& record);

// The state of a run at wall time `now`: what it said, or crashed when it says nothing any more. A run of
// this host is crashed when its last event is older than 10 s and its process is gone (or its number has
// passed to a younger process); one of another host, whose processes cannot be seen, after 60 s of silence.
RunState stateAt(const RunRecord& record, double now);

// What the name of this machine is in events.
const std::string& hostName();

}  // namespace heddle
