#include "engine/cli/tokenizer/tokenizer_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "engine/base/json.h"
#include "engine/cli/tokenizer/text_input.h"
#include "engine/text/grains/comparison.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "tests/unit/text/chinese/toy_corpus.h"
#include "tests/unit/text/grains/grains_fixture.h"

namespace heddle {
namespace {

struct Answer {
  int code = 0;
  std::string out;
  std::string err;
  // Of JSON Lines: those of the kind, in order.
  std::vector<Json> lines(std::string_view kind) const {
    std::vector<Json> found;
    std::istringstream stream(out);
    for (std::string line; std::getline(stream, line);) {
      Json json = *parseJson(line, "a line of the answer");
      if (json["kind"] == kind) {
        found.push_back(std::move(json));
      }
    }
    return found;
  }
};

Answer ask(TokenizerOptions options, TokenizerAction action, const std::string& input = "") {
  options.action = action;
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Answer answer;
  answer.code = tokenizerCommand(options, in, out, err);
  answer.out = out.str();
  answer.err = err.str();
  return answer;
}

TokenizerOptions jsonOptions() {
  TokenizerOptions options;
  options.json = true;
  return options;
}

TEST(TokenizerCommandTest, TrainsIntoTheWorkspaceAndFindsItThereByName) {
  const TestFolder folder;
  TokenizerOptions options = jsonOptions();
  options.workspace = (folder / "ws").string();
  options.learn.vocab_size = 400;
  options.coarse_name = "phrases";
  options.learn.phrase_count = 50;
  options.learn.phrases.min_count = 5;
  const Answer trained = ask(options, TokenizerAction::kTrain);
  ASSERT_EQ(trained.code, 0) << trained.out;
  const Json result = trained.lines("result").at(0);
  EXPECT_EQ(result["size"], 400);
  EXPECT_NEAR(result["coarse_size"].get<double>(), 450, 5);
  EXPECT_EQ(result["documents"], 2000);
  EXPECT_FALSE(trained.lines("progress").empty());
  EXPECT_EQ(ask(options, TokenizerAction::kTrain).lines("result").at(0)["folder"], result["folder"]);

  options.tokenizers = {result["name"].get<std::string>()};
  options.list = true;
  const Json info = ask(options, TokenizerAction::kInfo).lines("result").at(0);
  EXPECT_EQ(info["tokenizer_kind"], "wordpiece");
  EXPECT_EQ(info["pieces"].size(), result["coarse_size"].get<size_t>());
  EXPECT_EQ(info["specials"]["mask"]["text"], "[MASK]");
}

TEST(TokenizerCommandTest, ShowsPiecesIdsOffsetsAndUnits) {
  const TestFolder folder;
  ASSERT_TRUE(saveGrains(Grains::withPhrases(toyWordPiece(), toyPhrases()).value(), folder / "it").ok());
  TokenizerOptions options = jsonOptions();
  options.tokenizers = {(folder / "it").string()};
  options.texts = {"New York weaving"};
  const Answer answer = ask(options, TokenizerAction::kEncode);
  ASSERT_EQ(answer.code, 0);
  const Json json = answer.lines("result").at(0);
  const Grains grains = loadGrains(folder / "it").value();
  EXPECT_EQ(json["coarse"].size(), 3U);
  EXPECT_EQ(json["coarse"][0], grains.fineSize());
  EXPECT_EQ(json["fine"][1], (Json{{"id", 6}, {"text", "york"}, {"begin", 4}, {"end", 8}, {"unit", 0}}));
  EXPECT_EQ(json["units"][0],
            (Json{{"first", 0}, {"count", 2}, {"coarse", grains.fineSize()}, {"text", "new york"}}));
  EXPECT_EQ(json["units"][1], (Json{{"first", 2}, {"count", 2}, {"coarse", nullptr}, {"text", "weaving"}}));
  // Lines of standard input are the same texts.
  options.texts.clear();
  const Answer lines = ask(options, TokenizerAction::kEncode, "New York weaving\r\n\nnew york\r");
  ASSERT_EQ(lines.lines("result").size(), 3U);
  EXPECT_EQ(lines.lines("result")[0], json);
  EXPECT_TRUE(lines.lines("result")[1]["fine"].empty());
  EXPECT_EQ(lines.lines("result")[2]["text"], "new york");
  options.json = false;
  EXPECT_NE(ask(options, TokenizerAction::kEncode, "New York").out.find("new york"), std::string::npos);
  options.sampling = Sampling{};
  const Answer refused = ask(options, TokenizerAction::kEncode, "New York");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("cannot sample"), std::string::npos);
}

TEST(TokenizerCommandTest, RefusesALineTooLongToHold) {
  std::istringstream in(std::string(kMaxLineBytes, 'a') + "\n" + std::string(kMaxLineBytes + 1, 'a'));
  std::string line;
  const Result<bool> fits = readLine(in, line, 1);
  ASSERT_TRUE(fits.ok());
  EXPECT_TRUE(*fits);
  EXPECT_EQ(line.size(), kMaxLineBytes);
  const Result<bool> too_long = readLine(in, line, 2);
  ASSERT_FALSE(too_long.ok());
  EXPECT_NE(too_long.error().text.find("line 2"), std::string::npos);
}

TEST(TokenizerCommandTest, ComparesTokenisersAndTheirCoarseGrain) {
  const TestFolder folder;
  ASSERT_TRUE(saveGrains(Grains::withPhrases(toyWordPiece(), toyPhrases()).value(), folder / "it").ok());
  const auto text = folder.write("text.txt", "New York, new york!\nweaving zzz weaving\n");
  TokenizerOptions options = jsonOptions();
  options.tokenizers = {(folder / "it").string(), (folder / "it" / "vocab.txt").string()};
  options.coarse = true;
  options.with_counts = true;
  options.files = {text.string()};
  const Answer answer = ask(options, TokenizerAction::kCompare);
  ASSERT_EQ(answer.code, 0) << answer.out;
  const Result<TokenizerComparison> comparison = TokenizerComparison::fromJson(answer.lines("result").at(0));
  ASSERT_TRUE(comparison.ok()) << comparison.error().message();
  ASSERT_EQ(comparison->tokenizers.size(), 3U);
  EXPECT_EQ(comparison->tokenizers[0].tokens, 11);
  EXPECT_EQ(comparison->tokenizers[1].tokens, 9);
  EXPECT_EQ(comparison->tokenizers[2].tokens, 11);
  EXPECT_EQ(comparison->tokenizers[1].counts.size(), static_cast<size_t>(comparison->tokenizers[1].size));
  options.json = false;
  EXPECT_NE(ask(options, TokenizerAction::kCompare).out.find("Tokens that differ most"), std::string::npos);
}

TEST(TokenizerCommandTest, ComparesOverWhatARecipeTrainsOn) {
  const TestFolder folder;
  ASSERT_TRUE(saveGrains(Grains(toyWordPiece()), folder / "it").ok());
  folder.write("a.jsonl", "{\"body\": \"new york\"}\n{\"body\": \"new\"}\n");
  folder.write("b.txt", "new york new york\n");
  TokenizerOptions options = jsonOptions();
  options.tokenizers = {(folder / "it").string()};
  options.recipe = folder
                       .write("r.toml",
                              "[[corpus]]\nname = \"a\"\nfiles = [\"a.jsonl\"]\njson_key = \"body\"\n"
                              "min_characters = 5\n[[corpus]]\nname = \"b\"\nfiles = [\"b.txt\"]\n")
                       .string();
  const Answer answer = ask(options, TokenizerAction::kCompare);
  ASSERT_EQ(answer.code, 0) << answer.out;
  EXPECT_EQ(TokenizerComparison::fromJson(answer.lines("result").at(0)).value().words, 6);
  options.recipe = folder.write("r.toml", "[[corpus]]\nfile = [\"a.jsonl\"]\n").string();
  const Answer wrong = ask(options, TokenizerAction::kCompare);
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.out.find("did you mean files"), std::string::npos) << wrong.out;
}

