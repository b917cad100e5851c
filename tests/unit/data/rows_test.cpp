// What rows of every kind are made of, on a corpus in which every token is another word, so that a row tells
// where it was taken from.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/data/pretraining_data.h"
#include "engine/data/rows/row_source.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "tests/unit/data/made_rows.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

class RowsTest : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    makeCorpus(60, 20, 12);
  }

  // Documents of 1 .. most_sentences sentences of 1 .. most_tokens tokens, units of 1 .. 3 tokens of which
  // those of several mostly have a coarse id.
  void makeCorpus(int documents, uint32_t most_sentences, uint32_t most_tokens) {
    RandomStream draws(nameKey("test corpus"), 0, 0);
    document_of.clear();
    sentence_of.clear();
    unit_of.clear();
    coarse_of_unit.clear();
    struct Sentence {
      std::vector<int32_t> ids;
      std::vector<Unit> units;
      bool last = false;
    };
    std::vector<Sentence> sentences;
    int32_t id = kFirstWord;
    for (int document = 0; document < documents; ++document) {
      for (uint32_t left = 1 + draws.below(most_sentences); left > 0; --left) {
        Sentence sentence;
        const auto tokens = static_cast<int32_t>(1 + draws.below(most_tokens));
        for (int32_t at = 0; at < tokens; ++at) {
          sentence.ids.push_back(id++);
          document_of.push_back(document);
          sentence_of.push_back(static_cast<int>(sentences.size()));
        }
        for (int32_t at = 0; at < tokens;) {
          const int32_t count = std::min<int32_t>(static_cast<int32_t>(1 + draws.below(3)), tokens - at);
          unit_of.insert(unit_of.end(), static_cast<size_t>(count), static_cast<int>(coarse_of_unit.size()));
          coarse_of_unit.push_back(count > 1 && draws.below(4) > 0 ? kSomeCoarse : kFallsBack);
          sentence.units.push_back({at, count, kFallsBack});
          at += count;
        }
        sentence.last = left == 1;
        sentences.push_back(sentence);
      }
    }
    vocab_size = id;
    std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (int32_t word = kFirstWord; word < vocab_size; ++word) {
      vocabulary += "w" + std::to_string(word) + "\n";
    }
    const auto units = static_cast<int32_t>(coarse_of_unit.size());
    const WordPiece pieces = WordPiece::load(write("vocab.txt", vocabulary), true).value();
    // A phrase for each unit; what it says does not matter here.
    PhraseDictionary phrases;
    for (int32_t number = 0; number < units; ++number) {
      const std::string digits = std::to_string(number);
      phrases.phrases.push_back({"unit p" + std::string(8 - digits.size(), '0') + digits, 10, 1});
    }
    prepared.tokenizer = root / ("tokenizer" + std::to_string(documents));
    ASSERT_TRUE(
        saveGrains(Grains::withPhrases(makeTokenizer(pieces), std::move(phrases)).value(), prepared.tokenizer)
            .ok());
    const std::filesystem::path folder = root / ("corpus" + std::to_string(documents));
    prepared.corpora = {{.folder = folder}};
    Result<CorpusWriter> writer = CorpusWriter::open(folder, {.fine_size = vocab_size,
                                                              .coarse_size = vocab_size + units,
                                                              .hash = *tokenizerHash(prepared.tokenizer)});
    ASSERT_TRUE(writer.ok());
    size_t unit = 0;
    for (Sentence& sentence : sentences) {
      for (Unit& made : sentence.units) {
        int32_t& coarse = coarse_of_unit[unit];
        coarse = coarse == kFallsBack ? kFallsBack : vocab_size + static_cast<int32_t>(unit);
        made.coarse = coarse;
        ++unit;
      }
      writer->addSentence(sentence.ids, sentence.units);
      if (sentence.last) {
        ASSERT_TRUE(writer->endDocument(1).ok());
      }
    }
    ASSERT_TRUE(writer->finish({}).ok());
    Result<Corpus> opened = Corpus::open(folder, 0);
    ASSERT_TRUE(opened.ok());
    corpus = std::move(*opened);
  }

  std::unique_ptr<RowSource> source(const ObjectiveRecipe& objective) const {
    const Documents documents(corpus.heldout(), Documents::Side::kTraining);
    return std::make_unique<RowSource>(corpus, documents, withPublishedDefaults(objective), kSpecial, 7);
  }

  static Row build(const RowSource& source, int64_t index, int64_t length) {
    RandomStream draws(nameKey("row"), static_cast<uint32_t>(index), 0);
    Row row;
    source.build(index, length, draws, row);
    return row;
  }

  PretrainingData open(const ObjectiveRecipe& objective) const {
    Result<PretrainingData> data = PretrainingData::open(prepared, objective, 1);
    EXPECT_TRUE(data.ok()) << data.error().message();
    return std::move(*data);
  }

  int documentOf(int32_t id) const { return document_of[static_cast<size_t>(id - kFirstWord)]; }
  int sentenceOf(int32_t id) const { return sentence_of[static_cast<size_t>(id - kFirstWord)]; }
  bool startsSentence(int32_t id) const { return id == kFirstWord || sentenceOf(id - 1) != sentenceOf(id); }
  bool endsSentence(int32_t id) const { return id == vocab_size - 1 || sentenceOf(id + 1) != sentenceOf(id); }
  bool endsDocument(int32_t id) const { return id == vocab_size - 1 || documentOf(id + 1) != documentOf(id); }

  // Text between special tokens.
  static std::vector<std::vector<int32_t>> segments(const std::vector<int32_t>& tokens) {
    std::vector<std::vector<int32_t>> found(1);
    for (const int32_t token : tokens) {
      if (token >= kFirstWord) {
        found.back().push_back(token);
      } else if (!found.back().empty()) {
        found.emplace_back();
      }
    }
    found.pop_back();
    return found;
  }

  static bool consecutive(const std::vector<int32_t>& tokens) {
    for (size_t at = 1; at < tokens.size(); ++at) {
      if (tokens[at] != tokens[at - 1] + 1) {
        return false;
      }
    }
    return true;
  }

  static constexpr int32_t kSomeCoarse = 0;
  PreparedText prepared;
  Corpus corpus;
  int32_t vocab_size = 0;
  std::vector<int> document_of, sentence_of, unit_of;  // of each word
  std::vector<int32_t> coarse_of_unit;
};

