#include "engine/store/ingest.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <limits>
#include <random>

#include "engine/base/clock.h"
#include "engine/store/run_record.h"
#include "tests/unit/store/scratch.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

class IngestTest : public StoreTest {
 protected:
  static std::vector<double> stepsOf(Store& store, const std::string& id, const std::string& metric) {
    CurveQuery query{id, metric};
    query.max_points = 0;
    const auto points = store.curve(query);
    std::vector<double> steps;
    for (const CurvePoint& point : points ? *points : std::vector<CurvePoint>{}) {
      steps.push_back(point.x);
    }
    return steps;
  }
  static Event metricsAt(int64_t step, double loss, double time = wallSeconds()) {
    return {time, Metrics{step,
                          step * 10,
                          1e6 * static_cast<double>(step),
                          0.5 * static_cast<double>(step),
                          {{"train/loss", loss}}}};
  }
  // The number of a process that existed and is gone.
  static int64_t gonePid() {
    const pid_t child = inChild([] {});
    EXPECT_TRUE(endedWell(child));
    return child;
  }
};

TEST_F(IngestTest, EventsBecomeARowPointsCheckpointsAndALog) {
  const RunFolder folder = makeRun("a");
  const double now = wallSeconds();
  append(folder, {now, startOf(folder)});
  append(folder,
         {now + 1,
          Metrics{10,
                  1000,
                  1e13,
                  2.5,
                  {{"train/loss", 7.5}, {"train/tokens_per_second", 400}, {"train/memory_bytes", 3e8}}}});
  append(folder, {now + 1, Metrics{10, 1000, 1e13, 2.75, {{"eval/mlm_loss", 6.5}}}});
  append(folder, {now + 2, Metrics{20, 2000, 2e13, 5, {{"train/loss", 7.0}, {"train/memory_bytes", 2e8}}}});
  append(folder, {now + 2, Metrics{20, 2000, 2e13, 5, {{"eval/mlm_loss", 6.75}}}});
  append(folder, {now + 3, CheckpointSaved{20, "checkpoints/20", 123}});
  append(folder, {now + 3, LogLine{LogLevel::kWarning, "careful"}});
  append(folder, {now + 4, Heartbeat{21, 0.21, 60, "training"}});
  const auto store = openStore();
  const RunRow row = ingested(*store, "a");
  EXPECT_EQ(row.name, "named a");
  EXPECT_EQ(row.state, RunState::kRunning);
  EXPECT_EQ(row.objective, "MLM + NSP");
  EXPECT_EQ(row.seed, 17u);
  EXPECT_EQ(row.pid, ::getpid());
  EXPECT_EQ(row.step, 21);
  EXPECT_EQ(row.total_steps, 100);
  EXPECT_EQ(row.progress, 0.21);
  EXPECT_EQ(row.remaining_seconds, 60);
  EXPECT_EQ(row.activity, "training");
  EXPECT_EQ(row.engine_seconds, 5);
  EXPECT_EQ(row.started, now);
  EXPECT_EQ(row.last_event, now + 4);
  EXPECT_EQ(row.last_loss, 7.0);
  EXPECT_EQ(row.best_eval, 6.5);
  EXPECT_EQ(row.tokens_per_second, 400);
  EXPECT_EQ(row.peak_memory_bytes, 3e8);
  EXPECT_EQ(row.bad_lines, 0);
  EXPECT_EQ(*store->metricNames("a"),
            (std::vector<std::string>{"eval/mlm_loss", "train/loss", "train/memory_bytes",
                                      "train/tokens_per_second"}));
  CurveQuery query{"a", "eval/mlm_loss", Axis::kSeconds};
  const auto curve = store->curve(query);
  ASSERT_TRUE(curve.ok());
  ASSERT_EQ(curve->size(), 2u);
  EXPECT_EQ((*curve)[0].x, 2.75);
  EXPECT_EQ((*curve)[0].y, 6.5);
  EXPECT_EQ((*curve)[0].step, 10);
  const auto checkpoints = store->checkpoints("a");
  ASSERT_EQ(checkpoints->size(), 1u);
  EXPECT_EQ((*checkpoints)[0].path, (folder.root / "checkpoints/20").string());
  EXPECT_EQ((*checkpoints)[0].bytes, 123);
  const auto log = store->log("a");
  ASSERT_EQ(log->size(), 1u);
  EXPECT_EQ((*log)[0].text, "careful");
  EXPECT_EQ((*log)[0].level, LogLevel::kWarning);
}

