#include "engine/data/prepare.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/file.h"
#include "engine/data/corpus.h"
#include "engine/data/corpus_description.h"
#include "engine/data/folder_lock.h"
#include "engine/data/packed_text.h"
#include "engine/data/pretraining_data.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "engine/text/sample_text.h"
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
  Result<PreparedText> prepare(const TextRecipe& recipe,
                               const std::vector<CorpusRecipe>& corpora = {}) const {
    return prepareText(recipe, corpora, workspace());
  }
  static std::vector<CorpusRecipe> corpusOf(std::vector<std::filesystem::path> files) {
    return {{.files = std::move(files)}};
  }
  std::string failure(const TextRecipe& recipe, const std::vector<CorpusRecipe>& corpora = {}) const {
    const Result<PreparedText> text = prepare(recipe, corpora);
    return text.ok() ? "prepared" : text.error().message();
  }
};

TEST_F(PrepareTest, PacksTheSampleTextSoThatItsTokensCanBeReadBack) {
  const Result<PreparedText> corpus = prepare(sample());
  ASSERT_TRUE(corpus.ok()) << corpus.error().message();
  EXPECT_EQ(corpus->documents(), 60);
  EXPECT_EQ(corpus->heldoutDocuments(), 6);
  const Result<Grains> vocabulary = loadGrains(corpus->tokenizer);
  const Result<Corpus> shard = Corpus::open(corpus->corpora.at(0).folder, 0.1);
  ASSERT_TRUE(vocabulary.ok() && shard.ok());
  EXPECT_EQ(vocabulary->fineSize(), 500);
  EXPECT_EQ(shard->tokens(), corpus->tokens());
  EXPECT_EQ(shard->sentences(), corpus->sentences());
  for (const int64_t document : {0, 17, 59}) {
    std::vector<int32_t> expected;
    for (const Piece& piece : vocabulary->fine().encode(documentText(generateDocument(1, document)))) {
      expected.push_back(piece.id);
    }
    std::vector<int32_t> ids;
    shard->appendTokens(shard->sentenceBegin(shard->documentBegin(document)),
                        shard->sentenceBegin(shard->documentBegin(document + 1)), ids);
    EXPECT_EQ(ids, expected);
  }
}

TEST_F(PrepareTest, UsesAgainWhatIsThereAndMakesAnewWhatIsDamaged) {
  const Result<PreparedText> first = prepare(sample());
  ASSERT_TRUE(first.ok());
  const std::filesystem::path part = first->corpora.at(0).folder / "00000.shard";
  const auto time = std::filesystem::last_write_time(part);
  const std::string bytes = *readFile(part);
  const Result<PreparedText> second = prepare(sample());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->corpora.at(0).folder, first->corpora.at(0).folder);
  EXPECT_EQ(std::filesystem::last_write_time(part), time);

  ASSERT_TRUE(writeFileAtomic(part, bytes.substr(0, bytes.size() / 2)).ok());
  ASSERT_TRUE(writeFileAtomic(first->tokenizer / "vocab.txt", "broken").ok());
  ASSERT_TRUE(prepare(sample()).ok());
  EXPECT_EQ(*readFile(part), bytes);
}

TEST_F(PrepareTest, NamesCorporaByTextAndSettings) {
  const PreparedText base = *prepare(sample());
  TextRecipe other = sample();
  other.heldout_fraction = 0.2;
  EXPECT_EQ(prepare(other)->corpora.at(0).folder, base.corpora.at(0).folder);
  EXPECT_EQ(prepare(other)->tokenizer, base.tokenizer);
  other = sample();
  other.lowercase = false;
  EXPECT_NE(prepare(other)->tokenizer, base.tokenizer);
  other = sample();
  other.sample_seed = 2;
  EXPECT_NE(prepare(other)->corpora.at(0).folder, base.corpora.at(0).folder);
  // The same text from a file is the same corpus.
  std::string text;
  for (int64_t index = 0; index < 60; ++index) {
    text += documentText(generateDocument(1, index)) + "\n";
  }
  other = sample();
  EXPECT_EQ(prepare(other, corpusOf({write("sample.txt", text)}))->corpora.at(0).folder,
            base.corpora.at(0).folder);
}

