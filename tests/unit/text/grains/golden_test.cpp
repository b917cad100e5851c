// The worked example of tests/golden/README.md, from text to units.

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/grains/tokenizer_folder.h"

namespace heddle {
namespace {

const std::filesystem::path kFolder = "tests/golden";

Json golden() {
  return *parseJson(*readFile(kFolder / "golden.json"), "golden.json");
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
}

TEST(GoldenTest, EnglishFromTextToUnits) {
  const Result<Grains> grains =
      openTokenizer(kFolder / "vocab.txt", {.lowercase = true, .phrases = kFolder / "phrases.txt"});
  ASSERT_TRUE(grains.ok()) << grains.error().message();
  expectWorkedExample(*grains, golden()["english"]);
}

TEST(GoldenTest, ChineseFromTextToUnits) {
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
