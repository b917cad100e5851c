#include "engine/data/pretraining_data.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "engine/base/file.h"
#include "engine/base/random.h"
#include "engine/data/corpus.h"
#include "engine/data/permutation.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

constexpr int32_t kCls = 2, kSep = 3, kMask = 4, kFirstWord = 5;

// A corpus in which every token is another word, so that a row tells where it was taken from.
class PretrainingDataTest : public WorkspaceTest {
 protected:
  // Sentences of 1 .. 24 tokens, documents of 1 .. 20 sentences; a tenth of them is held out.
  void SetUp() override {
    WorkspaceTest::SetUp();
    makeCorpus(100, 20, 24, 0.1);
  }

  void makeCorpus(int documents, uint32_t most_sentences, uint32_t most_tokens, double heldout_fraction) {
    RandomStream draws(nameKey("test corpus"), 0, 0);
    std::vector<std::vector<int>> lengths(static_cast<size_t>(documents));
    int tokens = 0;
    for (auto& document : lengths) {
      document.resize(1 + draws.below(most_sentences));
      for (int& sentence : document) {
        sentence = static_cast<int>(1 + draws.below(most_tokens));
        tokens += sentence;
      }
    }
    std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (int word = 0; word < tokens; ++word) {
      vocabulary += "w" + std::to_string(word) + "\n";
    }
    write("vocab.txt", vocabulary);
    text.tokenizer = root / "tokenizer";
    text.heldout_fraction = heldout_fraction;
    text.corpora.resize(1);
    text.corpora[0].folder = root / "corpus";
    const Grains grains(makeTokenizer(WordPiece::load(root / "text" / "vocab.txt", true).value()));
    ASSERT_TRUE(saveGrains(grains, text.tokenizer).ok());
    vocab_size = kFirstWord + tokens;
    document_of.clear();
    held.clear();
    Result<CorpusWriter> writer = CorpusWriter::open(
        text.corpora[0].folder,
        {.fine_size = vocab_size, .coarse_size = vocab_size, .hash = *tokenizerHash(text.tokenizer)});
    ASSERT_TRUE(writer.ok());
    const HeldoutDocuments heldout(documents, heldout_fraction);
    int32_t id = kFirstWord;
    for (int document = 0; document < documents; ++document) {
      for (const int length : lengths[static_cast<size_t>(document)]) {
        std::vector<int32_t> ids;
        for (int token = 0; token < length; ++token) {
          ids.push_back(id++);
          document_of.push_back(document);
          held.push_back(heldout.contains(document));
        }
        writer->addSentence(ids, std::vector<Unit>(ids.size(), {.count = 1}));
      }
      ASSERT_TRUE(writer->endDocument(1).ok());
    }
    ASSERT_TRUE(writer->finish({}).ok());
  }

  PretrainingData open(const ObjectiveRecipe& objective = {}, uint64_t seed = 1) const {
    Result<PretrainingData> data = PretrainingData::open(text, objective, seed);
    EXPECT_TRUE(data.ok()) << data.error().message();
    return std::move(*data);
  }

  int documentOf(int32_t id) const { return document_of[static_cast<size_t>(id - kFirstWord)]; }
  bool isHeld(int32_t id) const { return held[static_cast<size_t>(id - kFirstWord)]; }

  // The tokens as they were before masking.
  static std::vector<int32_t> originals(const Batch& batch) {
    std::vector<int32_t> tokens = batch.tokens;
    for (size_t at = 0; at < batch.masked_positions.size(); ++at) {
      tokens[static_cast<size_t>(batch.masked_positions[at])] = batch.masked_labels[at];
    }
    return tokens;
  }

  PreparedText text;
  int32_t vocab_size = 0;
  std::vector<int> document_of;  // of each word
  std::vector<bool> held;
};