TEST_F(PrepareTest, TakesAVocabularyThatIsGiven) {
  TextRecipe recipe = sample();
  recipe.vocabulary = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n.\n");
  const Result<PreparedText> corpus = prepare(recipe);
  ASSERT_TRUE(corpus.ok()) << corpus.error().message();
  EXPECT_EQ(*readFile(corpus->tokenizer / "vocab.txt"), *readFile(recipe.vocabulary));
  recipe.vocabulary = write("bad.txt", "the\n");
  EXPECT_NE(failure(recipe).find("it has no [PAD]"), std::string::npos);
  recipe.vocabulary = root / "nowhere.txt";
  EXPECT_NE(failure(recipe).find("nowhere.txt"), std::string::npos);
}

TEST_F(PrepareTest, HoldsOutAtLeastOneDocumentAndNeverAll) {
  TextRecipe recipe = sample(2);
  recipe.heldout_fraction = 0.001;
  EXPECT_EQ(prepare(recipe)->heldoutDocuments(), 1);
  recipe.heldout_fraction = 0.999;
  EXPECT_EQ(prepare(recipe)->heldoutDocuments(), 1);
  recipe.heldout_fraction = 0;
  EXPECT_EQ(prepare(recipe)->heldoutDocuments(), 0);
  recipe.heldout_fraction = 0.5;
  recipe.sample_documents = 1;
  EXPECT_EQ(prepare(recipe)->heldoutDocuments(), 0);
}

TEST_F(PrepareTest, RefusesEmptyCorpora) {
  TextRecipe recipe = sample();
  std::vector<CorpusRecipe> corpora = corpusOf({write("empty.txt", "\n  \n\n")});
  EXPECT_NE(failure(recipe, corpora).find("empty.txt holds no text"), std::string::npos)
      << failure(recipe, corpora);
  corpora = corpusOf({write("controls.txt", "\x01\x02\n")});
  EXPECT_NE(failure(recipe, corpora).find("no words"), std::string::npos) << failure(recipe, corpora);
  recipe.vocabulary = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n");
  EXPECT_NE(failure(recipe, corpora).find("holds no words"), std::string::npos) << failure(recipe, corpora);
  EXPECT_TRUE(std::filesystem::is_empty(*std::filesystem::directory_iterator(workspace().corpora())));
}

TEST_F(PrepareTest, NamesFiltersThatLeaveNothing) {
  std::vector<CorpusRecipe> corpora = corpusOf({write("short.txt", "one\n\ntwo\n\na longer document\n")});
  corpora[0].name = "wiki";
  corpora[0].min_characters = 100;
  const std::string text = failure(sample(), corpora);
  EXPECT_NE(text.find("the filters leave nothing of the corpus wiki"), std::string::npos) << text;
  EXPECT_NE(text.find("3 too short"), std::string::npos) << text;
}

TEST_F(PrepareTest, FiltersBeforeLearningAndPackingAndReportsIt) {
  std::string text;
  for (int64_t index = 0; index < 40; ++index) {
    text += documentText(generateDocument(1, index)) + "\n" + (index % 4 == 0 ? "short\n\n" : "");
  }
  std::vector<CorpusRecipe> corpora = corpusOf({write("mixed.txt", text + text)});
  const int64_t all = prepare(sample(), corpora)->documents();
  EXPECT_EQ(all, 100);
  corpora[0].min_characters = 10;
  corpora[0].deduplicate = true;
  const Result<PreparedText> kept = prepare(sample(), corpora);
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_EQ(kept->documents(), 40);
  EXPECT_EQ(kept->corpora.at(0).report.filters.at("too_short"), 20);
  // What is left is the plain text without them, so it is that corpus.
  std::string plain;
  for (int64_t index = 0; index < 40; ++index) {
    plain += documentText(generateDocument(1, index)) + "\n";
  }
  EXPECT_EQ(prepare(sample(), corpusOf({write("plain.txt", plain)}))->corpora.at(0).folder,
            kept->corpora.at(0).folder);
}

