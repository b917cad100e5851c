// What a run says of itself: typed events, one JSON object a line in runs/ID/events.jsonl. This file and
// event.cpp alone know the encoding. Every line has "kind" and "time" (seconds since 1970 UTC); the first
// line of a stream is run_started and carries "protocol". Unknown kinds and members are skipped, so an older
// window reads a newer engine's stream.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

inline constexpr int kEventProtocol = 1;

// First line of a stream, and again when a run is resumed (then from_step > 0). What was known before the
// first step.
struct RunStarted {
  std::string run_id;
  std::string name;
  std::string family;     // "bert"
  std::string objective;  // "MLM + NSP"
  uint64_t seed = 0;
  std::string host;
  int64_t pid = 0;
  std::string engine_version;
  std::string torch_version;
  std::string device;     // "cpu (2 threads)", "cuda:0 (NVIDIA H200)"
  std::string precision;  // "fp32", "bf16"
  int64_t from_step = 0;
  int64_t total_steps = 0;  // 0 = not bounded by steps
  int64_t parameters = 0;
  double flops_per_step = 0;         // of the first phase
  double memory_estimate_bytes = 0;  // peak
  double predicted_seconds = 0;      // whole run; 0 = unknown
};

// Values at one step. Names are paths: train/loss, train/mlm_loss, train/nsp_loss (train/sop_loss),
// train/learning_rate, train/gradient_norm, train/tokens_per_second, train/step_ms, train/memory_bytes,
// eval/mlm_loss, eval/mlm_accuracy, ...
struct Metrics {
  int64_t step = 0;
  int64_t tokens = 0;  // cumulative, real tokens seen by the encoder
  double flops = 0;    // cumulative
  double seconds = 0;  // cumulative engine time, earlier sessions of the run included
  std::vector<std::pair<std::string, double>> values;  // may be NaN or infinite (encoded as strings)
  // Null in streams of engines that did not count them, and of runs that such an engine began.
  std::optional<int64_t> examples = std::nullopt;  // cumulative, rows of training text
  // Cumulative: each step adds its rows over the rows that there are at its length, of all corpora together.
  std::optional<double> epochs = std::nullopt;
};

// A checkpoint is complete on disk.
struct CheckpointSaved {
  int64_t step = 0;
  std::string path;  // relative to the run's folder: "checkpoints/1000"
  int64_t bytes = 0;
};

// A checkpoint was removed by keep-last-K.
struct CheckpointRemoved {
  int64_t step = 0;
};

enum class LogLevel { kInfo, kWarning, kError };

struct LogLine {
  LogLevel level = LogLevel::kInfo;
  std::string text;
};

// At least once a second while the engine lives, also between slow steps.
struct Heartbeat {
  int64_t step = 0;
  double progress = 0;           // 0 .. 1 of the whole run
  double remaining_seconds = 0;  // 0 = unknown
  std::string activity;          // "training", "building the corpus", "evaluating", "saving"
};

enum class StopReason { kFinished, kStopped };  // all phases done; asked to stop, and saved

struct RunStopped {
  StopReason reason = StopReason::kFinished;
  int64_t step = 0;
};

// The run ended by an error; the engine's last event.
struct RunFailed {
  std::string text;
  std::string hint;
};

using EventBody = std::variant<RunStarted, Metrics, CheckpointSaved, CheckpointRemoved, LogLine, Heartbeat,
                               RunStopped, RunFailed>;

struct Event {
  double time = 0;
  EventBody body;
};

// One line without newline.
std::string encodeEvent(const Event& event);

// nullopt: a kind this version does not know. Error: not a line of this format.
Result<std::optional<Event>> decodeEvent(std::string_view line);

// What the user adds to a run, one JSON object a line in runs/ID/user.jsonl; the last value of a field wins.
struct UserNote {
  double time = 0;
  std::string field;  // name, notes, tags (comma-separated), archived ("1" or "")
  std::string value;
};
std::string encodeUserNote(const UserNote& note);
Result<UserNote> decodeUserNote(std::string_view line);

// What others ask of a running engine, one JSON object a line in runs/ID/control.jsonl.
enum class Command { kStop, kCheckpoint };  // finish the step, save, end; save and go on
std::string encodeCommand(Command command, double time);
// nullopt: a command this version does not know.
Result<std::optional<Command>> decodeCommand(std::string_view line);

}  // namespace heddle
