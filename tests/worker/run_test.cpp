// The real engine as its users start it: whole runs, interruptions, bad input.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/paths.h"
#include "engine/base/safetensors.h"
#include "engine/events/inspection.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "tests/unit/subword/subword_fixture.h"
#include "tests/worker/engine_process.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;
using testing::curveOf;
using testing::EngineProcess;
using testing::Finished;
using testing::readEvents;
using testing::runEngine;
using testing::TemporaryFolder;
using testing::waitUntil;

// A run of seconds on the sample text: dropout on, micro-batches, two phases, warm-up.
constexpr char kRecipe[] = R"(
name = "worker test"
seed = 3

[model]
preset = "tiny"
hidden_size = 32
intermediate_size = 64
max_position_embeddings = 64

[text]
sample_documents = 60
vocab_size = 300

[optimizer]
learning_rate = 1e-3
warmup_steps = 4

[checkpoint]
every_steps = 5
keep_last = 2

[evaluation]
every_steps = 10
rows = 8

[run]
device = "cpu"
precision = "fp32"
threads = 2

[[phase]]
length = 32
rows = 8
micro_rows = 3
steps = 20

[[phase]]
length = 64
rows = 4
steps = 10
)";

Metrics lastMetrics(const std::vector<Event>& events) {
  Metrics last;
  for (const Event& event : events) {
    if (const auto* metrics = std::get_if<Metrics>(&event.body)) {
      last = *metrics;
    }
  }
  return last;
}

class EngineRun : public ::testing::Test {
 protected:
  void SetUp() override { write("recipe.toml", kRecipe); }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
    return folder.path() / name;
  }
  std::string workspace() const { return folder.path() / "workspace"; }
  fs::path run(const std::string& id) const { return fs::path(workspace()) / "runs" / id; }
  std::vector<std::string> arguments(const std::string& id, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"run", folder.path() / "recipe.toml", "--workspace", workspace(), "--id",
                                    id};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  int64_t newestStep(const std::string& id) const {
    int64_t newest = 0;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(run(id) / "checkpoints", code)) {
      if (fs::exists(entry.path() / "DONE")) {
        newest = std::max<int64_t>(newest, std::stoll(entry.path().filename().string()));
      }
    }
    return newest;
  }

  std::string weights(const std::string& id, int64_t step) const {
    const auto bytes = readFile(run(id) / "checkpoints" / std::to_string(step) / "model.safetensors");
    return bytes ? *bytes : "cannot read the weights of " + id;
  }
  bool reached(const std::string& id, int64_t step) const {
    const auto curve = curveOf(readEvents(run(id)), "train/loss");
    return !curve.empty() && curve.rbegin()->first >= step;
  }

  TemporaryFolder folder;
};

TEST_F(EngineRun, TrainsToItsEndAndSaysSoInEvents) {
  const Finished finished = runEngine(arguments("whole"));
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
  const auto events = readEvents(run("whole"));
  ASSERT_FALSE(events.empty());
  const auto* started = std::get_if<RunStarted>(&events.front().body);
  bool announced = started != nullptr;
  for (const Event& event : events) {
    if (const auto* later = std::get_if<RunStarted>(&event.body)) {
      announced = true;
      EXPECT_GT(later->parameters, 0);
      EXPECT_GT(later->flops_per_step, 0);
      EXPECT_GT(later->memory_estimate_bytes, 0);
      EXPECT_GT(later->predicted_seconds, 0);
      EXPECT_EQ(later->total_steps, 30);
    }
  }
  EXPECT_TRUE(announced);
  EXPECT_EQ(curveOf(events, "train/loss").size(), 30U);
  const auto heldout = curveOf(events, "eval/mlm_loss");
  ASSERT_EQ(heldout.size(), 4U);  // steps 0, 10, 20, 30
  EXPECT_LT(heldout.at(30), heldout.at(0));
  const Metrics last = lastMetrics(events);
  EXPECT_EQ(last.examples, 20 * 8 + 10 * 4);
  // Rows of an epoch differ with the length: longer rows are fewer.
  double epochs = 0;
  int64_t examples = 0;
  double first_rate = 0;
  for (const Event& event : events) {
    const auto* metrics = std::get_if<Metrics>(&event.body);
    if (metrics == nullptr || *metrics->examples == examples) {
      continue;
    }
    const double rate = (*metrics->epochs - epochs) / static_cast<double>(*metrics->examples - examples);
    EXPECT_NEAR(1 / rate, std::round(1 / rate), 1e-6) << "an epoch has a whole number of rows";
    first_rate = first_rate == 0 ? rate : first_rate;
    EXPECT_GE(rate, first_rate * (1 - 1e-9));
    epochs = *metrics->epochs;
    examples = *metrics->examples;
  }
  EXPECT_GT(epochs, 0);
  const auto* stopped = std::get_if<RunStopped>(&events.back().body);
  ASSERT_NE(stopped, nullptr);
  EXPECT_EQ(stopped->reason, StopReason::kFinished);
  EXPECT_EQ(stopped->step, 30);
  EXPECT_EQ(newestStep("whole"), 30);
  EXPECT_FALSE(fs::exists(run("whole") / "checkpoints" / "20")) << "only the last two are kept";
}