bool equal(const Batch& a, const Batch& b) {
  return a.tokens == b.tokens && a.positions == b.positions && a.segments == b.segments &&
         a.starts == b.starts && a.masked_positions == b.masked_positions &&
         a.masked_labels == b.masked_labels && a.pair_labels == b.pair_labels;
}

TEST_F(PretrainingDataTest, IsAPureFunctionOfStepAndRow) {
  const PhaseRecipe phase{.length = 64, .rows = 16};
  const PretrainingData data = open();
  const PretrainingData again = open();
  const Batch late = data.trainBatch(phase, 1000, 0, 16);
  EXPECT_TRUE(equal(data.trainBatch(phase, 3, 0, 16), again.trainBatch(phase, 3, 0, 16)));
  EXPECT_TRUE(equal(again.trainBatch(phase, 1000, 0, 16), late));
  EXPECT_FALSE(equal(data.trainBatch(phase, 4, 0, 16), data.trainBatch(phase, 3, 0, 16)));
  EXPECT_FALSE(equal(open({}, 2).trainBatch(phase, 3, 0, 16), data.trainBatch(phase, 3, 0, 16)));
  EXPECT_EQ(late.step, 1000);
}

TEST_F(PretrainingDataTest, MicroBatchesAreSlicesOfTheWholeBatch) {
  const PhaseRecipe phase{.length = 64, .rows = 16};
  const PretrainingData data = open();
  const Batch whole = data.trainBatch(phase, 5, 0, 16);
  Batch joined;
  joined.starts = {0};
  for (int64_t row = 0; row < 16; row += 4) {
    const Batch part = data.trainBatch(phase, 5, row, 4);
    EXPECT_EQ(part.first_row, row);
    const auto shift = static_cast<int32_t>(joined.tokens.size());
    joined.tokens.insert(joined.tokens.end(), part.tokens.begin(), part.tokens.end());
    joined.positions.insert(joined.positions.end(), part.positions.begin(), part.positions.end());
    joined.segments.insert(joined.segments.end(), part.segments.begin(), part.segments.end());
    joined.masked_labels.insert(joined.masked_labels.end(), part.masked_labels.begin(),
                                part.masked_labels.end());
    joined.pair_labels.insert(joined.pair_labels.end(), part.pair_labels.begin(), part.pair_labels.end());
    for (const int32_t position : part.masked_positions) {
      joined.masked_positions.push_back(position + shift);
    }
    for (size_t at = 1; at < part.starts.size(); ++at) {
      joined.starts.push_back(part.starts[at] + shift);
    }
  }
  EXPECT_TRUE(equal(joined, whole));
}

TEST_F(PretrainingDataTest, ThreadsGetWhatOneThreadGets) {
  const PhaseRecipe phase{.length = 64, .rows = 8};
  const PretrainingData data = open();
  std::vector<Batch> batches(16);
  {
    std::vector<std::jthread> threads;
    for (size_t step = 0; step < batches.size(); ++step) {
      threads.emplace_back(
          [&, step] { batches[step] = data.trainBatch(phase, static_cast<int64_t>(step), 0, 8); });
    }
  }
  const PretrainingData alone = open();
  for (size_t step = 0; step < batches.size(); ++step) {
    EXPECT_TRUE(equal(batches[step], alone.trainBatch(phase, static_cast<int64_t>(step), 0, 8)));
  }
}

