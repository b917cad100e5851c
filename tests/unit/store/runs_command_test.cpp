#include "engine/cli/runs/runs_command.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "engine/base/clock.h"
#include "engine/base/json.h"
#include "engine/cli/runs/text_table.h"
#include "tests/unit/store/scratch.h"

namespace heddle {
namespace {

class RunsCommandTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    const RunFolder folder = makeRun("20261121-0405-mini");
    RunStarted start = startOf(folder);
    start.name = "mini 织布";
    append(folder, {1795233906, start});
    append(folder,
           {1795233907, Metrics{1, 64, 1e9, 0.5, {{"train/loss", 10.25}, {"train/tokens_per_second", 128}}}});
    append(folder,
           {1795233908, Metrics{2, 128, 2e9, 1, {{"train/loss", std::numeric_limits<double>::quiet_NaN()}}}});
    append(folder, {1795233908, CheckpointSaved{2, "checkpoints/2", 4'200'000}});
    append(folder, {1795233908, LogLine{LogLevel::kWarning, "loss is not finite"}});
    append(folder, {1795233909, RunStopped{StopReason::kFinished, 100}});
    makeRun("20261121-0500-queued");
  }

  int run(RunsOptions options) {
    options.workspace = workspace_.root.string();
    out_.str("");
    err_.str("");
    return runsCommand(options, out_, err_);
  }

  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(RunsCommandTest, TheListIsAnAlignedTableNewestFirst) {
  ASSERT_EQ(run({}), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "ID                    NAME                            STATE     STEP  PROGRESS  LOSS  BEST EVAL "
            " TOKENS/S"
            "  STARTED               ENGINE TIME  TAGS\n"
            "20261121-0500-queued  recipe of 20261121-0500-queued  queued\n"
            "20261121-0405-mini    mini 织布                       finished   100     100 %   nan            "
            "      128"
            "  2026-11-21T04:05:06Z        1.0 s\n");
}

TEST_F(RunsCommandTest, TheListAsJsonHasEveryColumn) {
  ASSERT_EQ(run({.json = true}), 0);
  const auto json = parseJson(out_.str(), "the list");
  ASSERT_TRUE(json.ok());
  ASSERT_EQ(json->size(), 2u);
  const Json& mini = json->at(1);
  EXPECT_EQ(mini.at("name"), "mini 织布");
  EXPECT_EQ(mini.at("state"), "finished");
  EXPECT_EQ(mini.at("last_loss"), "nan");
  EXPECT_TRUE(mini.at("best_eval").is_null());
  EXPECT_EQ(mini.at("tokens_per_second"), 128);
  EXPECT_EQ(mini.at("seed"), 17);
}

TEST_F(RunsCommandTest, ArchivedRunsAreListedOnlyWhenAskedFor) {
  const auto store = openStore();
  ASSERT_TRUE(store->ingestAll().ok());
  ASSERT_TRUE(store->annotate(RunFolder{workspace_.runs() / "20261121-0405-mini"}, "archived", "1").ok());
  ASSERT_EQ(run({}), 0);
  EXPECT_EQ(out_.str().find("0405-mini"), std::string::npos);
  ASSERT_EQ(run({.archived = true}), 0);
  EXPECT_NE(out_.str().find("0405-mini"), std::string::npos);
}

TEST_F(RunsCommandTest, ARunIsShownByTheBeginningOfItsId) {
  ASSERT_EQ(run({.action = RunsAction::kShow, .id = "20261121-04"}), 0) << err_.str();
  const std::string text = out_.str();
  for (const char* expected :
       {"Run:              20261121-0405-mini\n", "State:            finished\n",
        "Model:            bert, 11 M parameters\n", "Step:             100 of 100\n",
        "Tokens/s:         128\n", "FLOPs per step:   1 TFLOP\n", "checkpoints/2  4.2 MB\n",
        "2026-11-21T04:05:08Z  warning  loss is not finite\n"}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << "\n" << text;
  }
  ASSERT_EQ(run({.action = RunsAction::kShow, .id = "20261121-04", .json = true}), 0);
  const auto json = parseJson(out_.str(), "the run");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->at("checkpoints").at(0).at("step"), 2);
  EXPECT_EQ(json->at("log").at(0).at("level"), "warning");
  EXPECT_EQ(json->at("metrics"), Json({"train/loss", "train/tokens_per_second"}));
}