TEST_F(RowsTest, SentenceOrderSwapsHalfOfThePairs) {
  makeCorpus(40, 1000, 6);
  const auto rows = source({.rows = "sentence_order", .short_seq_prob = 0});
  double swapped = 0;
  const int64_t count = rows->rows(32);
  ASSERT_GT(count, 1500);
  for (int64_t index = 0; index < count; ++index) {
    const Row row = build(*rows, index, 32);
    ASSERT_LE(row.size(), 32);
    const auto found = segments(row.tokens);
    ASSERT_EQ(found.size(), 2u);
    ASSERT_TRUE(consecutive(found[0]) && consecutive(found[1]));
    if (documentOf(found[0].front()) != documentOf(found[1].front())) {
      ASSERT_EQ(found[0].size(), 1u);  // a token alone, which cannot be cut
      ASSERT_EQ(row.pair_label, 1);
      continue;
    }
    ASSERT_EQ(documentOf(found[0].front()), documentOf(found[1].front()));
    ASSERT_EQ(row.pair_label, found[0].front() > found[1].front() ? 1 : 0);
    ASSERT_EQ(row.segments.back(), 1);
    swapped += row.pair_label;
  }
  EXPECT_NEAR(swapped / static_cast<double>(count), 0.5, 2.5 / std::sqrt(static_cast<double>(count)));
}