TEST_F(PrepareTest, PacksSeveralCorporaWithOneTokenizer) {
  std::vector<CorpusRecipe> corpora;
  for (int64_t corpus = 0; corpus < 2; ++corpus) {
    std::string text;
    for (int64_t index = 0; index < 30; ++index) {
      text += documentText(generateDocument(static_cast<uint64_t>(corpus) + 1, index)) + "\n";
    }
    const std::string name(1, static_cast<char>('a' + corpus));
    corpora.push_back({.name = name, .files = {write(name + ".txt", text)}});
  }
  const Result<PreparedText> both = prepare(sample(), corpora);
  ASSERT_TRUE(both.ok()) << both.error().message();
  ASSERT_EQ(both->corpora.size(), 2u);
  EXPECT_EQ(both->documents(), 60);
  EXPECT_EQ(both->heldoutDocuments(), 6);
  EXPECT_NE(both->corpora[0].folder, both->corpora[1].folder);
  EXPECT_EQ(both->corpora[0].report.vocabulary, both->corpora[1].report.vocabulary);
  EXPECT_NE(prepare(sample(), {corpora[0]})->tokenizer, both->tokenizer);
}

TEST_F(PrepareTest, PacksPhrasesAsTheCoarseGrain) {
  TextRecipe recipe = sample(400);
  recipe.coarse = "phrases";
  recipe.phrase_min_count = 5;
  const Result<PreparedText> text = prepare(recipe);
  ASSERT_TRUE(text.ok()) << text.error().message();
  const CorpusReport& report = text->corpora.at(0).report;
  EXPECT_GT(report.vocabulary.coarse_size, report.vocabulary.fine_size);
  EXPECT_GT(report.coarseRate(), 0.01);
  EXPECT_LT(report.coarse_tokens, report.tokens);
  // The counts are those of the units.
  const Result<Corpus> corpus = Corpus::open(text->corpora.at(0).folder, 0.1);
  ASSERT_TRUE(corpus.ok());
  int64_t coarse_units = 0, coarse_tokens = 0, tokens = 0;
  for (int64_t unit = 0; unit < corpus->units(); ++unit) {
    const bool coarse = corpus->unitCoarse(unit) != kFallsBack;
    coarse_units += coarse;
    coarse_tokens += coarse ? 1 : corpus->unitTokens(unit);
    tokens += corpus->unitTokens(unit);
  }
  EXPECT_EQ(coarse_units, report.coarse_units);
  EXPECT_EQ(coarse_tokens, report.coarse_tokens);
  EXPECT_EQ(tokens, report.tokens);
}

TEST_F(PrepareTest, ListsTheMostFrequentAndTheLongestPhrasesOfACorpus) {
  TextRecipe recipe = sample(400);
  recipe.coarse = "phrases";
  recipe.phrase_min_count = 5;
  const Result<PreparedText> text = prepare(recipe);
  ASSERT_TRUE(text.ok()) << text.error().message();
  const PreparedCorpus& made = text->corpora.at(0);
  ASSERT_TRUE(made.report.coarse_uses);
  // Counted once more, unit by unit.
  const Result<Corpus> corpus = Corpus::open(made.folder, 0.1);
  const Result<Grains> grains = loadGrains(text->tokenizer);
  ASSERT_TRUE(corpus.ok() && grains.ok());
  std::map<std::string, int64_t> counts;
  for (int64_t unit = 0; unit < corpus->units(); ++unit) {
    if (const int32_t id = corpus->unitCoarse(unit); id != kFallsBack) {
      ++counts[grains->coarseText(id)];
    }
  }
  const CoarseUses& uses = *made.report.coarse_uses;
  EXPECT_EQ(uses.different, static_cast<int64_t>(counts.size()));
  ASSERT_EQ(uses.most_frequent.size(), 20u);
  ASSERT_EQ(uses.longest.size(), 20u);
  const auto words = [](const std::string& phrase) { return std::count(phrase.begin(), phrase.end(), ' '); };
  int64_t fewer = 0;
  int64_t shorter = 0;
  for (const auto& [phrase, count] : counts) {
    fewer += count < uses.most_frequent.back().count;
    shorter += words(phrase) < words(uses.longest.back().text);
  }
  EXPECT_GE(static_cast<int64_t>(counts.size()) - fewer, 20);
  EXPECT_LE(static_cast<int64_t>(counts.size()) - fewer - 20,
            std::count_if(counts.begin(), counts.end(),
                          [&](const auto& use) { return use.second == uses.most_frequent.back().count; }));
  EXPECT_GE(static_cast<int64_t>(counts.size()) - shorter, 20);
  for (const std::vector<CoarseUse>& list : {uses.most_frequent, uses.longest}) {
    for (const CoarseUse& use : list) {
      EXPECT_EQ(use.count, counts[use.text]) << use.text;
    }
  }
  EXPECT_EQ(CorpusReport::read(made.folder)->coarse_uses, made.report.coarse_uses) << "and they are kept";
  EXPECT_FALSE(prepare(sample())->corpora.at(0).report.coarse_uses) << "one grain has none";
}