TEST(TokenizerCommandTest, ReportsPhrasesOfDataSetsBesideThePublishedFigures) {
  const TestFolder folder;
  ASSERT_TRUE(savePhrases(toyPhrases(), folder / "phrases.txt").ok());
  TokenizerOptions options = jsonOptions();
  options.dictionary = (folder / "phrases.txt").string();
  options.files = {folder.write("a.txt", "new york is new\n").string(),
                   folder.write("b.txt", "los angeles\n").string()};
  const Answer answer = ask(options, TokenizerAction::kPhrases);
  ASSERT_EQ(answer.code, 0) << answer.out;
  const Json report = answer.lines("result").at(0);
  EXPECT_EQ(report["published"]["dictionary_size"], 77645);
  EXPECT_EQ(report["dictionary_size"], 5);
  // Units: (new york) is new; (los angeles).
  EXPECT_DOUBLE_EQ(report["mean_rate"], (1.0 / 3 + 1) / 2);
  EXPECT_DOUBLE_EQ(report["pooled"]["rate"], 0.5);

  options.learn.phrase_count = 10;
  EXPECT_EQ(ask(options, TokenizerAction::kPhrases).code, 2);
  options.dictionary.clear();
  options.files.clear();
  options.out = (folder / "learnt.txt").string();
  const Answer learnt = ask(options, TokenizerAction::kPhrases);
  ASSERT_EQ(learnt.code, 0) << learnt.out;
  EXPECT_NEAR(learnt.lines("result").at(0)["dictionary_size"].get<double>(), 10, 2);
  EXPECT_TRUE(loadPhrases(folder / "learnt.txt").ok());
}