TEST_F(RowsTest, AChunkOfOneSentenceIsHalvedOrTakesARandomPartner) {
  makeCorpus(61, 1, 12);  // every document is a single sentence
  const auto halved = source({.rows = "sentence_order"});
  const auto partnered = source({.rows = "sentence_order", .random_partner = true});
  int64_t swapped = 0;
  for (int64_t index = 0; index < 61; ++index) {
    const Row row = build(*halved, index, 64);
    const auto found = segments(row.tokens);
    ASSERT_EQ(found.size(), 2u);
    if (documentOf(found[0].front()) == documentOf(found[1].front())) {
      ASSERT_EQ(row.pair_label == 1 ? found[1].back() + 1 : found[0].back() + 1,
                row.pair_label == 1 ? found[0].front() : found[1].front());
    } else {
      ASSERT_EQ(found[0].size(), 1u);
    }
    swapped += row.pair_label;
    const Row random = build(*partnered, index, 64);
    const auto strangers = segments(random.tokens);
    ASSERT_EQ(strangers.size(), 2u);
    ASSERT_NE(documentOf(strangers[0].front()), documentOf(strangers[1].front()));
    ASSERT_EQ(random.pair_label, 1);
  }
  EXPECT_GT(swapped, 10);
  EXPECT_LT(swapped, 51);
}

TEST_F(RowsTest, FullSentencesCrossDocumentsWithASeparatorAndFillTheirRows) {
  const auto rows = source({.rows = "full_sentences"});
  int32_t next = kFirstWord;
  bool crossed = false;
  for (int64_t index = 0; index < rows->rows(32); ++index) {
    const Row row = build(*rows, index, 32);
    ASSERT_LE(row.size(), 32);
    const auto found = segments(row.tokens);
    for (size_t part = 0; part < found.size(); ++part) {
      ASSERT_TRUE(consecutive(found[part]));
      ASSERT_EQ(found[part].front(), next);
      ASSERT_EQ(documentOf(found[part].front()), documentOf(found[part].back()));
      ASSERT_TRUE(startsSentence(found[part].front()) && endsSentence(found[part].back()));
      ASSERT_TRUE(part + 1 == found.size() || endsDocument(found[part].back()));
      next = found[part].back() + 1;
    }
    crossed = crossed || found.size() > 1;
    ASSERT_EQ(std::count(row.tokens.begin(), row.tokens.end(), kSpecial.sep),
              static_cast<ptrdiff_t>(found.size()));
    // The next sentence would not have fitted.
    if (next < vocab_size) {
      const auto tokens = std::count(sentence_of.begin(), sentence_of.end(), sentenceOf(next));
      const int separator = endsDocument(next - 1) ? 1 : 0;
      ASSERT_GT(row.size() + separator + tokens, 32);
    }
  }
  EXPECT_EQ(next, vocab_size);
  EXPECT_TRUE(crossed);
}

TEST_F(RowsTest, ShortRowsTooCoverTheTextOnceInOrder) {
  for (const char* kind : {"full_sentences", "doc_sentences", "single", "t5", "electra"}) {
    const auto rows = source({.rows = kind, .short_seq_prob = 0.5});
    const int64_t count = rows->rows(32);
    ASSERT_GT(count, 3 * 32) << kind;  // more than are kept
    int32_t next = kFirstWord;
    int64_t shorter = 0;
    for (int64_t index = 0; index < count; ++index) {
      std::vector<int32_t> words;
      const Row row = build(*rows, index, 32);
      for (const int32_t token : row.tokens) {
        if (token >= kFirstWord) {
          words.push_back(token);
        }
      }
      std::sort(words.begin(), words.end());  // a sentence of ELECTRA's second segment may come first
      ASSERT_FALSE(words.empty()) << kind;
      if (kind == std::string("electra")) {
        // What is beyond the row is cut off.
        ASSERT_GE(words.front(), next);
      } else {
        ASSERT_TRUE(consecutive(words)) << kind << " " << index;
        ASSERT_EQ(words.front(), next) << kind << " " << index;
      }
      next = words.back() + 1;
      shorter += row.size() < 16;
    }
    EXPECT_GT(shorter, count / 10) << kind;
    EXPECT_TRUE(next == vocab_size || kind == std::string("electra")) << kind;
  }
}

TEST_F(RowsTest, PairsOfADocumentAreAllShortOrNone) {
  makeCorpus(60, 400, 4);
  const auto rows = source({.rows = "sentence_order", .short_seq_prob = 0.5});
  std::map<int, std::vector<int>> lengths;  // by document, without its last row
  for (int64_t index = 0; index < rows->rows(64); ++index) {
    const Row row = build(*rows, index, 64);
    lengths[documentOf(*std::max_element(row.tokens.begin(), row.tokens.end()))].push_back(row.size());
  }
  int shorter = 0;
  for (auto& [document, found] : lengths) {
    found.pop_back();
    if (found.size() > 1) {
      const auto [least, most] = std::minmax_element(found.begin(), found.end());
      // A row goes on until the sentence that reaches the target, of 4 tokens at most.
      ASSERT_LE(*most - *least, 3) << document;
      shorter += *most < 60;
    }
  }
  EXPECT_GT(shorter, 15);
  EXPECT_LT(shorter, 45);
}

