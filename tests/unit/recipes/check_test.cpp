#include "engine/recipes/check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "engine/recipes/fields.h"
#include "engine/recipes/objective.h"
#include "engine/recipes/sizes.h"
#include "tests/unit/subword/subword_fixture.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

Recipe soundRecipe() {
  Recipe recipe;
  recipe.phases[0].steps = 100;
  return recipe;
}

// Keys of what is wrong with it.
std::vector<std::string> problemKeys(const Recipe& recipe) {
  std::vector<std::string> keys;
  for (const RecipeProblem& problem : checkRecipe(recipe)) {
    keys.push_back(problem.key);
    EXPECT_FALSE(problem.text.empty());
    EXPECT_FALSE(problem.hint.empty()) << problem.text;
  }
  return keys;
}

using Keys = std::vector<std::string>;

class CheckRecipeFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("heddle-check-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  fs::path folder_;
};

TEST(CheckRecipe, ASoundRecipeHasNoProblems) {
  EXPECT_EQ(problemKeys(soundRecipe()), Keys{});
}

TEST(CheckRecipe, HeadsMustShareTheHiddenSizeEvenly) {
  Recipe recipe = soundRecipe();
  recipe.model.hidden_size = 250;
  ASSERT_EQ(problemKeys(recipe), Keys{"model.hidden_size"});
  EXPECT_NE(checkRecipe(recipe)[0].hint.find("252"), std::string::npos);
}

TEST(CheckRecipe, RowsMustFitThePositionsOfTheModel) {
  Recipe recipe = soundRecipe();
  recipe.phases.push_back({.length = 1024, .steps = 5});
  EXPECT_EQ(problemKeys(recipe), Keys{"phase.1.length"});
}

TEST(CheckRecipe, SharesOfChosenPositionsMustNotExceedAll) {
  Recipe recipe = soundRecipe();
  recipe.objective.mask_share = 0.9;
  recipe.objective.random_share = 0.1;
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.objective.random_share = 0.2;
  EXPECT_EQ(problemKeys(recipe), Keys{"objective.mask_share"});
}

TEST(CheckRecipe, EveryPhaseMustEnd) {
  Recipe recipe = soundRecipe();
  recipe.phases.push_back({});
  EXPECT_EQ(problemKeys(recipe), Keys{"phase.1.steps"});
  recipe.phases.clear();
  EXPECT_EQ(problemKeys(recipe), Keys{"phase"});
}

TEST(CheckRecipe, AnyOfTheFourLimitsEndsAPhase) {
  Recipe recipe = soundRecipe();
  recipe.optimizer.schedule = "constant";
  recipe.phases = {{.tokens = 5}, {.hours = 0.5}, {.flops = 1e12}};
  EXPECT_EQ(problemKeys(recipe), Keys{});
}

TEST(CheckRecipe, ALinearScheduleNeedsAKnownNumberOfSteps) {
  Recipe recipe = soundRecipe();
  recipe.phases.push_back({.hours = 1});
  EXPECT_EQ(problemKeys(recipe), Keys{"optimizer.schedule_steps"});
  recipe.optimizer.schedule_steps = 1000;
  EXPECT_EQ(problemKeys(recipe), Keys{});
}

TEST(CheckRecipe, TheWarmUpMustFitTheRun) {
  Recipe recipe = soundRecipe();
  recipe.optimizer.warmup_steps = 100;
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.optimizer.warmup_steps = 101;
  EXPECT_EQ(problemKeys(recipe), Keys{"optimizer.warmup_steps"});
}

TEST(CheckRecipe, NextSentencePredictionNeedsTwoSegments) {
  Recipe recipe = soundRecipe();
  recipe.model.type_vocab_size = 1;
  EXPECT_EQ(problemKeys(recipe), Keys{"model.type_vocab_size"});
  recipe.objective.rows = "doc_sentences";
  EXPECT_EQ(problemKeys(recipe), Keys{});
}