TEST_F(IngestTest, IngestingAgainChangesNothingAndSaysSo) {
  const RunFolder folder = makeRun("a");
  append(folder.events(), randomStream(folder, 1, 200));
  const auto store = openStore();
  EXPECT_EQ(*store->ingestAll(), std::vector<std::string>{"a"});
  const std::string before = contents(*store);
  EXPECT_TRUE(store->ingestAll()->empty());
  EXPECT_FALSE(*store->ingestRun(folder));
  EXPECT_EQ(contents(*store), before);
}

TEST_F(IngestTest, AStreamThatGrowsByteByByteGivesTheSameRowsAsTheWholeOne) {
  const RunFolder folder = makeRun("a");
  const std::string stream = randomStream(folder, 2, 60);
  const auto store = openStore();
  for (const char byte : stream) {
    append(folder.events(), std::string(1, byte));
    ASSERT_TRUE(store->ingestRun(folder).ok());
  }
  const std::string grown = contents(*store);
  ASSERT_TRUE(store->rebuild().ok());
  EXPECT_EQ(contents(*store), grown);
  EXPECT_NE(grown.find("train/loss"), std::string::npos);
}

TEST_F(IngestTest, RandomStreamsInRandomPiecesGiveTheSameAsARebuild) {
  for (unsigned seed = 10; seed < 16; ++seed) {
    const RunFolder folder = makeRun("run" + std::to_string(seed));
    const std::string stream = randomStream(folder, seed, 1500);
    const auto store = openStore();
    std::mt19937 random(seed);
    for (size_t at = 0; at < stream.size();) {
      const size_t piece = 1 + random() % (seed % 2 == 0 ? 3000 : 60000);
      append(folder.events(), stream.substr(at, piece));
      ASSERT_TRUE(store->ingestAll().ok());
      at += piece;
    }
    const std::string grown = contents(*store);
    ASSERT_TRUE(store->rebuild().ok());
    ASSERT_EQ(contents(*store), grown);
  }
}

TEST_F(IngestTest, ATornLastLineWaitsWhileTheWriterLivesAndIsTakenInOnceWhole) {
  const RunFolder folder = makeRun("a");
  append(folder, {wallSeconds(), startOf(folder)});
  const std::string line = encodeEvent(metricsAt(1, 2.5));
  append(folder.events(), line.substr(0, 40));
  const auto store = openStore();
  EXPECT_EQ(ingested(*store, "a").bad_lines, 0);
  EXPECT_TRUE(store->log("a")->empty());
  append(folder.events(), line.substr(40) + "\n");
  const RunRow row = ingested(*store, "a");
  EXPECT_EQ(row.bad_lines, 0);
  EXPECT_EQ(row.last_loss, 2.5);
}

TEST_F(IngestTest, ATornLineIsReportedOnceMoreFollows) {
  const RunFolder folder = makeRun("a");
  append(folder, {wallSeconds(), startOf(folder)});
  append(folder.events(), R"({"kind":"metrics","ti)");
  append(folder.events(), "\n");
  append(folder, metricsAt(1, 2.5));
  const auto store = openStore();
  EXPECT_EQ(ingested(*store, "a").bad_lines, 1);
  const auto log = store->log("a");
  ASSERT_EQ(log->size(), 1u);
  EXPECT_EQ((*log)[0].level, LogLevel::kWarning);
  EXPECT_NE((*log)[0].text.find("of events.jsonl was left out"), std::string::npos);
}

TEST_F(IngestTest, ATornLineIsReportedOnceTheRunIsOverAndOnlyOnce) {
  const RunFolder folder = makeRun("a");
  RunStarted start = startOf(folder);
  start.pid = gonePid();
  append(folder, {wallSeconds() - 100, start});
  append(folder.events(), R"({"kind":"metrics","ti)");
  const auto store = openStore();
  RunRow row = ingested(*store, "a");
  EXPECT_EQ(row.state, RunState::kCrashed);
  EXPECT_EQ(row.bad_lines, 1);
  EXPECT_EQ(ingested(*store, "a").bad_lines, 1);
  EXPECT_EQ(store->log("a")->size(), 1u);
  // A resumed writer closes the torn line first.
  append(folder.events(), "\n");
  append(folder, {wallSeconds(), startOf(folder)});
  row = ingested(*store, "a");
  EXPECT_EQ(row.state, RunState::kRunning);
  EXPECT_EQ(row.bad_lines, 1);
  EXPECT_EQ(store->log("a")->size(), 1u);
}