TEST_F(RowsTest, DocSentencesAndSingleSegmentsStayInTheirDocuments) {
  for (const char* kind : {"doc_sentences", "single"}) {
    const auto rows = source({.rows = kind});
    int32_t next = kFirstWord;
    for (int64_t index = 0; index < rows->rows(32); ++index) {
      const Row row = build(*rows, index, 32);
      const auto found = segments(row.tokens);
      ASSERT_EQ(found.size(), 1u);
      ASSERT_TRUE(consecutive(found[0]));
      ASSERT_EQ(found[0].front(), next);
      ASSERT_EQ(documentOf(found[0].front()), documentOf(found[0].back()));
      ASSERT_TRUE(kind == std::string("single") || endsSentence(found[0].back()));
      ASSERT_TRUE(kind == std::string("doc_sentences") || row.size() == 32 || endsDocument(found[0].back()));
      next = found[0].back() + 1;
    }
    EXPECT_EQ(next, vocab_size);
  }
}

TEST_F(RowsTest, ElectraRowsAreOneSegmentATenthOfTheTimeAndShortATwentieth) {
  makeCorpus(40, 2000, 6);
  const auto rows = source({.rows = "electra"});
  double single = 0, first = 0, pairs = 0, shorter = 0;
  const int64_t count = rows->rows(64);
  ASSERT_GT(count, 1500);
  for (int64_t index = 0; index < count; ++index) {
    const Row row = build(*rows, index, 64);
    ASSERT_LE(row.size(), 64);
    ASSERT_EQ(row.pair_label, -1);
    const auto found = segments(row.tokens);
    ASSERT_LE(found.size(), 2u);
    std::set<int32_t> words;
    for (const auto& segment : found) {
      ASSERT_TRUE(std::is_sorted(segment.begin(), segment.end()));
      words.insert(segment.begin(), segment.end());
    }
    ASSERT_EQ(documentOf(*words.begin()), documentOf(*words.rbegin()));
    if (row.size() < 60) {
      ++shorter;
      continue;
    }
    single += found.size() == 1;
    if (found.size() == 2) {
      first += static_cast<double>(found[0].size());
      ++pairs;
    }
  }
  const double n = single + pairs;
  EXPECT_NEAR(single / n, 0.1, 5 * std::sqrt(0.09 / n));
  // Targets of a twentieth are uniform on 5 .. 64, and every document ends with what is left.
  EXPECT_NEAR(shorter / static_cast<double>(count), 0.05, 0.03);
  EXPECT_NEAR(first / pairs, (64 - 3) / 2.0, 3);  // a sentence is added beyond it half of the time
}

TEST_F(RowsTest, LanguageModelRowsAreTheStreamOnceOver) {
  const auto rows = source({.rows = "lm", .masking = "none"});
  std::vector<int32_t> stream;
  int32_t announced = -1;
  for (int64_t index = 0; index < rows->rows(32); ++index) {
    const Row row = build(*rows, index, 32);
    ASSERT_TRUE(announced == -1 || announced == row.tokens.front());
    announced = row.following;
    ASSERT_TRUE(row.size() == 32 || index + 1 == rows->rows(32));
    stream.insert(stream.end(), row.tokens.begin(), row.tokens.end());
  }
  std::set<int32_t> words;
  for (size_t at = 0; at < stream.size(); ++at) {
    if (stream[at] < kFirstWord) {
      ASSERT_EQ(stream[at], kSpecial.sep);
      ASSERT_TRUE(endsDocument(stream[at - 1]));
      continue;
    }
    words.insert(stream[at]);
    ASSERT_TRUE(at + 1 == stream.size() || endsDocument(stream[at]) || stream[at + 1] == stream[at] + 1);
  }
  EXPECT_EQ(words.size(), static_cast<size_t>(vocab_size - kFirstWord));
}

