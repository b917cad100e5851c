#include "engine/recipes/parse.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "engine/recipes/check.h"

namespace heddle {
namespace {

// line -> key, of everything that was wrong.
std::map<int, std::string> problemLines(const std::vector<RecipeProblem>& problems) {
  std::map<int, std::string> lines;
  for (const RecipeProblem& problem : problems) {
    EXPECT_TRUE(lines.emplace(problem.line, problem.key).second) << "two problems on line " << problem.line;
    EXPECT_FALSE(problem.text.empty());
  }
  return lines;
}

TEST(ParseRecipe, AnEmptyFileIsTheDefaultRecipe) {
  const ParsedRecipe parsed = parseRecipe("", "");
  EXPECT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.recipe, Recipe{});
}

TEST(ParseRecipe, ReadsEveryTypeOfValueAndPhases) {
  const ParsedRecipe parsed = parseRecipe(R"(name = "tea \"test\" 茶"
seed = 7
optimizer.learning_rate = 1
[[corpus]]
files = ["/a.txt", "/b"]
[text]
lowercase = false
[[phase]]
steps = 1e3
[[phase]]
length = 512
hours = 2
)",
                                          "");
  ASSERT_TRUE(parsed.ok()) << problemsText(parsed.problems, "");
  const Recipe& recipe = parsed.recipe;
  EXPECT_EQ(recipe.name, "tea \"test\" 茶");
  EXPECT_EQ(recipe.seed, 7U);
  EXPECT_EQ(recipe.optimizer.learning_rate, 1.0);
  EXPECT_EQ(recipe.corpora.at(0).files, (std::vector<std::filesystem::path>{"/a.txt", "/b"}));
  EXPECT_FALSE(recipe.text.lowercase);
  ASSERT_EQ(recipe.phases.size(), 2U);
  EXPECT_EQ(recipe.phases[0].steps, 1000);
  EXPECT_EQ(recipe.phases[0].length, PhaseRecipe{}.length);
  EXPECT_EQ(recipe.phases[1].length, 512);
  EXPECT_EQ(recipe.phases[1].hours, 2.0);
  EXPECT_EQ(parsed.lines.at("phase.1.length"), 11);
  EXPECT_EQ(parsed.lines.at("optimizer.learning_rate"), 3);
}

TEST(ParseRecipe, ThePresetFillsSizesAndExplicitOnesWinWhateverTheOrder) {
  const ParsedRecipe parsed = parseRecipe("[model]\nhidden_size = 384\npreset = \"small\"\n", "");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.recipe.model.hidden_size, 384);
  EXPECT_EQ(parsed.recipe.model.num_hidden_layers, 4);
  EXPECT_EQ(parsed.recipe.model.num_attention_heads, 8);
  EXPECT_EQ(parsed.recipe.model.intermediate_size, 2048);
}

TEST(ParseRecipe, RelativePathsAreRelativeToTheFileOfTheRecipe) {
  const ParsedRecipe parsed = parseRecipe(
      "[[corpus]]\nfiles = [\"data/a.txt\", \"/abs/b.txt\", \"../c\"]\n[text]\nvocabulary = \"v.txt\"\n",
      "/recipes/mine/r.toml");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.recipe.corpora.at(0).files,
            (std::vector<std::filesystem::path>{"/recipes/mine/data/a.txt", "/abs/b.txt", "/recipes/c"}));
  EXPECT_EQ(parsed.recipe.text.vocabulary, "/recipes/mine/v.txt");
}

TEST(ParseRecipe, TheUsersFolderMayBeWrittenAsATilde) {
  const char* home = std::getenv("HOME");
  if (home == nullptr) {
    return;
  }
  const ParsedRecipe parsed = parseRecipe("[text]\nvocabulary = \"~/v.txt\"\n", "/recipes/r.toml");
  EXPECT_EQ(parsed.recipe.text.vocabulary, std::filesystem::path(home) / "v.txt");
}

TEST(ParseRecipe, TenProblemsOfOneFileAreAllReportedWithTheirLines) {
  const ParsedRecipe parsed = parseRecipe(R"(sed = 1
name = 3
[model]
preset = "bas"
hidden_size = "big"
num_attention_heads = 0
[txt]
a = 1
[optimizer]
learning_rte = 1e-3
beta1 = 1.0
bias_correction = "yes"
[[corpus]]
files = ["a", 3]
[[phase]]
length = 64
[[phase]]
length = 1.5
step = 3
)",
                                          "");
  EXPECT_EQ(problemLines(parsed.problems), (std::map<int, std::string>{{1, "sed"},
                                                                       {2, "name"},
                                                                       {4, "model.preset"},
                                                                       {5, "model.hidden_size"},
                                                                       {6, "model.num_attention_heads"},
                                                                       {7, "txt"},
                                                                       {10, "optimizer.learning_rte"},
                                                                       {11, "optimizer.beta1"},
                                                                       {12, "optimizer.bias_correction"},
                                                                       {14, "corpus.0.files"},
                                                                       {18, "phase.1.length"},
                                                                       {19, "phase.1.step"}}));
}

