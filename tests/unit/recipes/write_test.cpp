#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/recipes/fields.h"
#include "engine/recipes/parse.h"

namespace heddle {
namespace {

class RandomRecipes {
 public:
  Recipe next() {
    Recipe recipe;
    recipe.phases.assign(1 + generator_() % 3, PhaseRecipe{});
    recipe.corpora.assign(generator_() % 3, CorpusRecipe{});
    for (const Field& field : recipeFields()) {
      for (size_t phase = 0; phase < findGroup(field.group)->count(recipe); ++phase) {
        field.set(recipe, phase, value(field));
      }
    }
    return recipe;
  }

 private:
  std::string text() {
    static const std::vector<std::string> kPieces = {"a",  "B",    "7",    " ",          "\"", "\\", "\n",
                                                     "\t", "\x01", "\x7f", ",",          "#",  "'",  "=",
                                                     "[",  "é",    "茶",   "\U0001F600", "/",  "~"};
    // Outer blanks are trimmed from what people type; inner ones are theirs.
    std::string made = "x";
    for (size_t i = generator_() % 12; i > 0; --i) {
      made += kPieces[generator_() % kPieces.size()];
    }
    return made + "y";
  }

  double real(const Bounds& bounds) {
    const double low = std::max(bounds.low, -1e30);
    const double high = std::min(bounds.high, 1e30);
    while (true) {
      const double share = std::uniform_real_distribution<double>(0, 1)(generator_);
      double made = low + (high - low) * std::pow(share, 1.0 + static_cast<double>(generator_() % 20));
      if (generator_() % 4 == 0) {
        made = std::round(made);
      }
      if (bounds.contains(made)) {
        return made;
      }
    }
  }

  FieldValue value(const Field& field) {
    switch (field.type) {
      case FieldType::kInteger:
        return static_cast<int64_t>(std::ceil(std::min(real(field.bounds), 9e15)));
      case FieldType::kSeed:
        return static_cast<int64_t>(generator_() >> 1);
      case FieldType::kReal:
        return real(field.bounds);
      case FieldType::kBoolean:
        return generator_() % 2 == 0;
      case FieldType::kChoice:
        return std::string(field.choices[generator_() % field.choices.size()]);
      case FieldType::kPathList: {
        std::vector<std::string> texts(generator_() % 4);
        for (std::string& made : texts) {
          made = text();
        }
        return texts;
      }
      default:
        return text();
    }
  }

  std::mt19937_64 generator_{20081104};
};

TEST(WriteRecipe, ReadingBackWhatWasWrittenGivesTheSameRecipe) {
  RandomRecipes random;
  for (int i = 0; i < 300; ++i) {
    const Recipe recipe = random.next();
    const std::string written = writeRecipe(recipe);
    const ParsedRecipe parsed = parseRecipe(written, "");
    ASSERT_TRUE(parsed.ok()) << problemsText(parsed.problems, "") << written;
    ASSERT_EQ(parsed.recipe, recipe) << written;
  }
}

TEST(WriteRecipe, TheTextOfEveryFieldGivesTheSameValueBack) {
  RandomRecipes random;
  for (int i = 0; i < 100; ++i) {
    const Recipe recipe = random.next();
    Recipe copy;
    copy.phases.resize(recipe.phases.size());
    copy.corpora.resize(recipe.corpora.size());
    for (const Field& field : recipeFields()) {
      for (size_t phase = 0; phase < findGroup(field.group)->count(recipe); ++phase) {
        const std::string text = fieldValueText(field.get(recipe, phase));
        const Status set = setField(copy, field, phase, text);
        ASSERT_TRUE(set.ok()) << set.error().message();
      }
    }
    ASSERT_EQ(copy, recipe);
  }
}

TEST(WriteRecipe, SpellsOutEveryKeyWithItsMeaning) {
  const std::string written = "\n" + writeRecipe(Recipe{});
  for (const Field& field : recipeFields()) {
    // A list without items is a comment.
    const std::string start = findGroup(field.group)->count(Recipe{}) == 0 ? "\n# " : "\n";
    EXPECT_NE(written.find(start + std::string(field.key) + " = "), std::string::npos) << field.path;
    EXPECT_NE(written.find("# " + std::string(field.help)), std::string::npos) << field.path;
  }
}

TEST(WriteRecipe, HeaderLinesAreComments) {
  const std::vector<std::string> header = {"heddle 0.1.0", "two\nlines"};
  const std::string written = writeRecipe(Recipe{}, header);
  EXPECT_EQ(written.rfind("# heddle 0.1.0\n# two\n# lines\n", 0), 0U) << written;
  EXPECT_EQ(parseRecipe(written, "").recipe, Recipe{});
}

TEST(WriteRecipe, RealsAreExactAndStayReals) {
  Recipe recipe;
  recipe.optimizer.learning_rate = 0.1 + 0.2;
  recipe.optimizer.clip_norm = 5;
  const std::string written = writeRecipe(recipe);
  EXPECT_NE(written.find("learning_rate = 0.30000000000000004 "), std::string::npos) << written;
  EXPECT_NE(written.find("clip_norm = 5.0 "), std::string::npos) << written;
}

}  // namespace
}  // namespace heddle