TEST_F(IngestTest, AReportedTornLineThatIsFinishedAfterAllIsTakenInAndNoLongerReported) {
  const RunFolder folder = makeRun("a");
  RunStarted start = startOf(folder);
  start.host = "elsewhere";
  append(folder, {wallSeconds() - 100, start});
  const std::string line = encodeEvent(metricsAt(3, 1.25));
  append(folder.events(), line.substr(0, 30));
  const auto store = openStore();
  EXPECT_EQ(ingested(*store, "a").bad_lines, 1);
  append(folder.events(), line.substr(30) + "\n");
  const RunRow row = ingested(*store, "a");
  EXPECT_EQ(row.state, RunState::kRunning);
  EXPECT_EQ(row.bad_lines, 0);
  EXPECT_EQ(row.last_loss, 1.25);
  EXPECT_TRUE(store->log("a")->empty());
}

TEST_F(IngestTest, AResumedRunSupersedesTheStepsItRepeats) {
  const RunFolder folder = makeRun("a");
  append(folder, {wallSeconds(), startOf(folder)});
  for (int64_t step = 1; step <= 1000; ++step) {
    append(folder, metricsAt(step, 10 - 0.001 * static_cast<double>(step)));
    if (step == 900) {
      append(folder, {wallSeconds(), Metrics{step, 1, 1, 1, {{"eval/mlm_loss", 0.5}}}});
    }
  }
  const auto store = openStore();
  EXPECT_EQ(ingested(*store, "a").best_eval, 0.5);
  append(folder, {wallSeconds(), startOf(folder, 700)});
  RunRow row = ingested(*store, "a");
  EXPECT_EQ(row.step, 700);
  EXPECT_EQ(row.best_eval, std::nullopt);
  EXPECT_EQ(row.last_loss, 10 - 0.001 * 700);
  append(folder, metricsAt(701, 20));
  append(folder, metricsAt(702, 21));
  row = ingested(*store, "a");
  EXPECT_EQ(row.last_loss, 21);
  const std::vector<double> steps = stepsOf(*store, "a", "train/loss");
  ASSERT_EQ(steps.size(), 702u);
  for (size_t i = 0; i < steps.size(); ++i) {
    ASSERT_EQ(steps[i], static_cast<double>(i + 1));
  }
  // Starting from nothing drops everything.
  append(folder, {wallSeconds(), startOf(folder, 0)});
  append(folder, metricsAt(1, 3));
  EXPECT_EQ(ingested(*store, "a").last_loss, 3);
  EXPECT_EQ(stepsOf(*store, "a", "train/loss"), std::vector<double>{1});
}

TEST_F(IngestTest, ARunWithARecipeAndNoEventsIsQueuedUnderItsRecipesName) {
  makeRun("a");
  const auto store = openStore();
  RunRow row = ingested(*store, "a");
  EXPECT_EQ(row.state, RunState::kQueued);
  EXPECT_EQ(row.name, "recipe of a");
  EXPECT_EQ(row.seed, 5u);
  EXPECT_EQ(row.family, "bert");
  append(RunFolder{workspace_.runs() / "a"}.recipe(), "broken = [");
  EXPECT_EQ(ingested(*store, "a").name, "a");
  fs::create_directories(workspace_.runs() / "no run");
  EXPECT_TRUE(store->ingestAll()->empty());
  EXPECT_EQ(store->runs()->size(), 1u);
}

TEST_F(IngestTest, TheEndOfARunSetsItsState) {
  const auto store = openStore();
  const double now = wallSeconds();
  const auto stateAfter = [&](const std::string& id, const EventBody& end) {
    const RunFolder folder = makeRun(id);
    append(folder, {now, startOf(folder)});
    append(folder, {now, end});
    // A heartbeat that comes a moment too late does not bring it back.
    append(folder, {now, Heartbeat{1, 0.1, 10, "training"}});
    return ingested(*store, id);
  };
  EXPECT_EQ(stateAfter("finished", RunStopped{StopReason::kFinished, 100}).state, RunState::kFinished);
  EXPECT_EQ(store->run("finished")->value().progress, 1);
  EXPECT_EQ(stateAfter("stopped", RunStopped{StopReason::kStopped, 40}).state, RunState::kStopped);
  const RunRow failed = stateAfter("failed", RunFailed{"out of memory", "use fewer rows"});
  EXPECT_EQ(failed.state, RunState::kFailed);
  EXPECT_EQ(failed.failure, "out of memory (use fewer rows)");
  ASSERT_EQ(store->log("failed")->size(), 1u);
  EXPECT_EQ(store->log("failed")->front().level, LogLevel::kError);
  const RunFolder folder{workspace_.runs() / "failed"};
  append(folder, {now, startOf(folder, 10)});
  const RunRow resumed = ingested(*store, "failed");
  EXPECT_EQ(resumed.state, RunState::kRunning);
  EXPECT_EQ(resumed.failure, "");
}