TEST(CheckRecipe, BertTrainsOnRowsAndMasksOfEncodersOnly) {
  Recipe recipe = soundRecipe();
  for (const char* rows :
       {"sentence_pair", "sentence_order", "full_sentences", "doc_sentences", "single", "electra"}) {
    for (const char* masking : {"token", "unit", "ngram", "span"}) {
      recipe.objective.rows = rows;
      recipe.objective.masking = masking;
      EXPECT_EQ(problemKeys(recipe), Keys{}) << rows << " " << masking;
    }
  }
  for (const auto& [rows, masking, key] : {std::array{"single", "electra", "objective.masking"},
                                           {"single", "permutation", "objective.masking"},
                                           {"xlnet", "permutation", "objective.masking"},
                                           {"lm", "none", "objective.masking"},
                                           {"t5", "t5", "objective.masking"}}) {
    recipe.objective.rows = rows;
    recipe.objective.masking = masking;
    const std::vector<RecipeProblem> problems = checkRecipe(recipe);
    ASSERT_EQ(problems.size(), 1u) << rows << " " << masking;
    EXPECT_EQ(problems[0].key, key);
    EXPECT_EQ(problems[0].text, "bert cannot be trained with objective.masking = " + std::string(masking));
  }
  recipe.objective.rows = "single";
  recipe.objective.masking = "unit";
  recipe.objective.grains = "both";
  ASSERT_EQ(problemKeys(recipe), (Keys{"objective.grains", "objective.grains"}));
  recipe.text.coarse = "phrases";
  ASSERT_EQ(problemKeys(recipe), Keys{"objective.grains"});
  EXPECT_NE(checkRecipe(recipe)[0].text.find("bert cannot be trained with objective.grains = both"),
            std::string::npos);
  EXPECT_TRUE(checkRecipe(recipe, {}, RecipeUse::kRows).empty()) << "its rows can be looked at";
  recipe.objective.masking = "token";
  EXPECT_FALSE(checkRecipe(recipe, {}, RecipeUse::kRows).empty()) << "unless they make no sense";
}

TEST(CheckRecipe, OfTextToPrepareNothingElseIsLookedAt) {
  Recipe recipe;  // no name, no phase with an end
  recipe.model.hidden_size = 7;
  EXPECT_FALSE(checkRecipe(recipe).empty());
  EXPECT_TRUE(checkRecipe(recipe, {}, RecipeUse::kText).empty());
  recipe.text.coarse = "words";
  recipe.corpora.resize(1);
  Keys keys;
  for (const RecipeProblem& problem : checkRecipe(recipe, {}, RecipeUse::kText)) {
    keys.push_back(problem.key);
  }
  EXPECT_EQ(keys, (Keys{"corpus.0.files", "text.segmented"}));
}

TEST(CheckRecipe, RowsAndMasksMustGoTogether) {
  Recipe recipe = soundRecipe();
  const auto first = [&] {
    const std::vector<RecipeProblem> problems = checkRecipe(recipe);
    return problems.empty() ? std::string() : problems.front().text;
  };
  for (const auto& [rows, masking] : {std::array{"lm", "token"},
                                      {"single", "none"},
                                      {"t5", "span"},
                                      {"single", "t5"},
                                      {"xlnet", "token"}}) {
    recipe.objective.rows = rows;
    recipe.objective.masking = masking;
    EXPECT_EQ(first(), "objective.rows = " + std::string(rows) + " and objective.masking = " + masking +
                           " do not go together");
  }
  recipe.objective = {.masking = "token", .grains = "hybrid"};
  EXPECT_NE(first().find("hide the same text in both grains"), std::string::npos) << first();
  recipe.objective = {.rows = "xlnet", .masking = "permutation", .reuse_length = 124};
  EXPECT_NE(first().find("reuse_length is 124"), std::string::npos) << first();
}