TEST_F(PrepareTest, KeepsWhatACorpusWasPreparedWithSoThatItIsFoundAgain) {
  std::string text;
  for (int64_t index = 0; index < 30; ++index) {
    text += documentText(generateDocument(1, index)) + "\n";
  }
  CorpusRecipe corpus{.name = "维基", .files = {write("a, b.txt", text)}, .min_characters = 3};
  const Result<PreparedText> first = prepare(sample(), {corpus});
  ASSERT_TRUE(first.ok()) << first.error().message();
  Result<CorpusReport> report = CorpusReport::read(first->corpora[0].folder);
  ASSERT_TRUE(report.ok());
  Result<Recipe> again = recipeOf(*report);
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(again->corpora, std::vector<CorpusRecipe>{corpus});
  EXPECT_EQ(again->text.vocab_size, 500);
  EXPECT_EQ(prepare(again->text, again->corpora)->corpora[0].folder, first->corpora[0].folder);
  // Under another name it is the same corpus; its report says what it was last prepared as.
  corpus.name = "wiki";
  corpus.min_characters = 0;
  ASSERT_TRUE(prepare(sample(), {corpus}).ok());
  report = CorpusReport::read(first->corpora[0].folder);
  EXPECT_EQ(recipeOf(*report)->corpora, std::vector<CorpusRecipe>{corpus});
  EXPECT_TRUE(report->filters.is_null());
  EXPECT_EQ(corpusTitle(again.value()), "维基");
  again->corpora[0].name.clear();
  again->corpora[0].files.emplace_back("texts/wiki/");
  EXPECT_EQ(corpusTitle(again.value()), "a, b.txt, wiki");
  again->corpora.clear();
  EXPECT_EQ(corpusTitle(again.value()), "Sample text");
  CorpusReport other = *report;
  other.settings = {"text.of_tomorrow=1"};
  EXPECT_FALSE(recipeOf(other).ok());
  other.settings.reset();
  EXPECT_FALSE(recipeOf(other).ok());
}

TEST_F(PrepareTest, OneOfSeveralCorporaKeepsTheTokenizerOfAll) {
  std::vector<CorpusRecipe> corpora;
  for (uint64_t corpus = 1; corpus <= 2; ++corpus) {
    std::string text;
    for (int64_t index = 0; index < 100; ++index) {
      text += documentText(generateDocument(corpus, index)) + "\n";
    }
    const std::string name = std::to_string(corpus);
    corpora.push_back({.name = name, .files = {write(name + ".txt", text)}});
  }
  TextRecipe recipe = sample();
  recipe.coarse = "phrases";
  recipe.phrase_min_count = 5;
  const Result<PreparedText> both = prepare(recipe, corpora);
  ASSERT_TRUE(both.ok()) << both.error().message();
  const Result<Recipe> second = recipeOf(both->corpora[1].report);
  ASSERT_TRUE(second.ok()) << second.error().message();
  ASSERT_EQ(second->corpora, std::vector<CorpusRecipe>{corpora[1]});
  const Result<PreparedText> alone = prepare(second->text, second->corpora);
  ASSERT_TRUE(alone.ok()) << alone.error().message();
  EXPECT_EQ(alone->corpora[0].folder, both->corpora[1].folder);
}

