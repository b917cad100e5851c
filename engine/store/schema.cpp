#include "engine/store/schema.h"

#include <array>

namespace heddle {
namespace {

constexpr int64_t kApplicationId = 0x4864646C;  // "Hddl"

// kMigrations[v] leads from version v to v + 1. Never edited once released: what changes gets a step of its
// own. Version 2 has parts and two more axes: what version 1 dropped is in the run folders, which are read
// again.
//
// runs     one row a run: the columns of RunRow, then what ingestion remembers:
//            said           what its events say of its state; `state` also knows of lost heartbeats
//            events_offset  bytes of events.jsonl taken in, events_size its size then; user_* likewise of
//                           user.jsonl
//            recipe_stamp   when the recipe of a queued run was written
//            torn           1 = an unfinished last line was reported
//            moments        lines of metrics that stand
//            unsorted       bit a = axis a (see Axis) has gone backwards or lacks numbers
//          optional numbers hold NULL for none and 'nan' for NaN
// parts    what later starts of a run replaced, numbered from 1: the step that the start went back to, and
//          `moments` and `unsorted` as in runs
// series   a growing array of numbers of a run and one of its parts, 0 = what stands: a metric (axis 0), or
//          an axis (1 + Axis) with one value a moment, NaN where the engine has not recorded it
// chunks   its values, 256 a row; key = series * 2^32 + number of the chunk. data = n doubles, then for
//          metrics n unsigned 32-bit moments, in the machine's own byte order
// buckets  the pyramid over a metric's values: full buckets of 256 * 16^(level - 1) points with their
// extremes;
//          a moment of NULL = there is none, a value of NULL = NaN
constexpr std::array<const char*, kSchemaVersion> kMigrations{R"sql(
CREATE TABLE runs(
  run INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  recipe_name TEXT, user_name TEXT,
  state INTEGER, family TEXT, objective TEXT, seed INTEGER, device TEXT, precision TEXT, host TEXT, pid INTEGER,
  started REAL, last_event REAL, engine_seconds REAL, step INTEGER, total_steps INTEGER, progress REAL,
  remaining_seconds REAL, activity TEXT, parameters INTEGER, flops_per_step REAL, memory_estimate_bytes REAL,
  predicted_seconds REAL, last_loss, best_eval, tokens_per_second, peak_memory_bytes,
  tags TEXT, notes TEXT, archived INTEGER, failure TEXT, bad_lines INTEGER,
  said INTEGER, events_offset INTEGER, events_size INTEGER, user_offset INTEGER, user_size INTEGER,
  recipe_stamp INTEGER, torn INTEGER, moments INTEGER, unsorted INTEGER);
CREATE TABLE series(
  series INTEGER PRIMARY KEY,
  run INTEGER NOT NULL, axis INTEGER NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL,
  UNIQUE(run, axis, metric));
CREATE TABLE chunks(key INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE buckets(
  series INTEGER, level INTEGER, bucket INTEGER,
  low_moment INTEGER, low REAL, high_moment INTEGER, high REAL, odd_moment INTEGER, odd REAL,
  PRIMARY KEY(series, level, bucket)) WITHOUT ROWID;
CREATE TABLE checkpoints(
  run INTEGER, step INTEGER, path TEXT, bytes INTEGER, time REAL, PRIMARY KEY(run, step)) WITHOUT ROWID;
CREATE TABLE log(
  run INTEGER, row INTEGER, time REAL, level INTEGER, text TEXT, PRIMARY KEY(run, row)) WITHOUT ROWID;
)sql",
                                                              R"sql(
DROP TABLE series;
CREATE TABLE series(
  series INTEGER PRIMARY KEY,
  run INTEGER NOT NULL, part INTEGER NOT NULL, axis INTEGER NOT NULL, metric TEXT NOT NULL,
  count INTEGER NOT NULL, UNIQUE(run, part, axis, metric));
CREATE TABLE parts(
  run INTEGER, part INTEGER, from_step INTEGER, moments INTEGER, unsorted INTEGER,
  PRIMARY KEY(run, part)) WITHOUT ROWID;
DELETE FROM runs;
DELETE FROM chunks;
DELETE FROM buckets;
DELETE FROM checkpoints;
DELETE FROM log;
)sql"};

int64_t numberOf(Connection& db, const char* sql) {
  Query query = db.query(sql);
  return query.next() ? query.integer(0) : 0;
}

}  // namespace

Status migrate(Connection& db) {
  // WAL lets the window read while an engine's run is taken in. Without a full sync a power cut may cost the
  // last transactions, which the run folders give back.
  db.script("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;");
  int64_t version = numberOf(db, "PRAGMA user_version");
  if (version != kSchemaVersion || db.failed()) {
    Transaction transaction(db);
    version = numberOf(db, "PRAGMA user_version");  // another process may have been quicker
    if (!db.failed() && version > kSchemaVersion) {
      return Error{"cannot use the workspace's database: its version is " + std::to_string(version) +
                       ", this program knows versions up to " + std::to_string(kSchemaVersion),
                   "use the newer Heddle that wrote it, or another workspace"};
    }
    if (!db.failed() && version == 0 && numberOf(db, "SELECT count(*) FROM sqlite_master") > 0) {
      return Error{"cannot use the workspace's database: it was written by another program",
                   "choose another workspace"};
    }
    for (int64_t v = version; v < kSchemaVersion; ++v) {
      db.script(kMigrations[static_cast<size_t>(v)]);
    }
    db.script(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str());
    db.script(("PRAGMA user_version=" + std::to_string(kSchemaVersion)).c_str());
    transaction.commit();
  }
  return db.takeFailure("prepare the tables");
}

void forgetEverything(Connection& db) {
  Transaction transaction(db);
  db.script(
      "DELETE FROM runs; DELETE FROM parts; DELETE FROM series; DELETE FROM chunks; DELETE FROM buckets; "
      "DELETE FROM checkpoints; DELETE FROM log;");
  transaction.commit();
}

}  // namespace heddle