TEST(CheckRecipe, OpenSharesAreThePublishedOnes) {
  const ObjectiveRecipe bert = withPublishedDefaults({});
  EXPECT_EQ(bert.mask_share, 0.8);
  EXPECT_EQ(bert.random_share, 0.1);
  EXPECT_EQ(bert.short_seq_prob, 0.1);
  EXPECT_EQ(bert.random_tokens, "uniform");
  const ObjectiveRecipe electra = withPublishedDefaults({.rows = "electra", .masking = "electra"});
  EXPECT_EQ(electra.mask_share, 0.85);
  EXPECT_EQ(electra.random_share, 0);
  EXPECT_EQ(electra.short_seq_prob, 0.05);
  const ObjectiveRecipe span = withPublishedDefaults({.rows = "single", .masking = "span"});
  EXPECT_EQ(span.short_seq_prob, 0);
  EXPECT_EQ(span.random_tokens, "corpus");
  EXPECT_EQ(withPublishedDefaults({.masking = "ngram"}).ngram_longest, 3);
  EXPECT_EQ(withPublishedDefaults({.masking = "permutation"}).ngram_longest, 5);
  EXPECT_EQ(withPublishedDefaults({.mask_share = 0.5}).mask_share, 0.5);
}

TEST(CheckRecipe, DevicesAreWordsWithAnIndexAtMost) {
  Recipe recipe = soundRecipe();
  for (const char* device : {"auto", "cpu", "cuda", "cuda:0", "cuda:12"}) {
    recipe.run.device = device;
    EXPECT_EQ(problemKeys(recipe), Keys{}) << device;
  }
  for (const char* device : {"", "gpu", "cuda:", "cuda:x", "cuda:1234", "CPU"}) {
    recipe.run.device = device;
    EXPECT_EQ(problemKeys(recipe), Keys{"run.device"}) << device;
  }
}

TEST(CheckRecipe, HeadsOnAGpuHaveOneOfThreeWidths) {
  Recipe recipe = soundRecipe();
  recipe.model.num_attention_heads = 16;
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.run.device = "cuda:1";
  EXPECT_EQ(problemKeys(recipe), Keys{"model.num_attention_heads"});
  for (const int64_t heads : {8, 4, 2}) {
    recipe.model.num_attention_heads = heads;
    EXPECT_EQ(problemKeys(recipe), Keys{}) << heads;
  }
}

TEST(CheckRecipe, TheEmbeddingTableMustHoldTheLearntVocabulary) {
  Recipe recipe = soundRecipe();
  recipe.model.vocab_size = recipe.text.vocab_size - 1;
  EXPECT_EQ(problemKeys(recipe), Keys{"model.vocab_size"});
  recipe.model.vocab_size = recipe.text.vocab_size + 8;
  EXPECT_EQ(problemKeys(recipe), Keys{});
}

TEST(CheckRecipe, AModelThatNoMemoryHoldsIsRefused) {
  Recipe recipe = soundRecipe();
  recipe.model.hidden_size = 1 << 18;
  for (const char* device : {"cpu", "auto", "cuda"}) {
    recipe.run.device = device;
    const Keys keys = problemKeys(recipe);
    EXPECT_NE(std::find(keys.begin(), keys.end(), "model.hidden_size"), keys.end()) << device;
  }
  recipe.model = {};
  EXPECT_TRUE(applyPreset(recipe.model, "large"));
  recipe.run.device = "cuda";
  EXPECT_EQ(problemKeys(recipe), Keys{});
}

TEST(CheckRecipe, ValuesOutOfBoundsAreReportedOnceAndWithoutConsequences) {
  Recipe recipe = soundRecipe();
  recipe.name.clear();
  recipe.model.num_attention_heads = 0;
  recipe.optimizer.learning_rate = 0;
  recipe.text.heldout_fraction = 0;
  recipe.run.precision = "fp8";
  recipe.seed = uint64_t{1} << 63;
  recipe.phases[0].rows = 0;
  std::vector<std::string> keys = problemKeys(recipe);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys, (Keys{"model.num_attention_heads", "name", "optimizer.learning_rate", "phase.0.rows",
                        "run.precision", "seed", "text.heldout_fraction"}));
}