TEST_F(PretrainingDataTest, PairsAreTwoRunsOfSentencesAndTheirLabelIsTrue) {
  const PhaseRecipe phase{.length = 64, .rows = 2000};
  const Batch batch = open().trainBatch(phase, 0, 0, 2000);
  const std::vector<int32_t> tokens = originals(batch);
  ASSERT_EQ(batch.pair_labels.size(), 2000u);
  for (int64_t row = 0; row < batch.rowCount(); ++row) {
    const auto begin = static_cast<size_t>(batch.starts[static_cast<size_t>(row)]);
    const auto end = static_cast<size_t>(batch.starts[static_cast<size_t>(row) + 1]);
    ASSERT_LE(end - begin, 64u);
    ASSERT_GE(end - begin, 5u);
    EXPECT_EQ(tokens[begin], kCls);
    EXPECT_EQ(tokens[end - 1], kSep);
    size_t middle = begin + 1;
    while (tokens[middle] != kSep) {
      ++middle;
    }
    for (size_t at = begin; at < end; ++at) {
      EXPECT_EQ(batch.positions[at], static_cast<int32_t>(at - begin));
      EXPECT_EQ(batch.segments[at], at <= middle ? 0 : 1);
      const bool inside = at != begin && at != middle && at != end - 1;
      ASSERT_EQ(tokens[at] >= kFirstWord, inside);
      if (inside && at != middle + 1 && at != begin + 1) {
        EXPECT_EQ(tokens[at], tokens[at - 1] + 1);  // consecutive text
      }
    }
    const int32_t last_of_a = tokens[middle - 1];
    const int32_t first_of_b = tokens[middle + 1];
    const bool same = documentOf(last_of_a) == documentOf(first_of_b);
    EXPECT_EQ(batch.pair_labels[static_cast<size_t>(row)], same ? 0 : 1);
    if (same) {
      // A chunk is at most one sentence of 24 tokens too long: so much may be truncated between the two.
      // row.
      EXPECT_GT(first_of_b, last_of_a);
      EXPECT_LE(first_of_b - last_of_a, 24);
    }
  }
}

TEST_F(PretrainingDataTest, HalfOfThePairsAreRandom) {
  // Documents of many short sentences: chunks of a single sentence, which are always paired at random, hardly
  // occur.
  makeCorpus(60, 60, 6, 0);
  const PhaseRecipe phase{.length = 64, .rows = 4000};
  const Batch batch = open({.short_seq_prob = 0}).trainBatch(phase, 0, 0, 4000);
  double random = 0;
  for (const int32_t label : batch.pair_labels) {
    random += label;
  }
  EXPECT_NEAR(random / 4000, 0.5, 0.04);  // five standard deviations of a fair coin
}

TEST_F(PretrainingDataTest, MasksEightyTenTen) {
  const PhaseRecipe phase{.length = 64, .rows = 3000};
  const Batch batch = open().trainBatch(phase, 0, 0, 3000);
  double masked = 0, kept = 0, random = 0;
  const auto count = static_cast<double>(batch.masked_positions.size());
  std::vector<int> offsets(64);
  int32_t previous = -1;
  for (size_t at = 0; at < batch.masked_positions.size(); ++at) {
    const int32_t position = batch.masked_positions[at];
    EXPECT_GT(position, previous);
    previous = position;
    const int32_t token = batch.tokens[static_cast<size_t>(position)];
    const int32_t label = batch.masked_labels[at];
    ASSERT_GE(label, kFirstWord);
    masked += token == kMask;
    kept += token == label;
    random += token != kMask && token != label;
    EXPECT_TRUE(token == kMask || token >= kFirstWord);
    ++offsets[static_cast<size_t>(batch.positions[static_cast<size_t>(position)])];
  }
  ASSERT_GT(count, 20000);
  // Chi-square with two degrees of freedom: above 23 once in 100,000 draws.
  const double expected[3] = {0.8 * count, 0.1 * count, 0.1 * count};
  const double seen[3] = {masked, random, kept};
  double chi_square = 0;
  for (int kind = 0; kind < 3; ++kind) {
    chi_square += (seen[kind] - expected[kind]) * (seen[kind] - expected[kind]) / expected[kind];
  }
  EXPECT_LT(chi_square, 23) << masked / count << " " << random / count << " " << kept / count;
  EXPECT_EQ(offsets[0], 0);
  EXPECT_GT(offsets[1], 0);
}