TEST_F(PrepareTest, ListsWhatIsPackedInAWorkspace) {
  EXPECT_TRUE(packedCorpora(workspace())->empty());
  const Result<PreparedText> made = prepare(sample());
  ASSERT_TRUE(made.ok());
  std::filesystem::create_directories(workspace().corpora() / "unfinished");
  std::filesystem::create_directories(workspace().tokenizers() / "unfinished");
  const Result<std::vector<PackedCorpus>> all = packedCorpora(workspace());
  ASSERT_TRUE(all.ok()) << all.error().message();
  ASSERT_EQ(all->size(), 2u);
  const size_t whole = (*all)[0].report.ok() ? 0 : 1;
  EXPECT_EQ((*all)[whole].folder, made->corpora[0].folder);
  EXPECT_EQ((*all)[whole].tokenizer, made->tokenizer);
  EXPECT_EQ((*all)[whole].report->documents, 60);
  EXPECT_GT((*all)[whole].disk_bytes, 1000);
  EXPECT_GT((*all)[whole].changed, 1e9);
  ASSERT_FALSE((*all)[1 - whole].report.ok());
  EXPECT_NE((*all)[1 - whole].report.error().text.find("not packed to its end"), std::string::npos);
  EXPECT_FALSE((*all)[1 - whole].is_being_packed);
  {
    FolderLock packing(workspace().corpora() / "unfinished");
    ASSERT_TRUE(packing.tryAcquire());
    const PackedCorpus now = packedCorpora(workspace())->at(1 - whole);
    EXPECT_TRUE(now.is_being_packed);
    EXPECT_NE(now.report.error().text.find("is being packed"), std::string::npos);
  }
  TextRecipe sampled = sample();
  sampled.tokenizer = "unigram";
  sampled.vocab_size = 200;
  sampled.sampling_alpha = 0.1;
  const Result<PreparedText> copies = prepare(sampled);
  ASSERT_TRUE(copies.ok()) << copies.error().message();
  EXPECT_FALSE(copies->corpora[0].samples.empty());
  EXPECT_EQ(packedCorpora(workspace())->size(), 3u) << "its copies are part of it";
  std::filesystem::remove_all(made->tokenizer);
  const Result<std::vector<PackedCorpus>> without = packedCorpora(workspace());
  ASSERT_TRUE(without.ok());
  for (const PackedCorpus& corpus : *without) {
    EXPECT_EQ(corpus.tokenizer,
              corpus.folder == copies->corpora[0].folder ? copies->tokenizer : std::filesystem::path())
        << "it is gone";
  }
  std::filesystem::remove_all(workspace().corpora());
  std::ofstream(workspace().corpora()) << "no folder";
  EXPECT_FALSE(packedCorpora(workspace()).ok());
  std::filesystem::remove(workspace().corpora());
  std::filesystem::create_symlink(workspace().corpora(), workspace().corpora());
  EXPECT_FALSE(packedCorpora(workspace()).ok()) << "what cannot be reached is not empty";
}

TEST_F(PrepareTest, LearnsTheOtherKindsOfTokenizers) {
  for (const std::string kind : {"unigram", "bpe", "words", "characters", "wordpiece-hf"}) {
    TextRecipe recipe = sample(200);
    recipe.tokenizer = kind;
    const Result<PreparedText> text = prepare(recipe);
    ASSERT_TRUE(text.ok()) << kind << ": " << text.error().message();
    const Result<Grains> grains = loadGrains(text->tokenizer);
    ASSERT_TRUE(grains.ok()) << grains.error().message();
    EXPECT_EQ(grains->fine().kind(), kind);
    EXPECT_EQ(text->corpora.at(0).report.vocabulary.fine_size, grains->fineSize());
  }
}

