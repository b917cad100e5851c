// What rows of every kind are made of.

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/data/rows_fixture.h"

namespace heddle {
namespace {

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