TEST_F(PretrainingDataTest, EveryRowHasTheNumberOfMasksThatTheScriptGives) {
  for (const int64_t most : {int64_t{0}, int64_t{5}}) {
    const Batch batch = open({.max_predictions = most}).trainBatch({.length = 64, .rows = 500}, 0, 0, 500);
    size_t at = 0;
    for (size_t row = 0; row < 500; ++row) {
      const int length = batch.starts[row + 1] - batch.starts[row];
      int64_t count = 0;
      for (; at < batch.masked_positions.size() && batch.masked_positions[at] < batch.starts[row + 1]; ++at) {
        ++count;
      }
      int64_t expected = std::max(
          1, static_cast<int>(
                 std::nearbyint(length * 0.15)));  // python: round(10 * .15) = 2, round(30 * .15) = 4
      expected = std::min<int64_t>(expected, length - 3);
      EXPECT_EQ(count, most == 0 ? expected : std::min(expected, most)) << length;
    }
  }
}

TEST_F(PretrainingDataTest, RandomWordsComeFromTheWholeVocabularyWithoutSpecials) {
  ObjectiveRecipe objective;
  objective.mask_share = 0;
  objective.random_share = 1;
  const Batch batch = open(objective).trainBatch({.length = 64, .rows = 4000}, 0, 0, 4000);
  int32_t least = vocab_size, most = 0;
  double sum = 0;
  for (const int32_t position : batch.masked_positions) {
    const int32_t token = batch.tokens[static_cast<size_t>(position)];
    least = std::min(least, token);
    most = std::max(most, token);
    sum += token;
  }
  EXPECT_GE(least, kFirstWord);
  EXPECT_LT(least, kFirstWord + 20);
  EXPECT_LT(most, vocab_size);
  EXPECT_GT(most, vocab_size - 20);
  EXPECT_NEAR(sum / static_cast<double>(batch.masked_positions.size()), vocab_size / 2.0, vocab_size * 0.02);
}

TEST_F(PretrainingDataTest, NeverMixesTrainingAndHeldOutDocuments) {
  for (const char* rows : {"sentence_pair", "doc_sentences"}) {
    const PretrainingData data = open({.rows = rows});
    for (int64_t step = 0; step < 40; ++step) {
      for (const int32_t id : originals(data.trainBatch({.length = 64, .rows = 64}, step, 0, 64))) {
        EXPECT_FALSE(id >= kFirstWord && isHeld(id));
      }
    }
    const Batch heldout = data.heldoutBatch(64, 0, 100000);
    EXPECT_EQ(heldout.rowCount(), data.heldoutInstances(64));
    std::set<int> documents;
    for (const int32_t id : originals(heldout)) {
      if (id >= kFirstWord) {
        EXPECT_TRUE(isHeld(id));
        documents.insert(documentOf(id));
      }
    }
    EXPECT_EQ(documents.size(), 10u);
  }
}

TEST_F(PretrainingDataTest, HeldOutRowsAreTheSameForEverySeedAndAnySplit) {
  const PretrainingData data = open();
  const Batch whole = data.heldoutBatch(64, 0, 20);
  EXPECT_TRUE(equal(whole, open({}, 99).heldoutBatch(64, 0, 20)));
  const Batch tail = data.heldoutBatch(64, 12, 8);
  EXPECT_EQ(std::vector<int32_t>(whole.tokens.begin() + whole.starts[12], whole.tokens.end()), tail.tokens);
  EXPECT_EQ(data.heldoutBatch(64, 100000, 8).rowCount(), 0);
}

TEST_F(PretrainingDataTest, AnEpochVisitsEveryTokenOnceWithoutNextSentencePrediction) {
  const PretrainingData data = open({.rows = "doc_sentences", .short_seq_prob = 0});
  const int64_t rows = data.instances(32);
  for (const int64_t step : {0, 1, 7}) {
    const Batch batch = data.trainBatch({.length = 32, .rows = rows}, step, 0, rows);
    EXPECT_TRUE(batch.pair_labels.empty());
    std::vector<int32_t> words;
    for (const int32_t id : originals(batch)) {
      if (id >= kFirstWord) {
        words.push_back(id);
      }
    }
    std::sort(words.begin(), words.end());
    std::vector<int32_t> expected;
    for (int32_t id = kFirstWord; id < vocab_size; ++id) {
      if (!isHeld(id)) {
        expected.push_back(id);
      }
    }
    EXPECT_EQ(words, expected);
    for (const int32_t segment : batch.segments) {
      EXPECT_EQ(segment, 0);
    }
  }
}

