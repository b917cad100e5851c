#include "engine/data/prepare.h"

#include <unistd.h>

#include "engine/base/file.h"
#include "engine/data/corpus.h"
#include "engine/text/sample_text.h"
#include "engine/text/wordpiece.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

class PrepareTest : public WorkspaceTest {
 protected:
  static TextRecipe sample(int64_t documents = 60) {
    TextRecipe recipe;
    recipe.sample_documents = documents;
    recipe.vocab_size = 500;
    recipe.heldout_fraction = 0.1;
    return recipe;
  }
  std::string failure(const TextRecipe& recipe) const {
    const Result<PreparedCorpus> corpus = prepareCorpus(recipe, workspace());
    return corpus.ok() ? "prepared" : corpus.error().message();
  }
};

TEST_F(PrepareTest, PacksTheSampleTextSoThatItsTokensCanBeReadBack) {
  const Result<PreparedCorpus> corpus = prepareCorpus(sample(), workspace());
  ASSERT_TRUE(corpus.ok()) << corpus.error().message();
  EXPECT_EQ(corpus->documents, 60);
  EXPECT_EQ(corpus->heldout_documents, 6);
  const Result<WordPiece> vocabulary = WordPiece::load(corpus->vocabulary, corpus->lowercase);
  const Result<Corpus> shard = Corpus::open(corpus->corpus, 0.1);
  ASSERT_TRUE(vocabulary.ok() && shard.ok());
  EXPECT_EQ(vocabulary->size(), 500);
  EXPECT_EQ(shard->tokens(), corpus->tokens);
  EXPECT_EQ(shard->sentences(), corpus->sentences);
  for (const int64_t document : {0, 17, 59}) {
    std::vector<int32_t> expected;
    for (const Piece& piece : vocabulary->encode(documentText(generateDocument(1, document)))) {
      expected.push_back(piece.id);
    }
    std::vector<int32_t> ids;
    shard->appendTokens(shard->sentenceBegin(shard->documentBegin(document)),
                        shard->sentenceBegin(shard->documentBegin(document + 1)), ids);
    EXPECT_EQ(ids, expected);
  }
}

TEST_F(PrepareTest, UsesAgainWhatIsThereAndMakesAnewWhatIsDamaged) {
  const Result<PreparedCorpus> first = prepareCorpus(sample(), workspace());
  ASSERT_TRUE(first.ok());
  const std::filesystem::path part = first->corpus / "00000.shard";
  const auto time = std::filesystem::last_write_time(part);
  const std::string bytes = *readFile(part);
  const Result<PreparedCorpus> second = prepareCorpus(sample(), workspace());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->corpus, first->corpus);
  EXPECT_EQ(std::filesystem::last_write_time(part), time);

  ASSERT_TRUE(writeFileAtomic(part, bytes.substr(0, bytes.size() / 2)).ok());
  ASSERT_TRUE(writeFileAtomic(first->vocabulary, "broken").ok());
  ASSERT_TRUE(prepareCorpus(sample(), workspace()).ok());
  EXPECT_EQ(*readFile(part), bytes);
}

TEST_F(PrepareTest, NamesCorporaByTextAndSettings) {
  const PreparedCorpus base = *prepareCorpus(sample(), workspace());
  TextRecipe other = sample();
  other.heldout_fraction = 0.2;
  EXPECT_EQ(prepareCorpus(other, workspace())->corpus, base.corpus);
  EXPECT_EQ(prepareCorpus(other, workspace())->vocabulary, base.vocabulary);
  other = sample();
  other.lowercase = false;
  EXPECT_NE(prepareCorpus(other, workspace())->vocabulary, base.vocabulary);
  other = sample();
  other.sample_seed = 2;
  EXPECT_NE(prepareCorpus(other, workspace())->corpus, base.corpus);
  // The same text from a file is the same corpus.
  std::string text;
  for (int64_t index = 0; index < 60; ++index) {
    text += documentText(generateDocument(1, index)) + "\n";
  }
  other = sample();
  other.files = {write("sample.txt", text)};
  EXPECT_EQ(prepareCorpus(other, workspace())->corpus, base.corpus);
}

