// The workspace's database: what all runs said, kept in SQLite (WAL) and asked by the window and
// `heddle-engine runs`. The run folders are the truth; everything here can be rebuilt from them. Any process
// may ingest at any time: a run's new events and its byte offset move in one short transaction, so doing it
// twice is harmless. A run that is resumed from a step below points that are already there repeats those
// steps (it was killed after its last checkpoint): the points behind that step are put aside when the new
// start is read, so the last ones win. The same holds for every later start; a start from step 0 replaces
// all. An unfinished last line waits while the run lives. Once more follows, or the run is over, it counts as
// a bad line, and a warning stands in the run's log. One Store per thread; several Stores on one file are
// fine.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/events/event.h"

namespace heddle {

// Queued: a recipe, but no events yet. Values are part of the database: append only.
enum class RunState { kQueued, kRunning, kFinished, kStopped, kFailed, kCrashed };  // crashed: heartbeat lost
const char* stateName(RunState state);                                              // "running"

struct RunRow {
  std::string id;
  std::string name;  // the user's, else the recipe's
  RunState state = RunState::kQueued;
  std::string family;
  std::string objective;
  uint64_t seed = 0;
  std::string device;
  std::string precision;
  std::string host;
  int64_t pid = 0;
  double started = 0;         // wall seconds of the first start
  double last_event = 0;      // wall seconds
  double engine_seconds = 0;  // cumulative
  int64_t step = 0;
  int64_t total_steps = 0;
  double progress = 0;  // 0 .. 1
  double remaining_seconds = 0;
  std::string activity;
  int64_t parameters = 0;
  double flops_per_step = 0;
  double memory_estimate_bytes = 0;
  double predicted_seconds = 0;
  std::optional<double> last_loss;  // train/loss
  std::optional<double> best_eval;  // lowest eval/mlm_loss
  std::optional<double> tokens_per_second;
  std::optional<double> peak_memory_bytes;
  std::string tags;
  std::string notes;
  bool archived = false;
  std::string failure;    // text and hint of RunFailed
  int64_t bad_lines = 0;  // lines of its stream that could not be read
};

struct CheckpointRow {
  int64_t step = 0;
  std::string path;  // absolute
  int64_t bytes = 0;
  double time = 0;
};

struct LogRow {
  double time = 0;
  LogLevel level = LogLevel::kInfo;
  std::string text;
};

// Values are part of the database: append only.
enum class Axis { kStep, kTokens, kSeconds, kFlops, kWallTime, kExamples, kEpochs };

struct CurvePoint {
  double x = 0;  // on the asked axis
  double y = 0;
  int64_t step = 0;
  double seconds = 0;  // cumulative engine time, whatever the asked axis: legends show it beside the value
};

struct CurveQuery {
  std::string run_id;
  std::string metric;
  Axis axis = Axis::kStep;
  double from_x = -1e300;
  double to_x = 1e300;
  int max_points = 2000;  // min/max decimation, spikes survive (see smoothing.h); 0 = every point
  // When not empty, x is not `axis` but the value of this metric at the same step; points of steps without
  // one are left out.
  std::string x_metric;
};

// Points of a curve that a later start replaced: the run went back to `from_step` (-1: to its beginning).
struct ReplacedPart {
  int64_t from_step = 0;
  std::vector<CurvePoint> points;
};

struct StoreOptions {
  int busy_timeout_ms = 5000;  // how long a call waits for another process that writes
};

// A database found damaged by any call is moved aside and rebuilt like one found damaged by open(), and the
// call is done again.
class Store {
 public:
  // Creates or migrates the file. A damaged one is moved aside (name.damaged-TIME) and rebuilt from the run
  // folders, with a line in warnings(). A workspace with runs that cannot be written to is opened all the
  // same: its run folders are read into a database in memory, with a line in warnings(). A newer schema, a
  // locked file past the time-out and a folder without runs that cannot be written are errors.
  static Result<std::unique_ptr<Store>> open(const Workspace& workspace, const StoreOptions& options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::vector<std::string>& warnings() const;
  // The database is in memory, since the workspace cannot be written to.
  bool readOnly() const;

  // Brings in what all run folders (or one) have written since the last call. Returns the ids of the runs
  // that changed. States are brought up to date too: a running run whose last event is older than 10 s and
  // whose process is gone is crashed; one on another host, whose processes cannot be seen, is crashed after
  // 60 s. Runs whose folder is gone are forgotten.
  Result<std::vector<std::string>> ingestAll();
  Result<bool> ingestRun(const RunFolder& folder);

  // Forgets everything and reads every folder again.
  Status rebuild();

  Result<std::vector<RunRow>> runs();  // newest first
  Result<std::optional<RunRow>> run(const std::string& id);
  Result<std::vector<std::string>> metricNames(const std::string& run_id);
  // Ascending in x; points with equal x in the order in which they were logged. Empty for an unknown run or
  // metric, and on an axis that the run has not recorded.
  Result<std::vector<CurvePoint>> curve(const CurveQuery& query);
  // What later starts replaced of that curve, in the order of the starts; one for each start that replaced
  // anything of the run.
  Result<std::vector<ReplacedPart>> replacedParts(const CurveQuery& query);
  Result<int64_t> replacedPartCount(const std::string& run_id);
  Result<std::vector<CheckpointRow>> checkpoints(const std::string& run_id);  // ascending
  // Rows are numbered from 1 in the order of the stream: `after_row` is how many of them the caller has.
  Result<std::vector<LogRow>> log(const std::string& run_id, int64_t after_row = 0, int64_t limit = 100000);

  // Appends to the run's user.jsonl and ingests it.
  Status annotate(const RunFolder& folder, const std::string& field, const std::string& value);

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle
