#include "engine/data/shard.h"

#include <unistd.h>

#include "engine/base/file.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

class ShardTest : public WorkspaceTest {
 protected:
  std::filesystem::path path() const { return root / "corpus.shard"; }

  // Documents of sentences of ids 0, 1, 2, ...; sentence n has n % 3 + 1 tokens.
  void writeShard(int64_t vocab_size, int documents) const {
    auto writer = ShardWriter::create(path(), vocab_size, {1, 2});
    ASSERT_TRUE(writer.ok()) << writer.error().message();
    int32_t id = 0;
    std::vector<uint8_t> heldout;
    for (int document = 0; document < documents; ++document) {
      for (int sentence = 0; sentence < 4; ++sentence) {
        std::vector<int32_t> ids;
        for (int token = 0; token <= sentence % 3; ++token) {
          ids.push_back(id++ % static_cast<int32_t>(vocab_size));
        }
        (*writer)->addSentence(ids);
      }
      (*writer)->addSentence({});
      ASSERT_TRUE((*writer)->endDocument().ok());
      ASSERT_TRUE((*writer)->endDocument().ok());  // an empty one, left out
      heldout.push_back(document % 2);
    }
    ASSERT_TRUE((*writer)->finish(heldout).ok());
  }
  std::string failure() const {
    const Result<Shard> shard = Shard::open(path());
    return shard.ok() ? "opened" : shard.error().message();
  }
  void patch(size_t offset, char value) const {
    std::string bytes = *readFile(path());
    bytes[offset] = value;
    ASSERT_TRUE(writeFileAtomic(path(), bytes).ok());
  }
};

TEST_F(ShardTest, GivesBackWhatWasWrittenInBothWidths) {
  for (const int64_t vocab_size : {65536, 65537}) {
    writeShard(vocab_size, 10001);  // ids beyond 65536 come up
    const Result<Shard> shard = Shard::open(path());
    ASSERT_TRUE(shard.ok()) << shard.error().message();
    EXPECT_EQ(shard->documents(), 10001);
    EXPECT_EQ(shard->heldoutDocuments(), 5000);
    EXPECT_TRUE(shard->heldout(1));
    EXPECT_FALSE(shard->heldout(10000));
    EXPECT_EQ(shard->sentences(), 40004);
    EXPECT_EQ(shard->tokens(), 70007);
    EXPECT_EQ(shard->vocabSize(), vocab_size);
    EXPECT_EQ(shard->vocabularyHash(), (ContentHash{1, 2}));
    EXPECT_EQ(shard->documentBegin(1), 4);
    EXPECT_EQ(shard->sentenceBegin(3), 6);
    EXPECT_EQ(shard->documentOf(3), 0);
    EXPECT_EQ(shard->documentOf(4), 1);
    std::vector<int32_t> ids;
    shard->appendTokens(65534, 65539, ids);
    EXPECT_EQ(ids, vocab_size == 65536 ? (std::vector<int32_t>{65534, 65535, 0, 1, 2})
                                       : (std::vector<int32_t>{65534, 65535, 65536, 0, 1}));
  }
}

TEST_F(ShardTest, IsNotThereBeforeItIsFinished) {
  {
    auto writer = ShardWriter::create(path(), 10, {});
    ASSERT_TRUE(writer.ok());
    (*writer)->addSentence(std::vector<int32_t>{1, 2});
    ASSERT_TRUE((*writer)->endDocument().ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(root / "text"));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ShardTest, RefusesEveryTruncation) {
  writeShard(100, 3);
  const std::string whole = *readFile(path());
  for (const size_t size :
       {size_t{0}, size_t{5}, size_t{8}, size_t{127}, size_t{128}, whole.size() / 2, whole.size() - 1}) {
    ASSERT_TRUE(writeFileAtomic(path(), whole.substr(0, size)).ok());
    EXPECT_NE(failure().find("cannot use " + path().string() + " as a packed corpus"), std::string::npos)
        << size;
  }
  ASSERT_TRUE(writeFileAtomic(path(), whole + "x").ok());
  EXPECT_NE(failure().find("where its header says"), std::string::npos);
}

TEST_F(ShardTest, RefusesForeignFilesOtherVersionsAndDamage) {
  ASSERT_TRUE(writeFileAtomic(path(), std::string(4096, 'x')).ok());
  EXPECT_NE(failure().find("another kind of file"), std::string::npos);
  writeShard(100, 3);
  patch(8, 2);
  EXPECT_NE(failure().find("version 2, this program reads version 1"), std::string::npos);
  writeShard(100, 3);
  patch(24, 1);
  EXPECT_NE(failure().find("header is damaged"), std::string::npos);
  writeShard(100, 3);
  patch(128 + 48 + 8, 99);  // the first bound: 21 tokens fill 42 bytes, padded to 48
  EXPECT_NE(failure().find("out of order"), std::string::npos);
}

TEST_F(ShardTest, NamesTheFileItCannotOpenOrWrite) {
  EXPECT_NE(failure().find("cannot open " + path().string()), std::string::npos);
  EXPECT_NE(ShardWriter::create(root / "nowhere" / "x.shard", 10, {}).error().message().find("nowhere"),
            std::string::npos);
}

TEST_F(ShardTest, ReportsAFullDisk) {
  // The part file is created beside the final path under a name that depends on the process: a link stands in
  // for a full disk.
  const std::filesystem::path beside = path().string() + ".part" + std::to_string(::getpid());
  std::filesystem::create_symlink("/dev/full", beside);
  auto writer = ShardWriter::create(path(), 10, {});
  ASSERT_TRUE(writer.ok()) << writer.error().message();
  (*writer)->addSentence(std::vector<int32_t>(2 << 20, 1));
  const Status status = (*writer)->endDocument();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message().find("No space left on device"), std::string::npos);
}

TEST(ContentHashTest, IsMurmur3) {
  // Published test value of MurmurHash3_x64_128 with seed 0.
  EXPECT_EQ(contentHash("hello").low, 0xCBD8A7B341BD9B02ull);
  EXPECT_EQ(contentHash("hello").high, 0x5B1E906A48AE1D19ull);
  EXPECT_EQ(contentHash("").hex(), std::string(32, '0'));
}

TEST(ContentHashTest, PiecesCountByTheirBounds) {
  ContentHasher a, b;
  a.add("ab");
  a.add("c");
  b.add("a");
  b.add("bc");
  EXPECT_NE(a.hash(), b.hash());
}

}  // namespace
}  // namespace heddle