TEST_F(PrepareTest, SamplesSegmentationsIntoCopiesBesideTheTextAsItIs) {
  TextRecipe recipe = sample(100);
  recipe.tokenizer = "unigram";
  const Result<PreparedText> best = prepare(recipe);
  recipe.sampling_alpha = 0.1;
  recipe.sampling_copies = 3;
  const Result<PreparedText> sampled = prepare(recipe);
  ASSERT_TRUE(best.ok() && sampled.ok());
  EXPECT_EQ(best->tokenizer, sampled->tokenizer);
  EXPECT_EQ(best->corpora.at(0).folder, sampled->corpora.at(0).folder);
  EXPECT_TRUE(best->corpora.at(0).samples.empty());
  ASSERT_EQ(sampled->corpora.at(0).samples.size(), 3u);
  std::set<std::vector<int32_t>> texts;
  for (const std::filesystem::path& folder : sampled->corpora.at(0).samples) {
    const Result<Corpus> copy = Corpus::open(folder, 0);
    ASSERT_TRUE(copy.ok());
    EXPECT_EQ(copy->documents(), 100);
    EXPECT_GT(copy->tokens(), best->tokens());
    std::vector<int32_t> tokens;
    copy->appendTokens(0, copy->tokens(), tokens);
    texts.insert(tokens);
  }
  EXPECT_EQ(texts.size(), 3u);
  // More copies keep those that are there.
  recipe.sampling_copies = 4;
  const Result<PreparedText> more = prepare(recipe);
  ASSERT_TRUE(more.ok());
  ASSERT_EQ(more->corpora.at(0).samples.size(), 4u);
  EXPECT_EQ(more->corpora.at(0).samples[2], sampled->corpora.at(0).samples[2]);
}

TEST_F(PrepareTest, TrainingReadsTheSampledCopiesInTurnAndEvaluationNone) {
  TextRecipe recipe = sample(60);
  recipe.tokenizer = "bpe";
  const Result<PreparedText> plain = prepare(recipe);
  recipe.sampling_alpha = 0.3;
  recipe.sampling_copies = 2;
  const Result<PreparedText> text = prepare(recipe);
  ASSERT_TRUE(plain.ok() && text.ok());
  const ObjectiveRecipe objective{.rows = "doc_sentences"};
  const PhaseRecipe phase{.length = 32, .rows = 1};
  // The rows of steps from `begin` on, as they were before masking.
  using Rows = std::multiset<std::vector<int32_t>>;
  const auto rowsOf = [&](const PretrainingData& data, int64_t begin, int64_t count) {
    Rows rows;
    for (int64_t step = begin; step < begin + count; ++step) {
      Batch batch = data.trainBatch(phase, step, 0, 1);
      for (size_t at = 0; at < batch.masked_positions.size(); ++at) {
        batch.tokens[static_cast<size_t>(batch.masked_positions[at])] = batch.masked_labels[at];
      }
      rows.insert(std::move(batch.tokens));
    }
    return rows;
  };
  const Result<PretrainingData> data = PretrainingData::open(*text, objective, 1);
  ASSERT_TRUE(data.ok()) << data.error().message();
  int64_t begin = 0;
  std::vector<Rows> copies;
  for (const size_t copy : {0, 1, 0, 1, 0}) {
    PreparedText alone = *text;
    alone.corpora[0].folder = text->corpora[0].samples[copy];
    alone.corpora[0].samples.clear();
    const Result<PretrainingData> single = PretrainingData::open(alone, objective, 1);
    ASSERT_TRUE(single.ok());
    const int64_t count = single->instances(32);
    copies.push_back(rowsOf(*data, begin, count));
    EXPECT_EQ(copies.back(), rowsOf(*single, 0, count)) << copy;
    begin += count;
  }
  EXPECT_NE(copies[0], copies[1]);
  // Each time in another order.
  EXPECT_NE(data->trainBatch({.length = 32, .rows = begin}, 0, 0, 50).tokens,
            data->trainBatch({.length = 32, .rows = begin}, 1, 0, 50).tokens);

  const Result<PretrainingData> without = PretrainingData::open(*plain, objective, 1);
  ASSERT_TRUE(without.ok());
  const Batch heldout = data->heldoutBatch(32, 0, 1000);
  EXPECT_GT(heldout.rowCount(), 0);
  EXPECT_EQ(heldout.tokens, without->heldoutBatch(32, 0, 1000).tokens);
}

TEST_F(PrepareTest, ReportsAFullDiskWhilePackingAndGoesOnAfterwards) {
  const std::filesystem::path folder = prepare(sample())->corpora.at(0).folder;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  // A link stands in for a full disk.
  const std::filesystem::path beside = folder / ("00000.shard.part" + std::to_string(::getpid()));
  std::filesystem::create_symlink("/dev/full", beside);
  EXPECT_NE(failure(sample()).find("No space left on device"), std::string::npos) << failure(sample());
  std::filesystem::remove(beside);
  EXPECT_EQ(failure(sample()), "prepared");
}

