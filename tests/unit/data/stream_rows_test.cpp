// Rows of a stream of text: language models, XLNet with its memory, T5.

#include <algorithm>
#include <cstdint>
#include <set>

#include "tests/unit/data/rows_fixture.h"

namespace heddle {
namespace {

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

}  // namespace
}  // namespace heddle