TEST_F(CheckRecipeFiles, TextMustBeThereAndNotEmpty) {
  Recipe recipe = soundRecipe();
  fs::create_directories(folder_ / "hollow" / "deeper");
  recipe.corpora.resize(1);
  recipe.corpora[0].files = {write("full.txt", "text\n"), write("empty.txt", ""), folder_ / "gone.txt",
                             folder_ / "hollow", folder_};
  const std::vector<RecipeProblem> problems = checkRecipe(recipe);
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].text, "The text " + (folder_ / "empty.txt").string() + " is empty");
  EXPECT_EQ(problems[1].text, "The text " + (folder_ / "gone.txt").string() + " is not there");
  EXPECT_EQ(problems[2].text, "The text " + (folder_ / "hollow").string() + " is a folder without files");
}

TEST_F(CheckRecipeFiles, CorporaHaveFilesAndNamesOfTheirOwn) {
  Recipe recipe = soundRecipe();
  recipe.corpora.resize(2);
  EXPECT_EQ(problemKeys(recipe),
            (Keys{"corpus.0.name", "corpus.0.files", "corpus.1.name", "corpus.1.files"}));
  for (CorpusRecipe& corpus : recipe.corpora) {
    corpus.files = {write("full.txt", "text\n")};
    corpus.name = "wiki";
  }
  EXPECT_EQ(problemKeys(recipe), Keys{"corpus.1.name"});
  recipe.corpora[1].name = "ne ws";
  EXPECT_EQ(problemKeys(recipe), Keys{"corpus.1.name"});
  recipe.corpora[1].name = "news";
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.corpora[1].min_characters = 10;
  recipe.corpora[1].max_characters = 9;
  EXPECT_EQ(problemKeys(recipe), Keys{"corpus.1.max_characters"});
  recipe.corpora.resize(1);
  recipe.corpora[0].name = "";
  EXPECT_EQ(problemKeys(recipe), Keys{});
}

TEST_F(CheckRecipeFiles, MixturesWeighCorporaThatThereAre) {
  Recipe recipe = soundRecipe();
  recipe.corpora.resize(2);
  recipe.corpora[0] = {.name = "wiki", .files = {write("full.txt", "text\n")}};
  recipe.corpora[1] = {.name = "news", .files = {write("full.txt", "text\n")}};
  recipe.phases.resize(2, recipe.phases[0]);
  for (const std::string mixture : {"wiki=2 news=1", " news=1e-3 ", "wiki=0 news=2", ""}) {
    recipe.phases[1].mixture = mixture;
    EXPECT_EQ(problemKeys(recipe), Keys{}) << mixture;
  }
  for (const std::string mixture :
       {"wiki", "wiki=", "wiki=x", "wiki=-1", "wiki=1 wiki=2", "wiki=0", "newz=1", "wiki=inf", "=1"}) {
    recipe.phases[1].mixture = mixture;
    EXPECT_EQ(problemKeys(recipe), Keys{"phase.1.mixture"}) << mixture;
  }
  recipe.phases[1].mixture = "newz=1";
  EXPECT_EQ(checkRecipe(recipe).at(0).hint, "did you mean \"news\"?");
  recipe.phases[1].mixture = "";
  recipe.corpora[0].weight = 2;
  EXPECT_EQ(problemKeys(recipe), Keys{"corpus.0.weight"});
  recipe.corpora[1].weight = 1;
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.corpora[1].weight = -1;
  EXPECT_EQ(problemKeys(recipe), Keys{"corpus.1.weight"});
  recipe.corpora.clear();
  recipe.phases[1].mixture = "wiki=1";
  EXPECT_EQ(problemKeys(recipe), Keys{"phase.1.mixture"});
}