TEST_F(PretrainingDataTest, CutsSentencesLongerThanARowIntoWindows) {
  makeCorpus(3, 2, 400, 0);
  const PretrainingData data = open({.rows = "doc_sentences", .short_seq_prob = 0});
  const int64_t rows = data.instances(16);
  const Batch batch = data.trainBatch({.length = 16, .rows = rows}, 0, 0, rows);
  EXPECT_EQ(batch.tokenCount(), vocab_size - kFirstWord + 2 * rows);
  // Pairs of such sentences are truncated to the row.
  const Batch pairs = open().trainBatch({.length = 16, .rows = 50}, 0, 0, 50);
  for (size_t row = 0; row < 50; ++row) {
    EXPECT_LE(pairs.starts[row + 1] - pairs.starts[row], 16);
  }
}

TEST_F(PretrainingDataTest, ShortRowsComeAsOftenAsAsked) {
  makeCorpus(40, 200, 6, 0);
  const auto meanLength = [this](double probability) {
    const Batch batch =
        open({.short_seq_prob = probability}).trainBatch({.length = 64, .rows = 1000}, 0, 0, 1000);
    return static_cast<double>(batch.tokenCount()) / 1000;
  };
  EXPECT_GT(meanLength(0), 57);
  EXPECT_LT(meanLength(1), 45);
}

TEST_F(PretrainingDataTest, JudgesASingleHeldOutDocumentWithoutRandomPartners) {
  makeCorpus(5, 20, 24, 0.2);
  const Batch batch = open().heldoutBatch(64, 0, 1000);
  ASSERT_GT(batch.rowCount(), 0);
  for (const int32_t label : batch.pair_labels) {
    EXPECT_EQ(label, 0);
  }
}

