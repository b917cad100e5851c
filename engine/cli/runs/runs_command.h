// `heddle-engine runs list | show | metrics`: what the workspace knows of its runs, as tables for people,
// JSON or CSV for programs. Takes in what the run folders have written first.

#pragma once

#include <ostream>
#include <string>

namespace heddle {

enum class RunsAction { kList, kShow, kMetrics };

struct RunsOptions {
  RunsAction action = RunsAction::kList;
  std::string workspace;      // empty = defaultWorkspace()
  std::string id;             // show, metrics: a run's id, or the beginning of it that no other run shares
  std::string metric;         // metrics: empty = the names of all (table, JSON) or the points of all (CSV)
  std::string axis = "step";  // metrics: step, tokens, examples, epochs, seconds, flops, time or a metric
  bool json = false;
  bool csv = false;       // metrics only
  bool archived = false;  // list: archived runs too
};

// Returns 0; 1 when the workspace cannot be read; 2 when there is no such run, metric or axis. Errors and
// warnings go to `err`, one sentence each.
//
// list --json: an array of objects, one a run, with the members of RunRow. show --json: that object with
// "checkpoints", "metrics" and "log". metrics --json: an array of names, or {"run", "metric", "axis",
// "points": [[x, value, step], ...]}. Values that are not finite are the strings "nan", "inf" and "-inf";
// unknown ones are null.
int runsCommand(const RunsOptions& options, std::ostream& out, std::ostream& err);

}  // namespace heddle
