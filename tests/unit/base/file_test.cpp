#include "engine/base/file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>

namespace heddle {
namespace {

namespace fs = std::filesystem;

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "heddle-file-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  static void put(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  static std::string get(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  fs::path folder_;
};

TEST_F(FileTest, AWholeFileIsReadWithItsZeroBytes) {
  const std::string bytes("a\0b\n\xff", 5);
  put(folder_ / "a", bytes);
  const auto read = readFile(folder_ / "a");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, bytes);
}

TEST_F(FileTest, AMissingFileIsAnErrorWithItsPathAndReason) {
  const auto read = readFile(folder_ / "absent");
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().text.find((folder_ / "absent").string()), std::string::npos);
  EXPECT_NE(read.error().text.find("No such file"), std::string::npos);
  EXPECT_FALSE(readFile(folder_).ok());
  EXPECT_FALSE(MappedFile::open(folder_ / "absent").ok());
  EXPECT_FALSE(MappedFile::open(folder_).ok());
}

TEST_F(FileTest, AFileThatIsNotCommittedLeavesWhatWasThere) {
  put(folder_ / "a", "old");
  {
    AtomicFile file;
    ASSERT_TRUE(file.open(folder_ / "a").ok());
    ASSERT_TRUE(file.write("new").ok());
    EXPECT_EQ(get(folder_ / "a"), "old");
  }
  EXPECT_EQ(get(folder_ / "a"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
  ASSERT_TRUE(writeFileAtomic(folder_ / "a", "new").ok());
  EXPECT_EQ(get(folder_ / "a"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

// /dev/full refuses every byte as a full disk does.
TEST_F(FileTest, AFullDiskIsSaidSoWithAHint) {
  if (!fs::exists("/dev/full")) {
    GTEST_SKIP() << "no /dev/full here";
  }
  auto appender = LineAppender::open("/dev/full");
  ASSERT_TRUE(appender.ok());
  const Status status = appender->append("line");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("No space left"), std::string::npos);
  EXPECT_NE(status.error().hint.find("free some space"), std::string::npos);
}

TEST_F(FileTest, AFolderThatCannotBeMadeNamesItsPath) {
  put(folder_ / "file", "");
  const Status status = makeFolder(folder_ / "file" / "below");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("file/below"), std::string::npos);
  EXPECT_TRUE(makeFolder(folder_ / "a" / "b").ok());
  EXPECT_TRUE(makeFolder(folder_ / "a" / "b").ok());
}

TEST_F(FileTest, PartsThatNobodyWritesAnyMoreAreRemoved) {
  AtomicFile living;
  ASSERT_TRUE(living.open(folder_ / "living").ok());
  const std::filesystem::path held = folder_ / ("living.part" + std::to_string(::getpid()));
  put(folder_ / "dead.part123", "old");
  put(folder_ / "fresh.part123", "perhaps of another host");
  put(folder_ / "mine.part", "no part of ours");
  const auto hour_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  for (const std::filesystem::path& path : {held, folder_ / "dead.part123", folder_ / "mine.part"}) {
    std::filesystem::last_write_time(path, hour_ago);
  }
  removeAbandonedParts(folder_);
  EXPECT_TRUE(std::filesystem::exists(held));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "dead.part123"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "fresh.part123"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "mine.part"));
  removeAbandonedParts(folder_ / "nowhere");
}

TEST_F(FileTest, ATornLastLineIsClosedBeforeTheNextIsAppended) {
  put(folder_ / "lines", "whole\ntorn");
  auto appender = LineAppender::open(folder_ / "lines");
  ASSERT_TRUE(appender.ok());
  ASSERT_TRUE(appender->append("next").ok());
  ASSERT_TRUE(appender->sync().ok());
  EXPECT_EQ(get(folder_ / "lines"), "whole\ntorn\nnext\n");
}

TEST_F(FileTest, LinesOfSeveralProcessesNeverMix) {
  constexpr int kProcesses = 4;
  constexpr int kLines = 500;
  for (int process = 0; process < kProcesses; ++process) {
    if (::fork() == 0) {
      for (int line = 0; line < kLines; ++line) {
        // Opened anew for each line: the check for a torn line meets the others' half written ones.
        auto appender = LineAppender::open(folder_ / "lines");
        if (!appender.ok()) {
          ::_exit(1);
        }
        const std::string text(100 + static_cast<size_t>(line % 50), static_cast<char>('a' + process));
        (void)appender->append(std::to_string(line) + text);
      }
      ::_exit(0);
    }
  }
  for (int process = 0; process < kProcesses; ++process) {
    int status = 0;
    ASSERT_GT(::wait(&status), 0);
  }
  std::istringstream lines(get(folder_ / "lines"));
  std::set<std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    ASSERT_FALSE(line.empty()) << "a line in the making was taken for a torn one";
    const std::string letters = line.substr(line.find_first_not_of("0123456789"));
    EXPECT_EQ(letters, std::string(letters.size(), letters[0]));
    EXPECT_EQ(letters.size(), 100 + std::stoul(line) % 50);
    seen.insert(line);
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kProcesses * kLines));
}

TEST_F(FileTest, AMapHoldsTheBytesAndAnEmptyFileMapsToNone) {
  put(folder_ / "a", "abc");
  put(folder_ / "empty", "");
  auto map = MappedFile::open(folder_ / "a");
  ASSERT_TRUE(map.ok());
  const MappedFile moved = std::move(*map);
  ASSERT_EQ(moved.bytes().size(), 3u);
  EXPECT_EQ(static_cast<char>(moved.bytes()[2]), 'c');
  const auto empty = MappedFile::open(folder_ / "empty");
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE(empty->bytes().empty());
}

}  // namespace
}  // namespace heddle
