#include "engine/events/event.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

#include "engine/base/json.h"

namespace heddle {
namespace {

constexpr std::string_view kMetricsHead = R"({"kind":"metrics","time":)";

// JSON has no word for these, and a training loss that became NaN is exactly what a reader wants to see.
const char* nonFiniteName(double value) {
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

std::optional<double> nonFiniteValue(std::string_view name) {
  if (name == "nan") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (name == "inf") {
    return std::numeric_limits<double>::infinity();
  }
  if (name == "-inf") {
    return -std::numeric_limits<double>::infinity();
  }
  return std::nullopt;
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nonFiniteName(value));
}

std::optional<double> realOf(const Json& item) {
  if (item.is_number()) {
    return item.get<double>();
  }
  return item.is_string() ? nonFiniteValue(item.get_ref<const std::string&>()) : std::nullopt;
}

double real(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it == object.end() ? 0 : realOf(*it).value_or(0);
}

// Numbers that do not fit are clamped: a plain cast of 1e300 would be undefined.
template <typename T>
T integer(const Json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end()) {
    return 0;
  }
  if (it->is_number_unsigned()) {
    return static_cast<T>(std::min<uint64_t>(it->get<uint64_t>(), std::numeric_limits<T>::max()));
  }
  if (it->is_number_integer()) {
    const auto value = it->get<int64_t>();
    return std::is_unsigned_v<T> && value < 0 ? T{0} : static_cast<T>(value);
  }
  if (it->is_number_float()) {
    const auto value = it->get<double>();
    if (value >= static_cast<double>(std::numeric_limits<T>::max())) {
      return std::numeric_limits<T>::max();
    }
    return value <= static_cast<double>(std::numeric_limits<T>::min()) ? std::numeric_limits<T>::min()
                                                                       : static_cast<T>(value);
  }
  return 0;
}

std::string text(const Json& object, const char* key) {
  return jsonValue(object, key, std::string{});
}

Json encode(const RunStarted& body) {
  return {{"kind", "run_started"},
          {"protocol", kEventProtocol},
          {"run_id", body.run_id},
          {"name", body.name},
          {"family", body.family},
          {"objective", body.objective},
          {"seed", body.seed},
          {"host", body.host},
          {"pid", body.pid},
          {"engine_version", body.engine_version},
          {"torch_version", body.torch_version},
          {"device", body.device},
          {"precision", body.precision},
          {"from_step", body.from_step},
          {"total_steps", body.total_steps},
          {"parameters", body.parameters},
          {"flops_per_step", number(body.flops_per_step)},
          {"memory_estimate_bytes", number(body.memory_estimate_bytes)},
          {"predicted_seconds", number(body.predicted_seconds)}};
}

Json encode(const CheckpointSaved& body) {
  return {{"kind", "checkpoint_saved"}, {"step", body.step}, {"path", body.path}, {"bytes", body.bytes}};
}

Json encode(const CheckpointRemoved& body) {
  return {{"kind", "checkpoint_removed"}, {"step", body.step}};
}

Json encode(const LogLine& body) {
  const char* level = body.level == LogLevel::kError     ? "error"
                      : body.level == LogLevel::kWarning ? "warning"
                                                         : "info";
  return {{"kind", "log"}, {"level", level}, {"text", body.text}};
}

Json encode(const Heartbeat& body) {
  return {{"kind", "heartbeat"},
          {"step", body.step},
          {"progress", number(body.progress)},
          {"remaining_seconds", number(body.remaining_seconds)},
          {"activity", body.activity}};
}

Json encode(const RunStopped& body) {
  return {{"kind", "run_stopped"},
          {"reason", body.reason == StopReason::kFinished ? "finished" : "stopped"},
          {"step", body.step}};
}

Json encode(const RunFailed& body) {
  return {{"kind", "run_failed"}, {"text", body.text}, {"hint", body.hint}};
}

template <typename T>
void appendInteger(std::string& out, T value) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

// The shortest digits that read back as the same double.
void appendReal(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out.append(1, '"').append(nonFiniteName(value)).append(1, '"');
    return;
  }
  char buffer[32];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

bool isPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

// Written by hand: nearly all lines of a stream are of this kind.
std::string encodeMetrics(double time, const Metrics& body) {
  std::string out;
  out.reserve(128 + body.values.size() * 48);
  out.append(kMetricsHead);
  appendReal(out, time);
  out.append(R"(,"step":)");
  appendInteger(out, body.step);
  out.append(R"(,"tokens":)");
  appendInteger(out, body.tokens);
  out.append(R"(,"flops":)");
  appendReal(out, body.flops);
  out.append(R"(,"seconds":)");
  appendReal(out, body.seconds);
  if (body.examples) {
    out.append(R"(,"examples":)");
    appendInteger(out, *body.examples);
  }
  if (body.epochs) {
    out.append(R"(,"epochs":)");
    appendReal(out, *body.epochs);
  }
  out.append(R"(,"values":{)");
  for (const auto& [name, value] : body.values) {
    if (std::all_of(name.begin(), name.end(), isPlain)) {
      out.append(1, '"').append(name).append(1, '"');
    } else {
      out.append(dumpJson(name));
    }
    out.push_back(':');
    appendReal(out, value);
    out.push_back(',');
  }
  if (!body.values.empty()) {
    out.pop_back();
  }
  out.append("}}");
  return out;
}

// Reads exactly the layout that encodeMetrics() writes, ten times faster than a general parser; anything else
// (other order, escapes, spaces, more members) is left to that one. Accepts nothing that is not JSON.
class MetricsScanner {
 public:
  explicit MetricsScanner(std::string_view line) : rest_(line) {}

