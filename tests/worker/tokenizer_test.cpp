// heddle-engine tokenizer as its users start it: what it writes, what it answers, how it ends.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "engine/base/json.h"
#include "engine/base/random.h"
#include "engine/text/phrases/phrase_dictionary.h"
#include "tests/worker/engine_process.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;
using testing::EngineProcess;
using testing::Finished;
using testing::runEngine;
using testing::TemporaryFolder;
using testing::waitUntil;

// The last line of JSON: the result or the failure.
Json answerOf(const Finished& finished) {
  std::istringstream lines(finished.output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    last = line;
  }
  const Result<Json> json = parseJson(last, "the last line");
  EXPECT_TRUE(json.ok()) << finished.output;
  return json.ok() ? *json : Json::object();
}

// Words of random letters: hardly one comes twice, so that there is much to learn.
std::string randomWords(size_t bytes) {
  RandomStream draws(1, 2, 3);
  std::string text;
  while (text.size() < bytes) {
    for (uint32_t letters = 3 + draws.below(9); letters > 0; --letters) {
      text += static_cast<char>('a' + draws.below(26));
    }
    text += draws.below(12) == 0 ? '\n' : ' ';
  }
  return text;
}

TEST(TokenizerProgram, LearnsEncodesShowsAndCompares) {
  const TemporaryFolder folder;
  const std::string out = folder.path() / "grains";
  const Finished trained = runEngine({"tokenizer", "train", "--vocab-size", "400", "--coarse", "phrases",
                                      "--target-size", "60", "--min-count", "5", "--out", out, "--json"});
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  const Json learnt = answerOf(trained);
  EXPECT_EQ(learnt["kind"], "result");
  EXPECT_EQ(learnt["folder"], out);
  EXPECT_EQ(learnt["size"], 400);
  EXPECT_GE(learnt["thresholds"]["min_count"].get<int64_t>(), 5);
  EXPECT_GE(learnt["thresholds"]["min_probability"].get<double>(), PhraseThresholds{}.min_probability);
  EXPECT_TRUE(fs::exists(fs::path(out) / "tokenizer.json"));

  const Finished encoded = runEngine({"tokenizer", "encode", out, "--json"}, "The loom broke.\n");
  ASSERT_EQ(encoded.exit_code, 0) << encoded.output;
  const Json pieces = answerOf(encoded);
  EXPECT_EQ(pieces["text"], "The loom broke.");
  EXPECT_EQ(pieces["fine"][0]["begin"], 0);
  EXPECT_EQ(pieces["fine"].back()["end"], 15);

  const Finished shown = runEngine({"tokenizer", "info", out});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_NE(shown.output.find("count >= "), std::string::npos) << shown.output;
  EXPECT_NE(shown.output.find("[MASK] (4)"), std::string::npos) << shown.output;

  const Finished compared = runEngine({"tokenizer", "compare", out, "--coarse", "--json"});
  ASSERT_EQ(compared.exit_code, 0) << compared.output;
  const Json tokenizers = answerOf(compared)["tokenizers"];
  ASSERT_EQ(tokenizers.size(), 2u);
  EXPECT_GT(tokenizers[0]["tokens"], tokenizers[1]["tokens"]);
}

TEST(TokenizerProgram, FailsInOneSentenceWithItsExitCode) {
  const Finished missing = runEngine({"tokenizer", "info", "/nothing/there"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.output.rfind("heddle-engine: cannot open the tokeniser /nothing/there", 0), 0u)
      << missing.output;
  EXPECT_EQ(std::count(missing.output.begin(), missing.output.end(), '\n'), 1);
  const Finished as_json = runEngine({"tokenizer", "compare", "/nothing/there", "--json"});
  EXPECT_EQ(as_json.exit_code, 1);
  EXPECT_EQ(answerOf(as_json)["kind"], "failure");
  EXPECT_EQ(runEngine({"tokenizer", "train", "--kind", "loom"}).exit_code, 2);
}

TEST(TokenizerProgram, EndsAtASignalWhileSentencePieceLearnsAndLeavesNoFolder) {
  const TemporaryFolder folder;
  const fs::path text = folder.path() / "text.txt";
  std::ofstream(text) << randomWords(8 << 20);
  const fs::path out = folder.path() / "grains";
  EngineProcess engine(
      {"tokenizer", "train", text, "--kind", "unigram", "--vocab-size", "8000", "--out", out});
  ASSERT_TRUE(
      waitUntil([&] { return engine.output().find("learning the vocabulary") != std::string::npos; }));
  engine.signal(SIGINT);
  EXPECT_EQ(engine.wait().exit_code, 128 + SIGINT);
  EXPECT_FALSE(fs::exists(out));
}

}  // namespace
}  // namespace heddle