TEST_F(EngineRun, KilledAndResumedEndsWithTheWeightsOfAnUninterruptedRun) {
  ASSERT_EQ(runEngine(arguments("straight")).exit_code, 0);
  {
    EngineProcess process(arguments("killed"));
    ASSERT_TRUE(waitUntil([&] { return newestStep("killed") >= 5 && reached("killed", 8); }));
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait().exit_code, 128 + SIGKILL);
  }
  const int64_t saved = newestStep("killed");
  const fs::path half_written = run("killed") / "checkpoints" / "7.part";
  fs::create_directory(half_written);
  const Finished resumed = runEngine({"resume", "killed", "--workspace", workspace()});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_FALSE(fs::exists(half_written));
  EXPECT_LT(saved, 30) << "the run was over before it was killed: nothing was tested";
  EXPECT_EQ(weights("killed", 30), weights("straight", 30));
  const auto straight = curveOf(readEvents(run("straight")), "train/loss");
  EXPECT_EQ(curveOf(readEvents(run("killed")), "train/loss"), straight)
      << "no point of the curve may be lost";
  EXPECT_EQ(lastMetrics(readEvents(run("killed"))).examples,
            lastMetrics(readEvents(run("straight"))).examples);
  EXPECT_EQ(lastMetrics(readEvents(run("killed"))).epochs, lastMetrics(readEvents(run("straight"))).epochs);
}

TEST_F(EngineRun, StopCommandFinishesTheStepSavesAndResumesBitExactly) {
  ASSERT_EQ(runEngine(arguments("straight")).exit_code, 0);
  EngineProcess process(arguments("stopped", {"--set", "checkpoint.every_steps=0"}));
  ASSERT_TRUE(waitUntil([&] { return reached("stopped", 3); }));
  auto control = LineAppender::open(run("stopped") / "control.jsonl");
  ASSERT_TRUE(control.ok());
  ASSERT_TRUE(control->append(encodeCommand(Command::kStop, 0)).ok());
  const Finished finished = process.wait();
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
  const auto events = readEvents(run("stopped"));
  const auto* stopped = std::get_if<RunStopped>(&events.back().body);
  ASSERT_NE(stopped, nullptr);
  EXPECT_EQ(stopped->reason, StopReason::kStopped);
  EXPECT_EQ(newestStep("stopped"), stopped->step);
  EXPECT_LT(stopped->step, 30);
  ASSERT_EQ(runEngine({"resume", "stopped", "--workspace", workspace()}).exit_code, 0);
  EXPECT_EQ(weights("stopped", 30), weights("straight", 30));
}

TEST_F(EngineRun, TerminationSignalSavesAndExitsWithZero) {
  EngineProcess process(arguments("signalled", {"--set", "phase.0.steps=100000"}));
  ASSERT_TRUE(waitUntil([&] { return reached("signalled", 2); }));
  process.signal(SIGTERM);
  const Finished finished = process.wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_GE(newestStep("signalled"), 2);
}

TEST_F(EngineRun, SecondSignalEndsAtOnce) {
  EngineProcess process(arguments("impatient", {"--set", "phase.0.steps=100000"}));
  ASSERT_TRUE(waitUntil([&] { return reached("impatient", 2); }));
  // Both wait when the process goes on, so that it has no time to end by itself after the first.
  for (const int number : {SIGSTOP, SIGINT, SIGTERM, SIGCONT}) {
    process.signal(number);
  }
  const Finished finished = process.wait();
  EXPECT_TRUE(finished.exit_code == 128 + SIGINT || finished.exit_code == 128 + SIGTERM)
      << finished.exit_code;
  EXPECT_FALSE(std::holds_alternative<RunStopped>(readEvents(run("impatient")).back().body));
}

