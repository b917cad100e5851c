#include "engine/recipes/fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace heddle {
namespace {

const Field& fieldOf(std::string_view path) {
  const Field* field = findField(path);
  EXPECT_NE(field, nullptr) << path;
  return *field;
}

TEST(RecipeFields, EveryKeyIsNamedOnceAndExplainedInOneSentence) {
  std::set<std::string_view> paths;
  for (const Field& field : recipeFields()) {
    EXPECT_TRUE(paths.insert(field.path).second) << field.path;
    EXPECT_EQ(findField(field.path), &field);
    EXPECT_FALSE(field.label.empty()) << field.path;
    ASSERT_FALSE(field.help.empty()) << field.path;
    EXPECT_EQ(field.help.back(), '.') << field.path;
    EXPECT_EQ(field.help.find('\n'), std::string_view::npos) << field.path;
  }
}

TEST(RecipeFields, GroupsCoverAllKeysAndKeepThemTogether) {
  std::vector<std::string_view> seen;
  for (const Field& field : recipeFields()) {
    if (seen.empty() || seen.back() != field.group) {
      seen.push_back(field.group);
    }
  }
  std::vector<std::string_view> listed;
  for (const FieldGroup& group : recipeGroups()) {
    listed.push_back(group.name);
  }
  EXPECT_EQ(seen, listed);
}

TEST(RecipeFields, ConditionsNameKeysListsAndChoicesThatThereAre) {
  for (const Field& field : recipeFields()) {
    for (const Condition& condition : field.used_when) {
      const FieldGroup* list = findGroup(condition.path);
      const Field* other = findField(condition.path);
      ASSERT_TRUE((list != nullptr && list->isList()) || other != nullptr) << field.path;
      EXPECT_TRUE(condition.values.empty() || other != nullptr) << field.path;
      for (const std::string_view value : condition.values) {
        EXPECT_NE(std::find(other->choices.begin(), other->choices.end(), value), other->choices.end())
            << field.path << " " << value;
      }
    }
  }
}

TEST(RecipeFields, AKeyIsUsedWhereAllItsConditionsHold) {
  Recipe recipe;
  const Field& count = fieldOf("text.phrase_count");
  EXPECT_FALSE(isUsed(count, recipe, 0));
  recipe.text.coarse = "phrases";
  EXPECT_TRUE(isUsed(count, recipe, 0));
  recipe.text.coarse_file = "phrases.txt";
  EXPECT_FALSE(isUsed(count, recipe, 0));
  EXPECT_EQ(usedWhen(count), "text.coarse = phrases, no text.coarse_file");
  EXPECT_EQ(usedWhen(fieldOf("corpus.json_key")), "corpus.format = auto or jsonl");
  EXPECT_EQ(usedWhen(fieldOf("seed")), "");

  EXPECT_TRUE(isUsed(fieldOf("text.sample_seed"), recipe, 0));
  EXPECT_FALSE(isUsed(fieldOf("phase.mixture"), recipe, 0));
  recipe.corpora.resize(2);
  recipe.corpora[1].format = "plain";
  EXPECT_FALSE(isUsed(fieldOf("text.sample_seed"), recipe, 0));
  EXPECT_TRUE(isUsed(fieldOf("phase.mixture"), recipe, 0));
  EXPECT_TRUE(isUsed(fieldOf("corpus.json_key"), recipe, 0));
  EXPECT_FALSE(isUsed(fieldOf("corpus.json_key"), recipe, 1)) << "each item has its own format";
}

TEST(RecipeFields, SectionsKeepTheirKeysTogether) {
  std::set<std::string> seen;
  std::string now;
  for (const Field& field : recipeFields()) {
    const std::string section = std::string(field.group) + "/" + std::string(field.section);
    EXPECT_TRUE(section == now || seen.insert(section).second) << field.path;
    now = section;
  }
  EXPECT_EQ(fieldOf("text.phrase_count").section, "Coarse grain");
  EXPECT_EQ(fieldOf("corpus.name").section, "");
}

TEST(RecipeFields, DefaultsOfEveryKeyAreAllowed) {
  Recipe recipe;
  recipe.corpora.resize(1);
  for (const Field& field : recipeFields()) {
    const Status checked = checkFieldValue(field, field.get(recipe, 0));
    EXPECT_TRUE(checked.ok()) << checked.error().message();
  }
}

TEST(RecipeFields, SettingAKeyChangesThatKeyAlone) {
  Recipe fresh;
  fresh.corpora.resize(1);
  for (const Field& field : recipeFields()) {
    Recipe recipe = fresh;
    FieldValue value = field.get(recipe, 0);
    std::visit(
        [](auto& held) {
          using T = std::decay_t<decltype(held)>;
          if constexpr (std::is_same_v<T, std::string>) {
            held += "x";
          } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
            held.emplace_back("x");
          } else if constexpr (std::is_same_v<T, bool>) {
            held = !held;
          } else {
            held += 1;
          }
        },
        value);
    field.set(recipe, 0, value);
    for (const Field& other : recipeFields()) {
      EXPECT_EQ(other.get(recipe, 0) == other.get(fresh, 0), &other != &field)
          << field.path << " " << other.path;
    }
  }
}