TEST_F(RunsCommandTest, MetricsAreNamedListedAndExported) {
  const std::string id = "20261121-0405-mini";
  ASSERT_EQ(run({.action = RunsAction::kMetrics, .id = id}), 0);
  EXPECT_EQ(out_.str(), "train/loss\ntrain/tokens_per_second\n");
  ASSERT_EQ(run({.action = RunsAction::kMetrics, .id = id, .metric = "train/loss"}), 0);
  EXPECT_EQ(out_.str(), "step  train/loss\n   1       10.25\n   2         nan\n");
  ASSERT_EQ(run({.action = RunsAction::kMetrics, .id = id, .metric = "train/loss", .csv = true}), 0);
  EXPECT_EQ(out_.str(), "metric,step,value\ntrain/loss,1,10.25\ntrain/loss,2,nan\n");
  ASSERT_EQ(run({.action = RunsAction::kMetrics, .id = id, .axis = "tokens", .csv = true}), 0);
  EXPECT_EQ(out_.str(),
            "metric,step,tokens,value\ntrain/loss,1,64,10.25\ntrain/loss,2,128,nan\n"
            "train/tokens_per_second,1,64,128\n");
  ASSERT_EQ(run({.action = RunsAction::kMetrics,
                 .id = id,
                 .metric = "train/loss",
                 .axis = "seconds",
                 .json = true}),
            0);
  EXPECT_EQ(out_.str(),
            "{\"axis\":\"seconds\",\"metric\":\"train/loss\",\"points\":[[0.5,10.25,1],[1.0,\"nan\",2]],"
            "\"run\":\"20261121-0405-mini\"}\n");
}

TEST_F(RunsCommandTest, AMetricIsAnAxisForOthers) {
  ASSERT_EQ(run({.action = RunsAction::kMetrics,
                 .id = "20261121-0405-mini",
                 .metric = "train/loss",
                 .axis = "train/tokens_per_second"}),
            0);
  EXPECT_EQ(out_.str(),
            "step  train/tokens_per_second  train/loss\n   1                      128       10.25\n");
}

TEST_F(RunsCommandTest, WhatDoesNotExistIsABadRequestWithAHint) {
  EXPECT_EQ(run({.action = RunsAction::kShow, .id = "absent"}), 2);
  EXPECT_EQ(err_.str(),
            "heddle-engine: cannot find the run absent: no run has that id (`heddle-engine runs list` shows "
            "all ids)\n");
  EXPECT_EQ(run({.action = RunsAction::kShow, .id = "20261121"}), 2);
  EXPECT_NE(err_.str().find("2 runs have ids that begin so"), std::string::npos);
  EXPECT_EQ(run({.action = RunsAction::kShow}), 2);
  EXPECT_EQ(run({.action = RunsAction::kMetrics, .id = "20261121-04", .metric = "eval/accuracy"}), 2);
  EXPECT_NE(err_.str().find("cannot find the metric eval/accuracy"), std::string::npos);
  EXPECT_EQ(run({.action = RunsAction::kMetrics, .id = "20261121-04", .axis = "days"}), 2);
  EXPECT_NE(err_.str().find("choose step, tokens"), std::string::npos);
  EXPECT_EQ(run({.action = RunsAction::kMetrics, .id = "20261121-04", .axis = "epochs", .csv = true}), 2);
  EXPECT_NE(err_.str().find("has not recorded it"), std::string::npos);
  EXPECT_TRUE(out_.str().empty());
}

TEST_F(RunsCommandTest, AWorkspaceThatCannotBeOpenedIsAFailureAndAnEmptyOneIsNot) {
  append(workspace_.root / "file", "x");
  RunsOptions options;
  options.workspace = (workspace_.root / "file" / "x").string();
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(runsCommand(options, out, err), 1);
  EXPECT_EQ(err.str().rfind("heddle-engine: cannot create the folder", 0), 0u) << err.str();
  options.workspace = (workspace_.root / "fresh").string();
  EXPECT_EQ(runsCommand(options, out, err), 0);
  EXPECT_EQ(out.str(), "no runs yet\n");
}

TEST(TextTableTest, WidthsAreThoseOfATerminal) {
  EXPECT_EQ(displayWidth("abc"), 3u);
  EXPECT_EQ(displayWidth("织布"), 4u);
  EXPECT_EQ(displayWidth("e\u0301"), 1u);
  EXPECT_EQ(displayWidth("é"), 1u);
  EXPECT_EQ(displayWidth("🧵"), 2u);
}

}  // namespace
}  // namespace heddle