TEST_F(RowsTest, XlnetRowsContinueTheStreamAndHalfOfTheirSecondSegmentsFollow) {
  makeCorpus(60, 60, 12);
  const auto rows = source({.rows = "xlnet", .masking = "permutation"});
  const int64_t count = rows->rows(64);
  double follows = 0;
  std::vector<int32_t> expected;  // what the next row's reused part begins with
  for (int64_t index = 0; index < count; ++index) {
    const Row row = build(*rows, index, 64);
    ASSERT_EQ(row.reused, 32);
    ASSERT_TRUE(row.size() == 64 || index + 2 >= count) << row.size();
    ASSERT_EQ(row.tokens.back(), kSpecial.cls);
    ASSERT_EQ(row.segments.back(), 2);
    ASSERT_EQ(row.tokens[row.tokens.size() - 2], kSpecial.sep);
    // A goes on where the reused part ends, and so does the next row's reused part.
    for (size_t at = 0; at < std::min(expected.size(), size_t{32}); ++at) {
      ASSERT_EQ(row.tokens[at], expected[at]);
    }
    expected.clear();
    std::vector<int32_t> a, b;
    for (size_t at = 32; at < row.tokens.size() - 2; ++at) {
      (row.segments[at] == 0 ? a : b).push_back(row.tokens[at]);
    }
    ASSERT_EQ(a.back(), kSpecial.sep);
    a.pop_back();
    expected = a;
    ASSERT_FALSE(a.empty() || b.empty());
    // The last word of A and the first one of B, over documents' separators.
    const int32_t before = a.back() == kSpecial.sep && a.size() > 1 ? a[a.size() - 2] : a.back();
    follows += before >= kFirstWord && !endsDocument(before) && b.front() == before + 1;
  }
  EXPECT_GT(follows / static_cast<double>(count), 0.25);  // less those that end a document or are cut
  EXPECT_LT(follows / static_cast<double>(count), 0.55);
}

TEST_F(RowsTest, RowsOfABatchContinueFromStepToStepWithRecurrence) {
  makeCorpus(60, 60, 12);
  const PretrainingData data = open({.rows = "xlnet", .masking = "permutation"});
  const PhaseRecipe phase{.length = 64, .rows = 4};
  const int64_t stretch = data.instances(64) / 4;
  ASSERT_GT(stretch, 10);
  for (int64_t step = 0; step + 1 < 10; ++step) {
    const Batch now = data.trainBatch(phase, step, 0, 4);
    const Batch next = data.trainBatch(phase, step + 1, 0, 4);
    ASSERT_EQ(now.order.size(), now.tokens.size());
    for (size_t row = 0; row < 4; ++row) {
      const auto a = now.tokens.begin() + now.starts[row] + 32;
      const auto reused = next.tokens.begin() + next.starts[row];
      for (int at = 0; at < 32 && now.segments[static_cast<size_t>(now.starts[row] + 32 + at)] == 0 &&
                       a[at + 1] != kSpecial.cls && a[at] != kSpecial.sep;
           ++at) {
        ASSERT_EQ(a[at], reused[at]) << step << " " << row;
      }
    }
  }
}

TEST_F(RowsTest, T5RowsFitAndCarryTheirTargets) {
  const PretrainingData data = open({.rows = "t5", .masking = "t5"});
  const Batch batch = data.trainBatch({.length = 32, .rows = 50}, 0, 0, 50);
  ASSERT_EQ(batch.target_starts.size(), 51u);
  EXPECT_TRUE(batch.masked_positions.empty());
  EXPECT_EQ(data.vocabSize(), vocab_size + kSentinels);
  for (size_t row = 0; row < 50; ++row) {
    EXPECT_LE(batch.starts[row + 1] - batch.starts[row], 32);
    EXPECT_EQ(batch.target_tokens[static_cast<size_t>(batch.target_starts[row])],
              vocab_size + kSentinels - 1);
  }
}

