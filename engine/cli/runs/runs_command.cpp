#include "engine/cli/runs/runs_command.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/json.h"
#include "engine/base/paths.h"
#include "engine/cli/runs/text_table.h"
#include "engine/store/store.h"

namespace heddle {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kBadRequest = 2;
constexpr size_t kShownLogRows = 10;

constexpr std::array<std::pair<std::string_view, Axis>, 7> kAxisNames{{{"step", Axis::kStep},
                                                                       {"tokens", Axis::kTokens},
                                                                       {"seconds", Axis::kSeconds},
                                                                       {"flops", Axis::kFlops},
                                                                       {"time", Axis::kWallTime},
                                                                       {"examples", Axis::kExamples},
                                                                       {"epochs", Axis::kEpochs}}};

// The shortest digits that read back as the same double.
std::string exact(double value) {
  if (!std::isfinite(value)) {
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string rounded(std::optional<double> value, int digits) {
  if (!value) {
    return "";
  }
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, *value);
  return text;
}

// 1234567 as "1.23 M".
std::string withUnit(double value, const char* unit) {
  constexpr std::array<const char*, 7> kPrefixes{"", "k", "M", "G", "T", "P", "E"};
  size_t prefix = 0;
  while (std::fabs(value) >= 999.5 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  char text[64];
  std::snprintf(text, sizeof text, prefix == 0 ? "%.0f %s%s" : "%.3g %s%s", value, kPrefixes[prefix], unit);
  std::string result = text;
  result.erase(result.find_last_not_of(' ') + 1);
  return result;
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(exact(value));
}
Json number(std::optional<double> value) {
  return value ? number(*value) : Json(nullptr);
}

Json toJson(const RunRow& run) {
  return {{"id", run.id},
          {"name", run.name},
          {"state", stateName(run.state)},
          {"family", run.family},
          {"objective", run.objective},
          {"seed", run.seed},
          {"device", run.device},
          {"precision", run.precision},
          {"host", run.host},
          {"pid", run.pid},
          {"started", number(run.started)},
          {"last_event", number(run.last_event)},
          {"engine_seconds", number(run.engine_seconds)},
          {"step", run.step},
          {"total_steps", run.total_steps},
          {"progress", number(run.progress)},
          {"remaining_seconds", number(run.remaining_seconds)},
          {"activity", run.activity},
          {"parameters", run.parameters},
          {"flops_per_step", number(run.flops_per_step)},
          {"memory_estimate_bytes", number(run.memory_estimate_bytes)},
          {"predicted_seconds", number(run.predicted_seconds)},
          {"last_loss", number(run.last_loss)},
          {"best_eval", number(run.best_eval)},
          {"tokens_per_second", number(run.tokens_per_second)},
          {"peak_memory_bytes", number(run.peak_memory_bytes)},
          {"tags", run.tags},
          {"notes", run.notes},
          {"archived", run.archived},
          {"failure", run.failure},
          {"bad_lines", run.bad_lines}};
}

std::string progressText(const RunRow& run) {
  std::string text = rounded(100 * run.progress, 0) + " %";
  if (run.state == RunState::kRunning && run.remaining_seconds > 0) {
    text += ", " + humanDuration(run.remaining_seconds) + " left";
  }
  return text;
}

// One of the three commands at work. Functions return exit codes.
class RunsCommand {
 public:
  RunsCommand(const RunsOptions& options, std::ostream& out, std::ostream& err)
      : options_(options), out_(out), err_(err) {}

  int run() {
    const Workspace workspace{options_.workspace.empty() ? defaultWorkspace()
                                                         : std::filesystem::path(options_.workspace)};
    auto opened = Store::open(workspace);
    if (!opened) {
      return fail(opened.error(), kFailed);
    }
    store_ = std::move(*opened);
    const auto ingested = store_->ingestAll();
    for (const std::string& warning : store_->warnings()) {
      err_ << "heddle-engine: warning: " << warning << '\n';
    }
    if (!ingested) {
      return fail(ingested.error(), kFailed);
    }
    auto runs = store_->runs();
    if (!runs) {
      return fail(runs.error(), kFailed);
    }
    if (options_.action == RunsAction::kList) {
      return list(*runs);
    }
    const auto found = find(*runs);
    if (!found) {
      return fail(found.error(), kBadRequest);
    }
    return options_.action == RunsAction::kShow ? show(*found) : metrics(*found);
  }

 private:
  int fail(const Error& error, int code) {
    err_ << "heddle-engine: " << error.message() << '\n';
    return code;
  }

  Result<RunRow> find(const std::vector<RunRow>& runs) const {
    std::vector<const RunRow*> matching;
    for (const RunRow& run : runs) {
      if (run.id == options_.id) {
        return run;
      }
      if (!options_.id.empty() && run.id.compare(0, options_.id.size(), options_.id) == 0) {
        matching.push_back(&run);
      }
    }
    if (matching.size() == 1) {
      return *matching.front();
    }
    return Error{"cannot find the run " + options_.id + ": " +
                     (matching.empty() ? "no run has that id"
                                       : std::to_string(matching.size()) + " runs have ids that begin so"),
                 "`heddle-engine runs list` shows all ids"};
  }

  int list(const std::vector<RunRow>& runs) {
    Json json = Json::array();
    TextTable table;
    for (const char* title : {"ID", "NAME", "STATE"}) {
      table.addColumn(title);
    }
    for (const char* title : {"STEP", "PROGRESS", "LOSS", "BEST EVAL", "TOKENS/S"}) {
      table.addColumn(title, TextTable::Align::kRight);
    }
    table.addColumn("STARTED");
    table.addColumn("ENGINE TIME", TextTable::Align::kRight);
    table.addColumn("TAGS");
    size_t shown = 0;
    for (const RunRow& run : runs) {
      if (run.archived && !options_.archived) {
        continue;
      }
      ++shown;
      if (options_.json) {
        json.push_back(toJson(run));
        continue;
      }
      const bool queued = run.state == RunState::kQueued;
      table.addRow({run.id, run.name, stateName(run.state), queued ? "" : std::to_string(run.step),
                    queued ? "" : progressText(run), rounded(run.last_loss, 4), rounded(run.best_eval, 4),
                    rounded(run.tokens_per_second, 0), queued ? "" : isoTime(run.started),
                    queued ? "" : humanDuration(run.engine_seconds), run.tags});
    }
    if (options_.json) {
      out_ << dumpJson(json) << '\n';
    } else if (shown == 0) {
      out_ << (runs.empty() ? "no runs yet\n" : "no runs but archived ones\n");
    } else {
      table.print(out_);
    }
    return kDone;
  }

  int show(const RunRow& run) {
    const auto checkpoints = store_->checkpoints(run.id);
    const auto names = store_->metricNames(run.id);
    const auto log = store_->log(run.id);
    if (!checkpoints || !names || !log) {
      return fail(!checkpoints ? checkpoints.error() : !names ? names.error() : log.error(), kFailed);
    }
    if (options_.json) {
      Json json = toJson(run);
      json["checkpoints"] = Json::array();
      for (const CheckpointRow& checkpoint : *checkpoints) {
        json["checkpoints"].push_back({{"step", checkpoint.step},
                                       {"path", checkpoint.path},
                                       {"bytes", checkpoint.bytes},
                                       {"time", number(checkpoint.time)}});
      }
      json["metrics"] = *names;
      json["log"] = Json::array();
      for (const LogRow& row : *log) {
        json["log"].push_back(
            {{"time", number(row.time)}, {"level", levelName(row.level)}, {"text", row.text}});
      }
      out_ << dumpJson(json) << '\n';
      return kDone;
    }
    showTable(run);
    out_ << "\nCheckpoints: " << (checkpoints->empty() ? "none\n" : "\n");
    for (const CheckpointRow& checkpoint : *checkpoints) {
      out_ << "  " << checkpoint.path << "  " << withUnit(static_cast<double>(checkpoint.bytes), "B") << '\n';
    }
    const size_t first = log->size() - std::min(log->size(), kShownLogRows);
    out_ << "\nLog"
         << (first > 0
                 ? " (last " + std::to_string(kShownLogRows) + " of " + std::to_string(log->size()) + ")"
                 : "")
         << ": " << (log->empty() ? "empty\n" : "\n");
    for (size_t i = first; i < log->size(); ++i) {
      const LogRow& row = (*log)[i];
      out_ << "  " << isoTime(row.time) << "  " << levelName(row.level) << "  " << row.text << '\n';
    }
    return kDone;
  }

  void showTable(const RunRow& run) {
    const auto line = [this](const char* title, const std::string& value) {
      if (!value.empty()) {
        const std::string head = std::string(title) + ":";
        out_ << head << std::string(head.size() < 18 ? 18 - head.size() : 1, ' ') << value << '\n';
      }
    };
    const auto unitOf = [](double value, const char* unit) {
      return value > 0 ? withUnit(value, unit) : std::string{};
    };
    line("Run", run.id);
    line("Name", run.name);
    line("State",
         std::string(stateName(run.state)) + (run.activity.empty() ? "" : " (" + run.activity + ")"));
    line("Failure", run.failure);
    line("Model", run.family + (run.parameters > 0
                                    ? ", " + withUnit(static_cast<double>(run.parameters), "") + " parameters"
                                    : ""));
    line("Objective", run.objective);
    line("Seed", std::to_string(run.seed));
    line("Device", run.device + (run.precision.empty() ? "" : ", " + run.precision));
    line("Process", run.pid > 0 ? std::to_string(run.pid) + " on " + run.host : "");
    if (run.state != RunState::kQueued) {
      line("Started", isoTime(run.started));
      line("Last event", isoTime(run.last_event));
      line("Engine time", humanDuration(run.engine_seconds));
      line("Step", std::to_string(run.step) +
                       (run.total_steps > 0 ? " of " + std::to_string(run.total_steps) : std::string{}));
      line("Progress", progressText(run));
    }
    line("Training loss", rounded(run.last_loss, 4));
    line("Best eval loss", rounded(run.best_eval, 4));
    line("Tokens/s", rounded(run.tokens_per_second, 0));
    line("Peak memory", unitOf(run.peak_memory_bytes.value_or(0), "B"));
    line("Estimated memory", unitOf(run.memory_estimate_bytes, "B"));
    line("FLOPs per step", unitOf(run.flops_per_step, "FLOP"));
    line("Tags", run.tags);
    line("Notes", run.notes);
    line("Unreadable lines", run.bad_lines > 0 ? std::to_string(run.bad_lines) : "");
  }

  static const char* levelName(LogLevel level) {
    return level == LogLevel::kError ? "error" : level == LogLevel::kWarning ? "warning" : "info";
  }

  int metrics(const RunRow& run) {
    const auto axis = std::find_if(kAxisNames.begin(), kAxisNames.end(), [this](const auto& candidate) {
      return candidate.first == options_.axis;
    });
    const auto names = store_->metricNames(run.id);
    if (!names) {
      return fail(names.error(), kFailed);
    }
    const bool over_metric = axis == kAxisNames.end();
    if (over_metric && std::find(names->begin(), names->end(), options_.axis) == names->end()) {
      return fail(
          {"cannot use the axis " + options_.axis + ": there is none of that name",
           "choose step, tokens, examples, epochs, seconds, flops, time or a metric that the run has logged"},
          kBadRequest);
    }
    if (options_.metric.empty() && !options_.csv) {
      if (options_.json) {
        out_ << dumpJson(*names) << '\n';
      }
      for (size_t i = 0; i < names->size() && !options_.json; ++i) {
        out_ << (*names)[i] << '\n';
      }
      return kDone;
    }
    std::vector<std::string> asked = *names;
    if (!options_.metric.empty()) {
      if (std::find(names->begin(), names->end(), options_.metric) == names->end()) {
        return fail({"cannot find the metric " + options_.metric + " of run " + run.id + ": it has " +
                         (names->empty() ? "no metrics yet" : "no metric of that name"),
                     "`heddle-engine runs metrics " + run.id + "` shows all names"},
                    kBadRequest);
      }
      asked = {options_.metric};
    }
    const bool with_axis = over_metric || axis->second != Axis::kStep;
    bool any = false;
    const auto begin = [&] {
      if (options_.csv && !std::exchange(any, true)) {
        out_ << "metric,step" << (with_axis ? "," + options_.axis : "") << ",value\n";
      }
      any = true;
    };
    for (const std::string& metric : asked) {
      CurveQuery query{.run_id = run.id, .metric = metric, .max_points = 0};
      if (over_metric) {
        query.x_metric = options_.axis;
      } else {
        query.axis = axis->second;
      }
      const auto points = store_->curve(query);
      if (!points) {
        return fail(points.error(), kFailed);
      }
      if (!points->empty()) {
        begin();
        print(run, metric, *points, with_axis);
      }
    }
    if (asked.empty()) {
      begin();
    } else if (!any) {
      return fail({"cannot print metrics over " + options_.axis + ": run " + run.id + " has not recorded it",
                   "choose another axis; runs begun by an older version have no examples and epochs"},
                  kBadRequest);
    }
    return kDone;
  }

  void print(const RunRow& run, const std::string& metric, const std::vector<CurvePoint>& points,
             bool with_axis) {
    if (options_.csv) {
      const std::string field = csvField(metric);
      for (const CurvePoint& point : points) {
        out_ << field << ',' << point.step << (with_axis ? "," + exact(point.x) : "") << ',' << exact(point.y)
             << '\n';
      }
    } else if (options_.json) {
      Json json = {{"run", run.id}, {"metric", metric}, {"axis", options_.axis}, {"points", Json::array()}};
      for (const CurvePoint& point : points) {
        json["points"].push_back({number(point.x), number(point.y), point.step});
      }
      out_ << dumpJson(json) << '\n';
    } else {
      TextTable table;
      table.addColumn("step", TextTable::Align::kRight);
      if (with_axis) {
        table.addColumn(options_.axis, TextTable::Align::kRight);
      }
      table.addColumn(metric, TextTable::Align::kRight);
      for (const CurvePoint& point : points) {
        std::vector<std::string> cells{std::to_string(point.step)};
        if (with_axis) {
          cells.push_back(options_.axis == "time" ? isoTime(point.x) : exact(point.x));
        }
        cells.push_back(exact(point.y));
        table.addRow(std::move(cells));
      }
      table.print(out_);
    }
  }

  // RFC 4180.
  static std::string csvField(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      return text;
    }
    std::string quoted = "\"";
    for (const char c : text) {
      quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + "\"";
  }

  const RunsOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  std::unique_ptr<Store> store_;
};

}  // namespace

int runsCommand(const RunsOptions& options, std::ostream& out, std::ostream& err) {
  return RunsCommand(options, out, err).run();
}

}  // namespace heddle
