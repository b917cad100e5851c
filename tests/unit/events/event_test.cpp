#include "engine/events/event.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "engine/base/json.h"

namespace heddle {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

Event roundTrip(const Event& event) {
  const std::string line = encodeEvent(event);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto decoded = decodeEvent(line);
  EXPECT_TRUE(decoded.ok()) << line;
  EXPECT_TRUE(decoded.ok() && decoded->has_value()) << line;
  return decoded.ok() && decoded->has_value() ? **decoded : Event{};
}

// Doubles of every size, sign and class, from random bits.
class RandomValues {
 public:
  explicit RandomValues(unsigned seed) : bits_(seed) {}
  double real() {
    const uint64_t bits = bits_();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return bits_() % 8 == 0 ? (bits_() % 2 == 0 ? kInf : -kInf) : value;
  }
  int64_t integer() { return static_cast<int64_t>(bits_()) >> (bits_() % 64); }
  std::string text() {
    static const std::vector<std::string> kPieces{"a",    "/", "_",  "\"", "\\", "\n", "\t",
                                                  "\x01", "ü", "织", "𝄞",  " ",  "}",  "nan"};
    std::string result;
    for (uint64_t n = bits_() % 12; n > 0; --n) {
      result += kPieces[bits_() % kPieces.size()];
    }
    return result;
  }