TEST_F(RowsTest, BothGrainsOfARowCoverTheSameText) {
  for (const char* kind : {"sentence_pair", "full_sentences", "single", "electra"}) {
    const PretrainingData data = open({.rows = kind, .masking = "unit", .grains = "both"});
    const Batch batch = data.trainBatch({.length = 32, .rows = 40}, 3, 0, 40);
    ASSERT_EQ(batch.rowCount(), 80);
    ASSERT_EQ(batch.grain.size(), 80u);
    ASSERT_EQ(batch.units.size(), batch.tokens.size());
    std::vector<int32_t> tokens = batch.tokens;
    for (size_t at = 0; at < batch.masked_positions.size(); ++at) {
      tokens[static_cast<size_t>(batch.masked_positions[at])] = batch.masked_labels[at];
      ASSERT_TRUE(at == 0 || batch.masked_positions[at] > batch.masked_positions[at - 1]);
    }
    // A coarse token's words.
    const auto expand = [&](int32_t token, std::vector<int32_t>& words) {
      if (token < vocab_size) {
        words.push_back(token);
        return;
      }
      const int unit = token - vocab_size;
      const auto first = std::lower_bound(unit_of.begin(), unit_of.end(), unit);
      for (auto word = first; word != unit_of.end() && *word == unit; ++word) {
        words.push_back(kFirstWord + static_cast<int32_t>(word - unit_of.begin()));
      }
    };
    bool shorter = false;
    for (size_t row = 0; row < 40; ++row) {
      const auto slice = [&](size_t sequence) {
        return std::vector<int32_t>(tokens.begin() + batch.starts[sequence],
                                    tokens.begin() + batch.starts[sequence + 1]);
      };
      const std::vector<int32_t> fine = slice(row);
      const std::vector<int32_t> coarse = slice(40 + row);
      ASSERT_EQ(batch.grain[row], 0);
      ASSERT_EQ(batch.grain[40 + row], 1);
      ASSERT_LE(fine.size(), 32u);
      std::vector<int32_t> words;
      for (const int32_t token : coarse) {
        expand(token, words);
      }
      ASSERT_EQ(words, fine);
      shorter = shorter || coarse.size() < fine.size();
      ASSERT_EQ(batch.positions[static_cast<size_t>(batch.starts[40 + row])], 0);
      // The same units are predicted in both.
      std::set<int32_t> units[2];
      for (const int32_t position : batch.masked_positions) {
        for (size_t grain = 0; grain < 2; ++grain) {
          const size_t sequence = 40 * grain + row;
          if (position >= batch.starts[sequence] && position < batch.starts[sequence + 1]) {
            units[grain].insert(batch.units[static_cast<size_t>(position)]);
          }
        }
      }
      ASSERT_EQ(units[0], units[1]);
      ASSERT_FALSE(units[0].empty());
    }
    EXPECT_TRUE(shorter);
    EXPECT_EQ(batch.pair_labels.size(), kind == std::string("sentence_pair") ? 40u : 0u);
  }
}

TEST_F(RowsTest, HybridRowsHoldBothGrainsOneAfterTheOther) {
  const ObjectiveRecipe recipe{.rows = "single", .masking = "unit", .grains = "hybrid"};
  ObjectiveRecipe apart = recipe;
  apart.grains = "both";
  const PhaseRecipe phase{.length = 32, .rows = 20};
  const Batch hybrid = open(recipe).trainBatch(phase, 0, 0, 20);
  const Batch both = open(apart).trainBatch(phase, 0, 0, 20);
  ASSERT_EQ(hybrid.rowCount(), 20);
  EXPECT_TRUE(hybrid.grain.empty());
  EXPECT_EQ(hybrid.tokens.size(), both.tokens.size());
  for (size_t row = 0; row < 20; ++row) {
    std::vector<int32_t> tokens, positions;
    for (const size_t sequence : {row, 20 + row}) {
      tokens.insert(tokens.end(), both.tokens.begin() + both.starts[sequence],
                    both.tokens.begin() + both.starts[sequence + 1]);
      positions.insert(positions.end(), both.positions.begin() + both.starts[sequence],
                       both.positions.begin() + both.starts[sequence + 1]);
    }
    EXPECT_EQ(std::vector<int32_t>(hybrid.tokens.begin() + hybrid.starts[row],
                                   hybrid.tokens.begin() + hybrid.starts[row + 1]),
              tokens);
    EXPECT_EQ(std::vector<int32_t>(hybrid.positions.begin() + hybrid.starts[row],
                                   hybrid.positions.begin() + hybrid.starts[row + 1]),
              positions);
  }
}

