#include "engine/data/training_rows.h"

#include <gtest/gtest.h>

#include "engine/data/rows/batch_builder.h"
#include "tests/unit/data/made_rows.h"

namespace heddle {
namespace {

Grains toyGrains() {
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the",
                                     "loom",  "weav",  "##ing", "warp",  "weft",   "a"};
  return Grains(makeTokenizer(WordPiece::fromVocabulary(std::move(pieces), true).value()), true);
}

constexpr int32_t kThe = 5, kLoom = 6, kWeav = 7, kIng = 8, kWarp = 9, kWeft = 10;

std::string states(const TrainingRow& row) {
  constexpr std::string_view kLetters = "pmrkt";
  std::string letters;
  for (const TrainingToken& token : row.tokens) {
    letters += kLetters[static_cast<size_t>(token.state)];
  }
  return letters;
}

TEST(TrainingRows, SayWhatMaskingDidToEachToken) {
  Batch batch;
  batch.first_row = 8;
  batch.tokens = {2, kThe, 4, 4, 3, 2, kWarp, kWeft, 3, kLoom, 3};
  batch.positions = {0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5};
  batch.segments = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
  batch.units = {-1, 0, 1, 1, -1, -1, 0, 1, -1, 2, -1};
  batch.starts = {0, 5, 11};
  batch.masked_positions = {2, 3, 6, 7};
  batch.masked_labels = {kWeav, kIng, kWarp, kThe};
  batch.pair_labels = {0, 1};
  batch.spans = {2, 4, 6, 7, 7, 8};
  const Grains grains = toyGrains();
  const TrainingRow first = describeRow(batch, 0, {}, grains);
  EXPECT_EQ(first.row, 8);
  EXPECT_EQ(first.label, 0);
  EXPECT_EQ(first.label_text, "next");
  ASSERT_EQ(first.tokens.size(), 5u);
  EXPECT_EQ(states(first), "ppmmp");
  EXPECT_EQ(first.tokens[0].text, "[CLS]");
  EXPECT_EQ(first.tokens[0].unit, -1);
  EXPECT_EQ(first.tokens[1].text, "the");
  EXPECT_EQ(first.tokens[2].text, "[MASK]");
  EXPECT_EQ(first.tokens[2].label, "weav");
  EXPECT_EQ(first.tokens[3].label, "##ing");
  EXPECT_EQ(first.tokens[1].span, -1);
  EXPECT_EQ(first.tokens[2].span, 0);
  EXPECT_EQ(first.tokens[3].span, 0);
  EXPECT_EQ(first.tokens[4].span, -1);
  const TrainingRow second = describeRow(batch, 1, {.rows = "sentence_order"}, grains);
  EXPECT_EQ(second.label_text, "swapped");
  EXPECT_EQ(states(second), "pkrppp");
  EXPECT_EQ(second.tokens[1].label, "warp");
  EXPECT_EQ(second.tokens[2].text, "weft");
  EXPECT_EQ(second.tokens[2].label, "the");
  EXPECT_EQ(second.tokens[1].span, 0);
  EXPECT_EQ(second.tokens[2].span, 1);
  EXPECT_EQ(second.tokens[4].segment, 1);
  EXPECT_EQ(second.tokens[4].unit, 2);
}

TEST(TrainingRows, ShowOrdersAndTargetsOfPermutations) {
  const MaskSetup setup({.rows = "single", .masking = "permutation"});
  Row row = makeRow(6, 1);
  BatchBuilder builder(0, 0);
  row = setup.masked(row, 0, 12);
  builder.add(row);
  const TrainingRow described = describeRow(builder.take(), 0, setup.objective, toyGrains());
  EXPECT_EQ(described.label, -1);
  int targets = 0;
  for (size_t at = 0; at < described.tokens.size(); ++at) {
    EXPECT_EQ(described.tokens[at].order, row.order[at]);
    if (described.tokens[at].state == TokenState::kTarget) {
      EXPECT_EQ(described.tokens[at].label, described.tokens[at].text);
      ++targets;
    }
  }
  EXPECT_EQ(targets, 2);
}

TEST(TrainingRows, NameSentinelsAndShowTheDecodersText) {
  const Grains grains = toyGrains();
  const int32_t sentinel = grains.fineSize() + kSentinels - 1;
  Batch batch;
  batch.tokens = {kThe, sentinel, kWeft, 3};
  batch.positions = {0, 1, 2, 3};
  batch.segments = {0, 0, 0, 0};
  batch.units = {0, -1, 2, -1};
  batch.starts = {0, 4};
  batch.target_tokens = {sentinel, kLoom, 3};
  batch.target_starts = {0, 3};
  const TrainingRow row = describeRow(batch, 0, {.rows = "t5", .masking = "t5"}, grains);
  EXPECT_EQ(row.tokens[1].text, "<extra_id_0>");
  EXPECT_EQ(row.target, (std::vector<std::string>{"<extra_id_0>", "loom", "[SEP]"}));
}

TEST(TrainingRows, HoldBothGrainsFineFirst) {
  for (const char* kind : {"both", "hybrid"}) {
    const Row fine = makeRow(2, 2);
    Row coarse;
    makeCoarse(fine, coarse);
    BatchBuilder builder(0, 4);
    for (int text = 0; text < 3; ++text) {
      kind == std::string("both") ? builder.addBoth(fine, coarse) : builder.addHybrid(fine, coarse);
    }
    const Batch batch = builder.take();
    ASSERT_EQ(textRows(batch), 3);
    const TrainingRow row =
        describeRow(batch, 2, {.rows = "single", .masking = "unit", .grains = kind}, toyGrains());
    EXPECT_EQ(row.row, 6);
    ASSERT_EQ(row.tokens.size(), 12u);
    for (size_t at = 0; at < 12; ++at) {
      EXPECT_EQ(row.tokens[at].grain, at < 6 ? 0 : 1) << kind;
      EXPECT_EQ(row.tokens[at].unit, row.tokens[at % 6].unit);
    }
  }
}

}  // namespace
}  // namespace heddle