TEST_F(IngestTest, ARunIsCrashedOnlyWhenItIsSilentAndItsProcessIsGone) {
  const auto store = openStore();
  const auto stateOf = [&](const std::string& id, double silence, int64_t pid, const std::string& host) {
    const RunFolder folder = makeRun(id);
    RunStarted start = startOf(folder);
    start.pid = pid;
    start.host = host;
    append(folder, {wallSeconds() - silence, start});
    return ingested(*store, id).state;
  };
  const int64_t gone = gonePid();
  EXPECT_EQ(stateOf("silent and gone", 11, gone, hostName()), RunState::kCrashed);
  EXPECT_EQ(stateOf("gone a moment ago", 5, gone, hostName()), RunState::kRunning);
  EXPECT_EQ(stateOf("elsewhere", 50, gone, "another host"), RunState::kRunning);
  EXPECT_EQ(stateOf("silent elsewhere", 70, ::getpid(), "another host"), RunState::kCrashed);
  // This process is younger than a run that fell silent a day ago: it only has the number of that run's
  // process.
  EXPECT_EQ(stateOf("number used again", 86400, ::getpid(), hostName()), RunState::kCrashed);
  // A process that has been there all the time, however silent, is slow and not dead.
  const pid_t child = inChild([] { ::pause(); });
  RunRecord record;
  record.said = RunState::kRunning;
  record.row.host = hostName();
  record.row.pid = child;
  record.row.last_event = wallSeconds();
  EXPECT_EQ(stateAt(record, wallSeconds() + 1000), RunState::kRunning);
  ::kill(child, SIGKILL);
  EXPECT_FALSE(endedWell(child));
  EXPECT_EQ(stateAt(record, wallSeconds() + 1000), RunState::kCrashed);
}

TEST_F(IngestTest, WhatTheUserAddsIsKeptAndTheLastValueWins) {
  const RunFolder folder = makeRun("a");
  append(folder, {wallSeconds(), startOf(folder)});
  const auto store = openStore();
  ASSERT_TRUE(store->annotate(folder, "name", "first").ok());
  ASSERT_TRUE(store->annotate(folder, "name", "my run").ok());
  ASSERT_TRUE(store->annotate(folder, "tags", "a,b").ok());
  ASSERT_TRUE(store->annotate(folder, "notes", "two\nlines \"quoted\"").ok());
  ASSERT_TRUE(store->annotate(folder, "archived", "1").ok());
  ASSERT_TRUE(store->annotate(folder, "of_the_future", "x").ok());
  ASSERT_TRUE(store->rebuild().ok());
  RunRow row = **store->run("a");
  EXPECT_EQ(row.name, "my run");
  EXPECT_EQ(row.tags, "a,b");
  EXPECT_EQ(row.notes, "two\nlines \"quoted\"");
  EXPECT_TRUE(row.archived);
  ASSERT_TRUE(store->annotate(folder, "name", "").ok());
  ASSERT_TRUE(store->annotate(folder, "archived", "").ok());
  row = **store->run("a");
  EXPECT_EQ(row.name, "named a");
  EXPECT_FALSE(row.archived);
  EXPECT_FALSE(store->annotate(RunFolder{workspace_.runs() / "absent"}, "name", "x").ok());
}

TEST_F(IngestTest, AFileOfGarbageIsCountedAndDoesNotFloodTheLog) {
  const RunFolder folder = makeRun("a");
  std::mt19937 random(3);
  std::string garbage;
  for (int i = 0; i < 200'000; ++i) {
    garbage.push_back(static_cast<char>(random()));
  }
  append(folder, {wallSeconds(), startOf(folder)});
  append(folder.events(), garbage + "\n");
  append(folder, metricsAt(5, 2));
  const auto store = openStore();
  const RunRow row = ingested(*store, "a");
  EXPECT_GT(row.bad_lines, 500);
  EXPECT_EQ(store->log("a")->size(), 20u);
  EXPECT_EQ(row.last_loss, 2);
}

TEST_F(IngestTest, ALineWithoutEndIsLeftOutInPieces) {
  const RunFolder folder = makeRun("a");
  append(folder, {wallSeconds(), startOf(folder)});
  append(folder.events(), std::string(size_t{65} << 20, 'x') + "\n");
  append(folder, metricsAt(5, 2));
  const auto store = openStore();
  const RunRow row = ingested(*store, "a");
  EXPECT_EQ(row.bad_lines, 2);
  EXPECT_EQ(row.last_loss, 2);
}