TEST(ParseRecipe, UnknownKeysNameTheNearestKnownOne) {
  const auto hint = [](std::string_view toml) {
    const ParsedRecipe parsed = parseRecipe(toml, "");
    EXPECT_EQ(parsed.problems.size(), 1U) << toml;
    return parsed.problems.empty() ? std::string() : parsed.problems[0].hint;
  };
  EXPECT_EQ(hint("[model]\nhiden_size = 1"), "did you mean hidden_size?");
  EXPECT_EQ(hint("[model]\nlearning_rate = 1"), "did you mean learning_rate of [optimizer]?");
  EXPECT_EQ(hint("[text]\nfiles = [\"a.txt\"]"), "write [[corpus]] with files in its place");
  EXPECT_EQ(hint("[model]\nlayers = 1"), "did you mean num_hidden_layers?");
  EXPECT_EQ(hint("[optimizer]\nlr = 1"), "did you mean learning_rate?");
  EXPECT_EQ(hint("learning_rate = 1"), "did you mean learning_rate of [optimizer]?");
  EXPECT_EQ(hint("[optimiser]\nlearning_rate = 1"), "did you mean \"optimizer\"?");
  EXPECT_EQ(hint("[[phases]]\nsteps = 1"), "did you mean \"phase\"?");
  EXPECT_EQ(hint("[model.hidden_size]\nx = 1").empty(), false);
}

TEST(ParseRecipe, BrokenLinesAreAllReportedAndTheRestIsRead) {
  const ParsedRecipe parsed = parseRecipe(R"(name = "x
seed = = 3
[model
hidden_size = 128
[optimizer]
beta1 = 4 5
[run]
threads = 2
thread = 3
)",
                                          "");
  EXPECT_EQ(problemLines(parsed.problems),
            (std::map<int, std::string>{{1, ""}, {2, ""}, {3, ""}, {6, ""}, {9, "run.thread"}}));
  EXPECT_EQ(parsed.recipe.run.threads, 2);
}

TEST(ParseRecipe, ARepeatedKeyIsReportedOnItsSecondLine) {
  EXPECT_EQ(problemLines(parseRecipe("seed = 1\nname = \"a\"\nseed = 2\n", "").problems),
            (std::map<int, std::string>{{3, ""}}));
}

TEST(ParseRecipe, AnOpenBracketIsOneProblemNotOnePerLineBelow) {
  const ParsedRecipe parsed =
      parseRecipe("[text]\nfiles = [\"a\",\n[model]\nhidden_size = 4\npreset = \"tiny\"\n", "");
  EXPECT_EQ(parsed.problems.size(), 1U) << problemsText(parsed.problems, "");
}

TEST(ParseRecipe, NoFileBringsTheParserDown) {
  for (const std::string_view broken :
       {std::string_view("x = [{"), std::string_view("\xff\xfe\0\0", 4), std::string_view("\0", 1),
        std::string_view("[[phase]"), std::string_view("a.b.c.d = {}"), std::string_view("= 1"),
        std::string_view("[]"), std::string_view("name = '''\nopen"), std::string_view("\"\" = 1")}) {
    EXPECT_FALSE(parseRecipe(broken, "").ok()) << broken;
  }
}

TEST(ParseRecipe, AFileThatIsNoRecipeIsGivenUpAfterTwentyLines) {
  std::string log;
  for (int i = 0; i < 5000; ++i) {
    log += "12:00:00 something happened\n";
  }
  EXPECT_EQ(parseRecipe(log, "").problems.size(), 20U);
  EXPECT_EQ(parseRecipe("\xff\xfe", "").problems.at(0).text, "This line is not UTF-8 text");
}

TEST(ParseRecipe, TablesAndListsInTheWrongPlaceAreExplained) {
  EXPECT_EQ(parseRecipe("[phase]\nsteps = 1", "").problems.at(0).hint, "write [[phase]], one for each phase");
  EXPECT_EQ(parseRecipe("[corpus]\nname = \"a\"", "").problems.at(0).hint,
            "write [[corpus]], one for each corpus");
  EXPECT_EQ(parseRecipe("phase = []", "").problems.size(), 1U);
  EXPECT_EQ(parseRecipe("phase = [1, 2]", "").problems.size(), 1U);
  EXPECT_EQ(parseRecipe("[[model]]\npreset = \"tiny\"", "").problems.at(0).hint, "write [model]");
  EXPECT_EQ(parseRecipe("model = 3", "").problems.at(0).text, "model is an integer, not a table");
  EXPECT_EQ(parseRecipe("name = 1979-05-27", "").problems.size(), 1U);
}

