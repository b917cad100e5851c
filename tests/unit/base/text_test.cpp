#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/base/clock.h"
#include "engine/base/json.h"
#include "engine/base/paths.h"

namespace heddle {
namespace {

// date -u -d @1795233906
TEST(ClockTest, TimesAreWrittenInUtc) {
  EXPECT_EQ(isoTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(isoTime(1795233906.9), "2026-11-21T04:05:06Z");
  EXPECT_EQ(compactTime(1795233906), "20261121-040506");
}

TEST(ClockTest, DurationsAreWrittenForPeople) {
  EXPECT_EQ(humanDuration(0.84), "0.8 s");
  EXPECT_EQ(humanDuration(59.4), "59 s");
  EXPECT_EQ(humanDuration(59.97), "1 min 0 s");
  EXPECT_EQ(humanDuration(245), "4 min 5 s");
  EXPECT_EQ(humanDuration(11520), "3 h 12 min");
  EXPECT_EQ(humanDuration(90000), "1 d 1 h");
  EXPECT_EQ(humanDuration(std::numeric_limits<double>::quiet_NaN()), "unknown");
}

TEST(ClockTest, TheMonotonicClockNeverGoesBack) {
  const double first = monotonicSeconds();
  EXPECT_GE(monotonicSeconds(), first);
  EXPECT_GT(wallSeconds(), 1.7e9);
}

TEST(JsonTest, BrokenJsonIsAnErrorThatNamesItsSource) {
  const auto json = parseJson("{\"a\":", "recipe.json");
  ASSERT_FALSE(json.ok());
  EXPECT_NE(json.error().text.find("cannot read recipe.json as JSON"), std::string::npos);
}

TEST(JsonTest, MissingAndUnfittingMembersFallBack) {
  const Json json{{"text", "a"}, {"number", 3}, {"none", nullptr}};
  EXPECT_EQ(jsonValue(json, "text", std::string("b")), "a");
  EXPECT_EQ(jsonValue(json, "number", std::string("b")), "b");
  EXPECT_EQ(jsonValue(json, "number", 1.0), 3.0);
  EXPECT_EQ(jsonValue(json, "none", 4), 4);
  EXPECT_EQ(jsonValue(json, "absent", true), true);
}

TEST(PathsTest, TheWorkspaceIsLaidOutAsDocumented) {
  const Workspace workspace{"/w"};
  EXPECT_EQ(workspace.database(), "/w/heddle.sqlite");
  const RunFolder folder{workspace.runs() / "abc"};
  EXPECT_EQ(folder.id(), "abc");
  EXPECT_EQ(folder.events(), "/w/runs/abc/events.jsonl");
  EXPECT_EQ(folder.checkpoints(), "/w/runs/abc/checkpoints");
}

}  // namespace
}  // namespace heddle