  bool scan(Event& event) {
    Metrics body;
    if (!take(kMetricsHead) || !takeReal(event.time) || !take(R"(,"step":)") || !takeInteger(body.step) ||
        !take(R"(,"tokens":)") || !takeInteger(body.tokens) || !take(R"(,"flops":)") ||
        !takeReal(body.flops) || !take(R"(,"seconds":)") || !takeReal(body.seconds)) {
      return false;
    }
    if (take(R"(,"examples":)") && !takeInteger(body.examples.emplace())) {
      return false;
    }
    if (take(R"(,"epochs":)") && !takeReal(body.epochs.emplace())) {
      return false;
    }
    if (!take(R"(,"values":{)")) {
      return false;
    }
    body.values.reserve(16);
    if (!take("}")) {
      do {
        std::string_view name;
        double value = 0;
        if (!takeName(name) || !take(":") || !takeReal(value)) {
          return false;
        }
        body.values.emplace_back(name, value);
      } while (take(","));
      if (!take("}")) {
        return false;
      }
    }
    if (rest_ != "}") {
      return false;
    }
    event.body = std::move(body);
    return true;
  }

 private:
  bool take(std::string_view expected) {
    if (rest_.substr(0, expected.size()) != expected) {
      return false;
    }
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool takeName(std::string_view& name) {
    if (!take("\"")) {
      return false;
    }
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), isPlain);
    name = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(name.size());
    return take("\"");
  }

  // Length of the digits at the front of `from`.
  static size_t digits(std::string_view from) {
    size_t count = 0;
    while (count < from.size() && from[count] >= '0' && from[count] <= '9') {
      ++count;
    }
    return count;
  }

  // Length of the whole part of a JSON number with its sign; 0 = none. Leading zeros are no JSON.
  size_t wholePart() const {
    const size_t sign = !rest_.empty() && rest_.front() == '-' ? 1 : 0;
    const size_t count = digits(rest_.substr(std::min(sign, rest_.size())));
    return count == 0 || (count > 1 && rest_[sign] == '0') ? 0 : sign + count;
  }

  bool takeInteger(int64_t& value) {
    const size_t length = wholePart();
    if (length == 0) {
      return false;
    }
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + length, value);
    rest_.remove_prefix(length);
    return code == std::errc{} && end == rest_.data();
  }

  bool takeReal(double& value) {
    if (take("\"")) {
      const size_t quote = rest_.substr(0, 5).find('"');
      const auto special =
          quote == std::string_view::npos ? std::nullopt : nonFiniteValue(rest_.substr(0, quote));
      if (!special) {
        return false;
      }
      value = *special;
      rest_.remove_prefix(quote + 1);
      return true;
    }
    size_t length = wholePart();
    if (length == 0) {
      return false;
    }
    if (length < rest_.size() && rest_[length] == '.') {
      const size_t fraction = digits(rest_.substr(length + 1));
      if (fraction == 0) {
        return false;
      }
      length += 1 + fraction;
    }
    if (length < rest_.size() && (rest_[length] == 'e' || rest_[length] == 'E')) {
      const bool sign = length + 1 < rest_.size() && (rest_[length + 1] == '+' || rest_[length + 1] == '-');
      const size_t mark = length + (sign ? 2 : 1);
      const size_t exponent = digits(rest_.substr(std::min(mark, rest_.size())));
      if (exponent == 0) {
        return false;
      }
      length = mark + exponent;
    }
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + length, value);
    rest_.remove_prefix(length);
    return code == std::errc{} && end == rest_.data();
  }

  std::string_view rest_;
};

Error notAnEvent(std::string_view found) {
  return {"cannot read a line of an event file: " + std::string(found),
          "the file is damaged or was not written by heddle-engine"};
}

