#include "engine/cli/corpus/corpus_command.h"

#include <gtest/gtest.h>

#include <sstream>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/events/inspection.h"
#include "engine/recipes/parse.h"
#include "engine/text/sample_text.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

struct Answer {
  int code = 0;
  std::string out;
  std::string err;
  std::vector<std::string> lines(std::string_view kind) const {
    std::vector<std::string> found;
    std::istringstream stream(out);
    for (std::string line; std::getline(stream, line);) {
      if ((*parseJson(line, "a line of the answer"))["kind"] == kind) {
        found.push_back(line);
      }
    }
    return found;
  }
  Json result() const { return *parseJson(lines("result").at(0), "the result"); }
};

class CorpusCommandTest : public WorkspaceTest {
 protected:
  Answer ask(CorpusAction action, CorpusOptions options = {}) const {
    options.action = action;
    options.workspace = workspace().root;
    std::ostringstream out;
    std::ostringstream err;
    Answer answer;
    answer.code = corpusCommand(options, out, err);
    answer.out = out.str();
    answer.err = err.str();
    return answer;
  }
  std::filesystem::path text() const {
    std::string documents;
    for (int64_t index = 0; index < 50; ++index) {
      documents += documentText(generateDocument(1, index)) + "\n";
    }
    return write("text.txt", documents);
  }
  const std::vector<std::string> small = {"text.vocab_size=300", "text.sample_documents=50"};
};

TEST_F(CorpusCommandTest, BuildsFromFilesAndReportsIt) {
  const Answer built =
      ask(CorpusAction::kBuild, {.json = true, .settings = small, .files = {text().string()}});
  ASSERT_EQ(built.code, 0) << built.out;
  EXPECT_GT(built.lines("progress").size(), 3u);
  const Json corpus = built.result()["corpora"].at(0);
  EXPECT_EQ(corpus["documents"], 50);
  EXPECT_EQ(corpus["fine_vocab_size"], 300);
  const std::string folder = corpus["folder"];
  const std::string name = std::filesystem::path(folder).filename();
  for (const std::string& called : {folder, name}) {
    const Answer report = ask(CorpusAction::kReport, {.json = true, .name = called});
    ASSERT_EQ(report.code, 0) << report.out;
    EXPECT_EQ(report.result()["tokens"], corpus["tokens"]);
  }
  const Answer table = ask(CorpusAction::kReport, {.name = name});
  EXPECT_NE(table.out.find("documents"), std::string::npos) << table.out;
  // The tokeniser that it learnt, by its name.
  const std::string tokenizer = std::filesystem::path(std::string(built.result()["tokenizer"])).filename();
  const Answer again =
      ask(CorpusAction::kBuild, {.json = true, .files = {text().string()}, .tokenizer = tokenizer});
  ASSERT_EQ(again.code, 0) << again.out;
  EXPECT_EQ(again.result()["corpora"].at(0)["tokens"], corpus["tokens"]);
}