TEST(TokenizerCommandTest, MeasuresChineseWordsOnGoldTextAndDataSets) {
  const TestFolder folder;
  const auto segmented = folder.write("train.txt", toySentences(1, 600));
  const auto gold = folder.write("gold.txt", toySentences(2, 100));
  TokenizerOptions options = jsonOptions();
  EXPECT_EQ(ask(options, TokenizerAction::kWords).code, 2);
  options.learn_from = {segmented.string()};
  options.gold = {gold.string()};
  options.out = (folder / "words.model").string();
  const Answer answer = ask(options, TokenizerAction::kWords);
  ASSERT_EQ(answer.code, 0) << answer.out;
  const Json report = answer.lines("result").at(0);
  EXPECT_GT(report["gold"][0]["f1"].get<double>(), 0.9);
  EXPECT_DOUBLE_EQ(report["published"]["mean_rate"], 0.515);

  options = jsonOptions();
  options.model = (folder / "words.model").string();
  options.files = {gold.string()};
  options.json = false;
  const Answer again = ask(options, TokenizerAction::kWords);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.out.find("mean word rate 51.5 %"), std::string::npos);
}

TEST(TokenizerCommandTest, NamesTokenisersOfTheSameFileNameInFull) {
  const TestFolder folder;
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(saveGrains(Grains(toyWordPiece()), folder / name).ok());
  }
  TokenizerOptions options = jsonOptions();
  options.tokenizers = {(folder / "a" / "vocab.txt").string(), (folder / "b" / "vocab.txt").string(),
                        (folder / "a").string()};
  options.files = {folder.write("text.txt", "new york\n").string()};
  const Answer answer = ask(options, TokenizerAction::kCompare);
  ASSERT_EQ(answer.code, 0) << answer.out;
  const Json tokenizers = answer.lines("result").at(0)["tokenizers"];
  EXPECT_EQ(tokenizers[0]["name"], options.tokenizers[0]);
  EXPECT_EQ(tokenizers[1]["name"], options.tokenizers[1]);
  EXPECT_EQ(tokenizers[2]["name"], "a");
}

TEST(TokenizerCommandTest, FailsWhereTheOutputTakesNoMore) {
  const TestFolder folder;
  ASSERT_TRUE(saveGrains(Grains(toyWordPiece()), folder / "it").ok());
  TokenizerOptions options = jsonOptions();
  options.action = TokenizerAction::kInfo;
  options.tokenizers = {(folder / "it").string()};
  std::ofstream full("/dev/full");
  std::istringstream in;
  std::ostringstream err;
  EXPECT_EQ(tokenizerCommand(options, in, full, err), 1);
  EXPECT_NE(err.str().find("takes no more"), std::string::npos) << err.str();
}

TEST(TokenizerCommandTest, SaysWhatIsWrongInOneSentence) {
  TokenizerOptions options;
  options.coarse_name = "phrase";
  Answer answer = ask(options, TokenizerAction::kTrain);
  EXPECT_EQ(answer.code, 2);
  EXPECT_EQ(answer.err,
            "heddle-engine: there is no coarse grain \"phrase\" (choose none, phrases or words)\n");
  options = jsonOptions();
  options.files = {"/nothing/there"};
  answer = ask(options, TokenizerAction::kTrain);
  EXPECT_EQ(answer.code, 2);
  EXPECT_NE(answer.lines("failure").at(0)["text"].get<std::string>().find("/nothing/there"),
            std::string::npos);
  options = jsonOptions();
  options.tokenizers = {"/nothing/there"};
  EXPECT_EQ(ask(options, TokenizerAction::kInfo).code, 1);
  options.files = {"/nothing/there"};
  options.format = "loom";
  EXPECT_NE(
      ask(options, TokenizerAction::kTrain).lines("failure").at(0)["text"].get<std::string>().find("loom"),
      std::string::npos);
}

}  // namespace
}  // namespace heddle
