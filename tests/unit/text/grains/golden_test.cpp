// The worked example of tests/golden/README.md, from text to batch.

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/data/masking/maskers.h"
#include "engine/data/rows/batch_builder.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/grains/tokenizer_folder.h"

namespace heddle {
namespace {

const std::filesystem::path kFolder = "tests/golden";

Json golden() {
  return *parseJson(*readFile(kFolder / "golden.json"), "golden.json");
}

Row rowOf(const GrainedText& grained, const SpecialIds& special) {
  Row row;
  row.addSpecial(special.cls, 0);
  for (size_t number = 0; number < grained.units.size(); ++number) {
    const Unit& unit = grained.units[number];
    for (int32_t token = unit.first; token < unit.first + unit.count; ++token) {
      row.tokens.push_back(grained.fine[static_cast<size_t>(token)].id);
      row.segments.push_back(0);
      row.units.push_back(static_cast<int32_t>(number));
    }
    row.coarse.push_back(unit.coarse);
  }
  row.addSpecial(special.sep, 0);
  return row;
}

void expectWorkedBatch(const Grains& grains, const GrainedText& grained, const Json& example) {
  const SpecialIds& special = grains.fine().special();
  ObjectiveRecipe objective;
  objective.mlm_probability = 0.4;
  objective.mask_share = 0.8;
  objective.random_share = 0.1;
  const RandomTokens fine_tokens(grains.fineSize(), special);
  const RandomTokens coarse_tokens(grains.coarseSize(), special);
  const MaskContext context{objective, special, fine_tokens, 128, 0};
  const auto seed = example["masks"]["seed"].get<uint64_t>();
  RandomStream draws(seed, 0, 0);
  constexpr const char* kNames[] = {"mask", "random", "keep"};
  Json masks = Json::array();
  for (const UnitMask& mask : drawUnitMasks(static_cast<int64_t>(grained.units.size()), objective, draws)) {
    masks.push_back({mask.unit, kNames[static_cast<size_t>(mask.replacement)]});
  }
  EXPECT_EQ(masks, example["masks"]["units"]);

  Row fine = rowOf(grained, special);
  Row coarse;
  makeCoarse(fine, coarse);
  RandomStream again(seed, 0, 0);
  maskGrains(context, coarse_tokens, again, fine, coarse);
  BatchBuilder builder(0, 0);
  builder.addBoth(fine, coarse);
  const Batch batch = builder.take();
  const Json& expected = example["batch"];
  EXPECT_EQ(Json(batch.tokens), expected["tokens"]);
  EXPECT_EQ(Json(batch.positions), expected["positions"]);
  EXPECT_EQ(Json(batch.segments), expected["segments"]);
  EXPECT_EQ(Json(batch.starts), expected["starts"]);
  EXPECT_EQ(Json(batch.grain), expected["grain"]);
  EXPECT_EQ(Json(batch.units), expected["units"]);
  EXPECT_EQ(Json(batch.masked_positions), expected["masked_positions"]);
  EXPECT_EQ(Json(batch.masked_labels), expected["masked_labels"]);
}

void expectWorkedExample(const Grains& grains, const Json& example) {
  const auto text = example["text"].get<std::string>();
  GrainedText grained;
  grains.encode(text, grained);
  Json fine = Json::array();
  for (const Piece& piece : grained.fine) {
    fine.push_back({piece.id, grains.coarseText(piece.id), piece.begin, piece.end});
  }
  EXPECT_EQ(dumpJson(fine), dumpJson(example["fine"]));
  Json units = Json::array();
  for (const Unit& unit : grained.units) {
    units.push_back({unit.first, unit.count, unit.coarse == kFallsBack ? Json() : Json(unit.coarse)});
  }
  EXPECT_EQ(dumpJson(units), dumpJson(example["units"]));
  std::vector<int32_t> coarse;
  std::vector<int32_t> coarse_units;
  appendCoarse(grained, coarse, &coarse_units);
  EXPECT_EQ(Json(coarse), example["coarse"]);
  EXPECT_EQ(Json(coarse_units), example["coarse_units"]);
  std::vector<std::string> words;
  for (int32_t id = grains.fineSize(); id < grains.coarseSize(); ++id) {
    words.push_back(grains.coarseText(id));
  }
  EXPECT_EQ(Json(words), example["coarse_words"]);
  expectWorkedBatch(grains, grained, example);
}

TEST(GoldenTest, EnglishFromTextToBatch) {
  const Result<Grains> grains =
      openTokenizer(kFolder / "vocab.txt", {.lowercase = true, .phrases = kFolder / "phrases.txt"});
  ASSERT_TRUE(grains.ok()) << grains.error().message();
  expectWorkedExample(*grains, golden()["english"]);
}

TEST(GoldenTest, ChineseFromTextToBatch) {
  const Json example = golden()["chinese"];
  const Result<Grains> fine = openTokenizer(kFolder / "vocab.txt", {.lowercase = true});
  ASSERT_TRUE(fine.ok()) << fine.error().message();
  ChineseTraining training;
  training.dictionaries = {kFolder / "dictionary.txt"};
  Result<ChineseWords> words = trainChineseWords(training);
  ASSERT_TRUE(words.ok()) << words.error().message();
  const Result<Grains> grains = Grains::withWords(fine->sharedFine(), std::move(*words),
                                                  example["coarse_words"].get<std::vector<std::string>>());
  ASSERT_TRUE(grains.ok()) << grains.error().message();
  expectWorkedExample(*grains, example);
}

}  // namespace
}  // namespace heddle