TEST_F(CorpusCommandTest, ListsWhatIsPackedAndWhatIsBroken) {
  const Answer none = ask(CorpusAction::kList);
  EXPECT_EQ(none.code, 0);
  EXPECT_NE(none.out.find("No corpus in " + workspace().root.string()), std::string::npos) << none.out;

  const Answer built =
      ask(CorpusAction::kBuild, {.json = true, .settings = small, .files = {text().string()}});
  ASSERT_EQ(built.code, 0) << built.out;
  std::filesystem::create_directories(workspace().corpora() / "unfinished");
  const Json corpora = ask(CorpusAction::kList, {.json = true}).result()["corpora"];
  ASSERT_EQ(corpora.size(), 2u);
  const size_t sound = corpora[0].contains("problem") ? 1 : 0;
  EXPECT_EQ(corpora[sound]["title"], "text.txt");
  EXPECT_EQ(corpora[sound]["tokens"], built.result()["corpora"][0]["tokens"]);
  EXPECT_NE(std::string(corpora[1 - sound]["problem"]).find("not packed to its end"), std::string::npos);
  const Answer table = ask(CorpusAction::kList);
  EXPECT_NE(table.out.find("text.txt"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("not usable"), std::string::npos) << table.out;
}

TEST_F(CorpusCommandTest, PrintsTrainingRowsOfARecipe) {
  const std::filesystem::path recipe =
      write("recipe.toml",
            "[model]\npreset = \"tiny\"\n[[phase]]\nlength = 32\nrows = 4\nsteps = 2\n"
            "[[phase]]\nlength = 64\nrows = 8\nsteps = 2\n");
  CorpusOptions options{.json = true, .recipe = recipe.string(), .settings = small};
  options.step = 1;
  const std::vector<std::string> first = ask(CorpusAction::kRows, options).lines("row");
  ASSERT_EQ(first.size(), 4u);
  options.step = 3;
  const std::vector<std::string> second = ask(CorpusAction::kRows, options).lines("row");
  ASSERT_EQ(second.size(), 8u);
  int labels = 0;
  for (const std::string& line : second) {
    const Result<TrainingRow> row = decodeTrainingRow(line);
    ASSERT_TRUE(row.ok()) << line;
    EXPECT_EQ(row->tokens.front().text, "[CLS]");
    EXPECT_LE(row->tokens.size(), 64u);
    for (const TrainingToken& token : row->tokens) {
      labels += !token.label.empty();
    }
  }
  EXPECT_GT(labels, 20);
  options.json = false;
  EXPECT_NE(ask(CorpusAction::kRows, options).out.find("[MASK]{"), std::string::npos);
}

TEST_F(CorpusCommandTest, TakesThePhaseOfAStepFromWhereTheRunRecordedIt) {
  const std::string run = "a";
  const std::filesystem::path folder = workspace().runs() / run;
  std::filesystem::create_directories(folder / "checkpoints" / "9");
  Recipe recipe;
  recipe.text.vocab_size = 300;
  recipe.text.sample_documents = 50;
  recipe.phases = {{.length = 32, .rows = 1, .tokens = 1000},
                   {.length = 64, .rows = 2, .steps = 5},
                   {.length = 128, .rows = 3, .steps = 5}};
  recipe.optimizer.schedule = "constant";
  ASSERT_TRUE(writeFileAtomic(folder / "recipe.toml", writeRecipe(recipe)).ok());
  const auto rowsAt = [&](int64_t step) {
    return ask(CorpusAction::kRows, {.json = true, .run = run, .step = step, .count = 8});
  };
  EXPECT_EQ(rowsAt(0).result()["rows"], 1);
  EXPECT_EQ(rowsAt(1).code, 2);
  EXPECT_NE(rowsAt(1).out.find("which phase step 1 belongs to: phase 0 does not end by steps"),
            std::string::npos)
      << rowsAt(1).out;
  const auto checkpoint = [&](const std::string& state) {
    ASSERT_TRUE(writeFileAtomic(folder / "checkpoints" / "9" / "state.json", state).ok());
    ASSERT_TRUE(writeFileAtomic(folder / "checkpoints" / "9" / "DONE", "").ok());
  };
  // Inside the first phase: its end is not known yet.
  checkpoint(R"({"step": 9, "progress": {"phase_steps": [0]}})");
  EXPECT_EQ(rowsAt(9).result()["rows"], 1);
  EXPECT_EQ(rowsAt(10).code, 2);
  // Behind it.
  checkpoint(R"({"step": 9, "progress": {"phase_steps": [0, 7]}})");
  EXPECT_EQ(rowsAt(6).result()["rows"], 1);
  EXPECT_EQ(rowsAt(7).result()["rows"], 2);
  EXPECT_EQ(rowsAt(11).result()["rows"], 2);
  EXPECT_EQ(rowsAt(12).result()["rows"], 3);
  EXPECT_EQ(rowsAt(1000).result()["rows"], 3);
}

TEST_F(CorpusCommandTest, RefusesInOneSentence) {
  const Answer none = ask(CorpusAction::kRows, {});
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.err.find("give either --recipe FILE or --run ID"), std::string::npos) << none.err;
  const Answer gone = ask(CorpusAction::kBuild, {.json = true, .files = {"/nowhere/text.txt"}});
  EXPECT_EQ(gone.code, 2);
  EXPECT_NE(gone.lines("failure").at(0).find("/nowhere/text.txt"), std::string::npos);
  EXPECT_EQ(ask(CorpusAction::kReport, {.name = "nothing"}).code, 1);
  const Answer empty = ask(CorpusAction::kBuild, {.json = true, .files = {write("e.txt", " \n").string()}});
  EXPECT_NE(empty.lines("failure").at(0).find("holds no text"), std::string::npos) << empty.out;
}

}  // namespace
}  // namespace heddle