TEST(RecipeFields, TextOfPeopleIsRead) {
  const auto read = [](std::string_view path, std::string_view text) {
    const Result<FieldValue> value = fieldValueFromText(fieldOf(path), text);
    EXPECT_TRUE(value.ok()) << path << " " << text;
    return *value;
  };
  EXPECT_EQ(read("phase.steps", " 1000 "), FieldValue(int64_t{1000}));
  EXPECT_EQ(read("phase.steps", "1e6"), FieldValue(int64_t{1000000}));
  EXPECT_EQ(read("optimizer.learning_rate", "1e-3"), FieldValue(1e-3));
  EXPECT_EQ(read("optimizer.clip_norm", "2"), FieldValue(2.0));
  EXPECT_EQ(read("text.lowercase", "off"), FieldValue(false));
  EXPECT_EQ(read("corpus.files", "a.txt, b c.txt,"),
            FieldValue(std::vector<std::string>{"a.txt", "b c.txt"}));
  EXPECT_EQ(read("corpus.files", R"(a\,b.txt,c\\d)"),
            FieldValue(std::vector<std::string>{"a,b.txt", "c\\d"}));
  EXPECT_EQ(read("corpus.files", ""), FieldValue(std::vector<std::string>{}));
  EXPECT_EQ(read("seed", "9223372036854775807"), FieldValue(int64_t{9223372036854775807}));
}

TEST(RecipeFields, TextThatIsNoValueIsRefusedWithTheKeyNamed) {
  const std::vector<std::pair<std::string_view, std::string_view>> refused = {
      {"phase.steps", "many"},
      {"phase.steps", "1.5"},
      {"phase.steps", "-1"},
      {"phase.steps", ""},
      {"optimizer.learning_rate", "0"},
      {"optimizer.learning_rate", "nan"},
      {"phase.flops", "inf"},
      {"optimizer.beta1", "1"},
      {"text.lowercase", "maybe"},
      {"model.hidden_act", "swish"},
      {"seed", "-3"},
      {"seed", "99999999999999999999"},
      {"text.vocabulary", "a\xff.txt"},
      {"corpus.files", "\xc0\xaf"}};
  for (const auto& [path, text] : refused) {
    const Result<FieldValue> value = fieldValueFromText(fieldOf(path), text);
    ASSERT_FALSE(value.ok()) << path << " = " << text;
    EXPECT_EQ(value.error().text.find(path), 0U) << value.error().text;
  }
}

TEST(RecipeFields, OpenEndsDoNotBelongToTheRange) {
  const Bounds bounds{.low = 0, .high = 1, .low_open = true};
  EXPECT_FALSE(bounds.contains(0));
  EXPECT_TRUE(bounds.contains(1e-300));
  EXPECT_TRUE(bounds.contains(1));
  EXPECT_FALSE(bounds.contains(1.0000001));
}

TEST(RecipeFields, AFailedSettingLeavesTheRecipeAlone) {
  Recipe recipe;
  EXPECT_FALSE(setField(recipe, fieldOf("model.preset"), 0, "huge").ok());
  EXPECT_EQ(recipe, Recipe{});
}

TEST(RecipeFields, SettingThePresetFillsTheSizes) {
  Recipe recipe;
  ASSERT_TRUE(setField(recipe, fieldOf("model.preset"), 0, "large").ok());
  EXPECT_EQ(recipe.model.hidden_size, 1024);
  EXPECT_EQ(recipe.model.num_hidden_layers, 24);
  EXPECT_EQ(recipe.model.num_attention_heads, 16);
  EXPECT_EQ(recipe.model.intermediate_size, 4096);
}

TEST(RecipeFields, TheDefaultModelIsTheDefaultPreset) {
  ModelRecipe model;
  ASSERT_TRUE(applyPreset(model, model.preset));
  EXPECT_EQ(model, ModelRecipe{});
  EXPECT_FALSE(applyPreset(model, "enormous"));
  for (const std::string_view name : presetNames()) {
    EXPECT_TRUE(applyPreset(model, name)) << name;
  }
}

TEST(RecipeFields, NearWordsAreFoundAndFarOnesAreNot) {
  const std::vector<std::string_view> known = {"steps", "tokens", "hours"};
  EXPECT_EQ(nearestWord("step", known), "steps");
  EXPECT_EQ(nearestWord("tokns", known), "tokens");
  EXPECT_EQ(nearestWord("epochs", known), "");
}

}  // namespace
}  // namespace heddle