TEST_F(CheckRecipeFiles, TheCoarseGrainHasWhatItIsLearntFrom) {
  Recipe recipe = soundRecipe();
  recipe.text.grain = "coarse";
  EXPECT_EQ(problemKeys(recipe), Keys{"text.grain"});
  recipe.text.coarse = "phrases";
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.text.coarse = "words";
  EXPECT_EQ(problemKeys(recipe), Keys{"text.segmented"});
  recipe.text.segmented = {write("words.txt", "我们 在 这里\n")};
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.text.segmented = {folder_ / "gone.txt"};
  recipe.text.coarse_file = folder_ / "gone.model";
  EXPECT_EQ(problemKeys(recipe), (Keys{"text.segmented", "text.coarse_file"}));
  recipe = soundRecipe();
  recipe.text.sampling_alpha = 0.1;
  EXPECT_EQ(problemKeys(recipe), Keys{"text.sampling_alpha"});
  recipe.text.tokenizer = "unigram";
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.text.sampling_nbest = 1;
  EXPECT_EQ(problemKeys(recipe), Keys{"text.sampling_nbest"});
  recipe.text.tokenizer = "bpe";
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.text.sampling_alpha = 2;
  EXPECT_EQ(problemKeys(recipe), Keys{"text.sampling_alpha"});
  recipe = soundRecipe();
  recipe.text.tokenizer = "byte-bpe";
  EXPECT_EQ(problemKeys(recipe), Keys{"text.vocabulary"});
}

TEST_F(CheckRecipeFiles, AVocabularyMustHaveTheSpecialTokensAndFitTheTable) {
  Recipe recipe = soundRecipe();
  recipe.text.vocabulary = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb");
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.model.vocab_size = 7;
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.model.vocab_size = 6;
  EXPECT_EQ(problemKeys(recipe), Keys{"model.vocab_size"});
  recipe.text.vocabulary = write("dos.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\n");
  EXPECT_EQ(problemKeys(recipe), Keys{});
  recipe.text.vocabulary = write("words.txt", "one\n[UNK]\n[CLS]\n[SEP]\n");
  EXPECT_EQ(problemKeys(recipe), Keys{"text.vocabulary"});
  recipe.text.vocabulary = folder_ / "gone.txt";
  EXPECT_EQ(problemKeys(recipe).size(), 1U);
  recipe.text.vocabulary = write("twice.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\na\n");
  recipe.model.vocab_size = 0;
  EXPECT_EQ(problemKeys(recipe), Keys{"text.vocabulary"});
}

TEST_F(CheckRecipeFiles, TellTheSizeOfTheVocabularyThatTheyHaveOpened) {
  Recipe recipe = soundRecipe();
  EXPECT_EQ(examineRecipe(recipe).vocab_size, expectedVocabSize(recipe));
  recipe.text.vocabulary = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb");
  EXPECT_EQ(examineRecipe(recipe).vocab_size, 7);
  recipe.model.vocab_size = 9;
  EXPECT_EQ(examineRecipe(recipe).vocab_size, 9);
  recipe.model.vocab_size = 0;
  recipe.text.vocabulary = folder_ / "gone.txt";
  const RecipeCheck check = examineRecipe(recipe);
  EXPECT_EQ(check.vocab_size, 0);
  EXPECT_EQ(check.problems.size(), 1U);
}

TEST_F(CheckRecipeFiles, RowsNeedATokeniserWithSpecialTokens) {
  Recipe recipe = soundRecipe();
  recipe.text.tokenizer = "unigram";
  SentencePieceFile model;
  model.pieces = {{"<unk>", 0, SentencePieceType::kUnknown},
                  {"<s>", 0, SentencePieceType::kControl},
                  {"</s>", 0, SentencePieceType::kControl},
                  {"a", -1}};
  recipe.text.vocabulary = write("bare.model", writeModel(model));
  const std::vector<RecipeProblem> problems = checkRecipe(recipe);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].key, "objective.rows");
  EXPECT_NE(problems[0].text.find("bare.model has no [MASK]"), std::string::npos) << problems[0].text;
  model.pieces.push_back({"<mask>", 0, SentencePieceType::kControl});
  recipe.text.vocabulary = write("whole.model", writeModel(model));
  EXPECT_EQ(problemKeys(recipe), Keys{});
}