 private:
  std::mt19937_64 bits_;
};

bool sameReal(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

TEST(EventTest, RandomMetricsComeBackBitForBit) {
  RandomValues random(1);
  for (int round = 0; round < 3000; ++round) {
    Metrics sent{random.integer(), random.integer(), random.real(), random.real(), {}};
    for (int v = round % 17; v > 0; --v) {
      sent.values.emplace_back("train/value_" + std::to_string(v), random.real());
    }
    if (round % 3 > 0) {
      sent.examples = random.integer();
    }
    if (round % 5 > 1) {
      sent.epochs = random.real();
    }
    const Event event = roundTrip({random.real(), sent});
    const auto& got = std::get<Metrics>(event.body);
    ASSERT_EQ(got.step, sent.step);
    ASSERT_EQ(got.tokens, sent.tokens);
    ASSERT_TRUE(sameReal(got.flops, sent.flops));
    ASSERT_TRUE(sameReal(got.seconds, sent.seconds));
    ASSERT_EQ(got.examples, sent.examples);
    ASSERT_EQ(got.epochs.has_value(), sent.epochs.has_value());
    ASSERT_TRUE(sameReal(got.epochs.value_or(0), sent.epochs.value_or(0)));
    ASSERT_EQ(got.values.size(), sent.values.size());
    for (size_t v = 0; v < sent.values.size(); ++v) {
      ASSERT_EQ(got.values[v].first, sent.values[v].first);
      ASSERT_TRUE(sameReal(got.values[v].second, sent.values[v].second)) << sent.values[v].second;
    }
  }
}

TEST(EventTest, NamesOfMetricsMayHoldAnyText) {
  RandomValues random(2);
  for (int round = 0; round < 1000; ++round) {
    const std::string name = random.text();
    const Event event = roundTrip({1, Metrics{7, 8, 9, 10, {{name, 0.1}}}});
    const auto& got = std::get<Metrics>(event.body);
    ASSERT_EQ(got.values.size(), 1u);
    ASSERT_EQ(got.values[0].first, name);
    ASSERT_EQ(got.values[0].second, 0.1);
  }
}

TEST(EventTest, MetricsAreWrittenAsTheFormatSays) {
  const Event event{
      12.5, Metrics{3, 6144, 1e9, 0.75, {{"train/loss", 10.25}, {"eval/mlm_loss", kNan}, {"a", -kInf}}}};
  EXPECT_EQ(encodeEvent(event),
            R"({"kind":"metrics","time":12.5,"step":3,"tokens":6144,"flops":1e+09,"seconds":0.75,)"
            R"("values":{"train/loss":10.25,"eval/mlm_loss":"nan","a":"-inf"}})");
  EXPECT_EQ(encodeEvent({1, Metrics{}}),
            R"({"kind":"metrics","time":1,"step":0,"tokens":0,"flops":0,"seconds":0,"values":{}})");
  EXPECT_EQ(encodeEvent({1, Metrics{.step = 2, .examples = 64, .epochs = 0.25}}),
            R"({"kind":"metrics","time":1,"step":2,"tokens":0,"flops":0,"seconds":0,)"
            R"("examples":64,"epochs":0.25,"values":{}})");
}

TEST(EventTest, MetricsInAnotherLayoutAreReadToo) {
  for (
      const char* line :
      {R"({"values":{"b":2,"a":"inf"},"step":3,"kind":"metrics","time":1.5})",
       R"(  { "kind" : "metrics", "time":1.5, "step": 3, "new": [1,{}], "values": {"a":"inf", "b":2e0, "c":"text"} } )",
       R"({"kind":"metrics","time":1.5,"step":3,"tokens":0,"flops":0,"seconds":0,"values":{"\u0061":"inf","b":2}})"}) {
    const auto event = decodeEvent(line);
    ASSERT_TRUE(event.ok() && event->has_value()) << line;
    EXPECT_EQ((*event)->time, 1.5);
    const auto& metrics = std::get<Metrics>((*event)->body);
    EXPECT_EQ(metrics.step, 3);
    EXPECT_FALSE(metrics.epochs.has_value());
    ASSERT_EQ(metrics.values.size(), 2u) << line;
    EXPECT_EQ((std::map<std::string, double>(metrics.values.begin(), metrics.values.end())),
              (std::map<std::string, double>{{"a", kInf}, {"b", 2.0}}));
  }
}

// The quick reader must not accept what the general one refuses. Every prefix and every changed byte of a
// line is tried.
TEST(EventTest, DamagedMetricsAreReadOrRefusedAsJsonSays) {
  const std::string line =
      encodeEvent({12.5, Metrics{3, 6144, -1e-9, 0.75, {{"a", 10.25}, {"b", kNan}}, 96, 1.5}});
  for (size_t length = 0; length < line.size(); ++length) {
    EXPECT_FALSE(decodeEvent(line.substr(0, length)).ok()) << line.substr(0, length);
  }
  for (size_t at = 0; at < line.size(); ++at) {
    for (const char c : std::string("0123456789.-+eE\"{},: ]n\\\x01\xC3")) {
      std::string changed = line;
      changed[at] = c;
      const auto event = decodeEvent(changed);
      const bool is_json = nlohmann::json::accept(changed);
      EXPECT_TRUE(is_json || !event.ok()) << changed;
    }
  }
}

TEST(EventTest, EveryKindComesBackAsItWas) {
  RandomValues random(3);
  for (int round = 0; round < 300; ++round) {
    RunStarted started;
    started.run_id = random.text();
    started.name = random.text();
    started.family = random.text();
    started.objective = random.text();
    started.seed = static_cast<uint64_t>(random.integer());
    started.host = random.text();
    started.pid = random.integer();
    started.engine_version = random.text();
    started.torch_version = random.text();
    started.device = random.text();
    started.precision = random.text();
    started.from_step = random.integer();
    started.total_steps = random.integer();
    started.parameters = random.integer();
    started.flops_per_step = random.real();
    started.memory_estimate_bytes = random.real();
    started.predicted_seconds = random.real();
    const Event event = roundTrip({1.25, started});
    const auto& got = std::get<RunStarted>(event.body);
    ASSERT_EQ(event.time, 1.25);
    ASSERT_EQ(got.run_id, started.run_id);
    ASSERT_EQ(got.name, started.name);
    ASSERT_EQ(got.family, started.family);
    ASSERT_EQ(got.objective, started.objective);
    ASSERT_EQ(got.seed, started.seed);
    ASSERT_EQ(got.host, started.host);
    ASSERT_EQ(got.pid, started.pid);
    ASSERT_EQ(got.engine_version, started.engine_version);
    ASSERT_EQ(got.torch_version, started.torch_version);
    ASSERT_EQ(got.device, started.device);
    ASSERT_EQ(got.precision, started.precision);
    ASSERT_EQ(got.from_step, started.from_step);
    ASSERT_EQ(got.total_steps, started.total_steps);
    ASSERT_EQ(got.parameters, started.parameters);
    ASSERT_TRUE(sameReal(got.flops_per_step, started.flops_per_step));
    ASSERT_TRUE(sameReal(got.memory_estimate_bytes, started.memory_estimate_bytes));
    ASSERT_TRUE(sameReal(got.predicted_seconds, started.predicted_seconds));

    const auto saved =
        std::get<CheckpointSaved>(roundTrip({0, CheckpointSaved{random.integer(), "checkpoints/7", 9}}).body);
    ASSERT_EQ(saved.path, "checkpoints/7");
    ASSERT_EQ(saved.bytes, 9);
    ASSERT_EQ(std::get<CheckpointRemoved>(roundTrip({0, CheckpointRemoved{round}}).body).step, round);
    const std::string text = random.text();
    for (const LogLevel level : {LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
      const auto log = std::get<LogLine>(roundTrip({0, LogLine{level, text}}).body);
      ASSERT_EQ(log.level, level);
      ASSERT_EQ(log.text, text);
    }
    const auto beat = std::get<Heartbeat>(roundTrip({0, Heartbeat{round, 0.5, random.real(), text}}).body);
    ASSERT_EQ(beat.step, round);
    ASSERT_EQ(beat.progress, 0.5);
    ASSERT_EQ(beat.activity, text);
    for (const StopReason reason : {StopReason::kFinished, StopReason::kStopped}) {
      ASSERT_EQ(std::get<RunStopped>(roundTrip({0, RunStopped{reason, round}}).body).reason, reason);
    }
    const auto failed = std::get<RunFailed>(roundTrip({0, RunFailed{text, "hint"}}).body);
    ASSERT_EQ(failed.text, text);
    ASSERT_EQ(failed.hint, "hint");
  }
}

TEST(EventTest, TheFirstLineCarriesTheProtocol) {
  const auto json = parseJson(encodeEvent({5, RunStarted{}}), "an event");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->at("protocol"), kEventProtocol);
  EXPECT_EQ(json->at("kind"), "run_started");
  EXPECT_EQ(json->at("time"), 5);
}

TEST(EventTest, AKindOfANewerProgramIsSkippedWithoutAnError) {
  const auto event = decodeEvent(R"({"kind":"head_pruned","time":1,"layer":3})");
  ASSERT_TRUE(event.ok());
  EXPECT_FALSE(event->has_value());
}

TEST(EventTest, MembersOfUnexpectedTypesFallBackAndNumbersAreClamped) {
  const auto event = decodeEvent(
      R"({"kind":"run_started","time":1,"name":7,"seed":-4,"pid":1e300,"parameters":"many","device":null})");
  ASSERT_TRUE(event.ok() && event->has_value());
  const auto& started = std::get<RunStarted>((*event)->body);
  EXPECT_EQ(started.name, "");
  EXPECT_EQ(started.seed, 0u);
  EXPECT_EQ(started.pid, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(started.parameters, 0);
}

TEST(EventTest, WhatIsNoEventIsAnErrorThatSaysWhy) {
  for (const char* line :
       {"", "garbage", "[1,2]", "7", R"({"time":1})", R"({"kind":"metrics","time":1,"step":3})",
        R"({"kind":"log"})", R"({"kind":"metrics","time":1,"step":3,"values":{"a":1e999}})",
        "{\"kind\":\"log\",\"time\":1,\"text\":\"\xff\"}"}) {
    const auto event = decodeEvent(line);
    ASSERT_FALSE(event.ok()) << line;
    EXPECT_NE(event.error().text.find("cannot read a line of an event file"), std::string::npos);
    EXPECT_FALSE(event.error().hint.empty());
  }
}

TEST(EventTest, InvalidUtf8InATextIsReplacedNotLost) {
  const Event event = roundTrip({1, LogLine{LogLevel::kInfo, "caf\xe9!"}});
  EXPECT_EQ(std::get<LogLine>(event.body).text, "caf\xEF\xBF\xBD!");
}

TEST(UserNoteTest, NotesComeBackAndBrokenOnesAreRefused) {
  const auto note = decodeUserNote(encodeUserNote({2.5, "tags", "a,\"b\"\n织"}));
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(note->time, 2.5);
  EXPECT_EQ(note->field, "tags");
  EXPECT_EQ(note->value, "a,\"b\"\n织");
  for (const char* line : {"", "x", "{}", R"({"field":"name"})", R"({"field":"","value":"a"})",
                           R"({"field":"name","value":3})"}) {
    EXPECT_FALSE(decodeUserNote(line).ok()) << line;
  }
}

TEST(CommandTest, CommandsComeBackAndUnknownOnesAreSkipped) {
  for (const Command command : {Command::kStop, Command::kCheckpoint}) {
    const auto decoded = decodeCommand(encodeCommand(command, 1));
    ASSERT_TRUE(decoded.ok() && decoded->has_value());
    EXPECT_EQ(**decoded, command);
  }
  const auto newer = decodeCommand(R"({"command":"set_log_level","level":"info"})");
  ASSERT_TRUE(newer.ok());
  EXPECT_FALSE(newer->has_value());
  for (const char* line : {"", "stop", "{}", R"({"command":3})"}) {
    EXPECT_FALSE(decodeCommand(line).ok()) << line;
  }
}

}  // namespace
}  // namespace heddle
