#include "engine/events/inspection.h"

#include <gtest/gtest.h>

namespace heddle {
namespace {

TEST(InspectionTest, ARequestComesBackAsItWas) {
  const AttentionRequest request{42, "/w/runs/a/checkpoints/10", "Fine \"threads\"\n", "粗 threads",
                                 "/tmp/a.safetensors"};
  const std::string line = encodeRequest(request);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto decoded = decodeRequest(line);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->id, 42);
  EXPECT_EQ(decoded->checkpoint, request.checkpoint);
  EXPECT_EQ(decoded->text_a, request.text_a);
  EXPECT_EQ(decoded->text_b, request.text_b);
  EXPECT_EQ(decoded->array_path, request.array_path);
}

TEST(InspectionTest, AnAnswerComesBackWithItsTokens) {
  AttentionAnswer answer{
      7,   "/tmp/a.safetensors", 12, 16, {{"[CLS]", 0, -1, -1}, {"##ing", 0, 3, 6}, {"织", 1, 0, 3}}, true,
      12.5};
  const auto reply = decodeReply(encodeAnswer(answer));
  ASSERT_TRUE(reply.ok());
  ASSERT_FALSE(reply->failed);
  EXPECT_EQ(reply->answer.id, 7);
  EXPECT_EQ(reply->answer.array_path, answer.array_path);
  EXPECT_EQ(reply->answer.layers, 12);
  EXPECT_EQ(reply->answer.heads, 16);
  EXPECT_TRUE(reply->answer.truncated);
  EXPECT_EQ(reply->answer.elapsed_ms, 12.5);
  ASSERT_EQ(reply->answer.tokens.size(), 3u);
  EXPECT_EQ(reply->answer.tokens[1].text, "##ing");
  EXPECT_EQ(reply->answer.tokens[1].begin, 3);
  EXPECT_EQ(reply->answer.tokens[1].end, 6);
  EXPECT_EQ(reply->answer.tokens[2].text, "织");
  EXPECT_EQ(reply->answer.tokens[2].segment, 1);
  EXPECT_EQ(reply->answer.tokens[0].begin, -1);
}

TEST(InspectionTest, AFailureComesBackWithItsHint) {
  const auto reply = decodeReply(encodeFailure({9, "cannot read the checkpoint", "check the path"}));
  ASSERT_TRUE(reply.ok());
  ASSERT_TRUE(reply->failed);
  EXPECT_EQ(reply->failure.id, 9);
  EXPECT_EQ(reply->failure.text, "cannot read the checkpoint");
  EXPECT_EQ(reply->failure.hint, "check the path");
}

TEST(InspectionTest, WhatIsNoQuestionOrAnswerIsRefusedWithASentence) {
  for (const char* line : {"", "x", "[]", "{}", R"({"kind":"poem"})", R"({"kind":"attention","id":1})"}) {
    const auto request = decodeRequest(line);
    ASSERT_FALSE(request.ok()) << line;
    EXPECT_NE(request.error().text.find("cannot read a question"), std::string::npos);
    const auto reply = decodeReply(line);
    ASSERT_FALSE(reply.ok()) << line;
    EXPECT_NE(reply.error().text.find("cannot read an answer"), std::string::npos);
  }
  EXPECT_FALSE(decodeReply(R"({"kind":"attention","id":1,"tokens":[["a",0,1]]})").ok());
}

TEST(InspectionTest, ATrainingRowComesBackAsItWas) {
  TrainingRow row{.row = 12, .label = 1, .label_text = "swapped", .target = {"<x0>", "织"}};
  row.tokens = {
      {.text = "[CLS]", .order = 3},
      {.text = "[MASK]", .unit = 0, .state = TokenState::kMasked, .label = "##ing", .span = 0},
      {.text = "loom", .segment = 1, .unit = 1, .grain = 1, .state = TokenState::kRandom, .label = "织"},
      {.text = "\"weft\"", .unit = 2, .state = TokenState::kKept, .label = "\"weft\"", .span = 1},
      {.text = "a", .unit = 3, .state = TokenState::kTarget, .label = "b", .order = 0}};
  const std::string line = encodeTrainingRow(row);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto decoded = decodeTrainingRow(line);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, row);
}

TEST(InspectionTest, ATrainingRowWithoutAPairHasNoLabel) {
  const std::string line = encodeTrainingRow({.row = 3});
  EXPECT_NE(line.find(R"("label":null)"), std::string::npos) << line;
  const auto decoded = decodeTrainingRow(line);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->label, -1);
}

TEST(InspectionTest, WhatIsNoTrainingRowIsRefusedWithASentence) {
  for (const char* line : {"", "[]", R"({"kind":"attention","tokens":[]})", R"({"kind":"row"})",
                           R"({"kind":"row","tokens":[3]})", R"({"kind":"row","tokens":[{"state":"lost"}]})",
                           R"({"kind":"row","tokens":[],"target":[1]})"}) {
    const auto decoded = decodeTrainingRow(line);
    ASSERT_FALSE(decoded.ok()) << line;
    EXPECT_NE(decoded.error().text.find("cannot read a training row"), std::string::npos);
  }
}

}  // namespace
}  // namespace heddle