TEST_F(EngineRun, NameThatIsNoFolderOfItsOwnIsRefused) {
  for (const char* name : {"..", "a/b", "/tmp/elsewhere", ".hidden"}) {
    const Finished finished = runEngine(arguments(name));
    EXPECT_EQ(finished.exit_code, 2) << name;
    EXPECT_NE(finished.output.find("cannot create a run named"), std::string::npos) << finished.output;
  }
  EXPECT_FALSE(fs::exists(fs::path(workspace()) / "recipe.toml"));
}

TEST_F(EngineRun, SecondEngineOnTheSameRunIsRefused) {
  EngineProcess process(arguments("busy", {"--set", "phase.0.steps=100000"}));
  ASSERT_TRUE(waitUntil([&] { return reached("busy", 1); }));
  const Finished second = runEngine({"resume", "busy", "--workspace", workspace()});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.output.find("another engine is running it"), std::string::npos) << second.output;
}

TEST_F(EngineRun, DamagedNewestCheckpointIsLeftOutWithAWarning) {
  ASSERT_EQ(runEngine(arguments("damaged")).exit_code, 0);
  const auto reference = weights("damaged", 30);
  fs::resize_file(run("damaged") / "checkpoints" / "30" / "model.safetensors", 1000);
  const Finished resumed = runEngine({"resume", "damaged", "--workspace", workspace()});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_NE(resumed.output.find("the checkpoint before it is used"), std::string::npos) << resumed.output;
  EXPECT_EQ(weights("damaged", 30), reference);
}

TEST_F(EngineRun, AllProblemsOfARecipeAreReportedAtOnceAndNothingIsStarted) {
  write("recipe.toml",
        "name = \"bad\"\n[model]\nhidden_sizes = 64\nnum_attention_heads = \"four\"\n[optimizer]\n"
        "learning_rate = -1\n[[phase]]\nlength = 100000\nsteps = 5\n");
  const Finished finished = runEngine(arguments("bad"));
  EXPECT_EQ(finished.exit_code, 2);
  for (const char* part : {"recipe.toml:3", "hidden_size", "recipe.toml:4", "recipe.toml:6"}) {
    EXPECT_NE(finished.output.find(part), std::string::npos) << part << " in " << finished.output;
  }
  EXPECT_FALSE(fs::exists(run("bad")));
}

TEST_F(EngineRun, EmptyCorpusFailsWithItsPathAndAHint) {
  const auto empty = write("empty.txt", "\n\n");
  const Finished finished = runEngine(arguments("empty", {"--set", "corpus.0.files=" + empty.string()}));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("empty.txt"), std::string::npos) << finished.output;
  const auto events = readEvents(run("empty"));
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(std::holds_alternative<RunFailed>(events.back().body));
}

TEST_F(EngineRun, BinaryCorpusFailsWithItsPath) {
  const auto binary = write("binary.dat", std::string("\x7f"
                                                      "ELF\0\0\x01\x02\xff\xfe",
                                                      10) +
                                              std::string(5000, '\0'));
  const Finished finished = runEngine(arguments("binary", {"--set", "corpus.0.files=" + binary.string()}));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("binary.dat"), std::string::npos) << finished.output;
}

TEST_F(EngineRun, CudaWhereThereIsNoneIsOneSentence) {
  if (fs::exists("/dev/nvidia0")) {
    GTEST_SKIP() << "this machine has a GPU";
  }
  const Finished finished =
      runEngine(arguments("gpu", {"--set", "run.device=cuda", "--set", "model.num_attention_heads=1"}));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("cannot compute on cuda"), std::string::npos) << finished.output;
  const auto events = readEvents(run("gpu"));
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(std::holds_alternative<RunFailed>(events.back().body));
}

TEST_F(EngineRun, FullDiskFailsWithAHintAndResumesWhenThereIsSpace) {
  const fs::path mount = folder.path() / "small";
  fs::create_directory(mount);
  if (::mount("tmpfs", mount.c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "needs the right to mount a small file system";
  }
  std::vector<std::string> all = {"run", folder.path() / "recipe.toml", "--workspace", mount, "--id", "full"};
  const Finished finished = runEngine(all);
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("No space left"), std::string::npos) << finished.output;
  EXPECT_EQ(::mount("tmpfs", mount.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
  const Finished resumed = runEngine({"resume", "full", "--workspace", mount});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  ASSERT_EQ(runEngine(arguments("straight")).exit_code, 0);
  const auto bytes = readFile(mount / "runs" / "full" / "checkpoints" / "30" / "model.safetensors");
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(*bytes, weights("straight", 30));
  ::umount(mount.c_str());
}

TEST_F(EngineRun, UnknownRunIsOneSentence) {
  const Finished finished = runEngine({"resume", "nothing", "--workspace", workspace()});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.output.find("there is no such run"), std::string::npos) << finished.output;
}

TEST_F(EngineRun, RunOfAnEarlierVersionSaysWhatHasChanged) {
  fs::create_directories(run("old"));
  std::ofstream(run("old") / "recipe.toml")
      << "[text]\nfiles = [\"a.txt\"]\n[objective]\nnext_sentence = true\n";
  const Finished finished = runEngine({"resume", "old", "--workspace", workspace()});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.output.find("made by an earlier version"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("[[corpus]] with files in place of text.files"), std::string::npos)
      << finished.output;
}

TEST_F(EngineRun, WorkspaceThatCannotBeMadeIsOneSentence) {
  const auto file = write("file", "not a folder");
  const Finished finished =
      runEngine({"run", folder.path() / "recipe.toml", "--workspace", (file / "workspace").string()});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.output.find("cannot create the folder"), std::string::npos) << finished.output;
}