TEST_F(RowsTest, TinyCorporaAndTheShortestRowsMakeSoundBatches) {
  struct Kind {
    const char* rows;
    const char* masking;
  };
  const Kind kinds[] = {{"sentence_pair", "token"},
                        {"sentence_order", "ngram"},
                        {"full_sentences", "unit"},
                        {"doc_sentences", "span"},
                        {"single", "span"},
                        {"electra", "electra"},
                        {"xlnet", "permutation"},
                        {"lm", "none"},
                        {"t5", "t5"},
                        {"single", "permutation"}};
  for (const int documents : {2, 3, 9}) {
    for (const uint32_t size : {1u, 2u, 30u}) {
      std::filesystem::remove_all(root / ("corpus" + std::to_string(documents)));
      makeCorpus(documents, size, size);
      for (const Kind& kind : kinds) {
        const PretrainingData data =
            open({.rows = kind.rows, .masking = kind.masking, .short_seq_prob = 0.5});
        for (const int64_t length : {8, 9, 16}) {
          ASSERT_GT(data.instances(length), 0) << kind.rows;
          const Batch batch = data.trainBatch({.length = length, .rows = 64}, 3, 0, 64);
          ASSERT_EQ(batch.rowCount(), 64);
          ASSERT_EQ(batch.segments.size(), batch.tokens.size());
          ASSERT_EQ(batch.units.size(), batch.tokens.size());
          for (size_t row = 0; row < 64; ++row) {
            const int32_t begin = batch.starts[row], end = batch.starts[row + 1];
            ASSERT_TRUE(end - begin >= 1 && end - begin <= length) << kind.rows << " " << end - begin;
            const auto first =
                std::lower_bound(batch.masked_positions.begin(), batch.masked_positions.end(), begin);
            const bool predicts = first != batch.masked_positions.end() && *first < end;
            // The last row of a stream has no next token, T5's decoder predicts instead.
            ASSERT_TRUE(predicts || kind.rows == std::string("lm") || kind.rows == std::string("t5"))
                << kind.rows << " " << kind.masking;
          }
        }
      }
    }
  }
}

TEST_F(RowsTest, StaticMasksComeBackAfterAsManyEpochsAsThereAreCopies) {
  const PretrainingData data = open({.dupe_factor = 2});
  const int64_t rows = data.instances(32);
  const PhaseRecipe phase{.length = 32, .rows = rows};
  // A step is an epoch; the rows of an epoch in an order of their own.
  const auto epoch = [&](int64_t step) {
    const Batch batch = data.trainBatch(phase, step, 0, rows);
    std::multiset<std::vector<int32_t>> made;
    for (size_t row = 0; row < static_cast<size_t>(rows); ++row) {
      made.emplace(batch.tokens.begin() + batch.starts[row], batch.tokens.begin() + batch.starts[row + 1]);
    }
    return made;
  };
  EXPECT_EQ(epoch(0), epoch(2));
  EXPECT_EQ(epoch(1), epoch(3));
  EXPECT_NE(epoch(0), epoch(1));
  EXPECT_NE(data.trainBatch(phase, 0, 0, rows).tokens, data.trainBatch(phase, 2, 0, rows).tokens);
}

TEST_F(RowsTest, RandomTokensOfTheCorpusAreAsFrequentAsInIt) {
  // Every word is there once: any of them, never a special token.
  const RandomTokens tokens(vocab_size, kSpecial, corpus);
  RandomStream draws(nameKey("random tokens"), 1, 0);
  Histogram thirds;
  for (int draw = 0; draw < 20000; ++draw) {
    const int32_t token = tokens.draw(draws);
    ASSERT_GE(token, kFirstWord);
    ASSERT_LT(token, vocab_size);
    ++thirds[3 * (token - kFirstWord) / (vocab_size - kFirstWord)];
  }
  EXPECT_TRUE(compareWith(thirds, {{0, 1.0 / 3}, {1, 1.0 / 3}, {2, 1.0 / 3}}).same());
}

}  // namespace
}  // namespace heddle