TEST_F(PretrainingDataTest, SaysWhyItCannotOpen) {
  makeCorpus(1, 5, 5, 0);
  EXPECT_NE(PretrainingData::open(text, {}, 1).error().message().find("single document"), std::string::npos);
  EXPECT_TRUE(PretrainingData::open(text, {.rows = "doc_sentences"}, 1).ok());
  PreparedText foreign = text;
  foreign.tokenizer = root / "other";
  const std::filesystem::path other = write("other.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
  ASSERT_TRUE(saveGrains(Grains(makeTokenizer(*WordPiece::load(other, true))), foreign.tokenizer).ok());
  EXPECT_NE(PretrainingData::open(foreign, {}, 1).error().message().find("not packed with the tokeniser"),
            std::string::npos);
  foreign = text;
  foreign.corpora[0].folder = root / "nowhere";
  EXPECT_NE(PretrainingData::open(foreign, {}, 1).error().message().find("not packed to its end"),
            std::string::npos);
}

TEST_F(PretrainingDataTest, MixesCorporaByTheWeightsOfThePhase) {
  // The same text three times, so that rows do not tell corpora apart; what a corpus of another length of
  // rows gives does.
  makeCorpus(40, 20, 24, 0.1);
  text.corpora[0].recipe.name = "a";
  for (const std::string name : {"b", "c"}) {
    text.corpora.push_back(text.corpora[0]);
    text.corpora.back().recipe.name = name;
  }
  const PretrainingData data = open();
  PhaseRecipe phase{.length = 64, .rows = 32, .mixture = "a=1"};
  // One corpus alone visits each of its rows once in an epoch.
  const auto rows = data.instances(64) / 3;
  std::set<std::vector<int32_t>> only;
  std::map<int32_t, int> first_tokens;
  for (int64_t row = 0; row < rows; ++row) {
    const Batch batch = data.trainBatch(phase, row / 32, row % 32, 1);
    EXPECT_EQ(batch.rowCount(), 1);
    only.insert(originals(batch));
  }
  EXPECT_GT(static_cast<double>(only.size()), 0.95 * static_cast<double>(rows));
  phase.mixture = "";
  EXPECT_TRUE(equal(data.trainBatch(phase, 7, 0, 32), open().trainBatch(phase, 7, 0, 32)));
  PhaseRecipe other = phase;
  other.mixture = "b=3 c=1";
  EXPECT_FALSE(equal(data.trainBatch(phase, 7, 0, 32), data.trainBatch(other, 7, 0, 32)));
  // Micro-batches are slices of the whole with mixtures too.
  const Batch whole = data.trainBatch(other, 7, 0, 32);
  const Batch slice = data.trainBatch(other, 7, 16, 1);
  EXPECT_TRUE(std::equal(slice.tokens.begin(), slice.tokens.end(), whole.tokens.begin() + whole.starts[16]));
}

TEST_F(PretrainingDataTest, HeldOutRowsAreThoseOfAllCorpora) {
  const ObjectiveRecipe objective{.short_seq_prob = 0};
  const int64_t single = open(objective).heldoutInstances(64);
  text.corpora[0].recipe.name = "a";
  text.corpora.push_back(text.corpora[0]);
  text.corpora[1].recipe.name = "b";
  const PretrainingData data = open(objective);
  EXPECT_EQ(data.heldoutInstances(64), 2 * single);
  const Batch batch = data.heldoutBatch(64, 0, 10000);
  EXPECT_EQ(batch.rowCount(), data.heldoutInstances(64));
  for (const int32_t id : originals(batch)) {
    EXPECT_TRUE(id < kFirstWord || isHeld(id));
  }
}

TEST_F(PretrainingDataTest, TrainsOnASubsetOfDocumentsOfSoManyTokens) {
  const auto documentsOf = [&](int64_t max_tokens) {
    text.corpora[0].recipe.max_tokens = max_tokens;
    const PretrainingData data = open({.rows = "doc_sentences"});
    std::set<int> documents;
    for (const int32_t id : originals(data.trainBatch({.length = 64, .rows = 4096}, 0, 0, 4096))) {
      if (id >= kFirstWord) {
        EXPECT_FALSE(isHeld(id));
        documents.insert(documentOf(id));
      }
    }
    return documents;
  };
  const std::set<int> small = documentsOf(2000);
  const std::set<int> large = documentsOf(6000);
  EXPECT_GE(small.size(), 8u);
  EXPECT_GT(large.size(), small.size());
  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
  EXPECT_EQ(documentsOf(0).size(), 90u);
  text.corpora[0].recipe.max_tokens = 1000000;
  EXPECT_NE(PretrainingData::open(text, {}, 1).error().message().find("max_tokens is 1000000, but there are"),
            std::string::npos);
  text.corpora[0].recipe.max_tokens = 1;
  EXPECT_NE(PretrainingData::open(text, {}, 1).error().message().find("the first document drawn has"),
            std::string::npos);
}

TEST(PermutationTest, VisitsEveryIndexOnceAndDependsOnItsKey) {
  for (const int64_t n : {1, 2, 3, 17, 1000, 4097}) {
    std::set<int64_t> seen;
    int64_t moved = 0;
    const Permutation a(n, 1), b(n, 2);
    for (int64_t index = 0; index < n; ++index) {
      const int64_t to = a(index);
      ASSERT_TRUE(to >= 0 && to < n);
      seen.insert(to);
      moved += to != b(index);
    }
    EXPECT_EQ(static_cast<int64_t>(seen.size()), n);
    EXPECT_TRUE(n < 17 || moved > n * 3 / 4) << n;
  }
}

}  // namespace
}  // namespace heddle