Result<std::optional<Event>> decodeSlow(std::string_view line) {
  const auto parsed = parseJson(line, "an event");
  if (!parsed) {
    return notAnEvent(parsed.error().text);
  }
  const Json& json = *parsed;
  if (!json.is_object()) {
    return notAnEvent("it is no JSON object");
  }
  const auto kind_item = json.find("kind");
  if (kind_item == json.end() || !kind_item->is_string()) {
    return notAnEvent("it has no \"kind\"");
  }
  const auto time_item = json.find("time");
  if (time_item == json.end() || !realOf(*time_item)) {
    return notAnEvent("it has no \"time\"");
  }
  const auto& kind = kind_item->get_ref<const std::string&>();
  Event event;
  event.time = *realOf(*time_item);
  if (kind == "metrics") {
    const auto values = json.find("values");
    const auto step = json.find("step");
    if (values == json.end() || !values->is_object() || step == json.end() || !step->is_number()) {
      return notAnEvent("metrics without \"step\" or \"values\"");
    }
    Metrics body;
    body.step = integer<int64_t>(json, "step");
    body.tokens = integer<int64_t>(json, "tokens");
    body.flops = real(json, "flops");
    body.seconds = real(json, "seconds");
    if (const auto examples = json.find("examples"); examples != json.end() && examples->is_number()) {
      body.examples = integer<int64_t>(json, "examples");
    }
    if (const auto epochs = json.find("epochs"); epochs != json.end()) {
      body.epochs = realOf(*epochs);
    }
    for (const auto& [name, item] : values->items()) {
      if (const auto value = realOf(item)) {
        body.values.emplace_back(name, *value);
      }
    }
    event.body = std::move(body);
  } else if (kind == "run_started") {
    RunStarted body;
    body.run_id = text(json, "run_id");
    body.name = text(json, "name");
    body.family = text(json, "family");
    body.objective = text(json, "objective");
    body.seed = integer<uint64_t>(json, "seed");
    body.host = text(json, "host");
    body.pid = integer<int64_t>(json, "pid");
    body.engine_version = text(json, "engine_version");
    body.torch_version = text(json, "torch_version");
    body.device = text(json, "device");
    body.precision = text(json, "precision");
    body.from_step = integer<int64_t>(json, "from_step");
    body.total_steps = integer<int64_t>(json, "total_steps");
    body.parameters = integer<int64_t>(json, "parameters");
    body.flops_per_step = real(json, "flops_per_step");
    body.memory_estimate_bytes = real(json, "memory_estimate_bytes");
    body.predicted_seconds = real(json, "predicted_seconds");
    event.body = std::move(body);
  } else if (kind == "checkpoint_saved") {
    event.body =
        CheckpointSaved{integer<int64_t>(json, "step"), text(json, "path"), integer<int64_t>(json, "bytes")};
  } else if (kind == "checkpoint_removed") {
    event.body = CheckpointRemoved{integer<int64_t>(json, "step")};
  } else if (kind == "log") {
    const std::string level = text(json, "level");
    event.body = LogLine{level == "error"     ? LogLevel::kError
                         : level == "warning" ? LogLevel::kWarning
                                              : LogLevel::kInfo,
                         text(json, "text")};
  } else if (kind == "heartbeat") {
    event.body = Heartbeat{integer<int64_t>(json, "step"), real(json, "progress"),
                           real(json, "remaining_seconds"), text(json, "activity")};
  } else if (kind == "run_stopped") {
    event.body = RunStopped{text(json, "reason") == "finished" ? StopReason::kFinished : StopReason::kStopped,
                            integer<int64_t>(json, "step")};
  } else if (kind == "run_failed") {
    event.body = RunFailed{text(json, "text"), text(json, "hint")};
  } else {
    return std::optional<Event>{};
  }
  return std::optional<Event>(std::move(event));
}

}  // namespace

std::string encodeEvent(const Event& event) {
  return std::visit(
      [&event](const auto& body) {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, Metrics>) {
          return encodeMetrics(event.time, body);
        } else {
          Json json = encode(body);
          json["time"] = number(event.time);
          return dumpJson(json);
        }
      },
      event.body);
}

Result<std::optional<Event>> decodeEvent(std::string_view line) {
  Event event;
  if (MetricsScanner(line).scan(event)) {
    return std::optional<Event>(std::move(event));
  }
  return decodeSlow(line);
}

std::string encodeUserNote(const UserNote& note) {
  return dumpJson({{"time", number(note.time)}, {"field", note.field}, {"value", note.value}});
}

Result<UserNote> decodeUserNote(std::string_view line) {
  const auto json = parseJson(line, "a user's note");
  if (!json) {
    return json.error();
  }
  if (!json->is_object() || text(*json, "field").empty() || !json->contains("value") ||
      !json->at("value").is_string()) {
    return Error{"cannot read a line of user.jsonl: it has no \"field\" or no \"value\"",
                 "correct or remove that line"};
  }
  return UserNote{real(*json, "time"), text(*json, "field"), text(*json, "value")};
}

std::string encodeCommand(Command command, double time) {
  return dumpJson({{"time", number(time)}, {"command", command == Command::kStop ? "stop" : "checkpoint"}});
}

Result<std::optional<Command>> decodeCommand(std::string_view line) {
  const auto json = parseJson(line, "a command");
  if (!json) {
    return json.error();
  }
  const std::string name = json->is_object() ? text(*json, "command") : std::string{};
  if (name.empty()) {
    return Error{"cannot read a line of control.jsonl: it has no \"command\"",
                 R"(a command is {"command":"stop"} or {"command":"checkpoint"})"};
  }
  if (name == "stop") {
    return std::optional<Command>(Command::kStop);
  }
  return name == "checkpoint" ? std::optional<Command>(Command::kCheckpoint) : std::optional<Command>{};
}

}  // namespace heddle