TEST(ParseRecipe, WindowsLineEndsAndAByteOrderMarkAreFine) {
  const ParsedRecipe parsed = parseRecipe("\xEF\xBB\xBFseed = 5\r\n[model]\r\npreset = \"tiny\"\r\n", "");
  EXPECT_TRUE(parsed.ok()) << problemsText(parsed.problems, "");
  EXPECT_EQ(parsed.recipe.seed, 5U);
}

TEST(ParseRecipe, AFileThatIsNotThereIsTheOneProblem) {
  const ParsedRecipe parsed = readRecipe("/nowhere/recipe.toml");
  ASSERT_EQ(parsed.problems.size(), 1U);
  EXPECT_NE(parsed.problems[0].text.find("/nowhere/recipe.toml"), std::string::npos);
}

TEST(ApplySetting, SetsKeysOfTablesAndOfPhases) {
  Recipe recipe;
  EXPECT_TRUE(applySetting(recipe, "optimizer.learning_rate=1e-3").ok());
  EXPECT_TRUE(applySetting(recipe, "phase.0.steps = 500").ok());
  EXPECT_TRUE(applySetting(recipe, "phase.1.length=512").ok());
  EXPECT_TRUE(applySetting(recipe, "name=a=b").ok());
  EXPECT_TRUE(applySetting(recipe, "corpus.0.files=/x/a.txt,b.txt").ok());
  EXPECT_EQ(recipe.optimizer.learning_rate, 1e-3);
  EXPECT_EQ(recipe.phases.at(0).steps, 500);
  EXPECT_EQ(recipe.phases.at(1).length, 512);
  EXPECT_EQ(recipe.name, "a=b");
  EXPECT_EQ(recipe.corpora.at(0).files,
            (std::vector<std::filesystem::path>{"/x/a.txt", std::filesystem::current_path() / "b.txt"}));
}

TEST(ParseRecipe, SaysWhatKeysOfEarlierVersionsAreWrittenAsToday) {
  const ParsedRecipe parsed = parseRecipe("[objective]\nnext_sentence = true\n[text]\nfiles = [\"a\"]\n", "");
  ASSERT_EQ(parsed.problems.size(), 2U);
  EXPECT_EQ(parsed.problems[0].text, "Recipes no longer have the key objective.next_sentence");
  EXPECT_EQ(parsed.problems[0].hint,
            "write objective.rows = \"sentence_pair\" for true, \"doc_sentences\" for false in its place");
  EXPECT_EQ(parsed.problems[1].hint, "write [[corpus]] with files in its place");
  EXPECT_EQ(successorOf("objective.rows"), "");
}

TEST(ApplySetting, RefusesWhatItDoesNotKnowAndChangesNothing) {
  const Recipe before;
  for (const std::string_view setting :
       {"optimizer.lr=1", "phase.2.steps=1", "phase.steps=1", "phase.x.steps=1", "phase.0=1", "seed", "=3",
        "seed=x", "model.preset=huge", "phase.1.steps=-1", "phase.99999999999999999999.steps=1",
        "corpus.1.name=x", "corpus.files=a", "corpus.0.weight=-1", "text.files=a"}) {
    Recipe recipe;
    const Status status = applySetting(recipe, setting);
    EXPECT_FALSE(status.ok()) << setting;
    EXPECT_EQ(recipe, before) << setting;
  }
  Recipe recipe;
  EXPECT_EQ(applySetting(recipe, "phase.0.step=3").error().hint, "did you mean phase.0.steps?");
  EXPECT_EQ(applySetting(recipe, "optimizer.lr=3").error().hint, "did you mean optimizer.learning_rate?");
  EXPECT_EQ(applySetting(recipe, "text.files=a").error().hint, "did you mean corpus.0.files?");
  EXPECT_EQ(applySetting(recipe, "corpus.files=a").error().hint, "write corpus.0.name for the first corpus");
}

TEST(ProblemsText, IsOneLinePerProblemWithFileAndLine) {
  const std::vector<RecipeProblem> problems = {{.line = 3, .key = "seed", .text = "bad", .hint = "do this"},
                                               {.line = 0, .key = "", .text = "worse", .hint = ""}};
  EXPECT_EQ(problemsText(problems, "r.toml"), "r.toml:3: bad (do this)\nr.toml: worse\n");
}

}  // namespace
}  // namespace heddle