TEST_F(PrepareTest, TakesAVocabularyThatIsGiven) {
  TextRecipe recipe = sample();
  recipe.vocabulary = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n.\n");
  const Result<PreparedCorpus> corpus = prepareCorpus(recipe, workspace());
  ASSERT_TRUE(corpus.ok()) << corpus.error().message();
  EXPECT_EQ(*readFile(corpus->vocabulary), *readFile(recipe.vocabulary));
  EXPECT_NE(corpus->vocabulary, recipe.vocabulary);
  recipe.vocabulary = write("bad.txt", "the\n");
  EXPECT_NE(failure(recipe).find("it has no [PAD]"), std::string::npos);
  recipe.vocabulary = root / "nowhere.txt";
  EXPECT_NE(failure(recipe).find("nowhere.txt"), std::string::npos);
}

TEST_F(PrepareTest, HoldsOutAtLeastOneDocumentAndNeverAll) {
  TextRecipe recipe = sample(2);
  recipe.heldout_fraction = 0.001;
  EXPECT_EQ(prepareCorpus(recipe, workspace())->heldout_documents, 1);
  recipe.heldout_fraction = 0.999;
  EXPECT_EQ(prepareCorpus(recipe, workspace())->heldout_documents, 1);
  recipe.heldout_fraction = 0;
  EXPECT_EQ(prepareCorpus(recipe, workspace())->heldout_documents, 0);
  recipe.heldout_fraction = 0.5;
  recipe.sample_documents = 1;
  EXPECT_EQ(prepareCorpus(recipe, workspace())->heldout_documents, 0);
}

TEST_F(PrepareTest, RefusesEmptyCorpora) {
  TextRecipe recipe = sample();
  recipe.files = {write("empty.txt", "\n  \n\n")};
  EXPECT_NE(failure(recipe).find("empty.txt holds no text"), std::string::npos) << failure(recipe);
  recipe.files = {write("controls.txt", "\x01\x02\n")};
  EXPECT_NE(failure(recipe).find("no words"), std::string::npos) << failure(recipe);
  recipe.vocabulary = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n");
  EXPECT_NE(failure(recipe).find("holds no words"), std::string::npos) << failure(recipe);
  EXPECT_TRUE(std::filesystem::is_empty(*std::filesystem::directory_iterator(workspace().corpora())));
}

TEST_F(PrepareTest, StopsWhenAskedAndLeavesNoCorpusBehind) {
  for (const double until : {0.0, 0.15, 0.35, 0.4}) {
    const auto progress = [until](double fraction, std::string_view) { return fraction < until; };
    const Result<PreparedCorpus> corpus = prepareCorpus(sample(), workspace(), progress);
    ASSERT_FALSE(corpus.ok()) << until;
    EXPECT_NE(corpus.error().message().find("cancelled"), std::string::npos);
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(workspace().corpora())) {
    EXPECT_FALSE(entry.is_regular_file()) << entry.path();
  }
  EXPECT_EQ(failure(sample()), "prepared");
}

TEST_F(PrepareTest, ReportsProgressThatOnlyRises) {
  double last = 0;
  const auto progress = [&last](double fraction, std::string_view) {
    EXPECT_GE(fraction, last);
    EXPECT_LE(fraction, 1.0);
    last = fraction;
    return true;
  };
  ASSERT_TRUE(prepareCorpus(sample(600), workspace(), progress).ok());
  EXPECT_EQ(last, 1.0);
}

TEST_F(PrepareTest, NamesAWorkspaceThatCannotBeWritten) {
  // A file where a folder is needed fails for root too, whom permissions do not stop.
  ASSERT_TRUE(writeFileAtomic(root / "workspace", "in the way").ok());
  EXPECT_NE(failure(sample()).find("cannot create the folder"), std::string::npos) << failure(sample());
  if (::geteuid() == 0) {
    return;
  }
  std::filesystem::remove(root / "workspace");
  std::filesystem::permissions(root, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const std::string text = failure(sample());
  std::filesystem::permissions(root, std::filesystem::perms::owner_all);
  EXPECT_NE(text.find("Permission denied"), std::string::npos) << text;
}

TEST_F(PrepareTest, NamesTextThatCannotBeRead) {
  // Opens, but no byte of it can be read, by root neither.
  TextRecipe recipe = sample();
  recipe.files = {"/proc/self/mem"};
  EXPECT_NE(failure(recipe).find("/proc/self/mem: Input/output error"), std::string::npos) << failure(recipe);
}

}  // namespace
}  // namespace heddle