class Serve : public EngineRun {
 protected:
  InspectionReply ask(const AttentionRequest& request) const {
    const Finished finished = runEngine({"serve"}, encodeRequest(request) + "\n");
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    const auto reply = decodeReply(finished.output.substr(0, finished.output.find('\n')));
    EXPECT_TRUE(reply.ok()) << finished.output;
    return reply ? *reply : InspectionReply{};
  }
};

TEST_F(Serve, AnswersWithMapsWhoseRowsSumToOne) {
  const Finished trained =
      runEngine(arguments("served", {"--set", "phase.0.steps=2", "--set", "phase.1.steps=1", "--set",
                                     "optimizer.warmup_steps=0"}));
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  const std::string array = folder.path() / "maps.safetensors";
  const auto reply =
      ask({7, run("served") / "checkpoints" / "3", "The weaver laughs.", "She is tired.", array});
  ASSERT_FALSE(reply.failed) << reply.failure.text;
  EXPECT_EQ(reply.answer.id, 7);
  EXPECT_EQ(reply.answer.layers, 2);
  EXPECT_EQ(reply.answer.heads, 2);
  const auto file = SafetensorsFile::open(array);
  ASSERT_TRUE(file.ok()) << file.error().message();
  const TensorEntry& probs = file->tensors().at("probs");
  const auto n = static_cast<int64_t>(reply.answer.tokens.size());
  EXPECT_EQ(probs.type, TensorType::kF16);
  EXPECT_EQ(probs.shape, (std::vector<int64_t>{2, 2, n, n}));
  EXPECT_EQ(reply.answer.tokens.front().text, "[CLS]");
  EXPECT_EQ(reply.answer.tokens.back().segment, 1);
}

TEST_F(Serve, ModelsOfOtherTokenizersTrainAndAreAskedInTheirTokens) {
  struct Case {
    std::string id;
    std::vector<std::string> settings;
    std::string text;
  };
  const std::vector<Case> cases = {
      {"unigram", {"text.tokenizer=unigram"}, "The weaver laughs."},
      {"characters",
       {"text.tokenizer=characters", "text.sample_language=zh", "text.vocab_size=2000"},
       "\u4eca\u5929\u5929\u6c14\u5f88\u597d"},
      {"phrases",
       {"text.coarse=phrases", "text.phrase_min_count=3", "text.grain=coarse", "text.sample_documents=300"},
       "As a matter of fact, the weaver laughs in front of the loom."}};
  for (const Case& one : cases) {
    std::vector<std::string> more;
    for (const char* setting : {"phase.0.steps=2", "phase.1.steps=1", "optimizer.warmup_steps=0"}) {
      more.insert(more.end(), {"--set", setting});
    }
    for (const std::string& setting : one.settings) {
      more.insert(more.end(), {"--set", setting});
    }
    const Finished trained = runEngine(arguments(one.id, more));
    ASSERT_EQ(trained.exit_code, 0) << one.id << ": " << trained.output;
    const auto reply =
        ask({7, run(one.id) / "checkpoints" / "3", one.text, "", folder.path() / (one.id + ".safetensors")});
    ASSERT_FALSE(reply.failed) << one.id << ": " << reply.failure.text;
    const std::vector<AttentionToken>& tokens = reply.answer.tokens;
    ASSERT_GT(tokens.size(), 3u);
    int32_t covered = 0;
    bool has_phrase = false;
    for (const AttentionToken& token : tokens) {
      EXPECT_GE(token.end, token.begin);
      covered = std::max(covered, token.end);
      has_phrase = has_phrase || (token.begin >= 0 && token.text.find(' ') != std::string::npos);
    }
    EXPECT_EQ(covered, static_cast<int32_t>(one.text.size())) << one.id;
    EXPECT_EQ(has_phrase, one.id == "phrases");
    // Training goes on from a checkpoint of such a model, too.
    EXPECT_EQ(runEngine({"resume", one.id, "--workspace", workspace()}).exit_code, 0) << one.id;
  }
}

