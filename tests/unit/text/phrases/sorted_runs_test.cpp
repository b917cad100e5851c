#include "engine/text/phrases/sorted_runs.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <map>

#include "engine/base/random.h"

namespace heddle::ngram {
namespace {

Key keyOf(std::initializer_list<uint32_t> words) {
  Key key = 0;
  int place = 0;
  for (const uint32_t word : words) {
    key |= at(word, place++);
  }
  return key;
}

TEST(NGramKeyTest, KeepsWordsAndTheirOrder) {
  const Key key = keyOf({7, 33554431, 9});
  EXPECT_EQ(wordAt(key, 0), 7u);
  EXPECT_EQ(wordAt(key, 1), 33554431u);
  EXPECT_EQ(wordAt(key, 2), 9u);
  EXPECT_EQ(lengthOf(key), 3);
  EXPECT_EQ(lengthOf(keyOf({2, 3, 4, 5, 6})), 5);
  EXPECT_TRUE(prefix(key, 2) == keyOf({7, 33554431}));
  EXPECT_TRUE(prefix(key, 0) == 0);
  EXPECT_TRUE(suffix(key) == keyOf({33554431, 9}));
  EXPECT_TRUE(keyOf({2, 9}) < keyOf({3}));
  EXPECT_TRUE(keyOf({3}) < keyOf({3, 2}));
  EXPECT_EQ(tagOf(tagged(key, 4)), 4);
  EXPECT_TRUE(prefix(tagged(key, 4), 3) == key);
}

void expectSortedCounts(size_t capacity, int helpers, int64_t merge_bytes) {
  Result<std::unique_ptr<RunFile>> file = RunFile::create(testing::TempDir());
  ASSERT_TRUE(file.ok());
  std::map<Key, uint64_t> expected;
  {
    RunWriter writer(**file, capacity, helpers);
    RandomStream random(5, 0, 0);
    for (int index = 0; index < 20000; ++index) {
      const Key key = keyOf({2 + random.below(20), 2 + random.below(20), 2 + random.below(5)});
      ++expected[key];
      ASSERT_TRUE(writer.add(key));
    }
    ASSERT_TRUE(writer.finish().ok());
  }
  RunMerger merger(**file, merge_bytes);
  KeyCount record;
  for (const auto& [key, count] : expected) {
    ASSERT_TRUE(merger.next(record));
    EXPECT_TRUE(record.key == key);
    EXPECT_EQ(record.count, count);
  }
  EXPECT_FALSE(merger.next(record));
  EXPECT_TRUE(merger.status().ok());
}

TEST(SortedRunsTest, MergeToTheCountsOfEveryKeyHoweverManyRunsThereAre) {
  expectSortedCounts(1 << 20, 0, 1 << 20);
  expectSortedCounts(1000, 0, 1 << 20);
  expectSortedCounts(37, 0, 1);
  expectSortedCounts(1000, 3, 1 << 20);
}

TEST(SortedRunsTest, AnEmptyFileHasNothingToMerge) {
  Result<std::unique_ptr<RunFile>> file = RunFile::create(testing::TempDir());
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(RunWriter(**file, 10, 0).finish().ok());
  RunMerger merger(**file, 1000);
  KeyCount record;
  EXPECT_FALSE(merger.next(record));
  EXPECT_TRUE(merger.status().ok());
}

TEST(SortedRunsTest, LeaveNoNameInTheirFolder) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "heddle_runs_nameless";
  std::filesystem::create_directories(folder);
  Result<std::unique_ptr<RunFile>> file = RunFile::create(folder);
  ASSERT_TRUE(file.ok());
  std::vector<Key> keys = {keyOf({3}), keyOf({2})};
  ASSERT_TRUE((*file)->add(keys).ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

// A limit on the size of files stands for a full disk.
TEST(SortedRunsTest, ADiskThatTakesNoMoreIsAnErrorOfTheWriter) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const struct rlimit small { 4096, limit.rlim_max };
  Result<std::unique_ptr<RunFile>> file = RunFile::create(testing::TempDir());
  ASSERT_TRUE(file.ok());
  for (const int helpers : {0, 2}) {
    RunWriter writer(**file, 1000, helpers);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    for (uint32_t word = 2; word < 5000; ++word) {
      writer.add(keyOf({word}));
    }
    const Status finished = writer.finish();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    ASSERT_FALSE(finished.ok());
    EXPECT_NE(finished.error().text.find(testing::TempDir()), std::string::npos)
        << finished.error().message();
  }
  std::signal(SIGXFSZ, before);
}

TEST(SortedRunsTest, AFolderThatIsNotThereIsNamed) {
  const Result<std::unique_ptr<RunFile>> file = RunFile::create("/nowhere/at/all");
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().text.find("/nowhere/at/all"), std::string::npos);
  EXPECT_FALSE(file.error().hint.empty());
}

}  // namespace
}  // namespace heddle::ngram