TEST_F(IngestTest, AMetricThatStandsTwiceInALineCountsOnceWithItsLastValue) {
  const RunFolder folder = makeRun("a");
  append(folder, {wallSeconds(), Metrics{1, 1, 1, 1, {{"x", 1}, {"y", 2}, {"x", 3}}}});
  append(folder, {wallSeconds(), Metrics{2, 1, 1, 1, {{"y", 4}, {"x", 5}}}});
  const auto store = openStore();
  ingested(*store, "a");
  const auto curve = store->curve({"a", "x"});
  ASSERT_EQ(curve->size(), 2u);
  EXPECT_EQ((*curve)[0].y, 3);
  EXPECT_EQ((*curve)[1].y, 5);
  EXPECT_EQ(store->curve({"a", "y"})->size(), 2u);
}

TEST_F(IngestTest, NotFiniteValuesOfTheRowAreKeptApartFromUnknownOnes) {
  const RunFolder folder = makeRun("a");
  append(folder, {wallSeconds(), startOf(folder)});
  const auto store = openStore();
  EXPECT_EQ(ingested(*store, "a").last_loss, std::nullopt);
  append(folder, metricsAt(1, std::numeric_limits<double>::quiet_NaN()));
  append(folder,
         {wallSeconds(), Metrics{1, 1, 1, 1, {{"eval/mlm_loss", std::numeric_limits<double>::quiet_NaN()}}}});
  RunRow row = ingested(*store, "a");
  ASSERT_TRUE(row.last_loss.has_value());
  EXPECT_TRUE(std::isnan(*row.last_loss));
  EXPECT_EQ(row.best_eval, std::nullopt);
  append(folder, metricsAt(2, std::numeric_limits<double>::infinity()));
  EXPECT_EQ(ingested(*store, "a").last_loss, std::numeric_limits<double>::infinity());
}

TEST_F(IngestTest, AFileThatBecameShorterIsReadAgainFromItsBeginning) {
  const RunFolder folder = makeRun("a");
  append(folder.events(), randomStream(folder, 4, 100));
  const auto store = openStore();
  ingested(*store, "a");
  fs::remove(folder.events());
  append(folder, {wallSeconds(), startOf(folder)});
  append(folder, metricsAt(1, 4.5));
  EXPECT_EQ(ingested(*store, "a").last_loss, 4.5);
  EXPECT_EQ(*store->metricNames("a"), std::vector<std::string>{"train/loss"});
  EXPECT_EQ(stepsOf(*store, "a", "train/loss"), std::vector<double>{1});
}

TEST_F(IngestTest, ARunWhoseFolderIsGoneIsForgotten) {
  for (const char* id : {"a", "b"}) {
    const RunFolder folder = makeRun(id);
    append(folder.events(), randomStream(folder, 5, 50));
  }
  const auto store = openStore();
  ingested(*store, "a");
  fs::remove_all(workspace_.runs() / "a");
  EXPECT_EQ(*store->ingestAll(), std::vector<std::string>{"a"});
  EXPECT_FALSE(store->run("a")->has_value());
  EXPECT_TRUE(store->curve({"a", "train/loss"})->empty());
  EXPECT_EQ(store->runs()->size(), 1u);
}

TEST_F(IngestTest, RunsComeNewestFirstWithQueuedOnesBefore) {
  for (const auto& [id, started] :
       std::vector<std::pair<std::string, double>>{{"old", 1e9}, {"new", 1.1e9}, {"mid", 1.05e9}}) {
    const RunFolder folder = makeRun(id);
    append(folder, {started, startOf(folder)});
  }
  makeRun("queued");
  const auto store = openStore();
  ASSERT_TRUE(store->ingestAll().ok());
  std::string order;
  const auto rows = store->runs();
  for (const RunRow& row : *rows) {
    order += row.id + " ";
  }
  EXPECT_EQ(order, "queued new mid old ");
}

TEST_F(IngestTest, LogRowsCanBeAskedForFromWhereTheCallerIs) {
  const RunFolder folder = makeRun("a");
  for (int i = 0; i < 10; ++i) {
    append(folder, {wallSeconds(), LogLine{LogLevel::kInfo, "row " + std::to_string(i)}});
  }
  const auto store = openStore();
  ingested(*store, "a");
  const auto rest = store->log("a", 7);
  ASSERT_EQ(rest->size(), 3u);
  EXPECT_EQ(rest->front().text, "row 7");
  EXPECT_EQ(store->log("a", 2, 4)->size(), 4u);
}

}  // namespace
}  // namespace heddle