TEST_F(EngineRun, MixesCorporaByPhaseAndSubsetsThem) {
  const auto file = [&](const std::string& name, const std::string& word) {
    std::string text;
    for (int document = 0; document < 60; ++document) {
      for (int sentence = 0; sentence < 6; ++sentence) {
        text += "The " + word + " number " + std::to_string(document) + " stands here again.\n";
      }
      text += "\n";
    }
    return write(name, text).string();
  };
  write("recipe.toml", std::string(kRecipe) + "mixture = \"b=3 a=1\"\n[[corpus]]\nname = \"a\"\nfiles = [\"" +
                           file("a.txt", "apple") + "\"]\n[[corpus]]\nname = \"b\"\nfiles = [\"" +
                           file("b.txt", "boat") + "\"]\nmax_tokens = 1500\n");
  const Finished finished = runEngine(arguments("mixed"));
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const Finished unknown = runEngine(arguments("unknown", {"--set", "phase.0.mixture=c=1"}));
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.output.find("names the corpus \"c\""), std::string::npos) << unknown.output;
  const Finished large = runEngine(arguments("large", {"--set", "corpus.1.max_tokens=1000000"}));
  EXPECT_EQ(large.exit_code, 1);
  EXPECT_NE(large.output.find("max_tokens is 1000000"), std::string::npos) << large.output;
}

TEST_F(Serve, ForeignCheckpointIsOneSentence) {
  fs::create_directories(folder.path() / "foreign");
  write("foreign/config.json", "{\"model_type\": \"llama\"}");
  write("foreign/state.json", "{\"version\": 2}");
  write("foreign/DONE", "");
  const auto reply = ask({1, folder.path() / "foreign", "A text.", "", folder.path() / "x.safetensors"});
  EXPECT_TRUE(reply.failed);
  EXPECT_NE(reply.failure.text.find("llama"), std::string::npos) << reply.failure.text;
}

TEST_F(Serve, CheckpointWhoseTokenizerHasNoSpecialTokensIsOneSentence) {
  const Finished trained =
      runEngine(arguments("served", {"--set", "phase.0.steps=2", "--set", "phase.1.steps=1", "--set",
                                     "optimizer.warmup_steps=0"}));
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  const fs::path checkpoint = run("served") / "checkpoints" / "3";
  SentencePieceFile bare;
  bare.pieces = {{"<unk>", 0, SentencePieceType::kUnknown}, {"a", -1}};
  const auto grains = openTokenizer(write("bare.model", writeModel(bare)));
  ASSERT_TRUE(grains.ok()) << grains.error().message();
  fs::remove_all(checkpoint / "tokenizer");
  ASSERT_TRUE(saveGrains(*grains, checkpoint / "tokenizer").ok());
  const auto reply = ask({1, checkpoint, "a text", "", folder.path() / "x.safetensors"});
  EXPECT_TRUE(reply.failed);
  EXPECT_NE(reply.failure.text.find("has no [CLS]"), std::string::npos) << reply.failure.text;
}

TEST_F(Serve, MissingCheckpointEmptyTextAndGarbageAreAnsweredAndServingGoesOn) {
  const std::string input =
      "garbage\n" + encodeRequest({2, "/nowhere", "text", "", "/tmp/unused.safetensors"}) + "\n";
  const Finished finished = runEngine({"serve"}, input);
  EXPECT_EQ(finished.exit_code, 0);
  size_t line_end = finished.output.find('\n');
  const auto first = decodeReply(finished.output.substr(0, line_end));
  const auto second = decodeReply(
      finished.output.substr(line_end + 1, finished.output.find('\n', line_end + 1) - line_end - 1));
  ASSERT_TRUE(first.ok() && second.ok()) << finished.output;
  EXPECT_TRUE(first->failed);
  EXPECT_TRUE(second->failed);
  EXPECT_EQ(second->failure.id, 2);
}

TEST(EngineProgram, AnswersVersionAndHelpWithoutLibTorch) {
  const Finished version = runEngine({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_NE(version.output.find("heddle-engine"), std::string::npos);
  for (const char* command : {"run", "resume", "serve", "runs", "sample"}) {
    const Finished help = runEngine({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.output.find("Example:"), std::string::npos) << command;
  }
  EXPECT_EQ(runEngine({"weave"}).exit_code, 2);
}

}  // namespace
}  // namespace heddle
