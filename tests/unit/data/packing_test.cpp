#include "engine/data/packing.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "engine/base/file.h"
#include "engine/text/sample_text.h"
#include "engine/text/sentences.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

constexpr int64_t kPartBytes = 20000;

class PackingTest : public WorkspaceTest {
 protected:
  static Grains makeGrains() {
    std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", "the", "##er"};
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      pieces.emplace_back(1, letter);
      pieces.push_back(std::string("##") + letter);
    }
    return Grains(makeTokenizer(WordPiece::fromVocabulary(pieces, true).value()));
  }
  // Documents of the sample text; every fifth has no words.
  static Paragraphs document(int64_t index) {
    Paragraphs paragraphs;
    if (index % 5 == 4) {
      return {"\x01"};
    }
    for (const auto& sentences : generateDocument(1, index).paragraphs) {
      paragraphs.push_back(paragraphText(sentences));
    }
    return paragraphs;
  }
  static NextDocument documents(int64_t count, int64_t kill_at = -1) {
    return [count, kill_at, next = int64_t{0}](Paragraphs& out) mutable -> Result<bool> {
      if (next == kill_at) {
        ::kill(::getpid(), SIGKILL);
      }
      if (next >= count) {
        return false;
      }
      out = document(next++);
      return true;
    };
  }
  Result<int64_t> pack(const NextDocument& next, const std::filesystem::path& folder,
                       const PackingOptions& options = {}) const {
    Result<CorpusWriter> writer = CorpusWriter::open(
        folder, {.fine_size = grains.fineSize(), .coarse_size = grains.coarseSize()}, kPartBytes);
    if (!writer.ok()) {
      return writer.error();
    }
    resumed_at = writer->sourceDocuments();
    const Result<int64_t> bytes = packDocuments(next, grains, *writer, options);
    if (bytes.ok()) {
      EXPECT_TRUE(writer->finish({.text_bytes = *bytes}).ok());
    }
    return bytes;
  }
  static std::map<std::string, std::string> parts(const std::filesystem::path& folder) {
    std::map<std::string, std::string> bytes;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".shard") {
        bytes[entry.path().filename().string()] = *readFile(entry.path());
      }
    }
    return bytes;
  }

  Grains grains = makeGrains();
  mutable int64_t resumed_at = 0;
};

TEST_F(PackingTest, GivesWhatOneThreadGivesSentenceBySentence) {
  ASSERT_TRUE(pack(documents(300), root / "packed", {.threads = 3}).ok());
  const Result<Corpus> corpus = Corpus::open(root / "packed", 0);
  ASSERT_TRUE(corpus.ok()) << corpus.error().message();
  ASSERT_TRUE(corpus->check().ok());
  EXPECT_GT(corpus->report().parts, 3);
  EXPECT_EQ(corpus->documents(), 240);
  SentenceSplitter splitter;
  std::vector<ByteRange> sentences;
  GrainedText text;
  int64_t number = 0, unit_number = 0, kept = 0;
  for (int64_t index = 0; index < 300; ++index) {
    if (index % 5 == 4) {
      continue;
    }
    ASSERT_EQ(corpus->documentBegin(kept++), number);
    for (const std::string& paragraph : document(index)) {
      splitter.split(paragraph, sentences);
      for (const ByteRange& range : sentences) {
        grains.encode(std::string_view(paragraph).substr(static_cast<size_t>(range.begin),
                                                         static_cast<size_t>(range.end - range.begin)),
                      text);
        std::vector<int32_t> expected, ids;
        for (const Piece& piece : text.fine) {
          expected.push_back(piece.id);
        }
        corpus->appendTokens(corpus->sentenceBegin(number), corpus->sentenceBegin(number + 1), ids);
        ASSERT_EQ(ids, expected);
        ASSERT_EQ(corpus->unitBegin(number), unit_number);
        for (const Unit& unit : text.units) {
          ASSERT_EQ(corpus->unitTokens(unit_number++), unit.count);
        }
        ++number;
      }
    }
  }
  EXPECT_EQ(corpus->sentences(), number);
}

TEST_F(PackingTest, DoesNotDependOnTheNumberOfThreads) {
  ASSERT_TRUE(pack(documents(200), root / "one", {.threads = 1}).ok());
  ASSERT_TRUE(pack(documents(200), root / "four", {.threads = 4}).ok());
  EXPECT_EQ(parts(root / "one"), parts(root / "four"));
}

TEST_F(PackingTest, GoesOnAfterAKillAtTheLastCompletePart) {
  ASSERT_TRUE(pack(documents(300), root / "whole").ok());
  for (const int64_t kill_at : {0, 70, 299}) {
    const std::filesystem::path folder = root / ("killed" + std::to_string(kill_at));
    const pid_t child = ::fork();
    if (child == 0) {
      // Portions are as large as a part and more here: what is handed in is written without waiting.
      static_cast<void>(pack(documents(300, kill_at), folder, {.threads = 1}));
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    EXPECT_FALSE(Corpus::open(folder, 0).ok());
    ASSERT_TRUE(pack(documents(300), folder).ok());
    EXPECT_EQ(parts(folder), parts(root / "whole")) << kill_at;
  }
}

TEST_F(PackingTest, KeepsCompletePartsWhenItIsStopped) {
  ASSERT_TRUE(pack(documents(300), root / "whole").ok());
  // The parts of a packing that was stopped after three of them.
  std::filesystem::create_directories(root / "stopped");
  for (const char* name : {"00000.shard", "00001.shard", "00002.shard"}) {
    std::filesystem::copy_file(root / "whole" / name, root / "stopped" / name);
  }
  int64_t asked = 0;
  const PackingOptions stop{.go_on = [&] { return ++asked > 250 ? Status(Error{"enough", ""}) : Status{}; }};
  EXPECT_EQ(pack(documents(300), root / "stopped", stop).error().text, "enough");
  EXPECT_GT(resumed_at, 0);
  EXPECT_GE(parts(root / "stopped").size(), 3u);
  ASSERT_TRUE(pack(documents(300), root / "stopped").ok());
  EXPECT_EQ(parts(root / "stopped"), parts(root / "whole"));
}

TEST_F(PackingTest, HandsOnTheErrorsOfTheText) {
  const NextDocument broken = [](Paragraphs&) -> Result<bool> { return Error{"broken text", ""}; };
  EXPECT_EQ(pack(broken, root / "broken").error().text, "broken text");
}

}  // namespace
}  // namespace heddle
