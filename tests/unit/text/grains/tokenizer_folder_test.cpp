#include "engine/text/grains/tokenizer_folder.h"

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/text/subword/byte_bpe.h"
#include "engine/text/vocabulary_file.h"
#include "tests/unit/subword/subword_fixture.h"
#include "tests/unit/text/chinese/toy_corpus.h"
#include "tests/unit/text/grains/grains_fixture.h"

namespace heddle {
namespace {

std::string vocabularyText() {
  return toyWordPiece()->files().front().bytes;
}

std::string messageOf(const Result<Grains>& result) {
  return result.ok() ? "no error" : result.error().message();
}

#define EXPECT_SAYS(result, part) \
  EXPECT_NE(messageOf(result).find(part), std::string::npos) << messageOf(result)

TEST(TokenizerFolderTest, LoadsWhatItSavedForEveryKindOfBothGrains) {
  for (const NamedGrains& named : allGrains()) {
    const TestFolder folder;
    ASSERT_TRUE(saveGrains(named.grains, folder / "it").ok());
    const Result<Grains> loaded = loadGrains(folder / "it");
    ASSERT_TRUE(loaded.ok()) << named.name << ": " << messageOf(loaded);
    EXPECT_EQ(loaded->fine().kind(), named.grains.fine().kind());
    EXPECT_EQ(loaded->coarseKind(), named.grains.coarseKind());
    EXPECT_EQ(loaded->coarseSize(), named.grains.coarseSize());
    for (uint64_t number = 0; number < 50; ++number) {
      GrainedText before;
      GrainedText after;
      named.grains.encode(randomText(number), before);
      loaded->encode(randomText(number), after);
      ASSERT_EQ(before.fine, after.fine) << named.name << " on text " << number;
      ASSERT_EQ(before.units, after.units) << named.name << " on text " << number;
    }
  }
}

TEST(TokenizerFolderTest, TellsPublishedFilesFromNamesAndContents) {
  const TestFolder folder;
  const SubwordFixture& fixture = subwordFixture();
  SentencePieceFile model;
  model.pieces = {{"<unk>", 0, SentencePieceType::kUnknown}, {"▁a", -1}};
  const auto kindOf = [](const std::filesystem::path& path) {
    const Result<Grains> opened = openTokenizer(path);
    return opened.ok() ? std::string(opened->fine().kind()) : messageOf(opened);
  };
  EXPECT_EQ(kindOf(folder.write("bert.txt", vocabularyText())), "wordpiece");
  EXPECT_EQ(kindOf(folder.write("spiece.model", writeModel(model))), "unigram");
  const auto vocabulary = folder.write("gpt2-vocab.json", fixture.vocab_json);
  const auto merges = folder.write("gpt2-merges.txt", fixture.merges_txt);
  EXPECT_EQ(kindOf(vocabulary), "byte-bpe");
  EXPECT_EQ(kindOf(merges), "byte-bpe");
  const TestFolder plain;
  plain.write("vocab.json", fixture.vocab_json);
  plain.write("merges.txt", fixture.merges_txt.substr(fixture.merges_txt.find('\n') + 1));
  EXPECT_EQ(kindOf(plain / "merges.txt"), "byte-bpe");
  const TestFolder roberta;
  roberta.write("vocab.json", fixture.vocab_json);
  roberta.write("merges.txt", fixture.merges_txt);
  roberta.write("tokenizer.json", R"({"version": "1.0", "model": {"type": "BPE"}})");
  EXPECT_EQ(kindOf(roberta / ""), "byte-bpe");
  const TestFolder albert;
  albert.write("30k-clean.model", writeModel(model));
  EXPECT_EQ(kindOf(albert / ""), "unigram");
  Result<Grains> words = openTokenizer(folder / "bert.txt", {.kind = "words"});
  ASSERT_TRUE(words.ok());
  EXPECT_EQ(words->fine().kind(), "words");
}

TEST(TokenizerFolderTest, TellsLowerCaseFromTheConfigurationElseFromThePieces) {
  const std::string specials = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  const TestFolder folder;
  EXPECT_TRUE(openTokenizer(folder.write("vocab.txt", specials + "a\nb\n"))->lowercase());
  EXPECT_FALSE(openTokenizer(folder.write("cased.txt", specials + "A\nb\n"))->lowercase());
  EXPECT_TRUE(openTokenizer(folder / "cased.txt", {.lowercase = true})->lowercase());
  folder.write("tokenizer_config.json", R"({"do_lower_case": false})");
  EXPECT_FALSE(openTokenizer(folder / "vocab.txt")->lowercase());
}

TEST(TokenizerFolderTest, AddsAPhraseDictionaryToPublishedFiles) {
  const TestFolder folder;
  folder.write("vocab.txt", vocabularyText());
  ASSERT_TRUE(savePhrases(toyPhrases(), folder / "phrases.txt").ok());
  const Result<Grains> both =
      openTokenizer(folder / "vocab.txt", {.lowercase = true, .phrases = folder / "phrases.txt"});
  ASSERT_TRUE(both.ok()) << messageOf(both);
  EXPECT_EQ(both->coarseSize(), both->fineSize() + 5);
  EXPECT_SAYS(openTokenizer(folder / "vocab.txt", {.lowercase = false, .phrases = folder / "phrases.txt"}),
              "do not fit");
}

TEST(TokenizerFolderTest, SaysInOneSentenceWhatIsWrongWithAVocabulary) {
  const TestFolder folder;
  const std::string good = vocabularyText();
  EXPECT_SAYS(openTokenizer(folder.write("twice.txt", good + "new\n")), "\"new\" stands on line 6");
  EXPECT_SAYS(openTokenizer(folder.write("unk.txt", "[PAD]\n[CLS]\n[SEP]\n[MASK]\na\n")), "no [UNK]");
  EXPECT_SAYS(openTokenizer(folder.write("bom.txt", "\xEF\xBB\xBF" + good)), "byte order mark");
  EXPECT_SAYS(openTokenizer(folder.write("latin.txt", good + "caf\xE9\n")), "is not UTF-8");
  EXPECT_SAYS(openTokenizer(folder.write("empty.txt", "")), "is empty");
  EXPECT_SAYS(openTokenizer(folder.write("gap.txt", "[PAD]\n\n" + good)), "line 2 is empty");
  EXPECT_SAYS(openTokenizer(folder.write("albert.vocab", "<unk>\t0\n▁a\t-1.5\n")), "name the .model file");
  EXPECT_SAYS(openTokenizer(folder / "nothing"), "no such file or folder");
  const auto corpus = folder.write("corpus.txt", good);
  std::filesystem::resize_file(corpus, kMaxVocabularyBytes + 1);
  EXPECT_SAYS(openTokenizer(corpus), "no vocabulary has over 64 MB");
  EXPECT_SAYS(openTokenizer(folder.write("hf.json", R"({"model": {}, "version": "1.0"})")), "Hugging Face");
  EXPECT_SAYS(openTokenizer(folder.write("vocab.json", R"({"a": 0})")), "merges.txt is not there");
  // Line ends of Windows are stripped, as the published code does.
  std::string windows;
  for (const char c : good) {
    windows += c == '\n' ? "\r\n" : std::string(1, c);
  }
  const Result<Grains> opened = openTokenizer(folder.write("windows.txt", windows));
  ASSERT_TRUE(opened.ok()) << messageOf(opened);
  EXPECT_EQ(opened->fine().files().front().bytes, good);
}

TEST(TokenizerFolderTest, SaysWhatIsWrongWithAModel) {
  const TestFolder folder;
  SentencePieceFile model;
  model.pieces = {{"<unk>", 0, SentencePieceType::kUnknown}, {"▁a", -1}};
  const std::string bytes = writeModel(model);
  EXPECT_SAYS(openTokenizer(folder.write("short.model", bytes.substr(0, bytes.size() - 3))), "short.model");
  EXPECT_SAYS(openTokenizer(folder.write("text.model", vocabularyText())), "text.model");
  EXPECT_SAYS(openTokenizer(folder.write("good.model", bytes), {.kind = "bpe"}),
              "its kind is unigram, not bpe");
  const TestFolder two;
  two.write("a.model", bytes);
  two.write("b.model", bytes);
  EXPECT_SAYS(openTokenizer(two / ""), "2 .model files");
}

TEST(TokenizerFolderTest, RefusesFoldersWhoseFilesDoNotBelongTogether) {
  const TestFolder folder;
  const auto saved = [&](const char* name) {
    EXPECT_TRUE(saveGrains(Grains::withPhrases(toyWordPiece(), toyPhrases()).value(), folder / name).ok());
    return folder / name;
  };
  auto path = saved("pieces");
  EXPECT_TRUE(writeFileAtomic(path / "vocab.txt", vocabularyText() + "more\n").ok());
  EXPECT_SAYS(loadGrains(path), "the files were exchanged");
  path = saved("phrases");
  EXPECT_TRUE(savePhrases(toyPhrases(false), path / "phrases.txt").ok());
  EXPECT_SAYS(loadGrains(path), "do not fit");
  path = saved("gone");
  std::filesystem::remove(path / "phrases.txt");
  EXPECT_SAYS(loadGrains(path), "phrases.txt");
  path = saved("silent");
  EXPECT_TRUE(
      writeFileAtomic(path / "tokenizer.json", R"({"format": 2, "kind": "wordpiece", "coarse": "none"})")
          .ok());
  EXPECT_SAYS(loadGrains(path), "whether text is lower-cased");
  path = saved("newer");
  EXPECT_TRUE(writeFileAtomic(path / "tokenizer.json", R"({"format": 3, "kind": "wordpiece"})").ok());
  EXPECT_SAYS(loadGrains(path), "its format is 3");
  path = saved("broken");
  EXPECT_TRUE(writeFileAtomic(path / "tokenizer.json", R"({"format": 2)").ok());
  EXPECT_SAYS(loadGrains(path), "tokenizer.json");
  EXPECT_SAYS(loadGrains(folder / "none"), "it has no tokenizer.json");
}

}  // namespace
}  // namespace heddle