TEST_F(PrepareTest, RefusesTextThatChangesWhileItIsRead) {
  const std::filesystem::path file = write("changing.txt", "One document.\n\nAnother document.\n");
  const std::vector<CorpusRecipe> corpora = corpusOf({file});
  TextRecipe recipe = sample();
  recipe.vocab_size = 40;
  const auto change = [&](double, std::string_view what) {
    if (what == "packing the corpus") {
      write("changing.txt", "One document.\n\nAn edited document.\n");
    }
    return true;
  };
  const Result<PreparedText> changed = prepareText(recipe, corpora, workspace(), change);
  ASSERT_FALSE(changed.ok());
  EXPECT_NE(changed.error().message().find("changing.txt changed while it was read"), std::string::npos)
      << changed.error().message();
  EXPECT_TRUE(std::filesystem::is_empty(workspace().corpora()));
  EXPECT_EQ(failure(recipe, corpora), "prepared");
}

TEST_F(PrepareTest, WaitsForAnotherProgramThatPacksTheSameCorpus) {
  const Result<PreparedText> first = prepare(sample());
  ASSERT_TRUE(first.ok());
  const std::filesystem::path folder = first->corpora.at(0).folder;
  std::filesystem::remove(folder / "corpus.json");
  auto other = std::make_unique<FolderLock>(folder);
  ASSERT_TRUE(other->tryAcquire());
  int waited = 0;
  const auto progress = [&](double, std::string_view what) {
    EXPECT_TRUE(other == nullptr || what != "packing the corpus");
    waited += what == "waiting for another program to pack the corpus";
    if (waited == 2) {
      other.reset();
    }
    return true;
  };
  const Result<PreparedText> second = prepareText(sample(), {}, workspace(), progress);
  ASSERT_TRUE(second.ok()) << second.error().message();
  EXPECT_EQ(waited, 2);
  EXPECT_EQ(second->corpora.at(0).folder, folder);
  // Whoever is not willing to wait may cancel.
  std::filesystem::remove(folder / "corpus.json");
  FolderLock held(folder);
  ASSERT_TRUE(held.tryAcquire());
  const Result<PreparedText> cancelled = prepareText(
      sample(), {}, workspace(),
      [](double, std::string_view what) { return what != "waiting for another program to pack the corpus"; });
  ASSERT_FALSE(cancelled.ok());
  EXPECT_NE(cancelled.error().message().find("cancelled while waiting"), std::string::npos);
}

TEST_F(PrepareTest, TakesDocumentsOfOneToken) {
  std::vector<CorpusRecipe> corpora = corpusOf({write("tokens.txt", "a\n\nb\n\nc\n\nd\n")});
  TextRecipe recipe = sample();
  recipe.vocabulary = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n");
  const Result<PreparedText> text = prepare(recipe, corpora);
  ASSERT_TRUE(text.ok()) << text.error().message();
  EXPECT_EQ(text->tokens(), 4);
  EXPECT_EQ(text->documents(), 4);
}

TEST_F(PrepareTest, NamesTheFileOfAnotherEncoding) {
  std::string latin1;
  for (int line = 0; line < 2000; ++line) {
    latin1 +=
        "Ein M\xe4rchen \xfc"
        "ber \xd6l und \xc4pfel\n";
  }
  const std::string text =
      failure(sample(), corpusOf({write("good.txt", "plain text\n"), write("latin1.txt", latin1)}));
  EXPECT_NE(text.find("latin1.txt"), std::string::npos) << text;
}

TEST_F(PrepareTest, StopsWhenAskedAndLeavesNoCorpusBehind) {
  for (const double until : {0.0, 0.15, 0.35, 0.4}) {
    const auto progress = [until](double fraction, std::string_view) { return fraction < until; };
    const Result<PreparedText> corpus = prepareText(sample(), {}, workspace(), progress);
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
  ASSERT_TRUE(prepareText(sample(600), {}, workspace(), progress).ok());
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
  std::vector<CorpusRecipe> corpora = corpusOf({"/proc/self/mem"});
  EXPECT_NE(failure(recipe, corpora).find("/proc/self/mem: Input/output error"), std::string::npos)
      << failure(recipe, corpora);
}

}  // namespace
}  // namespace heddle