TEST(MissingSpecial, IsWhatTheRowsAndMasksCannotDoWithout) {
  const SpecialTokens none{false, false, false};
  EXPECT_EQ(missingSpecial({.rows = "sentence_pair", .masking = "token"}, none), "[CLS]");
  EXPECT_EQ(missingSpecial({.rows = "sentence_pair", .masking = "token"}, {.cls = true, .sep = false}),
            "[SEP]");
  EXPECT_EQ(missingSpecial({.rows = "sentence_pair", .masking = "token"}, {.mask = false}), "[MASK]");
  EXPECT_EQ(missingSpecial({.rows = "xlnet", .masking = "permutation"}, {.mask = false}), "");
  EXPECT_EQ(missingSpecial({.rows = "lm", .masking = "none"}, {.cls = false, .mask = false}), "");
  EXPECT_EQ(missingSpecial({.rows = "t5", .masking = "t5"}, none), "[SEP]");
}

TEST(AllProblems, CarryTheLinesOfTheFileInOrder) {
  const ParsedRecipe parsed = parseRecipe(R"([model]
hidden_size = 100
num_attention_heads = 3
[run]
device = "gpu"
threds = 1
[[phase]]
length = 600
)",
                                          "");
  const std::vector<RecipeProblem> problems = allProblems(parsed);
  ASSERT_EQ(problems.size(), 5U) << problemsText(problems, "");
  EXPECT_EQ(problems[0].line, 2);
  EXPECT_EQ(problems[1].line, 5);
  EXPECT_EQ(problems[2].line, 6);
  EXPECT_EQ(problems[3].line, 7);
  EXPECT_EQ(problems[3].key, "phase.0.steps");
  EXPECT_EQ(problems[4].line, 8);
}

TEST(AllProblems, AKeyThatCouldNotBeReadHasNoConsequences) {
  const ParsedRecipe parsed = parseRecipe(
      "[model]\nhidden_size = \"wide\"\nnum_attention_heads = 7\n[[phase]]\nsteps = \"some\"\n", "");
  const std::vector<RecipeProblem> problems = allProblems(parsed);
  ASSERT_EQ(problems.size(), 2U) << problemsText(problems, "");
  EXPECT_EQ(problems[0].key, "model.hidden_size");
  EXPECT_EQ(problems[1].key, "phase.0.steps");
}

TEST(AllProblems, OfBrokenTomlAreItsOwnAlone) {
  EXPECT_EQ(allProblems(parseRecipe("seed = = 1\n", "")).size(), 1U);
}

TEST(CheckRecipe, WhatIsSetWithoutAnEffectIsNoted) {
  const ParsedRecipe parsed = parseRecipe(
      "[text]\nphrase_count = 300\nsample_seed = 7\n[objective]\nmasking = \"span\"\nspan_longest = 5\n", "");
  const auto notes = settingsWithoutEffect(parsed.recipe, parsed.lines);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].key, "text.phrase_count");
  EXPECT_EQ(notes[0].line, 2);
  EXPECT_EQ(notes[0].text, "text.phrase_count is 300 without an effect");
  EXPECT_EQ(notes[0].hint, "it is used with text.coarse = phrases, no text.coarse_file");
  EXPECT_TRUE(settingsWithoutEffect(Recipe{}).empty()) << "defaults that are written out are no settings";
  Recipe recipe = parsed.recipe;
  recipe.corpora.resize(2);
  recipe.corpora[1].format = "plain";
  recipe.corpora[1].json_key = "body";
  const auto more = settingsWithoutEffect(recipe);
  ASSERT_EQ(more.size(), 3U);
  EXPECT_EQ(more[0].key, "corpus.1.json_key");
  EXPECT_EQ(more[1].key, "text.sample_seed");
}

}  // namespace
}  // namespace heddle
